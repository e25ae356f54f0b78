//! Checkpoints, rollback and transactions of `Arena`.

use std::collections::HashSet;

use arenas::{Arena, CheckpointError};
use arenas_tests::drops::DropLog;
use arenas_tests::panics::{panic_message, panics};

// Contract: S2
#[test]
fn rollback_drops_exactly_what_came_after() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    let kept = [arena.alloc(log.value(0)), arena.alloc(log.value(1))];
    let checkpoint = arena.checkpoint();
    assert_eq!(checkpoint.len(), 2);
    arena.alloc(log.value(2));
    arena.alloc(log.value(3));
    arena.rollback(checkpoint);
    assert_eq!((arena.len(), log.order()), (2, vec![3, 2]));
    assert_eq!(kept.map(|index| arena[index].number()), [0, 1]);
}

// Contract: S2
#[test]
fn nested_checkpoints_roll_back_inner_then_outer() {
    let mut arena = Arena::new();
    arena.alloc(1);
    let outer = arena.checkpoint();
    arena.alloc(2);
    let inner = arena.checkpoint();
    arena.alloc(3);
    arena.rollback(inner);
    assert_eq!(arena.as_slice(), [1, 2]);
    arena.rollback(outer);
    assert_eq!(arena.as_slice(), [1]);
}

// Contract: S2
#[test]
fn a_checkpoint_that_is_not_used_keeps_the_values() {
    let mut arena = Arena::new();
    let _ = arena.checkpoint();
    arena.alloc(1);
    assert_eq!(arena.as_slice(), [1]);
}

// Contract: S2
#[test]
fn a_checkpoint_can_be_used_again_and_again() {
    let mut arena = Arena::new();
    arena.alloc(0);
    let checkpoint = arena.checkpoint();
    for n in 1..5 {
        arena.alloc_extend(0..n);
        arena.rollback(checkpoint);
        assert_eq!(arena.as_slice(), [0]);
    }
    arena.rollback(checkpoint);
    assert_eq!(arena.len(), 1);
}

// Contract: S2
#[test]
fn an_empty_checkpoint_of_the_arena_is_always_good() {
    let mut arena = Arena::new();
    let empty = arena.checkpoint();
    assert!(empty.is_empty());
    arena.alloc(1);
    arena.reset();
    arena.alloc(2);
    arena.rollback(empty);
    assert!(arena.is_empty());
}

// Contract: S2
#[test]
fn a_slot_is_filled_again_after_a_rollback() {
    let mut arena = Arena::new();
    let checkpoint = arena.checkpoint();
    let old = arena.alloc("old");
    arena.rollback(checkpoint);
    assert!(!arena.is_valid(old));
    let new = arena.alloc("new");
    assert_eq!((old, arena[new]), (new, "new"));
}

// Contract: S2
#[test]
fn a_checkpoint_beyond_the_length_is_refused_with_both_lengths() {
    let mut arena = Arena::new();
    let early = arena.checkpoint();
    arena.alloc_extend(0..2);
    let two = arena.checkpoint();
    arena.alloc_extend(0..3);
    let five = arena.checkpoint();
    arena.rollback(two);
    assert_eq!(arena.try_rollback(five), Err(CheckpointError::Beyond { checkpoint: 5, len: 2 }));
    let message = panic_message(|| arena.rollback(five));
    assert!(message.contains("checkpoint 5 beyond current length 2"), "{message}");
    assert_eq!(arena.as_slice(), [0, 1]);
    arena.rollback(early);
}

// Contract: S2
#[test]
fn a_checkpoint_of_another_arena_is_refused_first() {
    let (mut arena, mut other) = (Arena::new(), Arena::new());
    arena.alloc_extend(0..3);
    other.alloc_extend(0..5);
    let (foreign, beyond) = (other.checkpoint(), other.checkpoint());
    assert_eq!(arena.try_rollback(foreign), Err(CheckpointError::Foreign));
    assert_eq!(arena.validate_checkpoint(beyond), Err(CheckpointError::Foreign));
    let message = panic_message(|| arena.rollback(foreign));
    assert!(message.contains('5') && message.contains('3') && message.contains("another arena"), "{message}");
    assert_eq!(arena.len(), 3);
    let empty = Arena::<i32>::new().checkpoint();
    assert_eq!(arena.try_rollback(empty), Err(CheckpointError::Foreign));
}

// Contract: S2
#[test]
fn a_checkpoint_of_a_branch_that_is_gone_is_refused_at_any_length() {
    let mut arena = Arena::new();
    arena.alloc(1);
    let start = arena.checkpoint();
    arena.alloc_extend([2, 3]);
    let gone = arena.checkpoint();
    arena.rollback(start);
    for n in 0..4 {
        arena.alloc(10 + n);
        let expected = if arena.len() < 3 {
            CheckpointError::Beyond { checkpoint: 3, len: arena.len() }
        } else {
            CheckpointError::Diverged { checkpoint: 3, len: arena.len() }
        };
        assert_eq!(arena.try_rollback(gone), Err(expected));
    }
    let message = panic_message(|| arena.rollback(gone));
    assert!(message.contains("checkpoint 3") && message.contains("current length 5"), "{message}");
    assert_eq!(arena.as_slice(), [1, 10, 11, 12, 13]);
    arena.rollback(start);
    assert_eq!(arena.as_slice(), [1]);
}

// Contract: S2
#[test]
fn reset_and_drain_end_the_branch_too() {
    let mut arena = Arena::new();
    arena.alloc_extend(0..2);
    let before_reset = arena.checkpoint();
    arena.reset();
    arena.alloc_extend(0..2);
    let before_drain = arena.checkpoint();
    drop(arena.drain());
    arena.alloc_extend(0..2);
    for gone in [before_reset, before_drain] {
        assert_eq!(arena.try_rollback(gone), Err(CheckpointError::Diverged { checkpoint: 2, len: 2 }));
    }
}

// Contract: S2
#[test]
fn a_rollback_above_a_checkpoint_leaves_it_good() {
    let mut arena = Arena::new();
    arena.alloc_extend(0..2);
    let low = arena.checkpoint();
    arena.alloc(2);
    let high = arena.checkpoint();
    arena.alloc(3);
    arena.rollback(high);
    arena.alloc(4);
    assert_eq!(arena.validate_checkpoint(low), Ok(()));
    arena.rollback(low);
    assert_eq!(arena.as_slice(), [0, 1]);
}

// Contract: S2
#[test]
fn a_clone_refuses_the_checkpoints_of_its_original() {
    let mut arena = Arena::new();
    arena.alloc(1);
    let checkpoint = arena.checkpoint();
    let mut clone = arena.clone();
    assert_eq!(clone.try_rollback(checkpoint), Err(CheckpointError::Foreign));
    assert_eq!(arena.try_rollback(checkpoint), Ok(()));
    let of_clone = clone.checkpoint();
    assert_eq!(arena.try_rollback(of_clone), Err(CheckpointError::Foreign));
}

// Contract: S2
#[test]
fn an_arena_keeps_its_checkpoints_when_it_moves() {
    let mut arena = Arena::new();
    arena.alloc(1);
    let checkpoint = arena.checkpoint();
    arena.alloc(2);
    let mut moved = Box::new(arena);
    moved.rollback(checkpoint);
    assert_eq!(moved.as_slice(), [1]);
}

// Contract: S2
#[test]
fn checkpoints_compare_hash_and_print_by_length() {
    let mut arena = Arena::new();
    let a = arena.checkpoint();
    assert_eq!(a, arena.checkpoint());
    arena.alloc(1);
    let b = arena.checkpoint();
    assert!(a < b && a != b && b.max(a) == b);
    assert_eq!(HashSet::from([a, b, a]).len(), 2);
    assert_eq!(format!("{b:?}"), "Checkpoint(1)");
    let other = Arena::<i32>::new().checkpoint();
    assert_ne!(a, other);
}

// Contract: S2
#[test]
fn a_transaction_keeps_its_values_on_ok() {
    let mut arena = Arena::new();
    let index = arena.transaction(|arena| Ok::<_, ()>(arena.alloc(1))).unwrap();
    assert_eq!(arena[index], 1);
}

// Contract: S2
#[test]
fn a_transaction_rolls_back_on_an_error() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    arena.alloc(log.value(0));
    let result: Result<(), &str> = arena.transaction(|arena| {
        arena.alloc(log.value(1));
        arena.alloc(log.value(2));
        Err("no")
    });
    assert_eq!((result, arena.len(), log.order()), (Err("no"), 1, vec![2, 1]));
}

// Contract: S2, C8
#[test]
fn a_transaction_rolls_back_on_a_panic() {
    let log = DropLog::new();
    let mut arena = Arena::new();
    arena.alloc(log.value(0));
    assert!(panics(|| {
        arena.transaction(|arena| -> Result<(), ()> {
            arena.alloc(log.value(1));
            panic!("inside")
        })
    }));
    assert_eq!((arena.len(), log.order()), (1, vec![1]));
    arena.alloc(log.value(3));
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: S2
#[test]
fn transactions_nest() {
    let mut arena = Arena::new();
    let outer: Result<(), ()> = arena.transaction(|arena| {
        arena.alloc(1);
        let inner: Result<(), ()> = arena.transaction(|arena| {
            arena.alloc(2);
            Err(())
        });
        assert_eq!((inner, arena.len()), (Err(()), 1));
        arena.alloc(3);
        Ok(())
    });
    assert_eq!((outer, arena.as_slice()), (Ok(()), &[1, 3][..]));
}

// Contract: S2
#[test]
fn a_transaction_that_went_below_its_start_undoes_nothing_more() {
    let mut arena = Arena::new();
    let start = arena.checkpoint();
    arena.alloc(1);
    let result: Result<(), ()> = arena.transaction(|arena| {
        arena.rollback(start);
        arena.alloc_extend([7, 8, 9]);
        Err(())
    });
    assert_eq!((result, arena.as_slice()), (Err(()), &[7, 8, 9][..]));
    let replaced: Result<(), ()> = arena.transaction(|arena| {
        *arena = (0..9).collect();
        Err(())
    });
    assert_eq!((replaced, arena.len()), (Err(()), 9));
}
