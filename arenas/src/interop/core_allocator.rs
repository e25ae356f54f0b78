//! The `Allocator` trait of the standard library, which is not stable yet: `Vec`, `Box` and the other collections of `std`.
//!
//! ```
//! #![feature(allocator_api)]
//! use core::alloc::Allocator;
//! use arenas::Bitena;
//! use core::alloc::Layout;
//!
//! let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
//! let arena = Bitena::over(&mut memory);
//! let block = (&*arena).allocate(Layout::new::<[u64; 4]>())?;
//! assert_eq!(block.len(), 32);
//! # Ok::<(), core::alloc::AllocError>(())
//! ```

use core::alloc::{AllocError, Allocator, Layout};
use core::ptr::NonNull;

use super::{ByteAllocator, for_each_allocator, implement_allocator};

for_each_allocator!(implement_allocator);
