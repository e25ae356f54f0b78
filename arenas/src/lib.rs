//! Typed arenas, bump, region and ring allocators on one small audited core.
//!
//! # Where the unsafe code is
//!
//! The crate denies `unsafe` at its root. The modules that need it are marked here, each with its reason, and that
//! list is the audit list.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]
#![warn(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core)]

#[cfg(feature = "alloc")]
extern crate alloc;

#[allow(unsafe_code, reason = "says for how long reserved bytes stay valid, and when they are taken back")]
mod bitena;
mod blink;
#[allow(unsafe_code, reason = "an owning pointer: dereferences it, and drops what it points to")]
mod boxed;
#[cfg(feature = "alloc")]
mod bundle;
mod error;
mod holds;
#[allow(unsafe_code, reason = "implements unsafe traits of other crates by the methods of the core")]
mod interop;
#[allow(unsafe_code, reason = "the unsafe core: every primitive that touches raw memory, with numbered invariants")]
#[deny(clippy::arithmetic_side_effects)]
mod raw;
#[allow(
    unsafe_code,
    reason = "hands out slices of the caller's memory, and keeps values in slots that it knows to be filled"
)]
mod region;
mod rest;
mod ring;
mod stats;
mod sync;
mod typed;

#[cfg(feature = "derive")]
pub use arenas_derive::ArenaAlloc;
#[cfg(all(feature = "alloc", feature = "derive"))]
pub use arenas_derive::arena_struct;
#[cfg(feature = "alloc")]
pub use bitena::BitenaCheckpoint;
pub use bitena::{Bitena, BorrowedBitena, LocalBitena};
#[cfg(feature = "alloc")]
pub use blink::BlinkCheckpoint;
pub use blink::{
    Blink, BlinkAlloc, BlinkAllocCache, BlinkAllocator, ByRef, ChunkSource, CoerceFromMut, Emplace, FrozenBlink,
    Global, IteratorExt, LocalBlinkAlloc, OneChunk, ScopeGuard, SendBlink, SyncBlinkAlloc,
};
#[cfg(feature = "std")]
pub use blink::{GlobalBlinkAlloc, UnsafeGlobalBlinkAlloc};
pub use boxed::ArenaBox;
#[cfg(feature = "alloc")]
pub use bundle::{IndexedBy, Indexes, ItemStore, SharedItemStore, StoredIn, StoredSharedIn, Stores, StoresShared};
pub use error::{AllocError, Rejected};
pub use holds::Holds;
#[cfg(feature = "alloc")]
pub use region::RegionStore;
pub use region::{
    FreeBySize, OffsetRegion, Region, RegionBlock, RegionError, RegionNode, RegionRun, RegionStats, Walk,
};
pub use rest::Rest;
pub use ring::{ExtBuf, FixedBuf, FixedBufMut, GenericBufMut, RingAl, TypedBufMut};
#[cfg(feature = "alloc")]
pub use ring::{RingBox, RingStore};
pub use stats::{Bytes, Stats};
#[cfg(feature = "alloc")]
pub use typed::{
    Arena, ArenaMap, ArenaSet, Checkpoint, CheckpointError, CompleteIter, FastArena, FastDrain, FastIntoIter,
    FastIterIndexedMut, FastIterMut, Indices, IterIndexed, IterIndexedMut, Reserved, Writer, fast, map, set,
};
pub use typed::{ArenaIdx, ArenaItem, Idx, IdxRange, IdxRangeIter, Stamped};

/// What the code that the macros write refers to. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use core;

    pub use crate::holds::{
        DropProbe, Drops, HasDropImpl, HoldsList, HoldsOwned, HoldsText, IsCopy, NoDropImpl, NotCopy, Plain, Probe,
        Unknown,
    };
    #[cfg(feature = "alloc")]
    pub mod bundle {
        pub use crate::bundle::{
            ARENA_SLOTS, BITENA_BYTES, BundleStore, FAST_ARENA_SLOTS, ItemStore, Mark, Rewind, RewindStore,
            SharedBundle, SharedItemStore, Step, made, reset, rollback, shared, table, total, transaction,
            try_rollback,
        };
    }

    pub use crate::typed::IdxStamp;
    pub use crate::typed::idx::{RawIdx16, RawIdx32, RawIdx64, RawStamped};
    pub use crate::typed::newtype::debug_index;
    pub use crate::{__arenas_index as index, __arenas_with_alloc as with_alloc};
}
