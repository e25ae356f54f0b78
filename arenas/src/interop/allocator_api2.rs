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

use super::{ByteAllocator, for_each_allocator, implement_allocator};
use crate::blink::ChunkSource;

for_each_allocator!(implement_allocator);

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
