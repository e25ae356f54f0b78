//! Closures, iterators and destructors that panic or lie.

use arenas::{Arena, Stamped};
use arenas_tests::drops::{DropLog, Logged};
use arenas_tests::panics::panics;

/// Gives its items, promises something else, and may panic.
struct Liar<F> {
    promised: usize,
    next: F,
}

impl<T, F: FnMut() -> Option<T>> Iterator for Liar<F> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        (self.next)()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.promised, Some(self.promised))
    }
}

impl<T, F: FnMut() -> Option<T>> ExactSizeIterator for Liar<F> {}

/// Values 0, 1, 2 … of the log: `count` of them, then the end, or a panic.
fn items(log: &DropLog, promised: usize, count: u32, panics: bool) -> impl ExactSizeIterator<Item = Logged> {
    let (log, mut made) = (log.clone(), 0);
    Liar {
        promised,
        next: move || {
            if made == count {
                assert!(!panics, "iterator");
                return None;
            }
            made += 1;
            Some(log.value(made - 1))
        },
    }
}

fn numbers<I>(arena: &Arena<Logged, I>) -> Vec<u32> {
    arena.iter().map(Logged::number).collect()
}

// Contract: C8
#[test]
fn a_constructor_that_panics_stores_nothing() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    arena.alloc(log.value(0));
    assert!(panics(|| arena.alloc_with(|_| -> Logged { panic!("constructor") })));
    assert_eq!(numbers(&arena), [0]);
    assert_eq!(arena.alloc(log.value(1)).into_raw(), 1);
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: C8
#[test]
fn extending_keeps_what_a_panicking_iterator_gave_before() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    assert!(panics(|| arena.alloc_extend(items(&log, 9, 3, true))));
    assert_eq!(numbers(&arena), [0, 1, 2]);
    arena.alloc(log.value(3));
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: C8
#[test]
fn extending_believes_no_size_hint() {
    for promised in [0, 1, 1000, isize::MAX as usize, usize::MAX] {
        let log = DropLog::new();
        let mut arena = Arena::new();
        assert_eq!(arena.alloc_extend(items(&log, promised, 20, false)).map(|index| index.into_raw()), Some(0));
        assert_eq!(numbers(&arena), (0..20).collect::<Vec<_>>());
        drop(arena);
        log.assert_all_dropped_once();
    }
}

// Contract: C8, S2
#[test]
fn a_batch_whose_iterator_panics_gives_its_slots_back() {
    let log = DropLog::new();
    let mut arena: Arena<Logged, Stamped<Logged>> = Arena::with_index();
    let kept = arena.alloc(log.value(9));
    assert!(panics(|| arena.alloc_batch(items(&log, 5, 3, true))));
    assert_eq!((numbers(&arena), log.order()), (vec![9], vec![2, 1, 0]));
    assert!(arena.is_valid(kept));
    let range = arena.alloc_batch(items(&log, 2, 2, false));
    assert_eq!(range.slots(), 1..3);
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: C8, S2
#[test]
fn a_batch_of_too_few_items_is_shorter() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    let range = arena.alloc_batch(items(&log, 5, 3, false));
    assert_eq!((range.len(), numbers(&arena)), (3, vec![0, 1, 2]));
    assert!(arena.alloc_batch(items(&log, 5, 0, false)).is_empty());
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: C8, S2
#[test]
fn a_batch_does_not_take_a_surplus() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    let mut given = items(&log, 3, 5, false);
    let range = arena.alloc_batch(given.by_ref());
    assert_eq!((range.len(), numbers(&arena)), (3, vec![0, 1, 2]));
    assert_eq!(log.made(), 3);
    assert_eq!(given.next().map(|value| value.number()), Some(3));
}

// Contract: C8, C4
#[test]
fn a_batch_that_promises_too_much_is_refused_untouched() {
    for promised in [isize::MAX as usize, usize::MAX] {
        let log = DropLog::new();
        let mut arena = Arena::new();
        let rejected = arena.try_alloc_batch(items(&log, promised, 3, false)).unwrap_err();
        assert!(rejected.error().is_limit() || rejected.error().is_layout_overflow());
        assert_eq!((log.made(), arena.len()), (0, 0));
        assert_eq!(rejected.into_inner().take(3).count(), 3);
        assert!(panics(|| arena.alloc_batch(items(&log, promised, 3, false))));
        log.assert_all_dropped_once();
    }
}

// Contract: C7
#[test]
fn a_panicking_destructor_in_a_transaction_drops_nothing_twice() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    arena.alloc(log.value(0));
    log.panic_at(2);
    assert!(panics(|| {
        arena.transaction(|arena| -> Result<(), ()> {
            arena.extend((1..4).map(|n| log.value(n)));
            Err(())
        })
    }));
    assert_eq!((numbers(&arena), log.order()), (vec![0], vec![3, 2, 1]));
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: C7
#[test]
fn a_panicking_destructor_in_a_dropped_drain_or_arena_drops_nothing_twice() {
    for position in 0..4 {
        let log = DropLog::new();
        let mut arena = Arena::new();
        arena.extend((0..4).map(|n| log.value(n)));
        log.panic_at(position);
        assert!(panics(|| drop(arena.drain())));
        assert_eq!((arena.len(), log.dropped()), (0, 4));
        arena.extend((4..8).map(|n| log.value(n)));
        log.panic_at(4 + position);
        assert!(panics(|| drop(arena)));
        log.assert_all_dropped_once();
    }
}

// Contract: C7
#[test]
fn two_panicking_destructors_one_after_the_other_are_both_survived() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    arena.alloc(log.value(0));
    let checkpoint = arena.checkpoint();
    arena.alloc(log.value(1));
    log.panic_at(1);
    assert!(panics(|| arena.rollback(checkpoint)));
    log.panic_at(0);
    assert!(panics(|| arena.reset()));
    arena.alloc(log.value(2));
    assert_eq!(numbers(&arena), [2]);
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: C8
#[test]
fn a_clone_that_panics_leaves_the_original_whole() {
    struct Fragile<'a>(&'a std::cell::Cell<u32>);
    impl Clone for Fragile<'_> {
        fn clone(&self) -> Self {
            assert!(self.0.get() > 0, "clone");
            self.0.set(self.0.get() - 1);
            Self(self.0)
        }
    }
    let budget = std::cell::Cell::new(2);
    let arena: Arena<_> = (0..4).map(|_| Fragile(&budget)).collect();
    assert!(panics(|| arena.clone()));
    assert_eq!(arena.len(), 4);
}
