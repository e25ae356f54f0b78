//! Typed arenas with index handles.
//!
//! ```text
//!   idx         the handles: Idx, Stamped, IdxRange, and the trait that a newtype implements
//!   checkpoint  what was rolled back, in runs of slots: refuses stale checkpoints and stale checked handles
//!   arena       Arena: one thread, a Vec
//!   fast        FastArena: any thread, slots published one by one; writer, reserved: ways into it
//!   intern      InternArena, InternFastArena: equal values have one handle
//!   map, set    side tables by handle
//!   scoped      branded access: indices that are proven once, and read without a check
//! ```
//!
//! The handles and the list of runs serve every arena alike, so that values move from one kind of arena to another by a
//! changed type name.

#[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
pub(crate) mod address_space;
#[cfg(feature = "alloc")]
pub(crate) mod arena;
#[cfg(feature = "alloc")]
pub(crate) mod checkpoint;
#[cfg(feature = "alloc")]
pub(crate) mod disjoint;
#[cfg(feature = "alloc")]
pub mod fast;
#[cfg(feature = "alloc")]
pub(crate) mod fast_iter;
pub(crate) mod idx;
#[cfg(feature = "alloc")]
pub(crate) mod intern;
#[cfg(feature = "alloc")]
pub(crate) mod iter;
#[cfg(feature = "alloc")]
pub mod map;
pub(crate) mod newtype;
#[cfg(feature = "derive")]
pub mod options;
#[cfg(feature = "alloc")]
pub(crate) mod reserved;
#[allow(unsafe_code, reason = "says that the values of an arena stay, and that it puts values where it says")]
#[cfg(feature = "alloc")]
pub mod scoped;
#[cfg(feature = "alloc")]
pub mod set;
#[cfg(feature = "alloc")]
pub(crate) mod writer;

#[cfg(feature = "alloc")]
pub(crate) use crate::rest::Rest;
#[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
pub use address_space::AddressSpace;
#[cfg(feature = "alloc")]
pub use arena::Arena;
#[cfg(feature = "alloc")]
pub(crate) use checkpoint::Berth;
#[cfg(feature = "alloc")]
pub use checkpoint::{Checkpoint, CheckpointError};
#[cfg(feature = "alloc")]
pub use fast::FastArena;
#[cfg(feature = "alloc")]
pub use fast_iter::{CompleteIter, FastDrain, FastIntoIter, FastIterIndexedMut, FastIterMut};
pub use idx::{ArenaIdx, ArenaItem, CheckedIdx, Idx, IdxRange, IdxRangeIter, IdxStamp, Stamped};
#[cfg(feature = "alloc")]
pub(crate) use intern::Table as InternTable;
#[cfg(feature = "alloc")]
pub use intern::{Intern, InternArena, InternFastArena};
#[cfg(feature = "alloc")]
pub use iter::{Indices, IterIndexed, IterIndexedMut};
#[cfg(feature = "alloc")]
pub use map::ArenaMap;
#[cfg(feature = "alloc")]
pub use reserved::Reserved;
#[cfg(feature = "alloc")]
pub use scoped::{Brand, Brandable, BrandedIdx, BrandedRange, BrandedRangeIter, Scoped, ScopedWriter};
#[cfg(feature = "alloc")]
pub use set::ArenaSet;
#[cfg(feature = "alloc")]
pub use writer::Writer;
