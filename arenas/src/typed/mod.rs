//! Typed arenas with index handles.

#[cfg(feature = "alloc")]
pub(crate) mod checkpoint;
pub(crate) mod idx;

#[cfg(feature = "alloc")]
pub use checkpoint::{Checkpoint, CheckpointError};
pub use idx::{ArenaIdx, ArenaItem, Idx, IdxRange, IdxRangeIter, IdxStamp, Stamped};
