//! A bag that any number of threads put values into and take values out of, in no particular order.
//!
//! ```text
//!   first ---> | slot | slot | .. | next ---> | slot | slot | .. | next ---> null
//! ```
//!
//! A slot is empty, full, or held by the thread that fills or empties it. Segments are added at the end and stay until the
//! bag is dropped, so no pointer to one is ever stale: there is no ABA to exclude. A thread that is stopped while it holds
//! a slot keeps no other from the next slot: lock-free. An operation looks at the slots in order, which is short because
//! a value goes into the first that is empty.

use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use core::alloc::Layout;

use super::block::{return_global, take_global};
use crate::error::{AllocError, Rejected};
use crate::sync::{AtomicPtr, AtomicU8, Ordering, Tracked};

const SLOTS: usize = if cfg!(arenas_loom) { 2 } else { 32 };

const EMPTY: u8 = 0;
const FULL: u8 = 1;
const HELD: u8 = 2;

/// See the [module](self).
pub(crate) struct Bag<T> {
    first: AtomicPtr<Segment<T>>,
}

struct Segment<T> {
    slots: [Slot<T>; SLOTS],
    next: AtomicPtr<Segment<T>>,
}

struct Slot<T> {
    state: AtomicU8,
    value: UnsafeCell<MaybeUninit<T>>,
    seen: Tracked,
}

// SAFETY: the bag owns its values and nothing else.
unsafe impl<T: Send> Send for Bag<T> {}
// SAFETY: a value moves into and out of a slot by one thread at a time, which holds the slot.
unsafe impl<T: Send> Sync for Bag<T> {}

impl<T> Slot<T> {
    fn new() -> Self {
        Self { state: AtomicU8::new(EMPTY), value: UnsafeCell::new(MaybeUninit::uninit()), seen: Tracked::new() }
    }

    /// Gets hold of the slot if it is in `state`.
    fn hold(&self, state: u8) -> bool {
        // ORDERING: acquire pairs with the release in `leave`: the last access to the value happens before the next.
        // Relaxed before, and on failure: a glance.
        self.state.load(Ordering::Relaxed) == state
            && self.state.compare_exchange(state, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    fn leave(&self, state: u8) {
        // ORDERING: release, see `hold`.
        self.state.store(state, Ordering::Release);
    }

    /// # Safety
    ///
    /// The slot is held by this thread, and was empty.
    unsafe fn put(&self, value: T) {
        self.seen.note_write();
        // SAFETY: nobody else touches a slot that is held.
        unsafe { self.value.get().write(MaybeUninit::new(value)) };
    }

    /// # Safety
    ///
    /// The slot is held by this thread, and was full.
    unsafe fn take(&self) -> T {
        self.seen.note_write();
        // SAFETY: nobody else touches a slot that is held.
        let value = unsafe { self.value.get().read() };
        // SAFETY: a full slot is initialised, and counts as empty from now on.
        unsafe { value.assume_init() }
    }
}

impl<T> Bag<T> {
    #[cfg(not(arenas_loom))]
    pub(crate) const fn new() -> Self {
        Self { first: AtomicPtr::new(ptr::null_mut()) }
    }

    #[cfg(arenas_loom)]
    pub(crate) fn new() -> Self {
        Self { first: AtomicPtr::new(ptr::null_mut()) }
    }

    fn segment(&self, link: &AtomicPtr<Segment<T>>) -> Option<&Segment<T>> {
        // ORDERING: acquire pairs with the release in `add_segment`, so that the segment is seen as it was written.
        let segment = NonNull::new(link.load(Ordering::Acquire))?;
        // SAFETY: segments stay until the bag is dropped.
        Some(unsafe { segment.as_ref() })
    }

    /// Puts a value in.
    ///
    /// # Errors
    ///
    /// Out of memory, with the value.
    pub(crate) fn push(&self, value: T) -> Result<(), Rejected<T>> {
        let mut link = &self.first;
        loop {
            if self.segment(link).is_none() {
                if let Err(error) = self.add_segment(link) {
                    return Err(Rejected::new(value, error));
                }
            }
            let Some(segment) = self.segment(link) else { continue };
            for slot in &segment.slots {
                if slot.hold(EMPTY) {
                    // SAFETY: held, and was empty.
                    unsafe { slot.put(value) };
                    slot.leave(FULL);
                    return Ok(());
                }
            }
            link = &segment.next;
        }
    }

    /// Takes a value out.
    pub(crate) fn pop(&self) -> Option<T> {
        let mut link = &self.first;
        while let Some(segment) = self.segment(link) {
            for slot in &segment.slots {
                if slot.hold(FULL) {
                    // SAFETY: held, and was full.
                    let value = unsafe { slot.take() };
                    slot.leave(EMPTY);
                    return Some(value);
                }
            }
            link = &segment.next;
        }
        None
    }

    #[cold]
    fn add_segment(&self, link: &AtomicPtr<Segment<T>>) -> Result<(), AllocError> {
        let layout = Layout::new::<Segment<T>>();
        let segment = take_global(layout)?.cast::<Segment<T>>();
        let slots = core::array::from_fn(|_| Slot::new());
        // SAFETY: just taken for this type.
        unsafe { segment.write(Segment { slots, next: AtomicPtr::new(ptr::null_mut()) }) };
        // ORDERING: release, see `segment`. Relaxed on failure: another thread was first, and its segment is read anew.
        let linked =
            link.compare_exchange(ptr::null_mut(), segment.as_ptr(), Ordering::Release, Ordering::Relaxed).is_ok();
        if !linked {
            // SAFETY: taken above, and nobody else has seen it. Its slots are empty.
            unsafe { segment.drop_in_place() };
            // SAFETY: as above.
            unsafe { return_global(segment.cast(), layout) };
        }
        Ok(())
    }

    fn clear(&mut self) {
        while let Some(value) = self.pop() {
            drop(value);
        }
        // ORDERING: relaxed, here and below: the borrow is exclusive.
        let mut next = self.first.swap(ptr::null_mut(), Ordering::Relaxed);
        while let Some(segment) = NonNull::new(next) {
            // SAFETY: segments stay until here.
            next = unsafe { segment.as_ref() }.next.load(Ordering::Relaxed);
            // SAFETY: out of the list; its slots are empty.
            unsafe { segment.drop_in_place() };
            // SAFETY: taken in `add_segment` for this layout.
            unsafe { return_global(segment.cast(), Layout::new::<Segment<T>>()) };
        }
    }
}

impl<T> Drop for Bag<T> {
    fn drop(&mut self) {
        struct Others<'a, T>(&'a mut Bag<T>);
        impl<T> Drop for Others<'_, T> {
            fn drop(&mut self) {
                // Again after a destructor that panicked; a second one aborts.
                self.0.clear();
            }
        }
        Others(self).0.clear();
    }
}

impl<T> fmt::Debug for Bag<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bag").finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "std", not(arenas_loom)))]
mod tests {
    use super::*;
    use alloc::sync::Arc;
    use alloc::vec::Vec;

    #[test]
    fn what_went_in_comes_out_once() {
        let bag = Bag::new();
        assert_eq!(bag.pop(), None::<usize>);
        for value in 0..100 {
            bag.push(value).unwrap();
        }
        let mut seen: Vec<usize> = core::iter::from_fn(|| bag.pop()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn threads_share_it_and_the_rest_is_dropped_with_it() {
        let value = Arc::new(());
        let bag = Bag::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        bag.push(value.clone()).unwrap();
                        bag.push(value.clone()).unwrap();
                        assert!(bag.pop().is_some());
                    }
                });
            }
        });
        assert_eq!(Arc::strong_count(&value), 801);
        drop(bag);
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
