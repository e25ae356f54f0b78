//! Typed arenas with index handles.

pub(crate) mod idx;

pub use idx::{ArenaIdx, ArenaItem, Idx, IdxRange, IdxRangeIter, IdxStamp, Stamped};
