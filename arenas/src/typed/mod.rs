//! Typed arenas with index handles.

#[cfg(feature = "alloc")]
pub(crate) mod arena;
#[cfg(feature = "alloc")]
pub(crate) mod checkpoint;
#[cfg(feature = "alloc")]
pub(crate) mod disjoint;
pub(crate) mod idx;
#[cfg(feature = "alloc")]
pub(crate) mod iter;
pub(crate) mod newtype;

#[cfg(feature = "alloc")]
pub use arena::Arena;
#[cfg(feature = "alloc")]
pub use checkpoint::{Checkpoint, CheckpointError};
pub use idx::{ArenaIdx, ArenaItem, Idx, IdxRange, IdxRangeIter, IdxStamp, Stamped};
#[cfg(feature = "alloc")]
pub use iter::{Indices, IterIndexed, IterIndexedMut, Rest};
