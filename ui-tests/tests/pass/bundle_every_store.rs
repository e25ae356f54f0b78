#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused,
    unused_qualifications,
    single_use_lifetimes,
    unsafe_code,
    private_bounds,
    private_interfaces,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    rust_2018_idioms
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![no_implicit_prelude]
#![no_std]

//! Every kind of store, where nothing is in scope and much is denied.

extern crate arenas as renamed;

use ::core::assert_eq;
use ::core::option::Option::Some;
use ::core::result::Result::Ok;
use renamed::{ArenaAlloc, Blink, Region, RegionStore, RingStore, arena_struct};

/// Shadows a name that generated code needs.
#[derive(Debug)]
pub struct Vec;

/// A coin.
#[derive(ArenaAlloc, Debug)]
#[arena(store = RegionStore, repr = checked, crate = renamed, idx = r#loop)]
pub struct Coin<'a, T>(pub &'a T);

/// A packet.
#[derive(ArenaAlloc, Debug)]
#[arena(store = RingStore, buf = r#box, crate = renamed)]
pub struct Packet<T = u8, const N: usize = 4>(pub [T; N]);

/// A packet of a module.
#[derive(ArenaAlloc, Debug)]
#[arena(store = RingStore, vis = pub(crate), crate = renamed)]
pub(crate) struct Inner;

arena_struct!(
    /// One of each.
    #[arena(crate = renamed)]
    #[derive(Debug, Default)]
    pub struct All<'a, T> {
        /// Coins.
        pub coins: RegionStore<Coin<'a, T>>,
        /// Values of a type without an index.
        #[arena(idx = WordIdx)]
        pub r#words: RegionStore<Vec>,
        /// Blocks.
        pub blocks: Region,
        /// The same, spelled out.
        pub more: Region<'static>,
        /// Scratch.
        pub scratch: Blink,
        /// Packets.
        pub packets: RingStore<Packet>,
    }
);

fn main() {
    let mut all = All::new();
    let coin: r#loop = all.alloc(Coin(&1_u8));
    let word: WordIdx = all.alloc(Vec);
    let before = all.checkpoint();
    all.scratch.put(3_u8);
    all.rollback(before);
    assert_eq!((all[coin].0, all.is_valid(word), all.scratch.stats().used), (&1, true, 0));
    assert_eq!((all.blocks.capacity(), all.more.capacity()), (1 << 16, 1 << 16));

    let Ok(packet) = all.packets.alloc(Packet([1; 4])) else { return };
    let packet: r#box = packet;
    assert_eq!(packet.0, [1; 4]);
    let inner: ::core::option::Option<InnerBuf> = InnerStore::new(1).alloc(Inner).ok();
    assert_eq!(inner.is_some(), Some(()).is_some());
    assert_eq!(size_of_index(), (8, 4));
}

const fn size_of_index() -> (usize, usize) {
    (::core::mem::size_of::<r#loop>(), ::core::mem::size_of::<PacketIdx>())
}
