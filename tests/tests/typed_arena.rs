//! `Arena` as its users know it: allocation, access, iteration, the standard traits.

use std::sync::Mutex;

use arenas::{Arena, Idx, IdxRange, Stamped};
use arenas_tests::checking::losing;
use arenas_tests::drops::DropLog;
use arenas_tests::panics::panic_message;

// Contract: S2
#[test]
fn an_arena_starts_empty() {
    let arena = Arena::<u8>::new();
    assert!(arena.is_empty());
    assert_eq!((arena.len(), arena.capacity(), arena.as_slice()), (0, 0, &[][..]));
    assert_eq!(arena.iter().next(), None);
    assert!(Arena::<u8>::default().is_empty());
}

// Contract: S2
#[test]
fn an_arena_can_be_made_in_a_static() {
    static EMPTY: Mutex<Arena<u8>> = Mutex::new(Arena::new());
    static STAMPED: Mutex<Arena<u8, Stamped<u8>>> = Mutex::new(Arena::with_index());
    let (mut plain, mut stamped) = (EMPTY.lock().unwrap(), STAMPED.lock().unwrap());
    assert_eq!(plain.alloc(1).into_raw(), 0);
    let index = stamped.alloc(2);
    assert_eq!(stamped[index], 2);
}

// Contract: S2
#[test]
fn indices_count_up_from_zero_and_name_their_values() {
    let mut arena = Arena::new();
    let indices: Vec<Idx<String>> = (0..10_000).map(|n: u32| arena.alloc(n.to_string())).collect();
    for (n, index) in indices.iter().enumerate() {
        assert_eq!(index.into_raw(), n);
        assert_eq!(arena[*index], n.to_string());
        assert_eq!(arena.get(*index), &n.to_string());
    }
    assert_eq!(arena.len(), 10_000);
}

// Contract: S2
#[test]
fn a_value_can_be_changed_through_its_index() {
    let mut arena = Arena::new();
    let index = arena.alloc(1);
    *arena.get_mut(index) += 1;
    arena[index] += 10;
    *arena.try_get_mut(index).unwrap() += 100;
    assert_eq!(arena[index], 112);
}

// Contract: S2
#[test]
fn an_index_without_a_value_gives_none_or_a_panic_with_numbers() {
    let mut arena = Arena::new();
    arena.alloc(1);
    let beyond = Idx::from_raw(99);
    assert_eq!((arena.try_get(beyond), arena.is_valid(beyond)), (None, false));
    assert_eq!(arena.try_get_mut(beyond), None);
    for message in [panic_message(|| arena[beyond]), panic_message(|| arena[beyond] = 1)] {
        for part in ["index out of bounds", "99", " 1 value"] {
            assert!(message.contains(part), "{message}");
        }
    }
    let range = IdxRange::inclusive(Idx::from_raw(0), Idx::from_raw(1)).unwrap();
    assert_eq!(arena.try_get_range(range), None);
    assert!(panic_message(|| arena[range].len()).contains("index out of bounds"));
}

// Contract: S2
#[test]
fn a_value_may_hold_its_own_index() {
    struct Node {
        own: Idx<Node>,
    }
    let mut arena = Arena::new();
    let first = arena.alloc_with(|own| Node { own });
    let second = arena.alloc_with(|own| Node { own });
    assert_eq!((arena[first].own, arena[second].own), (first, second));
}

// Contract: S2
#[test]
fn extending_names_the_first_of_the_new_values() {
    let mut arena = Arena::new();
    arena.alloc(0);
    let first = arena.alloc_extend([10, 20, 30]).unwrap();
    assert_eq!(first.into_raw(), 1);
    assert_eq!(arena.as_slice(), [0, 10, 20, 30]);
    assert_eq!(arena.alloc_extend([]), None);
    assert_eq!(arena.len(), 4);
}

// Contract: S2
#[test]
fn a_batch_names_exactly_its_own_values() {
    let mut arena = Arena::new();
    arena.alloc(0);
    let batch = arena.alloc_batch([10, 20, 30]);
    assert_eq!((batch.len(), batch.slots()), (3, 1..4));
    assert_eq!(arena[batch], [10, 20, 30]);
    arena[batch][1] = 21;
    assert_eq!(batch.iter().map(|index| arena[index]).collect::<Vec<_>>(), [10, 21, 30]);
    assert_eq!(arena.alloc_batch([]), IdxRange::EMPTY);
    assert_eq!(arena[IdxRange::EMPTY], []);
}

// Contract: S2
#[test]
fn several_values_can_be_borrowed_at_once_in_the_order_asked_for() {
    let mut arena: Arena<_> = (0..5).collect();
    let [a, b] = [Idx::from_raw(4), Idx::from_raw(1)];
    let [x, y] = arena.get_disjoint_mut([a, b]);
    assert_eq!((*x, *y), (4, 1));
    std::mem::swap(x, y);
    assert_eq!(arena.as_slice(), [0, 4, 2, 3, 1]);
    assert!(arena.try_get_disjoint_mut([a, b, a]).is_none());
    assert!(arena.try_get_disjoint_mut([a, Idx::from_raw(5)]).is_none());
    assert!(panic_message(|| arena.get_disjoint_mut([b, b]).len()).contains("slot 1"));
    assert!(panic_message(|| arena.get_disjoint_mut([b, Idx::from_raw(7)]).len()).contains("out of bounds"));
    assert_eq!(arena.get_disjoint_mut([]), [] as [&mut i32; 0]);
}

// Contract: S2
#[test]
fn iteration_is_in_the_order_of_allocation_from_both_ends() {
    let mut arena: Arena<_> = [1, 2, 3].into_iter().collect();
    assert!(arena.iter().eq(&[1, 2, 3]));
    assert!(arena.iter().rev().eq(&[3, 2, 1]));
    assert!((&arena).into_iter().eq(&[1, 2, 3]));
    for value in &mut arena {
        *value *= 10;
    }
    arena.iter_mut().rev().for_each(|value| *value += 1);
    assert_eq!(arena.iter().len(), 3);
    assert_eq!(arena.into_iter().collect::<Vec<_>>(), [11, 21, 31]);
}

// Contract: S2
#[test]
fn indexed_iteration_pairs_each_value_with_its_index() {
    let mut arena: Arena<_> = ["a", "b", "c", "d"].into_iter().collect();
    assert_eq!(arena.iter_indexed().len(), 4);
    for (index, value) in arena.iter_indexed() {
        assert_eq!(&arena[index], value);
    }
    let mut both = arena.iter_indexed();
    assert_eq!(both.next().map(|(index, value)| (index.into_raw(), *value)), Some((0, "a")));
    assert_eq!(both.next_back().map(|(index, value)| (index.into_raw(), *value)), Some((3, "d")));
    assert_eq!(both.nth(1).map(|(index, value)| (index.into_raw(), *value)), Some((2, "c")));
    assert!(both.next().is_none() && both.next_back().is_none() && both.len() == 0);
    for (index, value) in arena.iter_indexed_mut().rev() {
        *value = ["A", "B", "C", "D"][index.into_raw()];
    }
    assert_eq!(arena.as_slice(), ["A", "B", "C", "D"]);
    assert_eq!(arena.iter_indexed_mut().len(), 4);
    assert!(Arena::<u8>::new().iter_indexed().next().is_none());
}

// Contract: S2
#[test]
fn the_indices_of_all_values_are_listed() {
    let arena: Arena<_> = ["a", "b", "c"].into_iter().collect();
    assert_eq!(arena.indices().len(), 3);
    assert!(arena.indices().map(|index| arena[index]).eq(["a", "b", "c"]));
    assert_eq!(arena.indices().next_back(), Some(Idx::from_raw(2)));
    assert_eq!(format!("{:?}", arena.indices()), "[Idx(0), Idx(1), Idx(2)]");
}

// Contract: S2, C13
#[test]
fn reset_drops_all_values_keeps_the_memory_and_starts_again_at_zero() {
    let log = DropLog::new();
    let mut arena = Arena::with_capacity(8);
    arena.extend((0..3).map(|n| log.value(n)));
    let capacity = arena.capacity();
    arena.reset();
    assert_eq!((log.dropped(), arena.len(), arena.capacity()), (3, 0, capacity));
    assert_eq!(arena.alloc(log.value(9)).into_raw(), 0);
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: C9
#[test]
fn what_is_discarded_goes_newest_first_and_a_dropped_arena_oldest_first() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    arena.extend((0..3).map(|n| log.value(n)));
    let checkpoint = arena.checkpoint();
    arena.extend((3..6).map(|n| log.value(n)));
    arena.rollback(checkpoint);
    arena.reset();
    arena.extend((6..9).map(|n| log.value(n)));
    drop(arena);
    assert_eq!(log.order(), [5, 4, 3, 2, 1, 0, 6, 7, 8]);
}

// Contract: S2
#[test]
fn drain_gives_all_values_and_drops_none_itself() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    arena.extend((0..4).map(|n| log.value(n)));
    let capacity = arena.capacity();
    let drained: Vec<_> = arena.drain().collect();
    assert_eq!(log.dropped(), 0);
    assert_eq!(drained.iter().map(|value| value.number()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!((arena.len(), arena.capacity()), (0, capacity));
    drop(drained);
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: S2
#[test]
fn a_drain_that_is_dropped_early_empties_the_arena() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    arena.extend((0..4).map(|n| log.value(n)));
    let first = arena.drain().next();
    assert_eq!((log.dropped(), arena.len()), (3, 0));
    drop(first);
    log.assert_all_dropped_once();
}

// Contract: S2, C9
#[test]
fn a_forgotten_drain_leaks_but_leaves_the_arena_empty() {
    let log = losing(DropLog::new);
    let mut arena = Arena::new();
    let old = arena.alloc(losing(|| log.value(0)));
    // The memory of this one value is lost, as the name says: the checking allocator must not know of the box.
    std::mem::forget(arena.drain());
    assert!(arena.is_empty() && !arena.is_valid(old));
    arena.alloc(log.value(1));
    drop(arena);
    assert_eq!((log.dropped(), log.dropped_twice()), (1, 0));
}

// Contract: S2
#[test]
fn capacity_follows_reserve_and_shrink() {
    let mut arena = Arena::<u64>::with_capacity(100);
    assert!(arena.capacity() >= 100 && arena.is_empty());
    arena.alloc_extend(0..10);
    arena.shrink_to_fit();
    assert_eq!(arena.capacity(), 10);
    arena.reserve(100);
    assert!(arena.capacity() >= 110);
    arena.try_reserve(1000).unwrap();
    assert!(arena.capacity() >= 1010);
    assert_eq!(arena.as_slice(), (0..10).collect::<Vec<_>>());
    let mut none = Arena::with_capacity(0);
    assert_eq!(none.capacity(), 0);
    none.alloc(1);
    assert_eq!(none.len(), 1);
}

// Contract: C13
#[test]
fn shrinking_gives_bytes_back_but_never_values() {
    let mut arena = Arena::<u64>::with_capacity(1000);
    arena.alloc_extend(0..10);
    arena.shrink_to(800);
    assert_eq!(arena.stats().reserved, 800);
    arena.shrink_to(0);
    assert_eq!(arena.stats().reserved, 80);
    assert_eq!(arena.as_slice(), (0..10).collect::<Vec<_>>());
    arena.reset();
    arena.shrink_to(0);
    assert_eq!(arena.stats().reserved, 0);
    let mut units = Arena::with_capacity(3);
    units.alloc(());
    units.shrink_to(0);
    assert_eq!(units.len(), 1);
}

// Contract: C11
#[test]
fn stats_add_up_and_remember_the_peak() {
    let mut arena = Arena::<u64>::with_capacity(100);
    let empty = arena.stats();
    assert_eq!((empty.used, empty.free, empty.reserved, empty.chunks), (0, 800, 800, 1));
    arena.alloc_extend(0..60);
    let checkpoint = arena.checkpoint();
    arena.alloc_extend(0..20);
    arena.rollback(checkpoint);
    arena.alloc(1);
    let stats = arena.stats();
    assert_eq!((stats.used, stats.peak_used, stats.allocations), (61 * 8, 80 * 8, Some(61)));
    assert!(stats.metadata > 0);
    assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
    assert_eq!(Arena::<u64>::new().stats().chunks, 0);
    arena.drain();
    assert_eq!((arena.stats().used, arena.stats().peak_used), (0, 80 * 8));
}

// Contract: S2
#[test]
fn collecting_and_extending_keep_the_order() {
    let mut arena: Arena<u32> = (0..3).collect();
    arena.extend(3..5);
    arena.extend(&[5, 6]);
    assert_eq!(arena.as_slice(), [0, 1, 2, 3, 4, 5, 6]);
    arena.as_mut_slice().reverse();
    assert_eq!(arena.as_ref()[0], 6);
    assert_eq!(Vec::from(arena), [6, 5, 4, 3, 2, 1, 0]);
}

// Contract: S2
#[test]
fn arenas_compare_and_hash_by_their_values() {
    use std::collections::HashSet;
    let a: Arena<u32> = (0..3).collect();
    let mut b = Arena::with_capacity(100);
    b.extend(0..3);
    assert_eq!(a, b);
    assert!(HashSet::from([a]).contains(&b));
    b.alloc(3);
    assert_ne!(b, (0..3).collect());
}

// Contract: S2
#[test]
fn an_arena_prints_its_indices_and_values() {
    let arena: Arena<_> = ["a", "b"].into_iter().collect();
    assert_eq!(format!("{arena:?}"), r#"{Idx(0): "a", Idx(1): "b"}"#);
    assert_eq!(format!("{:?}", arena.iter_indexed()), r#"{Idx(0): "a", Idx(1): "b"}"#);
}

// Contract: S2
#[test]
fn a_clone_holds_its_own_copies() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    let first = arena.alloc(log.value(1));
    let mut clone = arena.clone();
    clone.alloc(log.value(2));
    assert_eq!((arena.len(), clone.len(), clone[first].number()), (1, 2, 1));
    drop(arena);
    assert_eq!(clone[first].number(), 1);
    drop(clone);
    log.assert_all_dropped_once();
}

// Contract: S2
#[test]
fn values_may_borrow_what_goes_away_before_the_arena() {
    let mut arena = Arena::new();
    let text = String::from("text");
    arena.alloc(text.as_str());
    assert_eq!(arena.as_slice(), ["text"]);
}
