//! What was wrong in the typed arenas that came before, and must not come back.

use std::cell::Cell;
use std::rc::Rc;

use arenas::{Arena, CheckpointError, Idx, Stamped};
use arenas_tests::drops::{DropLog, Logged};
use arenas_tests::panics::{panic_message, panics};

// Contract: C7
#[test]
fn defect_11_a_panicking_destructor_in_a_rollback_drops_nothing_twice() {
    for position in 0..4 {
        let log = DropLog::new();
        let mut arena = Arena::new();
        let checkpoint = arena.checkpoint();
        arena.extend((0..4).map(|n| log.value(n)));
        log.panic_at(position);
        assert!(panics(|| arena.rollback(checkpoint)));
        assert_eq!((log.order(), arena.len()), (vec![3, 2, 1, 0], 0));
        arena.alloc(log.value(4));
        assert_eq!(arena.as_slice(), [4]);
        drop(arena);
        log.assert_all_dropped_once();
    }
}

// Contract: C7
#[test]
fn defect_11_a_panicking_destructor_in_a_reset_drops_nothing_twice() {
    for position in 0..4 {
        let log = DropLog::new();
        let mut arena = Arena::new();
        arena.extend((0..4).map(|n| log.value(n)));
        log.panic_at(position);
        assert!(panics(|| arena.reset()));
        assert_eq!((log.order(), arena.len()), (vec![3, 2, 1, 0], 0));
        arena.alloc(log.value(4));
        drop(arena);
        log.assert_all_dropped_once();
    }
}

// Contract: C12
#[test]
fn defect_14_a_stale_index_does_not_read_the_value_that_took_its_slot() {
    let mut arena: Arena<&str, Stamped<&str>> = Arena::with_index();
    let checkpoint = arena.checkpoint();
    let old = arena.alloc("old");
    arena.rollback(checkpoint);
    arena.alloc("new");
    assert!(!arena.is_valid(old) && arena.try_get(old).is_none());
    assert!(panic_message(|| arena[old]).contains("stale or foreign"));
}

// Contract: C12
#[test]
fn defect_14_a_foreign_index_does_not_read_a_value_of_another_arena() {
    let mut a: Arena<u32, Stamped<u32>> = Arena::with_index();
    let mut b: Arena<u32, Stamped<u32>> = Arena::with_index();
    let (_, of_b) = (a.alloc(1), b.alloc(2));
    assert!(!a.is_valid(of_b) && a.try_get(of_b).is_none());
}

// Contract: S2
#[test]
fn defect_14_a_foreign_checkpoint_is_refused() {
    let (mut a, mut b) = (Arena::new(), Arena::new());
    a.alloc(1);
    let of_a = a.checkpoint();
    b.alloc_extend([1, 2, 3]);
    assert_eq!(b.try_rollback(of_a), Err(CheckpointError::Foreign));
    assert_eq!(b.as_slice(), [1, 2, 3]);
}

// Contract: S2
#[test]
fn defect_14_a_diverged_checkpoint_is_refused() {
    let mut arena = Arena::new();
    arena.alloc(1);
    let gone = arena.checkpoint();
    arena.reset();
    arena.alloc_extend([100, 200]);
    assert_eq!(arena.try_rollback(gone), Err(CheckpointError::Diverged { checkpoint: 1, len: 2 }));
    assert_eq!(arena.as_slice(), [100, 200]);
}

// Contract: C10
#[test]
fn defect_15_an_index_of_values_that_stay_on_their_thread_may_leave_it() {
    let mut arena: Arena<Rc<Cell<u8>>> = Arena::new();
    let index = arena.alloc(Rc::new(Cell::new(7)));
    let back = std::thread::spawn(move || index).join().unwrap();
    assert_eq!(arena[back].get(), 7);
}

// Contract: C10
#[test]
fn defect_15_an_index_and_an_arena_are_covariant() {
    fn shorter<'a>(index: Idx<&'static str>, arena: Arena<&'static str>) -> (Idx<&'a str>, Arena<&'a str>) {
        (index, arena)
    }
    let mut arena = Arena::new();
    let index = arena.alloc("static");
    let (index, mut arena) = shorter(index, arena);
    let local = String::from("local");
    arena.alloc(&local);
    assert_eq!((arena[index], arena.len()), ("static", 2));
}

// Contract: S2
#[test]
fn defect_16_all_values_are_one_slice() {
    let mut arena = Arena::new();
    assert!(arena.as_slice().is_empty());
    arena.alloc_extend([1, 2, 3]);
    assert_eq!(arena.as_slice(), [1, 2, 3]);
    arena.as_mut_slice()[0] = 7;
    assert_eq!(arena.as_slice(), [7, 2, 3]);
}

// Contract: C7, C12
#[test]
fn defect_17_a_rollback_that_is_cut_short_hands_out_no_index_of_what_it_discarded() {
    let log = DropLog::new();
    let mut arena: Arena<Logged, Stamped<Logged>> = Arena::with_index();
    let kept = arena.alloc(log.value(0));
    let checkpoint = arena.checkpoint();
    let discarded: Vec<_> = (1..5).map(|n| arena.alloc(log.value(n))).collect();
    log.panic_at(3);
    assert!(panics(|| arena.rollback(checkpoint)));
    assert_eq!(arena.len(), 1);
    assert!(arena.iter_indexed().map(|(index, _)| index).eq([kept]));
    for n in 5..9 {
        arena.alloc(log.value(n));
    }
    assert!(discarded.iter().all(|&index| !arena.is_valid(index)));
    assert!(arena.indices().all(|index| arena.is_valid(index)));
    drop(arena);
    log.assert_all_dropped_once();
}
