//! Where chunks come from.

use core::alloc::Layout;
use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::{block, layout};
use crate::error::AllocError;

/// A base allocator: what the chunked allocators take their chunks from and give them back to.
///
/// Every `Allocator` of allocator-api2 0.2 is one (feature `allocator-api2`), [`Global`] is one in every build.
/// A reference to one becomes one by [`ByRef`].
///
/// It may fail at any call. It may panic: no chunk that was taken before is lost or given back twice then. It must not
/// allocate from the very allocator that it serves: a [`SyncBlinkAlloc`](crate::SyncBlinkAlloc) that takes a chunk would
/// wait for itself.
///
/// # Safety
///
/// - A chunk that [`acquire`](Self::acquire) returned is valid for reads and writes of its whole length, is aligned to the
///   layout's alignment, and overlaps nothing else that is alive.
/// - It stays so until it is given to [`release`](Self::release), also when the source is moved. A source may end the life of its
///   chunks when it is dropped or a lifetime in its type ends.
pub unsafe trait ChunkSource {
    /// Takes a chunk of at least `layout.size()` bytes (never 0).
    ///
    /// # Errors
    ///
    /// Any [`AllocError`], [`AllocError::out_of_memory`] as a rule.
    fn acquire(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError>;

    /// Gives a chunk back.
    ///
    /// # Safety
    ///
    /// [`acquire`](Self::acquire) of this source returned `ptr` for a layout of the same alignment and a size of at most
    /// `layout.size()`, with a length of at least `layout.size()`, and it is not used any more.
    unsafe fn release(&self, ptr: NonNull<u8>, layout: Layout);

    /// Takes a chunk of at least `wish` bytes where that is possible, and of at least `need` otherwise.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire), when not even `need` is to be had.
    fn acquire_between(&self, need: Layout, wish: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match self.acquire(wish) {
            Err(_) if need.size() < wish.size() => self.acquire(need),
            result => result,
        }
    }
}

/// The global allocator as a source of chunks. Without the feature `alloc` it refuses every request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Global;

// SAFETY: the global allocator keeps the promises, and a `Global` has no state that a move could change.
unsafe impl ChunkSource for Global {
    #[inline]
    fn acquire(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        block::take_global(layout).map(|ptr| NonNull::slice_from_raw_parts(ptr, layout.size()))
    }

    #[inline]
    unsafe fn release(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: `acquire` took it for this size, because it returns no more than what is asked for.
        unsafe { block::return_global(ptr, layout) }
    }
}

/// A reference to a source of chunks, as a source.
///
/// A type of its own, because every reference to an allocator of allocator-api2 already is a source.
#[derive(Debug)]
pub struct ByRef<'a, S: ?Sized>(
    /// The source.
    pub &'a S,
);

impl<S: ?Sized> Clone for ByRef<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: ?Sized> Copy for ByRef<'_, S> {}

// SAFETY: the promises of `S`; the borrow keeps the source alive.
unsafe impl<S: ChunkSource + ?Sized> ChunkSource for ByRef<'_, S> {
    fn acquire(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.acquire(layout)
    }

    unsafe fn release(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.0.release(ptr, layout) }
    }

    fn acquire_between(&self, need: Layout, wish: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.acquire_between(need, wish)
    }
}

#[cfg(all(feature = "std", not(feature = "allocator-api2")))]
// SAFETY: the system allocator keeps the promises, and `System` has no state. (With allocator-api2 it is a source as an
// `Allocator` of that crate.)
unsafe impl ChunkSource for std::alloc::System {
    fn acquire(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        block::take_from(self, layout).map(|ptr| NonNull::slice_from_raw_parts(ptr, layout.size()))
    }

    unsafe fn release(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: `acquire` took it for this size, because it returns no more than what is asked for.
        unsafe { block::return_to(self, ptr, layout) }
    }
}

/// One chunk over the caller's memory, which is handed out once at a time.
pub struct OneChunk<'m> {
    start: NonNull<u8>,
    len: usize,
    taken: Cell<bool>,
    memory: PhantomData<&'m mut [MaybeUninit<u8>]>,
}

// SAFETY: it exclusively borrows plain bytes, and nothing in it is tied to a thread.
unsafe impl Send for OneChunk<'_> {}

impl<'m> OneChunk<'m> {
    /// A source over `memory`.
    #[must_use]
    pub fn new(memory: &'m mut [MaybeUninit<u8>]) -> Self {
        let len = memory.len();
        Self { start: NonNull::from(memory).cast(), len, taken: Cell::new(false), memory: PhantomData }
    }
}

impl fmt::Debug for OneChunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneChunk").field("len", &self.len).field("taken", &self.taken.get()).finish_non_exhaustive()
    }
}

// SAFETY: the chunk lies in memory that is borrowed for `'m`, and `taken` keeps it from being handed out twice.
unsafe impl ChunkSource for OneChunk<'_> {
    fn acquire(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let start = self.start.addr().get();
        let aligned = layout::align_up(start, layout.align()).ok_or(AllocError::CAPACITY)?;
        // What lies before the aligned address is lost; it may be all there is.
        let len = self.len.checked_sub(aligned.wrapping_sub(start)).ok_or(AllocError::CAPACITY)?;
        if self.taken.get() || layout.size() > len {
            return Err(AllocError::CAPACITY);
        }
        let address = core::num::NonZero::new(aligned).ok_or(AllocError::CAPACITY)?;
        self.taken.set(true);
        Ok(NonNull::slice_from_raw_parts(self.start.with_addr(address), len))
    }

    unsafe fn release(&self, _: NonNull<u8>, _: Layout) {
        self.taken.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_borrowed_chunk_is_all_of_the_memory_and_handed_out_once() {
        let mut memory = [MaybeUninit::<u8>::uninit(); 100];
        let source = OneChunk::new(&mut memory);
        let small = Layout::from_size_align(48, 16).unwrap();
        assert_eq!(source.acquire(Layout::from_size_align(101, 1).unwrap()), Err(AllocError::CAPACITY));
        let chunk = source.acquire(small).unwrap();
        assert!(chunk.len() >= 85 && chunk.len() <= 100);
        assert_eq!(chunk.cast::<u8>().addr().get() % 16, 0);
        assert_eq!(source.acquire(small), Err(AllocError::CAPACITY));
        // SAFETY: it was acquired above.
        unsafe { source.release(chunk.cast(), small) };
        assert_eq!(source.acquire(small), Ok(chunk));
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn the_global_source_gives_what_is_asked_for() {
        let layout = Layout::from_size_align(100, 16).unwrap();
        let chunk = Global.acquire(layout).unwrap();
        assert_eq!(chunk.len(), 100);
        // SAFETY: it was acquired above.
        unsafe { Global.release(chunk.cast(), layout) };
        let huge = Layout::from_size_align(isize::MAX as usize - 15, 16).unwrap();
        assert_eq!(Global.acquire(huge), Err(AllocError::OUT_OF_MEMORY));
    }
}
