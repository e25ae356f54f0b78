//! Handles: what plain ones promise, and what stamped ones find out.

use std::collections::{BTreeSet, HashSet};

use arenas::{Arena, ArenaIdx, FastArena, Idx, IdxRange, Stamped};
use arenas_tests::panics::{panic_message, panics};

type Checked<T> = Arena<T, Stamped<T>>;

fn checked<T>() -> Checked<T> {
    Arena::with_index()
}

/// All ways to use a handle must agree that it is stale or foreign.
#[track_caller]
fn assert_refused<T: Clone + PartialEq + std::fmt::Debug>(arena: &mut Checked<T>, index: Stamped<T>) {
    assert!(!arena.is_valid(index));
    assert_eq!(arena.try_get(index), None);
    assert_eq!(arena.try_get_mut(index), None);
    assert!(arena.try_get_disjoint_mut([index]).is_none());
    assert_eq!(arena.try_get_range(IdxRange::from(index)), None);
    assert_eq!(arena.try_get_range_mut(IdxRange::from(index)), None);
    for message in [
        panic_message(|| arena.get(index).clone()),
        panic_message(|| arena.get_mut(index).clone()),
        panic_message(|| arena[index].clone()),
        panic_message(|| arena[IdxRange::from(index)].len()),
        panic_message(|| arena.get_disjoint_mut([index]).len()),
    ] {
        assert!(message.contains("stale or foreign"), "{message}");
    }
}

// Contract: S2
#[test]
fn an_index_is_four_bytes_and_so_is_its_option() {
    assert_eq!((size_of::<Idx<String>>(), size_of::<Option<Idx<String>>>()), (4, 4));
    assert_eq!((size_of::<Stamped<String>>(), size_of::<Option<Stamped<String>>>()), (8, 8));
}

// Contract: S2
#[test]
fn an_index_is_a_plain_value_whatever_it_names() {
    struct NoTraits;
    let mut arena = Arena::new();
    let (a, b) = (arena.alloc(NoTraits), arena.alloc(NoTraits));
    let copy = a;
    assert_eq!(a, copy);
    assert_ne!(a, b);
    assert!(a < b && b.max(a) == b);
    assert_eq!(HashSet::from([a, b, copy]).len(), 2);
    assert_eq!(BTreeSet::from([b, a]).first(), Some(&a));
    assert_eq!(format!("{a:?} {b:#?}"), "Idx(0) Idx(1)");
}

// Contract: S2
#[test]
fn a_number_makes_an_index_and_back() {
    const SEVEN: Idx<u8> = Idx::from_raw(7);
    assert_eq!(SEVEN.into_raw(), 7);
    assert_eq!(format!("{SEVEN:?}"), "Idx(7)");
    let last = u32::MAX as usize - 1;
    assert_eq!(Idx::<u8>::from_raw(last).into_raw(), last);
}

// Contract: S2, C4
#[test]
fn a_number_beyond_the_index_is_refused_and_never_wraps() {
    for number in [u32::MAX as usize, u32::MAX as usize + 1, usize::MAX] {
        assert!(panics(|| Idx::<u8>::from_raw(number)));
        assert_eq!(<Idx<u8> as ArenaIdx>::from_slot(number, ()), None);
    }
    let message = panic_message(|| Idx::<u8>::from_raw(usize::MAX));
    assert!(message.contains("4294967295"), "{message}");
}

// Contract: S2
#[test]
fn a_forged_plain_index_gives_a_value_or_none() {
    let mut arena = Arena::new();
    arena.alloc('a');
    assert_eq!(arena.try_get(Idx::from_raw(0)), Some(&'a'));
    assert_eq!(arena.try_get(Idx::from_raw(u32::MAX as usize - 1)), None);
}

// Contract: C12
#[test]
fn a_stamped_index_of_another_arena_is_refused() {
    let (mut a, mut b) = (checked(), checked());
    let (of_a, of_b) = (a.alloc("a"), b.alloc("b"));
    assert_eq!(of_a.into_raw(), of_b.into_raw());
    assert_refused(&mut a, of_b);
    assert_refused(&mut b, of_a);
    assert_eq!((a[of_a], b[of_b]), ("a", "b"));
}

// Contract: C12
#[test]
fn a_stamped_index_from_before_a_rollback_is_refused_also_when_the_slot_is_filled_again() {
    let mut arena = checked();
    let kept = arena.alloc("kept");
    let checkpoint = arena.checkpoint();
    let old = arena.alloc("old");
    arena.rollback(checkpoint);
    assert_refused(&mut arena, old);
    let new = arena.alloc("new");
    assert_eq!(new.into_raw(), old.into_raw());
    assert_refused(&mut arena, old);
    assert_eq!((arena[kept], arena[new]), ("kept", "new"));
}

// Contract: C12
#[test]
fn a_stamped_index_from_before_a_reset_or_drain_is_refused() {
    let mut arena = checked();
    let first = arena.alloc(1);
    arena.reset();
    let second = arena.alloc(2);
    assert_refused(&mut arena, first);
    drop(arena.drain());
    assert_refused(&mut arena, second);
    let third = arena.alloc(3);
    assert_refused(&mut arena, first);
    assert_refused(&mut arena, second);
    assert_eq!(arena[third], 3);
}

// Contract: C12
#[test]
fn a_stamped_index_of_a_forgotten_drain_is_refused() {
    let mut arena = checked();
    let old = arena.alloc(1);
    std::mem::forget(arena.drain());
    arena.alloc(2);
    assert_refused(&mut arena, old);
}

// Contract: C12
#[test]
fn a_stamped_index_that_a_panicking_constructor_kept_is_refused() {
    let mut arena = checked();
    let mut kept = None;
    assert!(panics(|| arena.alloc_with(|index| {
        kept = Some(index);
        panic!("no value")
    })));
    arena.alloc(1);
    assert_refused(&mut arena, kept.unwrap());
}

// Contract: C12
#[test]
fn a_stamped_index_of_zero_sized_values_is_checked_too() {
    let mut arena = checked();
    let old = arena.alloc(());
    let mut other = checked();
    let foreign = other.alloc(());
    assert_refused(&mut arena, foreign);
    arena.reset();
    arena.alloc(());
    assert_refused(&mut arena, old);
}

// Contract: S2
#[test]
fn stamped_indices_made_before_a_clone_are_valid_in_both_and_later_ones_in_one() {
    let mut original = checked();
    let shared = original.alloc("shared");
    let mut clone = original.clone();
    assert_eq!((original[shared], clone[shared]), ("shared", "shared"));
    let (in_original, in_clone) = (original.alloc("original"), clone.alloc("clone"));
    assert_refused(&mut original, in_clone);
    assert_refused(&mut clone, in_original);
    assert_eq!((original[in_original], clone[in_clone]), ("original", "clone"));
    clone.reset();
    clone.alloc("other");
    assert_refused(&mut clone, shared);
    assert_eq!(original[shared], "shared");
}

// Contract: C12
#[test]
fn a_stamped_index_is_refused_by_the_arena_that_took_the_place_of_its_own() {
    let mut arena = checked();
    let old = arena.alloc(1);
    let moved = std::mem::take(&mut arena);
    arena.alloc(2);
    assert_refused(&mut arena, old);
    assert_eq!(moved[old], 1);
}

// Contract: S2
#[test]
fn iteration_yields_stamped_indices_that_are_valid_across_rollbacks() {
    let mut arena = checked();
    for n in 0..20 {
        arena.alloc(n);
        let checkpoint = arena.checkpoint();
        arena.alloc(100 + n);
        if n % 3 == 0 {
            arena.rollback(checkpoint);
        }
    }
    let indices: Vec<_> = arena.indices().collect();
    assert_eq!(indices.len(), arena.len());
    for (index, value) in arena.iter_indexed() {
        assert_eq!(&arena[index], value);
        assert_eq!(indices[index.into_raw()], index);
    }
}

// Contract: S2
#[test]
fn a_range_knows_its_ends_and_its_members() {
    let mut arena = Arena::new();
    arena.alloc(0);
    let range = arena.alloc_batch(1..5);
    let [first, last] = [Idx::from_raw(1), Idx::from_raw(4)];
    assert_eq!((range.first(), range.last(), range.len()), (Some(first), Some(last), 4));
    assert_eq!((range.start(), range.end(), range.is_empty()), (1, 5, false));
    assert_eq!(
        (range.get(0), range.get(3), range.get(4), range.get(usize::MAX)),
        (Some(first), Some(last), None, None)
    );
    assert!(range.contains(first) && range.contains(last));
    assert!(!range.contains(Idx::from_raw(0)) && !range.contains(Idx::from_raw(5)));
    assert_eq!(format!("{range:?}"), "Idx(1)..=Idx(4)");
    assert_eq!(IdxRange::inclusive(first, last), Some(range));
    assert_eq!(IdxRange::inclusive(last, first), None);
    assert_eq!(range.into_iter().rev().map(Idx::into_raw).collect::<Vec<_>>(), [4, 3, 2, 1]);
    assert_eq!(size_of::<IdxRange<Idx<u8>>>(), 8);
}

// Contract: S2
#[test]
fn an_empty_range_names_nothing() {
    let range = IdxRange::<Idx<u8>>::EMPTY;
    assert_eq!((range.len(), range.is_empty(), range.first(), range.last()), (0, true, None, None));
    assert_eq!((range.slots(), range.get(0), range.iter().next(), range.iter().next_back()), (0..0, None, None, None));
    assert!(!range.contains(Idx::from_raw(0)));
    assert_eq!(IdxRange::default(), range);
    assert_eq!(format!("{range:?}"), "IdxRange::EMPTY");
}

// Contract: C12
#[test]
fn a_stamped_range_is_refused_once_its_values_are_gone() {
    let mut arena = checked();
    arena.alloc(0);
    let checkpoint = arena.checkpoint();
    let old = arena.alloc_batch([1, 2, 3]);
    assert_eq!(arena[old], [1, 2, 3]);
    arena.rollback(checkpoint);
    let new = arena.alloc_batch([4, 5, 6]);
    assert_eq!(old.slots(), new.slots());
    assert_eq!((arena.try_get_range(old), arena.try_get_range(new)), (None, Some(&[4, 5, 6][..])));
    assert!(panic_message(|| arena[old].len()).contains("stale or foreign"));
    let middle = arena.checkpoint();
    arena.alloc(7);
    arena.rollback(middle);
    assert_eq!(arena[new], [4, 5, 6]);
}

// Contract: S2
#[test]
fn a_stamped_range_does_not_span_generations() {
    let mut arena = checked();
    let first = arena.alloc(1);
    let checkpoint = arena.checkpoint();
    arena.alloc(2);
    arena.rollback(checkpoint);
    let second = arena.alloc(3);
    assert_eq!(IdxRange::inclusive(first, second), None);
    assert!(!IdxRange::from(first).contains(second));
}

/// Breaks every rule of `ArenaIdx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Liar(usize);

impl ArenaIdx for Liar {
    type Stamp = ();
    const MAX_SLOTS: usize = usize::MAX;

    fn from_slot(slot: usize, (): ()) -> Option<Self> {
        Some(Self(slot.wrapping_mul(7) % 5))
    }

    fn slot(self) -> usize {
        self.0
    }

    fn stamp(self) {}
}

// Contract: C1
#[test]
fn an_index_type_that_lies_gives_some_value_or_an_error() {
    assert_eq!(IdxRange::inclusive(Liar(0), Liar(usize::MAX)), None);
    let all = IdxRange::inclusive(Liar(0), Liar(usize::MAX - 1)).unwrap();
    assert_eq!(all.len(), usize::MAX);

    let mut arena: Arena<Box<usize>, Liar> = Arena::with_index();
    let fast: FastArena<Box<usize>, Liar> = FastArena::with_capacity_and_index(20);
    for n in 0..10 {
        for index in [arena.alloc(Box::new(n)), fast.alloc(Box::new(n))] {
            assert!(arena.try_get(index).is_none_or(|value| **value <= n));
            assert!(fast.try_get(index).is_none_or(|value| **value <= n));
        }
    }
    assert!(arena.try_get_range(all).is_none() && fast.try_get_range(all).is_none());
    for len in 0..9 {
        for range in [arena.try_alloc_batch((0..len).map(Box::new)), fast.try_alloc_batch((0..len).map(Box::new))] {
            let Ok(range) = range else { continue };
            let _ = (arena.try_get_range(range), fast.try_get_range(range), range.iter().take(9).count());
        }
    }
    let _ = (arena.iter_indexed().count(), fast.iter_complete().count());
}
