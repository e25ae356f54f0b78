//! Typed arenas, bump, region and ring allocators on one small audited core, and macros that bundle them.
//!
//! A program that builds many small objects with one lifetime pays the general allocator for a freedom that it does not
//! use. An arena hands out memory by moving a cursor, and takes it back all at once. This crate has the five shapes that
//! such programs need, with one vocabulary: the same names, errors, statistics and index types everywhere.
//!
//! # Which one when
//!
//! | you have | take | how values die |
//! |---|---|---|
//! | values of one type that refer to each other, built by one thread | [`Arena`] | together, or back to a [`Checkpoint`] |
//! | the same, built by many threads | [`FastArena`] | together |
//! | several such types that belong together (an AST, a graph, a world) | [`arena_struct!`] | together, all or nothing |
//! | plain data of any types and a known amount, from any thread | [`Bitena`] | never dropped; owners are refused at compile time |
//! | scratch memory of an unknown amount, reset again and again | [`Blink`], [`BlinkAlloc`] | dropped at reset |
//! | buffers that come and go in about the order they were made, across threads | [`RingAl`] | each by itself, soon |
//! | blocks of any size that live for any time, in memory of your own | [`Region`], [`OffsetRegion`] | each by itself |
//! | values of one type that live for any time, at most so many | [`RegionStore`] | each by itself, handles are checked |
//!
//! ```text
//!                    one by one?
//!                 no /         \ yes
//!           one type?           in order of age?
//!          yes /  \ no           yes /    \ no
//!   Arena, FastArena  amount known?   RingAl   Region, RegionStore
//!                      yes /  \ no
//!                    Bitena   Blink
//! ```
//!
//! # Ten lines
//!
#![cfg_attr(feature = "derive", doc = "```")]
#![cfg_attr(not(feature = "derive"), doc = "```ignore")]
//! use arenas::{Arena, ArenaAlloc, arena_struct};
//!
//! #[derive(ArenaAlloc, Debug)]
//! enum Expr { Lit(i64), Add(ExprIdx, ExprIdx), Call { name: NameIdx, args: Vec<ExprIdx> } }
//! #[derive(ArenaAlloc, Debug)]
//! struct Name(String);
//!
//! arena_struct!(
//!     #[derive(Default)]
//!     struct Ast { exprs: Arena<Expr>, names: Arena<Name> }
//! );
//!
//! let mut ast = Ast::default();
//! let one = ast.alloc(Expr::Lit(1)); // an `ExprIdx`: 4 bytes, `Copy`
//! let sum = ast.alloc(Expr::Add(one, one));
//! let guess: Result<ExprIdx, &str> = ast.transaction(|ast| {
//!     let name = ast.alloc(Name("maximum".into()));
//!     ast.alloc(Expr::Call { name, args: vec![sum] });
//!     Err("no such function") // both values are dropped again, each from its own store
//! });
//! assert!(guess.is_err() && ast.exprs.len() == 2 && ast.names.is_empty());
//! assert!(matches!(ast[sum], Expr::Add(left, _) if left == one));
//! ```
//!
//! # Indices or references
//!
//! [`Arena`] and [`FastArena`] hand out indices: small, `Copy`, `Send`, free of lifetimes, good for graphs and for
//! values that are changed later; the arena grows and moves as it likes. [`Bitena`] and [`Blink`] hand out references:
//! no look-up, any type, but everything borrows from the arena. A plain index of another arena gives *some* valid value;
//! [`Stamped`] ones, and bundles of `repr = checked` types, find that out. Inside a [scope](scoped) that is an error at
//! compile time, and indices are read without a check.
//!
//! # Errors and panics
//!
//! Every allocating method has a `try_` twin. It never panics, and gives back what was to be stored in a [`Rejected`].
//! The method itself panics with the allocator's name, what was asked and what was left. A destructor that panics makes
//! nothing else leak and nothing drop twice; so does a closure or an iterator.
//!
//! # Threads
//!
//! [`Bitena`], [`FastArena`] and [`SyncBlinkAlloc`] allocate from any thread through `&self`, without locks; each has a
//! local form ([`LocalBitena`], [`Writer`], [`LocalBlinkAlloc`]) that takes runs of memory and is as fast as code for one
//! thread. Buffers of a [`RingAl`] are released on any thread. "Lock-free" here means that a thread which is
//! stopped anywhere never keeps another from finishing; the protocols are model-checked.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `std` | yes | `std::io` traits, thread-locals; implies `alloc` |
//! | `alloc` | with `std` | all that takes memory from the global allocator; without it [`Bitena::over`], `BlinkAlloc::over`, [`Region::with_nodes`] and `RingAl::over` work on memory of the caller |
//! | `derive` | yes | `#[derive(ArenaAlloc)]` and [`arena_struct!`] |
//! | `mmap` | yes | [`FastArena`] can reserve address space and grow through `&self`, on 64-bit unix |
//! | `serde` | no | indices, typed stores, side tables and bundles with `#[arena(serde)]`; what is read is checked |
//! | `allocator-api2` | no | the `Allocator` trait of allocator-api2 0.2, for hashbrown and others |
//! | `allocator-api2-04` | no | the same trait of allocator-api2 0.4 |
//! | `nightly` | no | the `Allocator` trait of the standard library, for its own `Vec` and `Box`; needs a nightly compiler |
//!
//! # AddressSanitizer
//!
//! Built with `-Zsanitizer=address` and `--cfg arenas_asan` in `RUSTFLAGS`, the crate tells the sanitizer what is free inside
//! arenas, so that unsafe code which uses a value after a reset, a rollback or a release, or bytes beyond the tip, is
//! reported at the instruction (`use-after-poison`). No byte count changes. With `--cfg arenas_redzones` beside it there
//! are forbidden bytes between allocations, and an overrun into a neighbour is reported as well. A [`Region`] does so on
//! request, see [`Region::poison_free`]. Memory of the caller is permitted again when the allocator goes; one that is
//! forgotten keeps it forbidden.
//!
//! # Where the unsafe code is
//!
//! The crate denies `unsafe` at its root. The modules that need it are marked in `lib.rs`, each with its reason, and
//! that list is the audit list. Nearly all of it is in `raw/`, whose invariants are numbered and cited.
//!
//! # Further
//!
//! The `guide` module has a page for each question: which one, how they look in memory, indices, destructors, threads,
//! limits, and the way from bumpalo, typed-arena, slotmap, la-arena and bytes. Users of the crates that this one
//! re-implements find every name in [`coming_from`].

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(feature = "nightly", feature(allocator_api))]
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
pub mod coming_from;
mod error;
#[cfg(all(feature = "std", feature = "derive"))]
pub mod guide;
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
pub use bundle::{
    AnyIdxError, IndexedBy, IndexedMutBy, Indexes, IndexesMut, InternStore, InternedIn, Interns, ItemStore, PacksInto,
    ReadSlices, ReadStore, Remap, Remapper, SharedInternStore, SharedItemStore, SliceStore, SlicedBy, SlicedMutBy,
    StoredIn, StoredSharedIn, Stores, StoresShared,
};
pub use error::{AllocError, Rejected};
pub use holds::{AssertDropless, Holds};
pub use region::{
    FreeBySize, OffsetRegion, Region, RegionBlock, RegionError, RegionNode, RegionRun, RegionStats, Walk,
};
#[cfg(feature = "alloc")]
pub use region::{RegionStore, RegionStoreIter, RegionStoreIterMut};
pub use rest::Rest;
pub use ring::{ExtBuf, FixedBuf, FixedBufMut, GenericBufMut, RingAl, TypedBufMut};
#[cfg(feature = "alloc")]
pub use ring::{RingBox, RingStore};
pub use stats::{Bytes, Stats};
#[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
pub use typed::AddressSpace;
#[cfg(feature = "alloc")]
pub use typed::{
    Arena, ArenaMap, ArenaSet, Brand, Brandable, BrandedIdx, BrandedRange, BrandedRangeIter, Checkpoint,
    CheckpointError, CompleteIter, FastArena, FastDrain, FastIntoIter, FastIterIndexedMut, FastIterMut, Indices,
    Intern, InternArena, InternFastArena, IterIndexed, IterIndexedMut, Reserved, Scoped, ScopedWriter, Writer, fast,
    map, scoped, set,
};
pub use typed::{ArenaIdx, ArenaItem, CheckedIdx, Idx, IdxRange, IdxRangeIter, Stamped};

/// What the code that the macros write refers to. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use core;

    #[cfg(feature = "alloc")]
    pub use crate::bundle::any;
    pub use crate::holds::{
        DropProbe, Drops, HasDropImpl, HoldsList, HoldsOwned, HoldsText, IsCopy, NoDropImpl, NotCopy, Plain, Probe,
        Unknown,
    };
    #[cfg(feature = "derive")]
    pub use crate::typed::options;

    /// The names that a derived impl of `Holds` uses, spelled as nobody else spells his.
    pub mod lazy {
        pub use crate::{Bitena as __ArenasBitena, Holds as __ArenasHolds};
        pub use core::primitive::bool as __ArenasBool;
    }

    /// The same, with what checks the fields at the definition.
    pub mod eager {
        pub use super::lazy::*;
        pub use crate::holds::{DropProbe as __ArenasDropProbe, NoDropImpl as _, NotCopy as _, Probe as __ArenasProbe};
    }

    #[cfg(feature = "alloc")]
    pub mod bundle {
        pub use crate::bundle::{
            ARENA_SLOTS, BITENA_BYTES, BLINK_BYTES, BundleStore, CheckedBundle, Checks, CutTable, FAST_ARENA_SLOTS,
            ItemStore, KeyedBy, Mark, Moves, Moving, MovingTable, REGION_BYTES, REGION_SLOTS, RING_BYTES, RING_SLOTS,
            RemapIn, RemapStoreIn, RemapTableIn, Rewind, RewindStore, SharedBundle, SharedItemStore, SideTable, Step,
            TABLE_SLOTS, append, checked, compact, follow, get, get_mut, get_range, get_range_mut, made, recycling,
            rejected, reset, rollback, shared, table, total, transaction, try_rollback,
        };
    }

    #[cfg(feature = "serde")]
    pub mod serde {
        pub use crate::bundle::Ends;
        pub use crate::interop::serde::{
            SerdeBundle, Source, assign, deserialize, end, links, refill, serialize, table_links,
        };
        pub use serde_core::de::Deserializer;
        pub use serde_core::ser::{SerializeStruct, Serializer};
        pub use serde_core::{Deserialize, Serialize};
    }

    pub use crate::typed::IdxStamp;
    pub use crate::typed::idx::{RawIdx16, RawIdx32, RawIdx64, RawStamped};
    pub use crate::typed::newtype::{IdxNewtype, debug_index};
    pub use crate::{__arenas_index as index, __arenas_with_alloc as with_alloc, __arenas_with_serde as with_serde};
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
