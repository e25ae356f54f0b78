//! Every kind of store as a field of a bundle: what is in it after rollback, reset and drop, and what the table says.

#![allow(dead_code, reason = "items that are only stored")]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arenas::{
    Arena, ArenaAlloc, Bitena, Blink, CheckpointError, FastArena, Region, RegionError, RegionStore, RingAl, RingStore,
    Stores, arena_struct,
};
use arenas_tests::drops::{DropLog, Logged};
use arenas_tests::panics::{panic_message, panics};

#[derive(ArenaAlloc, Debug)]
struct Node(Logged);

#[derive(ArenaAlloc, Debug)]
#[arena(store = RegionStore)]
struct Coin(Logged);

#[derive(ArenaAlloc, Debug)]
#[arena(store = RingStore)]
struct Job(Logged);

arena_struct!(
    /// One of each.
    #[derive(Debug, Default)]
    struct All {
        nodes: Arena<Node>,
        #[arena(idx = WordIdx, capacity = 10)]
        words: FastArena<u64>,
        #[arena(capacity = 1 << 10)]
        bytes: Bitena,
        scratch: Blink,
        #[arena(capacity = 3)]
        coins: RegionStore<Coin>,
        #[arena(idx = ByteIdx, capacity = 4)]
        singles: RegionStore<u8>,
        #[arena(capacity = 1000)]
        blocks: Region,
        #[arena(capacity = 4096)]
        buffers: RingAl,
        #[arena(capacity = 2)]
        jobs: RingStore<Job>,
    }
);

/// One value in each store, from `first` on: node, word, byte, scratch, coin, job.
fn one_of_each(all: &mut All, log: &DropLog, first: u32) -> (NodeIdx, CoinIdx) {
    let node = all.alloc(Node(log.value(first)));
    all.alloc(u64::from(first));
    all.bytes.alloc_str("text");
    all.scratch.put(log.value(first + 1));
    let coin = all.alloc(Coin(log.value(first + 2)));
    assert_eq!(all[coin].0.number(), first + 2);
    (node, coin)
}

// Contract: S2, R9
#[test]
fn rollback_covers_what_is_never_freed_one_by_one_and_nothing_else() {
    let log = DropLog::new();
    let mut all = All::new();
    let (node, coin) = one_of_each(&mut all, &log, 0);
    let checkpoint = all.checkpoint();
    let (late_node, late_coin) = one_of_each(&mut all, &log, 10);
    let block = all.blocks.alloc(100);
    let buffer = all.buffers.fixed(64).unwrap();
    let job = all.jobs.alloc(Job(log.value(20))).unwrap();
    let freed = all.coins.free(coin);

    all.rollback(checkpoint);
    assert_eq!(log.order(), [11, 10], "the scratch is after the nodes, and goes first");
    assert_eq!((all.nodes.len(), all.words.len(), all.bytes.used()), (1, 1, 4));
    assert_eq!((all.scratch.pending_drops(), all.coins.len(), all.jobs.stats().allocations), (1, 1, Some(1)));
    assert!(all.is_valid(node) && !all.is_valid(late_node));
    assert!(all.is_valid(late_coin) && !all.is_valid(coin), "what was freed stays so");
    assert!(all.blocks.region_stats().used > 0 && all.buffers.stats().used >= 64);
    drop((freed, buffer, job));
    all.blocks.free(block);
    drop(all);
    assert_eq!(log.order(), [11, 10, 2, 20, 0, 1, 12]);
}

// Contract: S2
#[test]
fn a_transaction_that_fails_or_panics_empties_the_scratch_and_keeps_the_coins() {
    let log = DropLog::new();
    let mut all = All::new();
    let refused: Result<(), CoinIdx> = all.transaction(|all| Err(one_of_each(all, &log, 0).1));
    assert_eq!(log.order(), [1, 0]);
    assert_eq!(all.coins.free(refused.unwrap_err()).0.number(), 2);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        all.transaction(|all| -> Result<(), ()> {
            one_of_each(all, &log, 10);
            panic!("inside")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(log.order(), [1, 0, 2, 11, 10]);
    assert_eq!((all.coins.len(), all.scratch.stats().used), (1, 0));
}

// Contract: S2
#[test]
fn a_scratch_that_was_reset_refuses_the_rollback_of_all() {
    let log = DropLog::new();
    let mut all = All::new();
    one_of_each(&mut all, &log, 0);
    let checkpoint = all.checkpoint();
    one_of_each(&mut all, &log, 10);
    all.scratch.reset();
    assert!(matches!(all.try_rollback(checkpoint), Err(CheckpointError::Beyond { .. })));
    all.scratch.copy_slice(&[0_u64; 1000]);
    assert!(matches!(all.try_rollback(checkpoint), Err(CheckpointError::Diverged { .. })));
    assert_eq!((all.nodes.len(), all.words.len()), (2, 2), "all or nothing");
    let message = panic_message(|| all.rollback(checkpoint));
    assert!(message.contains("All: store `scratch` refuses the rollback"), "{message}");
    let other = All::new();
    assert_eq!(all.try_rollback(other.checkpoint()), Err(CheckpointError::Foreign));
}

// Contract: S2
#[test]
fn reset_empties_all_but_what_is_owned_elsewhere() {
    let log = DropLog::new();
    let mut all = All::new();
    let (_, coin) = one_of_each(&mut all, &log, 0);
    all.blocks.alloc(100);
    let buffer = all.buffers.fixed(64).unwrap();
    let job = all.jobs.alloc(Job(log.value(20))).unwrap();
    all.reset();
    assert_eq!(log.order(), [0, 1, 2]);
    assert_eq!(job.0.number(), 20);
    assert!(!all.is_valid(coin));
    assert_eq!(all.blocks.region_stats().used, 0);
    drop((buffer, job));
    assert_eq!(all.stats().total().used, 0);
}

// Contract: S2, B1
#[test]
fn a_destructor_that_panics_in_the_scratch_spares_no_other_store() {
    let log = DropLog::new();
    let mut all = All::new();
    one_of_each(&mut all, &log, 0);
    all.scratch.put(log.value(5));
    log.panic_at(5);
    assert!(panics(|| all.reset()));
    assert_eq!(log.order(), [0, 5, 1, 2]);
    log.assert_all_dropped_once();
}

// Contract: S2, B4
#[test]
fn the_table_has_a_row_for_each_kind_of_store() {
    let log = DropLog::new();
    let mut all = All::new();
    one_of_each(&mut all, &log, 0);
    all.blocks.alloc(100);
    let stats = all.stats();
    assert!(stats.scratch.used >= size_of::<Logged>() && stats.coins.used == size_of::<Coin>());
    assert_eq!((stats.coins.allocations, stats.coins.used + stats.coins.free), (Some(1), 3 * size_of::<Coin>()));
    assert_eq!((stats.blocks.used, stats.blocks.used + stats.blocks.free), (112, 1008));
    let table = stats.to_string();
    for name in ["nodes", "words", "bytes", "scratch", "coins", "singles", "blocks", "buffers", "jobs", "total"] {
        assert!(table.lines().any(|line| line.starts_with(name)), "{name} has no row in\n{table}");
    }
}

// Contract: S2
#[test]
fn a_capacity_is_that_of_the_store() {
    let all = All::with_capacity(AllCapacity { coins: 7, blocks: 64, scratch: 1 << 16, ..AllCapacity::default() });
    assert_eq!((all.coins.capacity(), all.blocks.capacity(), all.blocks.align()), (7, 64, 16));
    all.scratch.put_no_drop(0_u8);
    assert!(all.stats().scratch.reserved >= 1 << 16);
    let default = AllCapacity::default();
    assert_eq!((default.coins, default.singles, default.blocks, default.scratch), (3, 4, 1000, 0));
    let refused = All::try_with_capacity(AllCapacity { blocks: usize::MAX, ..default });
    assert!(refused.unwrap_err().is_layout_overflow());
    let refused = All::try_with_capacity(AllCapacity { blocks: isize::MAX as usize / 2, ..default });
    assert!(refused.unwrap_err().is_out_of_memory());
    let refused = All::try_with_capacity(AllCapacity { coins: usize::MAX, ..default });
    assert!(refused.is_err());
}

// Contract: S2, R9
#[test]
fn values_of_a_region_store_are_allocated_by_type_and_freed_once() {
    let log = DropLog::new();
    let mut all = All::new();
    let coins: Vec<CoinIdx> = (0..3).map(|id| all.alloc(Coin(log.value(id)))).collect();
    let refused = all.try_alloc(Coin(log.value(3))).unwrap_err();
    assert!(refused.error().is_capacity());
    assert_eq!(refused.into_inner().0.number(), 3);
    assert!(panic_message(|| all.alloc(Coin(log.value(4)))).contains("RegionStore"));

    all.coins.free(coins[1]);
    let again = all.alloc_with(|own: CoinIdx| {
        assert_ne!(own, coins[1]);
        Coin(log.value(5))
    });
    assert_eq!((all[again].0.number(), all.get_mut(coins[0]).0.number()), (5, 0));
    assert_eq!(all.coins.try_free(coins[1]).unwrap_err(), RegionError::Freed);
    assert!(all.try_get(coins[1]).is_none() && !all.is_valid(coins[1]));
    assert!(panics(|| all[coins[1]].0.number()));
    assert_eq!(Stores::<Coin>::store(&all).len(), 3);

    let first: Option<ByteIdx> = all.alloc_extend([1_u8, 2, 3]);
    assert_eq!(all[first.unwrap()], 1);
    let rest = all.try_alloc_extend([4_u8, 5, 6]).unwrap_err().into_inner();
    assert_eq!((rest.collect::<Vec<_>>(), all.singles.len()), (vec![5, 6], 4));
}

// Contract: R9, B1
#[test]
fn a_value_that_cannot_be_made_takes_no_slot() {
    let mut store = RegionStore::<String>::with_capacity(1);
    let calls = Cell::new(0);
    for _ in 0..3 {
        assert!(panics(|| store.alloc_with(|_| -> String {
            calls.set(calls.get() + 1);
            panic!("no value")
        })));
        store.check();
        assert!(store.is_empty());
    }
    let own = Cell::new(None);
    let index = store.alloc_with(|index| {
        own.set(Some(index));
        String::from("a value")
    });
    assert_eq!((own.get(), store[index].as_str()), (Some(index), "a value"));
    let refused = store.try_alloc_with(|_| -> String { unreachable!("there is no room") });
    assert!(refused.unwrap_err().error().is_capacity());
    assert_eq!(calls.get(), 3);
}

// Contract: R9
#[test]
fn an_index_of_a_region_store_is_checked_and_small() {
    assert_eq!((size_of::<CoinIdx>(), size_of::<ByteIdx>()), (8, 8));
    assert_eq!(size_of::<Option<CoinIdx>>(), 8);
}

// Contract: R8
#[test]
fn a_region_that_owns_its_memory_cannot_be_cut() {
    let mut region = Region::with_capacity(4096);
    assert_eq!(region.sub_region(1024).unwrap_err(), RegionError::OwnedMemory);
    assert_eq!(region.sub_region_with_nodes(1024, &mut []).unwrap_err(), RegionError::OwnedMemory);
    assert_eq!(region.region_stats().used, 0);
    let block = region.try_alloc(std::alloc::Layout::new::<[u64; 512]>()).unwrap();
    assert_eq!(region.write(block, b"its own bytes"), b"its own bytes");
    assert!(region.alloc(1).is_null());
}

// Contract: R1
#[test]
fn a_region_of_its_own_memory_has_at_least_the_bytes_and_the_alignment_that_were_asked_for() {
    for (bytes, align, usable) in [(0, 16, 0), (1, 16, 16), (100, 64, 128), (4096, 4096, 4096)] {
        let mut region = Region::with_capacity_and_align(bytes, align);
        assert_eq!((region.capacity(), region.align()), (usable, align));
        if usable > 0 {
            let block = region.alloc(usable);
            assert!(!block.is_null() && block.addr().is_multiple_of(align));
            region.free(block);
        }
        region.check();
    }
    assert_eq!(Region::try_with_capacity_and_align(1, 3).unwrap_err(), RegionError::BadAlignment { align: 3 });
    assert_eq!(Region::try_with_capacity(usize::MAX).unwrap_err(), RegionError::LayoutOverflow);
    let message = panic_message(|| Region::with_capacity(isize::MAX as usize - 15));
    assert!(message.contains("Region") && message.contains("out of memory"), "{message}");
}
