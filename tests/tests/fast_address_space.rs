//! `FastArena::reserve_address_space`: grows through `&self`, never moves, costs what is used.

#![cfg(all(unix, target_pointer_width = "64"))]

use arenas::{AddressSpace, FastArena, Stamped};
use arenas_tests::checking::heap_use;
use arenas_tests::drops::DropLog;
use arenas_tests::threads::on_threads;

/// Memory of this process that is really there, in bytes.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4096
}

// Contract: F6
#[cfg(target_os = "linux")]
#[test]
fn a_billion_slots_cost_nothing_until_they_are_used() {
    let before = resident();
    let arena = FastArena::<u64>::reserve_address_space(1_000_000_000).unwrap();
    assert_eq!((arena.capacity(), arena.len()), (1_000_000_000, 0));
    arena.alloc_extend(0..100_000);
    drop(arena.clone());
    let used = resident().saturating_sub(before);
    // All of it would be nine gigabytes. Other tests of this program run meanwhile, and sanitizers have shadows.
    assert!(used < 1 << 30, "{used} bytes are resident for 900,000 bytes of values and states");
}

// Contract: F6
#[test]
fn values_stay_where_they_are_while_the_arena_grows_through_a_shared_reference() {
    let arena = FastArena::reserve_address_space(1 << 30).unwrap();
    let (first, heap) = heap_use(|| {
        let first = arena.alloc(0_u32);
        let place: &u32 = &arena[first];
        for n in 1..100_000 {
            arena.alloc(n);
        }
        assert!(std::ptr::eq(place, &raw const arena[first]));
        first
    });
    assert_eq!(heap.requests, 0);
    assert_eq!((arena[first], arena.len()), (0, 100_000));
    assert!(arena.as_slice().iter().copied().eq(0..100_000));
}

// Contract: F6
#[test]
fn it_behaves_as_any_other() {
    let log = DropLog::new();
    let mut arena = FastArena::reserve_address_space(100).unwrap();
    let kept = arena.alloc(log.value(0));
    let checkpoint = arena.checkpoint();
    let mut writer = arena.writer();
    writer.extend((1..10).map(|n| log.value(n)));
    drop(writer);
    arena.rollback(checkpoint);
    assert_eq!(log.order(), (1..10).rev().collect::<Vec<_>>());
    arena.alloc_batch((10..109).map(|n| log.value(n)));
    assert!(arena.try_alloc(log.value(200)).is_err());
    arena.grow();
    assert_eq!((arena.capacity(), arena.len(), arena[kept].number()), (200, 100, 0));
    arena.alloc(log.value(201));
    arena.grow_to(100);
    assert_eq!(arena.capacity(), 200);
    let clone = arena.clone();
    assert_eq!((clone.len(), clone.capacity()), (101, 200));
    assert_eq!(arena.drain().count(), 101);
    assert_eq!(arena.alloc(log.value(202)).into_raw(), 0);
    drop((arena, clone));
    log.assert_all_dropped_once();
}

// Contract: F6, C4
#[test]
fn what_cannot_be_reserved_is_an_error() {
    assert!(FastArena::<u8>::reserve_address_space(usize::MAX).unwrap_err().is_limit());
    let huge = FastArena::<[u64; 1 << 20]>::reserve_address_space(u32::MAX as usize - 1).unwrap_err();
    assert!(huge.is_out_of_memory(), "{huge}");
    let overflow = FastArena::<[u64; 1 << 29]>::reserve_address_space(u32::MAX as usize - 1).unwrap_err();
    assert!(overflow.is_layout_overflow(), "{overflow}");
    #[derive(Debug)]
    #[repr(align(65536))]
    struct Aligned;
    #[derive(Debug)]
    #[repr(align(65536))]
    struct AlignedByte(#[allow(dead_code, reason = "gives it a size")] u8);
    assert!(FastArena::<Aligned>::reserve_address_space(10).is_ok());
    assert!(FastArena::<AlignedByte>::reserve_address_space(10).unwrap_err().is_layout_overflow());
    let empty = FastArena::<u8>::reserve_address_space(0).unwrap();
    assert!(empty.try_alloc(1).is_err());
}

// Contract: F6, C5
#[test]
fn zero_sized_values_and_other_handles() {
    let arena: FastArena<(), Stamped<()>> = FastArena::reserve_address_space_with_index(1 << 31).unwrap();
    let index = arena.alloc(());
    assert!(arena.is_valid(index));
    assert_eq!((arena.capacity(), arena.stats().used), (1 << 31, 0));
}

// Contract: F6
#[test]
fn huge_pages_change_nothing_that_can_be_seen() {
    let mut arena: FastArena<u64, Stamped<u64>> = AddressSpace::new(1 << 30).huge_pages(true).reserve().unwrap();
    let first = arena.alloc(0);
    (1..1_000_000).for_each(|n| _ = arena.alloc(n));
    assert_eq!((arena[first], arena.len(), arena.capacity()), (0, 1_000_000, 1 << 30));
    arena.grow();
    assert!(arena.as_slice().iter().copied().eq(0..1_000_000));
    assert_eq!(arena.clone().capacity(), 1 << 31);
    let stats = arena.stats();
    assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
    // Not more than there is, however large the pages.
    let small: FastArena<u8> = AddressSpace::new(10).huge_pages(true).huge_pages(true).reserve().unwrap();
    small.alloc_extend(0..10);
    assert_eq!((small.stats().free, small.stats().metadata), (0, 10));
    assert!(AddressSpace::new(usize::MAX).reserve::<u8, arenas::Idx<u8>>().unwrap_err().is_limit());
}

// Contract: F6, F7
#[test]
fn threads_write_into_it() {
    let arena = FastArena::reserve_address_space(u32::MAX as usize - 1).unwrap();
    on_threads(4, |_| {
        let writer = arena.writer();
        (0..10_000_u64).for_each(|n| assert_eq!(arena[writer.alloc(n)], n));
    });
    assert_eq!(arena.iter_complete().count(), 40_000);
}

// Contract: C11, F6
#[test]
fn stats_show_the_memory_that_was_touched() {
    let mut arena = FastArena::<u64>::reserve_address_space(1_000_000_000).unwrap();
    assert_eq!((arena.stats().reserved, arena.stats().chunks), (0, 0));
    arena.alloc_extend(0..100_000);
    let held = |arena: &FastArena<u64>, used: usize| {
        let stats = arena.stats();
        assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
        assert_eq!((stats.used, stats.chunks), (used, 2));
        // Pages are not larger than 64 KiB.
        assert!((800_000..800_000 + (64 << 10)).contains(&(stats.used + stats.free)), "{stats:?}");
        assert!((100_000..100_000 + (64 << 10)).contains(&stats.metadata), "{stats:?}");
    };
    held(&arena, 800_000);
    let checkpoint = arena.checkpoint();
    let hole = arena.reserve();
    drop(hole);
    arena.rollback(checkpoint);
    held(&arena, 800_000);
    // What was touched stays, however the values leave.
    assert_eq!(arena.drain().count(), 100_000);
    held(&arena, 0);
    arena.alloc(1);
    arena.reset();
    held(&arena, 0);
    arena.alloc_extend(0..1000);
    arena.grow();
    let stats = arena.stats();
    assert_eq!(stats.used, 8000);
    assert!(stats.reserved < 4 * (64 << 10), "the memory of before is given back: {stats:?}");
    // Never more than there are slots.
    let full = FastArena::<u8>::reserve_address_space(10).unwrap();
    full.alloc_extend(0..10);
    assert_eq!((full.stats().free, full.stats().metadata), (0, 10));
}

// Contract: C2, C8, F11
#[test]
fn an_iterator_that_announces_more_than_the_heap_has_is_stored_all_the_same() {
    /// More than half a terabyte of these, says its size hint.
    struct Boasting(std::ops::Range<u8>);
    impl Iterator for Boasting {
        type Item = [u8; 4096];
        fn next(&mut self) -> Option<[u8; 4096]> {
            self.0.next().map(|byte| [byte; 4096])
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (usize::MAX, None)
        }
    }
    let arena = FastArena::<[u8; 4096]>::reserve_address_space(1 << 28).unwrap();
    let first = arena.try_alloc_extend(Boasting(0..3)).unwrap().unwrap();
    assert_eq!((arena[first][0], arena.len(), arena.as_slice()[2][4095]), (0, 3, 2));
    arena.alloc_extend(Boasting(3..5));
    assert_eq!(arena.len(), 5);
}
