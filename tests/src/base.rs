//! A base allocator that counts, checks and fails on command.

use std::alloc::Layout;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr::NonNull;

use allocator_api2::alloc::{AllocError, Allocator, Global};

/// Counts what is taken and given back, checks layouts, and refuses when it is told to.
///
/// By reference it is an `Allocator` of allocator-api2, and so a base allocator of every Blink type.
#[derive(Debug, Default)]
pub struct Base {
    /// Calls of `allocate` so far, refused ones too.
    pub requests: Cell<usize>,
    /// Blocks that were given out so far.
    pub taken: Cell<usize>,
    /// Live blocks.
    pub live: RefCell<HashMap<usize, Layout>>,
    /// Sizes that were asked for, in order, refused ones too.
    pub sizes: RefCell<Vec<usize>>,
    /// The numbers of the requests to refuse.
    pub refuse: RefCell<Refuse>,
    /// Panic at the next deallocation.
    pub panic_next: Cell<bool>,
}

/// Which requests a [`Base`] refuses.
#[derive(Debug, Default)]
pub enum Refuse {
    /// None.
    #[default]
    Nothing,
    /// The one with this number, from 0.
    Nth(usize),
    /// That and all later ones.
    From(usize),
    /// Those for more bytes.
    Above(usize),
}

impl Base {
    /// A base that refuses what `refuse` says.
    pub fn refusing(refuse: Refuse) -> Self {
        let base = Self::default();
        *base.refuse.borrow_mut() = refuse;
        base
    }

    /// Bytes of live blocks.
    pub fn live_bytes(&self) -> usize {
        self.live.borrow().values().map(Layout::size).sum()
    }

    /// How many blocks are live.
    pub fn live_blocks(&self) -> usize {
        self.live.borrow().len()
    }
}

// SAFETY: the blocks are those of `Global`; they outlive the reference.
unsafe impl Allocator for &Base {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let number = self.requests.replace(self.requests.get() + 1);
        self.sizes.borrow_mut().push(layout.size());
        let refused = match *self.refuse.borrow() {
            Refuse::Nothing => false,
            Refuse::Nth(nth) => number == nth,
            Refuse::From(first) => number >= first,
            Refuse::Above(bytes) => layout.size() > bytes,
        };
        if refused {
            return Err(AllocError);
        }
        let block = Global.allocate(layout)?;
        self.taken.set(self.taken.get() + 1);
        assert!(self.live.borrow_mut().insert(block.cast::<u8>().addr().get(), layout).is_none());
        Ok(block)
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        let live = self.live.borrow_mut().remove(&ptr.addr().get());
        assert_eq!(live, Some(layout), "a block goes back once, with its layout");
        // SAFETY: it came from `Global` with this layout.
        unsafe { Global.deallocate(ptr, layout) };
        if self.panic_next.take() {
            panic!("the base allocator panics");
        }
    }
}

/// Checks at the end that everything came back.
impl Drop for Base {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.live_blocks(), 0, "blocks that never came back");
        }
    }
}
