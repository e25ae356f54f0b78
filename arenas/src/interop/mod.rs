//! Traits of other crates, one file each, behind a feature each.
//!
//! An allocator gets into the `Allocator` traits of the ecosystem by one door: it implements [`ByteAllocator`] here, and
//! stands in the list of [`for_each_allocator!`]. Each file writes its trait for everything in that list.
//!
//! It is always the *reference* to an arena that is the allocator: `reset(&mut self)` is safe, so a collection must hold
//! the borrow that keeps it from being called.

#![cfg_attr(not(feature = "allocator-api2"), allow(dead_code, reason = "the door is there, and no feature uses it"))]

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::bitena::{Bitena, LocalBitena};
use crate::blink::{BlinkAlloc, BlinkAllocator, ChunkSource, LocalBlinkAlloc, SyncBlinkAlloc};
use crate::error::AllocError;
use crate::raw::cursor::BumpDown;

#[cfg(feature = "allocator-api2")]
mod allocator_api2;
#[cfg(all(feature = "serde", feature = "alloc"))]
pub(crate) mod serde;

/// What the `Allocator` traits have in common.
///
/// # Safety
///
/// A block that `allocate` or `resize` returned fits its layout, and stays valid and where it is until it is given to
/// `resize` or `deallocate`, as long as any copy of the allocator lives; it overlaps no other such block.
pub(crate) unsafe trait ByteAllocator: Copy {
    /// Takes a block. Of size 0 it takes nothing.
    fn allocate(self, layout: Layout) -> Result<NonNull<u8>, AllocError>;

    /// Gives a block back.
    ///
    /// # Safety
    ///
    /// The block at `at` was allocated here with `layout` and is not used any more.
    unsafe fn deallocate(self, at: NonNull<u8>, layout: Layout);

    /// Makes a block larger or smaller, or aligned otherwise, with its contents; on an error it is as before.
    ///
    /// # Safety
    ///
    /// The block at `at` was allocated here with `old`, and after success is used through the returned pointer only.
    unsafe fn resize(self, at: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<u8>, AllocError>;
}

/// Calls the macro `$implement` with the generics and the type of each allocator.
#[cfg_attr(not(feature = "allocator-api2"), allow(unused_macros, reason = "no feature uses it"))]
macro_rules! for_each_allocator {
    ($implement:ident) => {
        $implement!(['b] &'b $crate::Bitena);
        $implement!(['b, 'a] &'b $crate::LocalBitena<'a>);
        $implement!(['b, A: $crate::ChunkSource] &'b $crate::BlinkAlloc<A>);
        $implement!(['b, A: $crate::ChunkSource] &'b $crate::SyncBlinkAlloc<A>);
        $implement!(['b, 'a, A: $crate::ChunkSource] &'b $crate::LocalBlinkAlloc<'a, A>);
    };
}
#[cfg_attr(not(feature = "allocator-api2"), allow(unused_imports, reason = "no feature uses it"))]
use for_each_allocator;

// SAFETY: I3 for the blocks of the cursor, whose memory does not move, and is taken back only through `&mut Bitena`.
unsafe impl ByteAllocator for &Bitena {
    #[inline]
    fn allocate(self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        Ok(self.cursor().reserve(layout)?.at())
    }

    #[inline]
    unsafe fn deallocate(self, at: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.cursor().release(at, layout) }
    }

    #[inline]
    unsafe fn resize(self, at: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<u8>, AllocError> {
        // SAFETY: the caller's promise.
        unsafe { self.cursor().resize(at, old, new) }
    }
}

// SAFETY: as for `Bitena`; what the window has handed out outlives the window.
unsafe impl ByteAllocator for &LocalBitena<'_> {
    #[inline]
    fn allocate(self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        Ok(self.cursor().reserve(layout)?.at())
    }

    #[inline]
    unsafe fn deallocate(self, at: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.cursor().release(at, layout) }
    }

    #[inline]
    unsafe fn resize(self, at: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<u8>, AllocError> {
        // SAFETY: the caller's promise.
        unsafe { self.cursor().resize(at, old, new) }
    }
}

/// Implements [`ByteAllocator`] by the methods that the Blink allocators have.
macro_rules! through_blink_allocator {
    ([$($generics:tt)*] $allocator:ty) => {
        // SAFETY: what `BlinkAllocator` promises; blocks are taken back at once only through an exclusive borrow.
        unsafe impl<$($generics)*> ByteAllocator for &$allocator {
            #[inline]
            fn allocate(self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
                Ok(BlinkAllocator::allocate(self, layout)?.cast())
            }

            #[inline]
            unsafe fn deallocate(self, at: NonNull<u8>, layout: Layout) {
                // SAFETY: the caller's promise.
                unsafe { BlinkAllocator::deallocate(self, at, layout) }
            }

            #[inline]
            unsafe fn resize(self, at: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<u8>, AllocError> {
                // SAFETY: the caller's promise.
                Ok(unsafe { BlinkAllocator::resize(self, at, old, new) }?.cast())
            }
        }
    };
}

through_blink_allocator!([A: ChunkSource] BlinkAlloc<A>);
through_blink_allocator!([A: ChunkSource] SyncBlinkAlloc<A>);
through_blink_allocator!([A: ChunkSource] LocalBlinkAlloc<'_, A>);
