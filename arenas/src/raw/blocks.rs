//! The interface of an allocator that bumps.

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::error::AllocError;
use crate::stats::Stats;

/// An allocator that gives everything back at once: what a [`Blink`](crate::Blink) stands on.
///
/// A block may be given back before, and then is reused if it is the newest.
///
/// # Safety
///
/// - A block that `allocate` or `resize` returned fits its layout, overlaps no other, and is valid until it is given to
///   `deallocate` or `resize`, or the allocator is reset, rewound to a mark before it, or dropped. It does not move with
///   the allocator.
/// - An implementation for a type that can be copied while blocks are in use, as `&A`, gives nothing back in `reset` and
///   `rewind`.
/// - `mark` never falls between two calls without a `reset`, `rewind`, `resize` or `deallocate` between them.
pub unsafe trait BlinkAllocator {
    /// Takes a block of at least `layout.size()` bytes.
    ///
    /// # Errors
    ///
    /// When the base allocator has no memory, a limit is reached, or the size overflows.
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError>;

    /// Makes a block larger or smaller, or aligned otherwise, with its contents; in place where that is possible.
    ///
    /// # Errors
    ///
    /// As [`allocate`](Self::allocate); the block is as before then.
    ///
    /// # Safety
    ///
    /// The block at `block` was allocated here with `old`, and after success is used through the returned pointer only.
    unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError>;

    /// Gives a block back. It is reused before the next reset only if it is the newest.
    ///
    /// # Safety
    ///
    /// The block was allocated here with `layout`, and is not used any more.
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout);

    /// Gives all blocks back. Does nothing for a shared reference, whose blocks others may use.
    fn reset(&mut self);

    /// [`allocate`](Self::allocate) for a layout that the compiler knows, where that is faster.
    ///
    /// # Errors
    ///
    /// As [`allocate`](Self::allocate).
    #[inline]
    fn allocate_known(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        Ok(self.allocate(layout)?.cast())
    }

    /// How many bytes a block could have where it is.
    #[inline]
    fn extent(&self, block: NonNull<u8>, layout: Layout) -> usize {
        let _ = block;
        layout.size()
    }

    /// Bytes that are left before a chunk is needed; 0 where that is not known.
    fn remaining(&self) -> usize {
        0
    }

    /// How much is in use, as a position to rewind to; `None` where nothing can be rewound.
    fn mark(&self) -> Option<usize> {
        None
    }

    /// Gives the blocks back that were allocated since [`mark`](Self::mark) returned `mark`, and no other.
    fn rewind(&mut self, mark: usize) {
        let _ = mark;
    }

    /// A snapshot of the memory.
    fn stats(&self) -> Stats {
        Stats::default()
    }
}

// SAFETY: the promises of `A`; the blocks of others stay, because nothing is given back at once.
unsafe impl<A: BlinkAllocator + ?Sized> BlinkAllocator for &A {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        (**self).allocate(layout)
    }

    #[inline]
    unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise.
        unsafe { (**self).resize(block, old, new) }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { (**self).deallocate(block, layout) }
    }

    /// Does nothing.
    #[inline]
    fn reset(&mut self) {}

    #[inline]
    fn allocate_known(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        (**self).allocate_known(layout)
    }

    #[inline]
    fn extent(&self, block: NonNull<u8>, layout: Layout) -> usize {
        (**self).extent(block, layout)
    }

    fn remaining(&self) -> usize {
        (**self).remaining()
    }

    fn stats(&self) -> Stats {
        (**self).stats()
    }
}

// SAFETY: the promises of `A`, which is borrowed exclusively.
unsafe impl<A: BlinkAllocator + ?Sized> BlinkAllocator for &mut A {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        (**self).allocate(layout)
    }

    #[inline]
    unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise.
        unsafe { (**self).resize(block, old, new) }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { (**self).deallocate(block, layout) }
    }

    fn reset(&mut self) {
        (**self).reset();
    }

    #[inline]
    fn allocate_known(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        (**self).allocate_known(layout)
    }

    #[inline]
    fn extent(&self, block: NonNull<u8>, layout: Layout) -> usize {
        (**self).extent(block, layout)
    }

    fn remaining(&self) -> usize {
        (**self).remaining()
    }

    fn mark(&self) -> Option<usize> {
        (**self).mark()
    }

    fn rewind(&mut self, mark: usize) {
        (**self).rewind(mark);
    }

    fn stats(&self) -> Stats {
        (**self).stats()
    }
}
