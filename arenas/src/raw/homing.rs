//! Blocks of two allocators behind one interface: each finds its way home, because one of the two knows its own.

use core::alloc::Layout;
use core::ptr::{self, NonNull};

use super::blocks::BlinkAllocator;
use super::source::ChunkSource;

/// An allocator that knows its own blocks.
pub(crate) trait Owns: BlinkAllocator {
    /// Whether the block is in memory of this allocator.
    fn owns(&self, block: NonNull<u8>) -> bool;
}

/// A bump allocator and its base, of which one serves new blocks.
pub(crate) struct Homing<'a, B, A> {
    pub(crate) bump: &'a B,
    pub(crate) base: &'a A,
    /// Whether new blocks are bumped.
    pub(crate) bumps: bool,
}

impl<B: Owns, A: ChunkSource> Homing<'_, B, A> {
    /// A block, or null.
    pub(crate) fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = if self.bumps { self.bump.allocate(layout) } else { self.base.acquire(layout) };
        block.map_or(ptr::null_mut(), |block| block.cast().as_ptr())
    }

    /// Gives a block back to where it came from.
    ///
    /// # Safety
    ///
    /// The block at `block` was allocated here with `layout`, in whichever mode, and is not used any more.
    pub(crate) unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(block) = NonNull::new(block) else { return };
        if self.bump.owns(block) {
            // SAFETY: the caller's promise; it was bumped.
            unsafe { self.bump.deallocate(block, layout) };
        } else {
            // SAFETY: the caller's promise; it is the base's.
            unsafe { self.base.release(block, layout) };
        }
    }

    /// Makes a block larger or smaller, with its contents. Null on an error; the block is as before then.
    ///
    /// # Safety
    ///
    /// The block at `block` was allocated here with `layout`, in whichever mode, and after success is used through the
    /// returned pointer only.
    pub(crate) unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Ok(new) = Layout::from_size_align(size, layout.align()) else { return ptr::null_mut() };
        let Some(old) = NonNull::new(block) else { return self.alloc(new) };
        if self.bumps && self.bump.owns(old) {
            // SAFETY: the caller's promise; it was bumped.
            let resized = unsafe { self.bump.resize(old, layout, new) };
            return resized.map_or(ptr::null_mut(), |block| block.cast().as_ptr());
        }
        let to = self.alloc(new);
        if !to.is_null() {
            // SAFETY: both blocks have that many bytes, and are disjoint.
            unsafe { ptr::copy_nonoverlapping(block, to, layout.size().min(size)) };
            // SAFETY: the caller's promise; its contents have moved.
            unsafe { self.dealloc(block, layout) };
        }
        to
    }
}
