//! Chunked bump allocators with O(1) reset.
//!
//! ```text
//!   BlinkAlloc        one thread                          Blink<A>
//!   SyncBlinkAlloc    many threads, one RMW per block       values on top of any of them,
//!   LocalBlinkAlloc   one thread, windows of a shared one   with destructors
//!   BlinkAllocCache   warm ones for tasks
//!   GlobalBlinkAlloc  as #[global_allocator]
//! ```
//!
//! Take memory in growing chunks from a base allocator ([`ChunkSource`]), cut blocks from it by moving a cursor, and give
//! everything back at once. After a few rounds of the same work one chunk holds it all, and the base allocator is not
//! asked any more.
//!
//! ```text
//!   chunk:  | header | block | block | block |              |
//!                                            ^ cursor        ^ end
//! ```
//!
//! **When not.** Where values are freed one by one in no order, memory is held until the reset. Where the greatest size is
//! known before, a [`Bitena`](crate::Bitena) is simpler. Where values refer to each other, the index handles of
//! an [`Arena`](crate::Arena) need no lifetimes.
//!
//! **Cost.** A block takes a load, an addition, a comparison and a store; a shared one a compare-exchange. Every block is
//! rounded up to 8 bytes. A chunk has a header of four words.
//!
//! **Who may call.** `BlinkAlloc`, `LocalBlinkAlloc` and `Blink` are of one thread at a time, `SyncBlinkAlloc` and
//! `BlinkAllocCache` of all. `reset` takes `&mut`: the borrow checker knows that nothing of before is used.

mod cache;
mod checkpoint;
mod emplace;
#[cfg(feature = "std")]
#[allow(unsafe_code, reason = "implements the unsafe trait of global allocators")]
mod global;
#[allow(unsafe_code, reason = "hands on unsafe methods of raw::chunk, and the unsafe trait of bumping allocators")]
mod local;
#[allow(unsafe_code, reason = "Send for an empty arena, and a root that points into the arena beside it")]
mod scope;
#[allow(unsafe_code, reason = "hands on unsafe methods of raw::shared, and the unsafe trait of bumping allocators")]
mod sync;
mod values;

pub use crate::raw::blocks::BlinkAllocator;
pub use crate::raw::source::{ByRef, ChunkSource, Global, OneChunk};
pub use cache::BlinkAllocCache;
#[cfg(feature = "alloc")]
pub use checkpoint::BlinkCheckpoint;
pub use emplace::{CoerceFromMut, Emplace, IteratorExt};
#[cfg(feature = "std")]
pub use global::{GlobalBlinkAlloc, UnsafeGlobalBlinkAlloc};
pub use local::BlinkAlloc;
pub use scope::{FrozenBlink, ScopeGuard, SendBlink};
pub use sync::{LocalBlinkAlloc, SyncBlinkAlloc};
pub use values::Blink;
