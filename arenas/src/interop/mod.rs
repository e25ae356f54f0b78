//! Traits of other crates, one file each, behind a feature each.
//!
//! An allocator gets into the `Allocator` traits of the ecosystem by one door: it implements [`ByteAllocator`] here, and
//! stands in the list of [`for_each_allocator!`]. Each file writes its trait for everything in that list.
//!
//! It is always the *reference* to an arena that is the allocator: `reset(&mut self)` is safe, so a collection must hold
//! the borrow that keeps it from being called.

#![cfg_attr(
    not(any(feature = "allocator-api2", feature = "allocator-api2-04", feature = "nightly")),
    allow(dead_code, reason = "the door is there, and no feature uses it")
)]

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::bitena::{Bitena, LocalBitena};
use crate::blink::{BlinkAlloc, BlinkAllocator, ChunkSource, LocalBlinkAlloc, SyncBlinkAlloc};
use crate::error::AllocError;
use crate::raw::cursor::BumpDown;

#[cfg(feature = "allocator-api2")]
mod allocator_api2;
#[cfg(feature = "allocator-api2-04")]
mod allocator_api2_04;
#[cfg(feature = "nightly")]
mod core_allocator;
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
#[cfg_attr(
    not(any(feature = "allocator-api2", feature = "allocator-api2-04", feature = "nightly")),
    allow(unused_macros, reason = "no feature uses it")
)]
macro_rules! for_each_allocator {
    ($implement:ident) => {
        $implement!(['b] &'b $crate::Bitena);
        $implement!(['b, 'a] &'b $crate::LocalBitena<'a>);
        $implement!(['b, A: $crate::ChunkSource] &'b $crate::BlinkAlloc<A>);
        $implement!(['b, A: $crate::ChunkSource] &'b $crate::SyncBlinkAlloc<A>);
        $implement!(['b, 'a, A: $crate::ChunkSource] &'b $crate::LocalBlinkAlloc<'a, A>);
    };
}
#[cfg_attr(
    not(any(feature = "allocator-api2", feature = "allocator-api2-04", feature = "nightly")),
    allow(unused_imports, reason = "no feature uses it")
)]
use for_each_allocator;

/// Implements the traits `Allocator`, with its `AllocError`, that are in scope where it is called: those of the crates
/// and of the standard library are alike.
#[cfg_attr(
    not(any(feature = "allocator-api2", feature = "allocator-api2-04", feature = "nightly")),
    allow(unused_macros, reason = "no feature uses it")
)]
macro_rules! implement_allocator {
    ([$($generics:tt)*] $allocator:ty) => {
        // SAFETY: `ByteAllocator` asks for what this trait asks for; a copy of a reference is the same allocator.
        unsafe impl<$($generics)*> Allocator for $allocator {
            #[inline]
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                match ByteAllocator::allocate(*self, layout) {
                    Ok(at) => Ok(NonNull::slice_from_raw_parts(at, layout.size())),
                    Err(_) => Err(AllocError),
                }
            }

            #[inline]
            unsafe fn deallocate(&self, at: NonNull<u8>, layout: Layout) {
                // SAFETY: the caller's promise.
                unsafe { ByteAllocator::deallocate(*self, at, layout) }
            }

            #[inline]
            unsafe fn grow(&self, at: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: the caller's promise.
                match unsafe { ByteAllocator::resize(*self, at, old, new) } {
                    Ok(at) => Ok(NonNull::slice_from_raw_parts(at, new.size())),
                    Err(_) => Err(AllocError),
                }
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                at: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: the caller's promise.
                let block = unsafe { Allocator::grow(self, at, old, new) }?;
                // SAFETY: the block has the new size, which is at least the old one.
                let added = unsafe { block.cast::<u8>().add(old.size()) };
                // SAFETY: from there to the end of the block.
                unsafe { added.write_bytes(0, new.size() - old.size()) };
                Ok(block)
            }

            #[inline]
            unsafe fn shrink(&self, at: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: the caller's promise.
                match unsafe { ByteAllocator::resize(*self, at, old, new) } {
                    Ok(at) => Ok(NonNull::slice_from_raw_parts(at, new.size())),
                    Err(_) => Err(AllocError),
                }
            }
        }
    };
}
#[cfg_attr(
    not(any(feature = "allocator-api2", feature = "allocator-api2-04", feature = "nightly")),
    allow(unused_imports, reason = "no feature uses it")
)]
use implement_allocator;

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
