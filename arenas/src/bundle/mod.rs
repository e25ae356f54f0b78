//! What the code that `arena_struct!` makes stands on.
//!
//! The macro writes a struct, a few plain types and one-line implementations; the behaviour is here.
//!
//! ```text
//!   ast.alloc(expr)      Stores<Expr>       the item type names the store      ┬─ ItemStore: also RegionStore
//!   ast[index]           IndexedBy<ExprIdx> the index type names the store     ┘
//!   ast.alloc_batch      Stores<Expr>       the same, for contiguous items     ┬─ SliceStore: Arena, FastArena
//!   ast[range]           SlicedBy<ExprIdx>                                     ┘
//!   ast.intern(name)     Interns<Name>      equal values have one index        ── InternStore: arenas that intern
//!   graph.alloc_shared   StoresShared<Node> through `&self`                    ── SharedItemStore: FastArena
//!   a.append(b), compact  Remap            every index inside an item follows      ── RemapStore: also RegionStore
//!   ast.checkpoint()     Rewind             one Mark per store; all or nothing ── RewindStore: also Bitena, Blink
//!   ast.types[index]     SideTable         what is known of an item, which goes with it   ── ArenaMap, ArenaSet
//!   ast.stats(), reset   a slice of stores                                     ── BundleStore: all
//! ```
//!
//! A kind of store joins by implementing [`BundleStore`] and whichever of [`RewindStore`], [`ItemStore`],
//! [`SliceStore`] and [`SharedItemStore`] it can, and by a row in the table of the macro crate.

pub mod any;
mod checked;
mod intern;
mod items;
mod kinds;
mod methods;
mod moving;
mod moving_stores;
mod remap;
mod remap_std;
mod rewind;
mod store;
mod tables;

pub use any::{AnyIdxError, PacksInto};
pub use checked::{CheckedBundle, Checks, checked, get, get_mut, get_range, get_range_mut};
pub use intern::{InternStore, InternedIn, Interns, SharedInternStore};
pub use items::{
    IndexedBy, IndexedMutBy, Indexes, IndexesMut, ItemStore, ReadSlices, ReadStore, SharedItemStore, SliceStore,
    SlicedBy, SlicedMutBy, StoredIn, StoredSharedIn, Stores, StoresShared,
};
pub use kinds::{
    ARENA_SLOTS, BITENA_BYTES, BLINK_BYTES, FAST_ARENA_SLOTS, REGION_BYTES, REGION_SLOTS, RING_BYTES, RING_SLOTS,
    TABLE_SLOTS, recycling,
};
pub use moving::{Moving, RemapIn, RemapStoreIn, append, compact};
#[cfg(feature = "serde")]
pub use remap::Ends;
pub use remap::{Moves, Remap, Remapper};
pub use rewind::{Mark, Rewind, RewindStore, Step, rollback, transaction, try_rollback};
pub use store::{BundleStore, SharedBundle, made, rejected, reset, shared, table, total};
pub use tables::{CutTable, KeyedBy, MovingTable, RemapTableIn, SideTable, follow};
#[cfg(feature = "serde")]
pub(crate) use {moving::RemapStore, tables::RemapTable};
