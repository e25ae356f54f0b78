//! How much room the stores of a bundle have, and what its table says.

#![allow(dead_code, reason = "items that are only stored")]

use std::thread;

use arenas::{Arena, ArenaAlloc, Bitena, FastArena, Stats, arena_struct};
use arenas_tests::panics::panic_message;

#[derive(ArenaAlloc, Debug)]
struct Item(u64);

#[derive(ArenaAlloc, Debug, PartialEq)]
#[arena(store = FastArena)]
struct Wide([u64; 8]);

#[derive(ArenaAlloc, Debug)]
#[arena(store = FastArena, repr = u16)]
struct Few(u8);

const ROOM: usize = 3;

arena_struct!(
    #[derive(Debug, Default)]
    struct Stated {
        #[arena(capacity = ROOM * 2)]
        items: Arena<Item>,
        #[arena(capacity = ROOM)]
        wide: FastArena<Wide>,
        #[arena(capacity = 64)]
        text: Bitena,
    }

    #[arena(shared)]
    #[derive(Debug, Default)]
    struct Unstated {
        wide: FastArena<Wide>,
        few: FastArena<Few>,
        #[arena(idx = UnitIdx)]
        units: FastArena<()>,
        text: Bitena,
    }
);

// Contract: S2, F5
#[test]
fn a_stated_capacity_is_what_the_store_gets() {
    let mut stated = Stated::new();
    assert_eq!((stated.items.capacity(), stated.wide.capacity(), stated.text.capacity()), (6, 3, 64));
    for n in 0..3 {
        stated.alloc_shared(Wide([n; 8]));
    }
    let refused = stated.try_alloc_shared(Wide([3; 8])).unwrap_err();
    assert!(refused.error().is_capacity());
    assert_eq!(refused.into_inner(), Wide([3; 8]));
    let message = panic_message(|| stated.alloc_shared(Wide([3; 8])));
    assert!(message.contains("arena full") && message.contains("capacity 3"), "{message}");
    assert!(stated.try_alloc_shared_batch([Wide([4; 8])]).is_err());
    // Through `&mut` nobody is in the way of growth.
    let index = stated.alloc(Wide([5; 8]));
    let batch = stated.alloc_batch((0..100_u32).map(|n| Wide([n.into(); 8])));
    assert_eq!((stated[index].0[0], stated[batch].len(), stated.wide.len()), (5, 100, 104));
}

// Contract: S2
#[test]
fn a_capacity_may_be_stated_for_one_bundle() {
    let stated = Stated::with_capacity(StatedCapacity { wide: 10, text: 0, ..Default::default() });
    assert_eq!((stated.items.capacity(), stated.wide.capacity(), stated.text.capacity()), (6, 10, 0));
    assert_eq!(Stated::default().wide.capacity(), 3);
}

// Contract: S2, F6
#[test]
fn an_unstated_shared_store_grows_while_many_threads_fill_it() {
    let bundle = Unstated::new();
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            let bundle = &bundle;
            scope.spawn(move || {
                for n in 0..16_000 {
                    let index = bundle.alloc_shared(Wide([thread * 16_000 + n; 8]));
                    assert_eq!(bundle[index].0[7], thread * 16_000 + n);
                    bundle.alloc_shared(());
                }
            });
        }
    });
    assert_eq!((bundle.wide.len(), bundle.units.len()), (64_000, 64_000));
    assert!(bundle.wide.capacity() >= 1 << 16 && bundle.units.capacity() >= 1 << 16);
    assert_eq!(Unstated::default().wide.capacity(), bundle.wide.capacity());
}

// Contract: S2
#[test]
fn an_unstated_store_has_at_most_the_slots_that_its_index_can_name() {
    let bundle = Unstated::new();
    assert_eq!(bundle.few.capacity(), 65_535);
    assert_eq!(bundle.text.capacity(), 64 << 10);
}

// Contract: C4
#[test]
fn a_capacity_that_is_not_to_be_had_is_an_error_or_a_panic_with_the_name_of_the_bundle() {
    for capacity in [
        StatedCapacity { items: usize::MAX, ..StatedCapacity::default() },
        StatedCapacity { items: isize::MAX as usize, ..StatedCapacity::default() },
        StatedCapacity { wide: usize::MAX - 1, ..StatedCapacity::default() },
        StatedCapacity { text: usize::MAX, ..StatedCapacity::default() },
    ] {
        assert!(Stated::try_with_capacity(capacity).is_err(), "{capacity:?}");
        let message = panic_message(|| Stated::with_capacity(capacity));
        assert!(message.contains("Stated"), "{message}");
    }
    assert!(Stated::try_new().is_ok());
}

// Contract: C11
#[test]
fn the_table_has_a_row_per_store_and_a_total() {
    let mut stated = Stated::new();
    stated.alloc(Item(1));
    stated.text.alloc_str("text");
    let stats = stated.stats();
    assert_eq!((stats.items.used, stats.text.used, stats.total().used), (8, 4, 12));
    let total: Stats = stats.total();
    assert_eq!(total.reserved, total.used + total.padding + total.free + total.metadata);
    let table = stats.to_string();
    let lines = table.lines().collect::<Vec<_>>();
    let starts = lines.iter().map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>();
    assert_eq!(starts, ["Stated", "items", "wide", "text", "total"]);
    assert!(lines[0].ends_with(Stats::HEADER));
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{table}");
}
