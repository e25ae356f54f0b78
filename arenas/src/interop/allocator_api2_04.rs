//! The `Allocator` trait of allocator-api2 0.4.
//!
//! ```
//! use allocator_api2_04::alloc::Allocator;
//! use arenas::Bitena;
//! use core::alloc::Layout;
//!
//! let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
//! let arena = Bitena::over(&mut memory);
//! let block = (&*arena).allocate(Layout::new::<[u64; 4]>())?;
//! assert_eq!(block.len(), 32);
//! # Ok::<(), allocator_api2_04::alloc::AllocError>(())
//! ```

use core::alloc::Layout;
use core::ptr::NonNull;

use allocator_api2_04::alloc::{AllocError, Allocator};

use super::{ByteAllocator, for_each_allocator, implement_allocator};

for_each_allocator!(implement_allocator);
