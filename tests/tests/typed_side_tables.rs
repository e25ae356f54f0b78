//! `ArenaMap` and `ArenaSet`.

use std::collections::{BTreeMap, BTreeSet};

use arenas::map::Entry;
use arenas::{Arena, ArenaMap, ArenaSet, Idx, Stamped};
use arenas_tests::drops::DropLog;
use arenas_tests::panics::{panic_message, panics};
use proptest::prelude::*;

fn at(slot: usize) -> Idx<()> {
    Idx::from_raw(slot)
}

// Contract: S2
#[test]
fn a_map_takes_keys_in_any_order_and_gives_them_in_slot_order() {
    let mut map = ArenaMap::new();
    assert_eq!((map.insert(at(5), 'f'), map.insert(at(1), 'b'), map.insert(at(3), 'd')), (None, None, None));
    assert_eq!(map.insert(at(1), 'B'), Some('b'));
    assert_eq!((map.len(), map.is_empty()), (3, false));
    assert!(map.iter().eq([(at(1), &'B'), (at(3), &'d'), (at(5), &'f')]));
    assert!(map.iter().rev().map(|(key, _)| key.into_raw()).eq([5, 3, 1]));
    assert!(map.keys().eq([at(1), at(3), at(5)]));
    assert!(map.values().eq(&['B', 'd', 'f']));
    assert_eq!((map.iter().len(), map.keys().rev().len(), map.values().len()), (3, 3, 3));
    assert_eq!(format!("{map:?}"), "{Idx(1): 'B', Idx(3): 'd', Idx(5): 'f'}");
}

// Contract: S2
#[test]
fn a_map_finds_only_what_was_put_in() {
    let mut map = ArenaMap::from([(at(2), 20)]);
    assert_eq!((map.get(at(2)), map.get(at(1)), map.get(at(99))), (Some(&20), None, None));
    assert!(map.contains(at(2)) && map.contains_key(at(2)) && !map.contains(at(0)));
    *map.get_mut(at(2)).unwrap() += 1;
    map[at(2)] += 1;
    assert_eq!(map[at(2)], 22);
    assert!(panic_message(|| map[at(7)]).contains("slot 7"));
    assert_eq!((map.remove(at(2)), map.remove(at(2)), map.remove(at(99))), (Some(22), None, None));
    assert!(map.is_empty());
}

// Contract: S2
#[test]
fn an_entry_looks_and_fills_in_one_step() {
    let mut map = ArenaMap::new();
    *map.entry(at(1)).or_insert(0) += 1;
    *map.entry(at(1)).or_insert_with(|| 100) += 1;
    *map.entry(at(2)).or_default() += 5;
    map.entry(at(3)).or_insert_with_key(|key| key.into_raw() as i32);
    map.entry(at(1)).and_modify(|value| *value *= 10).or_insert(7);
    map.entry(at(4)).and_modify(|value| *value *= 10).or_insert(7);
    assert!(map.iter().map(|(key, value)| (key.into_raw(), *value)).eq([(1, 20), (2, 5), (3, 3), (4, 7)]));
    match map.entry(at(3)) {
        Entry::Occupied(mut entry) => {
            assert_eq!((entry.key(), *entry.get(), entry.insert(33)), (at(3), 3, 3));
            *entry.get_mut() += 1;
            assert_eq!(entry.remove_entry(), (at(3), 34));
        }
        Entry::Vacant(_) => panic!("it has a value"),
    }
    match map.entry(at(3)) {
        Entry::Occupied(_) => panic!("it has none"),
        Entry::Vacant(entry) => assert_eq!((entry.key(), *entry.try_insert(3).unwrap()), (at(3), 3)),
    }
    assert_eq!(map.entry(at(9)).key(), at(9));
    assert_eq!(map.len(), 4);
}

// Contract: S2
#[test]
fn a_map_is_changed_and_emptied_through_its_iterators() {
    let mut map: ArenaMap<_, _> = (0..6).map(|n| (at(2 * n), n)).collect();
    map.iter_mut().for_each(|(_, value)| *value *= 10);
    map.values_mut().rev().for_each(|value| *value += 1);
    for (_, value) in &mut map {
        *value += 1;
    }
    map.retain(|key, _| key.into_raw() % 4 == 0);
    assert!(map.values().eq(&[2, 22, 42]));
    map.extend([(at(1), 1)]);
    map.extend([(at(3), &3)]);
    assert_eq!(map.clone().into_iter().map(|(_, value)| value).collect::<Vec<_>>(), [2, 1, 3, 22, 42]);
    assert_eq!(map.drain().next_back(), Some((at(8), 42)));
    assert_eq!((map.len(), map.iter().next()), (0, None));
}

// Contract: S2
#[test]
fn maps_are_equal_when_their_entries_are() {
    let mut a = ArenaMap::from([(at(1), 'x'), (at(99), 'y')]);
    let b = ArenaMap::from([(at(1), 'x')]);
    assert_ne!(a, b);
    a.remove(at(99));
    assert_eq!(a, b);
    a.shrink_to_fit();
    assert_eq!((a.capacity(), a.get(at(1))), (2, Some(&'x')));
}

// Contract: S2
#[test]
fn side_tables_are_cut_back_with_their_arena() {
    let mut arena = Arena::new();
    let (mut map, mut set) = (ArenaMap::new(), ArenaSet::new());
    let mut checkpoint = arena.checkpoint();
    for n in 0..200 {
        if n == 70 {
            checkpoint = arena.checkpoint();
        }
        let index = arena.alloc(n);
        map.insert(index, n);
        set.insert(index);
    }
    arena.rollback(checkpoint);
    map.truncate_to(checkpoint);
    set.truncate_to(checkpoint);
    assert!(map.keys().eq(arena.indices()));
    assert!(set.iter().eq(arena.indices()));
    assert_eq!((map.len(), set.len()), (70, 70));
    map.truncate_to(checkpoint);
    set.truncate_to(checkpoint);
    assert_eq!((map.len(), set.len()), (70, 70));
}

// Contract: C7, C9
#[test]
fn a_map_drops_each_value_once_also_when_a_destructor_panics() {
    let log = DropLog::new();
    let mut map: ArenaMap<_, _> = (0..6).map(|n| (at(n as usize), log.value(n))).collect();
    map.insert(at(0), log.value(10));
    let mut arena = Arena::new();
    arena.alloc_extend([(), ()]);
    log.panic_at(4);
    assert!(panics(|| map.truncate_to(arena.checkpoint())));
    assert_eq!((map.len(), map.iter().count()), (2, 2));
    log.panic_at(1);
    assert!(panics(|| map.clear()));
    assert_eq!((map.len(), map.iter().count()), (0, 0));
    map.insert(at(3), log.value(7));
    drop(map);
    log.assert_all_dropped_once();
}

// Contract: C12
#[test]
fn side_tables_do_not_take_a_stale_stamped_index_for_a_fresh_one() {
    let mut arena: Arena<&str, Stamped<&str>> = Arena::with_index();
    let checkpoint = arena.checkpoint();
    let old = arena.alloc("old");
    let (mut map, mut set) = (ArenaMap::from([(old, 1)]), ArenaSet::from([old]));
    arena.rollback(checkpoint);
    let new = arena.alloc("new");
    assert!(map.get(new).is_none() && map.get_mut(new).is_none() && map.remove(new).is_none());
    assert!(!set.contains(new) && !set.remove(new));
    assert_eq!(map.insert(new, 2), None);
    assert!(set.insert(new));
    assert_eq!((map.len(), set.len()), (1, 1));
    assert!(map.iter().eq([(new, &2)]));
    assert!(set.iter().eq([new]));
    assert!(!map.contains(old) && !set.contains(old));
    assert!(&ArenaSet::from([old]) & &set == ArenaSet::new());
    assert!((&ArenaSet::from([old]) | &set) == set);
}

// Contract: S2
#[test]
fn a_set_knows_its_members() {
    let mut set = ArenaSet::new();
    assert!(set.insert(at(64)) && set.insert(at(3)) && !set.insert(at(3)));
    assert_eq!((set.len(), set.is_empty()), (2, false));
    assert!(set.contains(at(3)) && set.contains(at(64)));
    assert!(!set.contains(at(0)) && !set.contains(at(65)) && !set.contains(at(9999)));
    assert!(set.iter().eq([at(3), at(64)]) && set.iter().rev().eq([at(64), at(3)]));
    assert_eq!(format!("{set:?}"), "{Idx(3), Idx(64)}");
    assert!(set.remove(at(3)) && !set.remove(at(3)) && !set.remove(at(9999)));
    set.extend(&[at(1), at(2)]);
    set.retain(|index| index != at(2));
    assert_eq!(set.clone().into_iter().collect::<Vec<_>>(), [at(1), at(64)]);
    set.clear();
    assert!(set.is_empty() && set.iter().next().is_none() && set.iter().next_back().is_none());
}

// Contract: C4
#[test]
fn capacities_that_cannot_be_are_errors() {
    assert!(ArenaMap::<Idx<()>, u64>::try_with_capacity(usize::MAX).unwrap_err().is_layout_overflow());
    assert!(ArenaSet::<Stamped<()>>::try_with_capacity(usize::MAX).is_err());
    assert!(ArenaMap::<Idx<()>, u64>::with_capacity(9).capacity() >= 9);
    assert!(ArenaSet::<Idx<()>>::with_capacity(65).capacity() >= 65);
}

// Contract: C2
#[test]
fn a_map_hands_a_value_back_that_it_has_no_room_for() {
    // 2^32 entries of 64 KiB each are more than an address space has.
    let mut map: ArenaMap<Idx<()>, [u8; 1 << 16]> = ArenaMap::new();
    let far = at(u32::MAX as usize - 1);
    let rejected = map.try_insert(far, [7; 1 << 16]).unwrap_err();
    assert!(rejected.error().is_out_of_memory());
    assert_eq!((rejected.into_inner()[9], map.len(), map.get(far)), (7, 0, None));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    // Contract: S2
    #[test]
    fn a_map_agrees_with_a_tree_map(steps in prop::collection::vec((0..5u8, 0..150usize, any::<u32>()), 0..80)) {
        let (mut map, mut model) = (ArenaMap::new(), BTreeMap::new());
        for (step, slot, value) in steps {
            match step {
                0 | 1 => prop_assert_eq!(map.insert(at(slot), value), model.insert(slot, value)),
                2 => prop_assert_eq!(map.remove(at(slot)), model.remove(&slot)),
                3 => prop_assert_eq!(*map.entry(at(slot)).or_insert(value), *model.entry(slot).or_insert(value)),
                _ => {
                    map.retain(|key, _| key.into_raw() != slot);
                    model.retain(|&key, _| key != slot);
                }
            }
            prop_assert_eq!(map.len(), model.len());
            prop_assert!(map.iter().map(|(key, value)| (key.into_raw(), value)).eq(model.iter().map(|(&key, value)| (key, value))));
            prop_assert!(map.iter().rev().map(|(key, _)| key.into_raw()).eq(model.keys().rev().copied()));
        }
    }

    // Contract: S2
    #[test]
    fn a_set_agrees_with_a_tree_set(
        a in prop::collection::btree_set(0..300usize, 0..60),
        b in prop::collection::btree_set(0..300usize, 0..60),
        turns in prop::collection::vec(any::<bool>(), 0..80),
    ) {
        let of = |slots: &BTreeSet<usize>| slots.iter().map(|&slot| at(slot)).collect::<ArenaSet<_>>();
        let slots = |set: &ArenaSet<Idx<()>>| set.iter().map(Idx::into_raw).collect::<BTreeSet<_>>();
        let (x, y) = (of(&a), of(&b));
        prop_assert_eq!(slots(&x), a.clone());
        prop_assert_eq!(slots(&(&x | &y)), &a | &b);
        prop_assert_eq!(slots(&(&x & &y)), &a & &b);
        prop_assert_eq!(slots(&(&x - &y)), &a - &b);
        prop_assert_eq!(slots(&(&x ^ &y)), &a ^ &b);
        prop_assert_eq!((&x | &y).len(), (&a | &b).len());
        prop_assert!(x.union(&y).map(Idx::into_raw).eq(a.union(&b).copied()));
        prop_assert!(x.intersection(&y).map(Idx::into_raw).eq(a.intersection(&b).copied()));
        prop_assert!(x.difference(&y).map(Idx::into_raw).eq(a.difference(&b).copied()));
        prop_assert!(x.symmetric_difference(&y).map(Idx::into_raw).eq(a.symmetric_difference(&b).copied()));
        prop_assert_eq!(x.is_subset(&y), a.is_subset(&b));
        prop_assert_eq!(x.is_superset(&(&x & &y)), true);
        prop_assert_eq!(x.is_disjoint(&y), a.is_disjoint(&b));
        prop_assert_eq!(x == y, a == b);
        let (mut ours, mut theirs) = (x.iter(), a.iter().copied());
        for front in turns {
            let pair = if front { (ours.next(), theirs.next()) } else { (ours.next_back(), theirs.next_back()) };
            prop_assert_eq!(pair.0.map(Idx::into_raw), pair.1);
            prop_assert_eq!(ours.len(), theirs.len());
        }
    }
}
