//! The `Allocator` trait of allocator-api2 0.2, which hashbrown and other collections use on stable Rust.
//!
//! ```
//! use allocator_api2::alloc::Allocator;
//! use arenas::Bitena;
//! use core::alloc::Layout;
//!
//! let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
//! let arena = Bitena::over(&mut memory);
//! let block = (&*arena).allocate(Layout::new::<[u64; 4]>())?;
//! assert_eq!(block.len(), 32);
//! # Ok::<(), allocator_api2::alloc::AllocError>(())
//! ```

use core::alloc::Layout;
use core::ptr::NonNull;

use allocator_api2::alloc::{AllocError, Allocator};

use super::{ByteAllocator, for_each_allocator};
use crate::blink::ChunkSource;

macro_rules! implement {
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

for_each_allocator!(implement);

// SAFETY: what that `Allocator` promises: blocks fit their layout, and stay when the allocator moves.
unsafe impl<A: Allocator> ChunkSource for A {
    fn acquire(&self, layout: Layout) -> Result<NonNull<[u8]>, crate::AllocError> {
        self.allocate(layout).map_err(|AllocError| crate::AllocError::OUT_OF_MEMORY)
    }

    unsafe fn release(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.deallocate(ptr, layout) }
    }
}
