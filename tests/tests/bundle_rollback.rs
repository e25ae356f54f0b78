//! Checkpoints, rollback, transactions and reset of a whole bundle.

#![allow(dead_code, reason = "items that are only stored")]

use std::collections::HashSet;
use std::mem;

use arenas::{Arena, ArenaAlloc, Bitena, CheckpointError, FastArena, Stores, arena_struct};
use arenas_tests::drops::{DropLog, Logged};
use arenas_tests::panics::{panic_message, panics};

#[derive(ArenaAlloc, Debug)]
struct First(Logged);

#[derive(ArenaAlloc, Debug)]
struct Second(Logged);

#[derive(ArenaAlloc, Debug)]
struct Third(Logged);

arena_struct!(
    #[derive(Debug, Default)]
    struct Three<'n> {
        first: Arena<First>,
        second: FastArena<Second>,
        third: Arena<Third>,
        text: Bitena,
        name: &'n str,
    }
);

/// Values 1, 2 and 3 in the stores of that number, then more of each.
fn filled<'n>(log: &DropLog) -> (Three<'n>, ThreeCheckpoint) {
    let mut three = Three::new("name");
    one_of_each(&mut three, log, 0);
    let checkpoint = three.checkpoint();
    one_of_each(&mut three, log, 10);
    one_of_each(&mut three, log, 20);
    (three, checkpoint)
}

fn one_of_each(three: &mut Three<'_>, log: &DropLog, from: u32) {
    three.alloc(First(log.value(from + 1)));
    three.alloc(Second(log.value(from + 2)));
    three.alloc(Third(log.value(from + 3)));
    three.text.alloc_str("four");
}

fn lengths(three: &Three<'_>) -> (usize, usize, usize, usize) {
    (three.first.len(), three.second.len(), three.third.len(), three.text.used())
}

// Contract: S2
#[test]
fn rollback_drops_newest_first_the_last_store_first() {
    let log = DropLog::new();
    let (mut three, checkpoint) = filled(&log);
    three.rollback(checkpoint);
    assert_eq!(log.order(), [23, 13, 22, 12, 21, 11]);
    assert_eq!(lengths(&three), (1, 1, 1, 4));
    three.rollback(checkpoint);
    assert_eq!(lengths(&three), (1, 1, 1, 4));
}

// Contract: S2
#[test]
fn a_checkpoint_is_plain_data_and_says_where_each_store_stood() {
    fn plain<T: Copy + Eq + Send + Sync + 'static>(_: T) {}
    let log = DropLog::new();
    let (three, checkpoint) = filled(&log);
    plain(checkpoint);
    assert_eq!(format!("{checkpoint:?}"), "ThreeCheckpoint { first: 1, second: 1, third: 1, text: 4 }");
    assert_eq!(three.checkpoint(), three.checkpoint());
    assert_eq!(HashSet::from([checkpoint, checkpoint, three.checkpoint()]).len(), 2);
}

// Contract: S2
#[test]
fn a_store_that_refuses_leaves_all_of_them_alone() {
    let log = DropLog::new();
    let (mut three, checkpoint) = filled(&log);
    // The last store goes its own way: the checkpoint is of a branch that is no more.
    three.third.reset();
    three.alloc(Third(log.value(9)));
    let dropped = log.order();
    let lengths_before = lengths(&three);
    assert_eq!(three.try_rollback(checkpoint), Err(CheckpointError::Diverged { checkpoint: 1, len: 1 }));
    let message = panic_message(|| three.rollback(checkpoint));
    assert!(message.contains("Three") && message.contains("`third`"), "{message}");
    assert_eq!((log.order(), lengths(&three)), (dropped, lengths_before));
}

// Contract: S2
#[test]
fn the_message_of_a_checkpoint_beyond_a_store_has_both_lengths() {
    let log = DropLog::new();
    let (mut three, _) = filled(&log);
    let late = three.checkpoint();
    three.second.reset();
    let message = panic_message(|| three.rollback(late));
    assert!(message.contains("`second`") && message.contains("checkpoint 3 beyond current length 0"), "{message}");
}

// Contract: S2
#[test]
fn a_checkpoint_of_another_bundle_is_foreign_even_to_an_empty_one() {
    let (mut one, other) = (Three::new("one"), Three::new("other"));
    assert_eq!(one.try_rollback(other.checkpoint()), Err(CheckpointError::Foreign));
    let own = one.checkpoint();
    let mut moved = mem::replace(&mut one, other);
    assert_eq!(moved.try_rollback(own), Ok(()));
    assert_eq!(one.try_rollback(own), Err(CheckpointError::Foreign));
}

// Contract: C7
#[test]
fn a_destructor_that_panics_in_a_rollback_keeps_no_store_from_it() {
    for number in [23, 12, 11] {
        let log = DropLog::new();
        let (mut three, checkpoint) = filled(&log);
        log.panic_at(number);
        assert!(panics(|| three.rollback(checkpoint)));
        assert_eq!((lengths(&three), log.dropped()), ((1, 1, 1, 4), 6), "panic at {number}");
        one_of_each(&mut three, &log, 30);
        drop(three);
        log.assert_all_dropped_once();
    }
}

// Contract: C7, C13
#[test]
fn a_destructor_that_panics_in_a_reset_keeps_no_store_from_it() {
    for number in [1, 22, 13] {
        let log = DropLog::new();
        let (mut three, _) = filled(&log);
        let reserved = three.stats().total().reserved;
        log.panic_at(number);
        assert!(panics(|| three.reset()));
        assert_eq!((lengths(&three), log.dropped()), ((0, 0, 0, 0), 9), "panic at {number}");
        assert_eq!((three.stats().total().reserved, three.name), (reserved, "name"));
        one_of_each(&mut three, &log, 30);
        drop(three);
        log.assert_all_dropped_once();
    }
}

// Contract: S2
#[test]
fn a_transaction_takes_back_on_error_and_on_panic_and_nests() {
    let log = DropLog::new();
    let (mut three, _) = filled(&log);
    let before = lengths(&three);
    let outcome: Result<(), u8> = three.transaction(|three| {
        one_of_each(three, &log, 30);
        let inner = three.transaction(|three| {
            one_of_each(three, &log, 40);
            three.name = "inner";
            Err::<(), u8>(1)
        });
        assert_eq!((inner, lengths(three)), (Err(1), (4, 4, 4, 16)));
        assert!(panics(|| three.transaction(|three| -> Result<(), ()> {
            one_of_each(three, &log, 50);
            panic!("on purpose")
        })));
        assert_eq!(lengths(three), (4, 4, 4, 16));
        assert_eq!(
            three.transaction(|three| {
                one_of_each(three, &log, 60);
                Ok::<_, u8>(())
            }),
            Ok(())
        );
        assert_eq!(lengths(three), (5, 5, 5, 20));
        Err(2)
    });
    assert_eq!((outcome, lengths(&three)), (Err(2), before));
    // Mutation is not undone.
    assert_eq!(three.name, "inner");
}

// Contract: S2
#[test]
fn a_transaction_that_went_below_its_start_undoes_nothing_more() {
    let log = DropLog::new();
    let (mut three, checkpoint) = filled(&log);
    let outcome = three.transaction(|three| {
        three.rollback(checkpoint);
        one_of_each(three, &log, 30);
        Err::<(), u8>(1)
    });
    assert_eq!((outcome, lengths(&three)), (Err(1), (2, 2, 2, 8)));
    // Below it in one store only: the start of the bundle is gone all the same.
    let outcome = three.transaction(|three| {
        three.first.reset();
        one_of_each(three, &log, 40);
        Err::<(), u8>(2)
    });
    assert_eq!((outcome, lengths(&three)), (Err(2), (1, 3, 3, 12)));
}

// Contract: S2
#[test]
fn a_transaction_leaves_another_bundle_in_its_place_alone() {
    let log = DropLog::new();
    let (mut three, _) = filled(&log);
    let outcome = three.transaction(|three| {
        let old = mem::take(three);
        one_of_each(three, &log, 30);
        Err::<(), _>(lengths(&old))
    });
    assert_eq!((outcome, lengths(&three)), (Err((3, 3, 3, 12)), (1, 1, 1, 4)));
    drop(three);
    log.assert_all_dropped_once();
}

// Contract: C9
#[test]
fn a_transaction_whose_undoing_panics_is_still_undone() {
    let log = DropLog::new();
    let (mut three, _) = filled(&log);
    log.panic_at(32);
    assert!(panics(|| three.transaction(|three| {
        one_of_each(three, &log, 30);
        Err::<(), u8>(1)
    })));
    assert_eq!(lengths(&three), (3, 3, 3, 12));
    drop(three);
    log.assert_all_dropped_once();
}

// Contract: C2, C8
#[test]
fn a_constructor_that_panics_leaves_the_bundle_usable() {
    let log = DropLog::new();
    let (mut three, _) = filled(&log);
    assert!(panics(|| three.alloc_with(|_: FirstIdx| -> First { panic!("on purpose") })));
    assert!(panics(|| three.alloc_with(|_: SecondIdx| -> Second { panic!("on purpose") })));
    one_of_each(&mut three, &log, 30);
    assert_eq!(lengths(&three), (4, 4, 4, 16));
}

fn build<B: Stores<First, Idx = FirstIdx> + Stores<Third>>(into: &mut B, log: &DropLog) -> FirstIdx {
    into.alloc(Third(log.value(1)));
    into.alloc(First(log.value(2)))
}

// Contract: S2
#[test]
fn code_can_be_written_for_any_bundle_with_the_right_stores() {
    let log = DropLog::new();
    let mut three = Three::default();
    let index = build(&mut three, &log);
    assert_eq!(three[index].0.number(), 2);
    assert_eq!(three.name, "");
}
