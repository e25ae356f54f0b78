//! Owned or borrowed memory: the only place that calls the global allocator.

#[cfg(all(feature = "std", not(feature = "allocator-api2")))]
use core::alloc::GlobalAlloc;
use core::alloc::Layout;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::poison;
use crate::error::AllocError;

/// A run of bytes that is either owned, and freed on drop, or borrowed from the caller.
///
/// It never looks at its bytes. See I2 for what users may rely on.
pub(crate) struct Block {
    ptr: NonNull<u8>,
    layout: Layout,
    origin: Origin,
}

/// Who frees the memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The global allocator gave it for exactly `Block::layout`.
    #[cfg(feature = "alloc")]
    Global,
    /// The system mapped it, and it is unmapped as a whole.
    #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
    Mapped(Pages),
    /// Nobody: it is empty, or the caller's.
    Borrowed,
    /// Nobody, and perhaps there is no memory at all.
    Raw,
}

/// In which steps the system puts memory behind reserved addresses.
#[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pages {
    /// As it always does.
    Usual,
    /// In huge pages, where it has them and a whole one lies inside the block; else as always.
    Huge,
}

#[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
impl Pages {
    /// The size of a step in bytes, as far as it is known.
    fn size(self) -> usize {
        match self {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            Self::Huge => 2 << 20,
            _ => rustix::param::page_size(),
        }
    }
}

// SAFETY: a block owns, or exclusively borrows, plain bytes; nothing in it is tied to a thread.
unsafe impl Send for Block {}
// SAFETY: through `&Block` only the pointer and the layout can be read.
unsafe impl Sync for Block {}

impl Block {
    /// A block of no bytes, aligned to `align`, which takes no memory.
    pub(crate) const fn empty(align: usize) -> Self {
        // An alignment that is no power of two falls back to 1; `layout::from_size_align` has refused it before.
        let layout = match Layout::from_size_align(0, align) {
            Ok(layout) => layout,
            Err(_) => Layout::new::<()>(),
        };
        let ptr = match NonNull::new(core::ptr::without_provenance_mut(layout.align())) {
            Some(ptr) => ptr,
            None => NonNull::dangling(),
        };
        Self { ptr, layout, origin: Origin::Borrowed }
    }

    /// Takes memory of `layout`, uninitialised.
    ///
    /// # Errors
    ///
    /// Out of memory when the global allocator refuses.
    #[cfg(feature = "alloc")]
    pub(crate) fn new(layout: Layout) -> Result<Self, AllocError> {
        Self::from_global(layout, |layout| {
            // SAFETY: `from_global` calls this only with a size that is not 0.
            unsafe { alloc::alloc::alloc(layout) }
        })
    }

    /// Takes memory of `layout`, filled with zeros.
    ///
    /// # Errors
    ///
    /// Out of memory when the global allocator refuses.
    #[cfg(feature = "alloc")]
    pub(crate) fn new_zeroed(layout: Layout) -> Result<Self, AllocError> {
        Self::from_global(layout, |layout| {
            // SAFETY: `from_global` calls this only with a size that is not 0.
            unsafe { alloc::alloc::alloc_zeroed(layout) }
        })
    }

    /// Reserves addresses for `layout` without memory behind them: the system puts memory, filled with zeros, where it
    /// is first touched. Aligned to a page, which is enough for every `layout` that is accepted.
    ///
    /// Huge pages are advice: where the system has none, or is set up not to give them, it is as if nobody had asked.
    ///
    /// # Errors
    ///
    /// Layout overflow when the alignment is more than a page; out of memory when the system refuses, which it does for
    /// what is beyond the address space or its limit for the process, and where it does not overcommit memory.
    #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
    pub(crate) fn reserved(layout: Layout, pages: Pages) -> Result<Self, AllocError> {
        use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};

        // BSD systems have no such flag because they never count what is untouched.
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        const FLAGS: MapFlags = MapFlags::PRIVATE.union(MapFlags::NORESERVE);
        #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
        const FLAGS: MapFlags = MapFlags::PRIVATE;

        if layout.size() == 0 {
            return Ok(Self::empty(layout.align()));
        }
        if layout.align() > rustix::param::page_size() {
            return Err(AllocError::LAYOUT_OVERFLOW);
        }
        // SAFETY: without an address given, a new mapping takes nothing that is in use.
        let mapped =
            unsafe { mmap_anonymous(core::ptr::null_mut(), layout.size(), ProtFlags::READ | ProtFlags::WRITE, FLAGS) };
        let ptr = mapped.ok().and_then(NonNull::new).ok_or(AllocError::OUT_OF_MEMORY)?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if pages == Pages::Huge {
            let advice = rustix::mm::Advice::LinuxHugepage;
            // SAFETY: this is the whole mapping, and the advice changes nothing that is in it. Refused advice is not
            // missed.
            let _ = unsafe { rustix::mm::madvise(ptr.as_ptr(), layout.size(), advice) };
        }
        Ok(Self { ptr: ptr.cast(), layout, origin: Origin::Mapped(pages) })
    }

    #[cfg(feature = "alloc")]
    fn from_global(layout: Layout, take: impl FnOnce(Layout) -> *mut u8) -> Result<Self, AllocError> {
        if layout.size() == 0 {
            return Ok(Self::empty(layout.align()));
        }
        let ptr = NonNull::new(take(layout)).ok_or(AllocError::OUT_OF_MEMORY)?;
        Ok(Self { ptr, layout, origin: Origin::Global })
    }

    /// A block over the caller's memory, aligned to 1.
    ///
    /// # Safety
    ///
    /// The block has no lifetime: it must be dropped, or never used again, before the borrow of `memory` ends, and
    /// `memory` must not be touched by other means until then.
    pub(crate) unsafe fn borrowed(memory: &mut [MaybeUninit<u8>]) -> Self {
        let layout = Layout::for_value::<[MaybeUninit<u8>]>(memory);
        Self { ptr: NonNull::from(memory).cast(), layout, origin: Origin::Borrowed }
    }

    /// A block over `len` bytes at `ptr`, aligned to 1. A null `ptr` stands for no memory.
    ///
    /// # Errors
    ///
    /// A layout overflow when it is larger than any block may be, or reaches beyond the end of the address space; no
    /// capacity for a null `ptr` with a `len` that is not 0.
    ///
    /// # Safety
    ///
    /// As [`borrowed`](Self::borrowed), for the memory that starts at `ptr`; if that is not valid, the block must only
    /// be asked for its pointer and length.
    pub(crate) unsafe fn from_raw(ptr: *mut u8, len: usize) -> Result<Self, AllocError> {
        let layout = super::layout::from_size_align(len, 1)?;
        // The last byte, not the one behind it: a range may end where the address space does.
        if ptr.addr().checked_add(len.saturating_sub(1)).is_none() {
            return Err(AllocError::LAYOUT_OVERFLOW);
        }
        match NonNull::new(ptr) {
            Some(ptr) => Ok(Self { ptr, layout, origin: Origin::Raw }),
            None if len == 0 => Ok(Self::empty(1)),
            None => Err(AllocError::CAPACITY),
        }
    }

    /// The bytes `offset..offset + len`, which must be within the block.
    ///
    /// # Safety
    ///
    /// I2 must hold of the block, and nobody may write to these bytes while the slice lives.
    pub(crate) unsafe fn bytes(&self, offset: usize, len: usize) -> &[MaybeUninit<u8>] {
        assert!(offset <= self.len() && len <= self.len().wrapping_sub(offset));
        let start = self.ptr.as_ptr().wrapping_add(offset).cast();
        // SAFETY: within the block by the assertion, so valid by I2; the rest is the caller's promise.
        unsafe { core::slice::from_raw_parts(start, len) }
    }

    /// The bytes `offset..offset + len`, which must be within the block, for writing.
    ///
    /// # Safety
    ///
    /// I2 must hold of the block, and nobody else may use these bytes while the slice lives.
    pub(crate) unsafe fn bytes_mut(&mut self, offset: usize, len: usize) -> &mut [MaybeUninit<u8>] {
        assert!(offset <= self.len() && len <= self.len().wrapping_sub(offset));
        let start = self.ptr.as_ptr().wrapping_add(offset).cast();
        // SAFETY: within the block by the assertion, so valid by I2; the rest is the caller's promise.
        unsafe { core::slice::from_raw_parts_mut(start, len) }
    }

    /// The first byte.
    #[inline]
    pub(crate) const fn ptr(&self) -> NonNull<u8> {
        self.ptr
    }

    /// Says of memory that was given as a raw pointer that it is there. Then it can be forbidden; dropping the block
    /// permits it.
    pub(crate) fn is_valid_memory(&mut self) {
        if self.origin == Origin::Raw {
            self.origin = Origin::Borrowed;
        }
    }

    /// Whether it frees its memory, so that the memory is gone when the block is.
    pub(crate) const fn is_owned(&self) -> bool {
        !matches!(self.origin, Origin::Borrowed | Origin::Raw)
    }

    /// The size in bytes.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.layout.size()
    }

    /// How many of the bytes have memory behind them when no other than the first `touched` were ever used: all, but of
    /// reserved addresses only the pages of those.
    #[cfg(feature = "alloc")]
    #[cfg(feature = "alloc")]
    pub(crate) fn held(&self, touched: usize) -> usize {
        #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
        if let Origin::Mapped(pages) = self.origin {
            let pages = touched.checked_next_multiple_of(pages.size());
            return pages.map_or(self.len(), |bytes| bytes.min(self.len()));
        }
        let _ = touched;
        self.len()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        match self.origin {
            #[cfg(feature = "alloc")]
            Origin::Global => {
                poison::permit(self.ptr, self.layout.size());
                // SAFETY: the global allocator gave `ptr` for exactly this layout, and it is freed only here.
                unsafe { alloc::alloc::dealloc(self.ptr.as_ptr(), self.layout) }
            }
            #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
            Origin::Mapped(_) => {
                // SAFETY: this is a whole mapping that `reserved` made, and it is unmapped only here.
                let unmapped = unsafe { rustix::mm::munmap(self.ptr.as_ptr().cast(), self.layout.size()) };
                debug_assert!(unmapped.is_ok(), "a mapping could not be undone: {unmapped:?}");
            }
            Origin::Borrowed => poison::permit(self.ptr, self.layout.size()),
            Origin::Raw => {}
        }
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block").field("ptr", &self.ptr).field("layout", &self.layout).finish_non_exhaustive()
    }
}

/// Takes memory of `layout`, whose size is not 0, from the global allocator; without one there is none.
///
/// # Errors
///
/// Out of memory when it refuses.
pub(crate) fn take_global(layout: Layout) -> Result<NonNull<u8>, AllocError> {
    #[cfg(feature = "alloc")]
    if layout.size() != 0 {
        // SAFETY: the size is not 0.
        let ptr = unsafe { alloc::alloc::alloc(layout) };
        return NonNull::new(ptr).ok_or(AllocError::OUT_OF_MEMORY);
    }
    let _ = layout;
    Err(AllocError::OUT_OF_MEMORY)
}

/// Gives memory back that [`take_global`] took.
///
/// # Safety
///
/// `take_global` returned `ptr` for `layout`, and it is not used any more.
pub(crate) unsafe fn return_global(ptr: NonNull<u8>, layout: Layout) {
    #[cfg(feature = "alloc")]
    // SAFETY: the caller's promise.
    unsafe {
        alloc::alloc::dealloc(ptr.as_ptr(), layout);
    }
    let _ = (ptr, layout);
}

/// Takes memory of `layout`, whose size is not 0, from `allocator`.
///
/// # Errors
///
/// Out of memory when it refuses.
#[cfg(all(feature = "std", not(feature = "allocator-api2")))]
pub(crate) fn take_from(allocator: &impl GlobalAlloc, layout: Layout) -> Result<NonNull<u8>, AllocError> {
    if layout.size() == 0 {
        return Err(AllocError::OUT_OF_MEMORY);
    }
    // SAFETY: the size is not 0.
    let ptr = unsafe { allocator.alloc(layout) };
    NonNull::new(ptr).ok_or(AllocError::OUT_OF_MEMORY)
}

/// Gives memory back that [`take_from`] took.
///
/// # Safety
///
/// `take_from` returned `ptr` for this allocator and layout, and it is not used any more.
#[cfg(all(feature = "std", not(feature = "allocator-api2")))]
pub(crate) unsafe fn return_to(allocator: &impl GlobalAlloc, ptr: NonNull<u8>, layout: Layout) {
    // SAFETY: the caller's promise.
    unsafe { allocator.dealloc(ptr.as_ptr(), layout) }
}

/// Fills memory that has just become free with `0xA5` in debug builds, so that a use after it shows, and forbids access to
/// it (see [`poison`]).
///
/// # Safety
///
/// `ptr` must be valid for writes of `len` bytes, and no live value or reference may be in them.
#[inline]
pub(crate) unsafe fn fill_freed(ptr: NonNull<u8>, len: usize) {
    if cfg!(debug_assertions) {
        poison::permit(ptr, len);
        // SAFETY: the caller's promise.
        unsafe { ptr.write_bytes(0xA5, len) }
    }
    poison::forbid(ptr, len);
}

/// [`fill_freed`] for memory beside which other threads may have bytes.
///
/// # Safety
///
/// As [`fill_freed`].
#[inline]
pub(crate) unsafe fn fill_freed_units(ptr: NonNull<u8>, len: usize) {
    if cfg!(debug_assertions) {
        poison::permit_units(ptr, len);
        // SAFETY: the caller's promise.
        unsafe { ptr.write_bytes(0xA5, len) }
    }
    poison::forbid_units(ptr, len);
}

/// [`fill_freed`] for the end that a block gives up when it shrinks: the first part of it. A longer end was reserved on
/// somebody's guess and hardly written, and to fill it would put memory behind all of it.
///
/// # Safety
///
/// As [`fill_freed`].
#[inline]
pub(crate) unsafe fn fill_end(ptr: NonNull<u8>, len: usize) {
    // SAFETY: the caller's promise, for less.
    unsafe { fill_freed(ptr, len.min(64 << 10)) }
    poison::forbid(ptr, len);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_block_is_aligned() {
        for align in [1usize, 2, 64, 4096] {
            let block = Block::empty(align);
            assert_eq!(block.ptr().addr().get() % align, 0);
            assert_eq!(block.len(), 0);
        }
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn owned_memory_is_aligned_and_writable_to_its_last_byte() {
        for (size, align) in [(1, 1), (100, 16), (4096, 4096)] {
            let block = Block::new(Layout::from_size_align(size, align).unwrap()).unwrap();
            assert!(block.is_owned());
            assert_eq!(block.ptr().addr().get() % align, 0);
            // SAFETY: I2, and nothing else uses the block.
            unsafe { block.ptr().write_bytes(7, block.len()) };
        }
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn memory_that_the_system_cannot_have_is_an_error() {
        let layout = Layout::from_size_align(isize::MAX as usize - 4095, 1).unwrap();
        assert_eq!(Block::new(layout).unwrap_err(), AllocError::OUT_OF_MEMORY);
        assert_eq!(Block::new_zeroed(layout).unwrap_err(), AllocError::OUT_OF_MEMORY);
    }

    #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
    #[test]
    fn a_reservation_is_zero_and_writable_wherever_it_is_touched() {
        for pages in [Pages::Usual, Pages::Huge] {
            let block = Block::reserved(Layout::from_size_align(1 << 36, 4096).unwrap(), pages).unwrap();
            assert_eq!(block.ptr().addr().get() % 4096, 0);
            for offset in [0, 1 << 20, (1 << 36) - 1] {
                // SAFETY: I2, the offset is below the size.
                let byte = unsafe { block.ptr().add(offset) };
                // SAFETY: I2, and fresh memory of the system is zero.
                assert_eq!(unsafe { byte.read() }, 0);
                // SAFETY: I2, and nothing else uses the block.
                unsafe { byte.write(1) };
            }
        }
    }

    #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
    #[test]
    fn addresses_that_there_are_not_are_an_error() {
        let layout = Layout::from_size_align(isize::MAX as usize - 4095, 1).unwrap();
        assert_eq!(Block::reserved(layout, Pages::Usual).unwrap_err(), AllocError::OUT_OF_MEMORY);
    }

    #[test]
    fn a_borrowed_block_is_the_callers_memory() {
        let mut memory = [MaybeUninit::<u8>::uninit(); 10];
        let first = NonNull::from(&mut memory[0]).cast();
        // SAFETY: `memory` outlives the block and is not used meanwhile.
        let block = unsafe { Block::borrowed(&mut memory) };
        assert_eq!((block.ptr(), block.len(), block.is_owned()), (first, 10, false));
    }
}
