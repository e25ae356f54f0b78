//! `FastArena` on the real code, over all interleavings and weak orderings.
//!
//! Under `cfg(arenas_loom)` the states, the cursor, the count of holes and the prefix are loom's atomics, and each access
//! to a value is noted, so that a missing edge is reported as the race that it is. Each model counts its executions and
//! the outcomes that it saw, and fails when an expected one is missing.
//!
//! `tests/mutations/fast.toml` lists changes of the code that the models must notice.
//
// Contract: F1, F2, F3, F4, F7, F8, F12, C1, C9

#![cfg(arenas_loom)]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};

use arenas::{FastArena, Idx, IdxRange};
use loom::thread;

/// Runs the model, and requires that more than one execution ran and that `expected` are the outcomes.
fn explore<O: Ord + Debug + Send + Clone + 'static>(expected: &[O], model: impl Fn() -> O + Send + Sync + 'static) {
    let seen = Arc::new(Mutex::new((0, BTreeSet::new())));
    let record = Arc::clone(&seen);
    loom::model(move || {
        let outcome = model();
        let mut seen = record.lock().unwrap();
        seen.0 += 1;
        seen.1.insert(outcome);
    });
    let (executions, outcomes) = &*seen.lock().unwrap();
    eprintln!("{executions} executions");
    assert!(*executions > 1, "only {executions} execution");
    assert_eq!(outcomes.iter().cloned().collect::<Vec<_>>(), expected);
}

fn shared<T>(capacity: usize) -> Arc<FastArena<T>> {
    Arc::new(FastArena::with_capacity(capacity))
}

/// Runs `code` on a thread of its own.
fn on_thread<T: Send + Sync + 'static, R: 'static>(
    arena: &Arc<FastArena<T>>,
    code: impl FnOnce(&FastArena<T>) -> R + 'static,
) -> thread::JoinHandle<R> {
    let arena = Arc::clone(arena);
    thread::spawn(move || code(&arena))
}

#[test]
fn a_value_is_seen_whole_or_not_at_all() {
    explore(&[None, Some(7)], || {
        let arena = shared(2);
        let writer = on_thread(&arena, |arena| arena.alloc(7));
        let seen = arena.try_get(Idx::from_raw(0)).copied();
        let index = writer.join().unwrap();
        assert_eq!(arena[index], 7);
        seen
    });
}

#[test]
fn a_slice_shows_complete_slots_only_and_never_shrinks() {
    explore(&[(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)], || {
        let arena = shared(2);
        let writers = [5, 6].map(|value| on_thread(&arena, move |arena| arena.alloc(value)));
        let first = arena.len();
        let slice = arena.as_slice();
        assert!(slice.iter().all(|&value| value == 5 || value == 6));
        assert!(first <= slice.len());
        let outcome = (first, slice.len());
        let indices = writers.map(|writer| writer.join().unwrap());
        assert_ne!(indices[0], indices[1]);
        assert_eq!((arena[indices[0]], arena[indices[1]], arena.len()), (5, 6, 2));
        outcome
    });
}

#[test]
fn what_one_reader_moved_the_prefix_over_is_whole_for_another() {
    explore(&[(0, None), (0, Some(7)), (1, None), (1, Some(7))], || {
        let arena = shared(1);
        let writer = on_thread(&arena, |arena| arena.alloc(7));
        let reader = on_thread(&arena, |arena| arena.as_slice().len());
        let seen = arena.try_get(Idx::from_raw(0)).copied();
        writer.join().unwrap();
        (reader.join().unwrap(), seen)
    });
}

#[test]
fn two_readers_never_move_the_prefix_back() {
    explore(&[(1, 1), (1, 2), (2, 1), (2, 2)], || {
        let arena = shared(2);
        arena.alloc(0);
        let writer = on_thread(&arena, |arena| arena.alloc(1));
        let read = |arena: &FastArena<i32>| {
            let first = arena.as_slice().len();
            let then = arena.checkpoint().len();
            assert!(first <= then && arena.is_valid(Idx::from_raw(then - 1)));
            first
        };
        let reader = on_thread(&arena, read);
        let ours = read(&arena);
        let theirs = reader.join().unwrap();
        assert!(arena.len() >= ours.max(theirs));
        writer.join().unwrap();
        assert_eq!(arena.as_slice(), [0, 1]);
        (ours, theirs)
    });
}

#[test]
fn a_slot_that_is_never_filled_holds_nobody_up() {
    explore(&[false, true], || {
        let arena = shared(3);
        let stopped = arena.reserve();
        let writer = on_thread(&arena, |arena| {
            let index = arena.alloc(5);
            assert_eq!(arena[index], 5);
            index
        });
        let seen = arena.is_valid(Idx::from_raw(1));
        assert_eq!(arena.len(), 0);
        assert_eq!(writer.join().unwrap().into_raw(), 1);
        assert_eq!((arena.len(), arena.iter_complete().count()), (0, 1));
        drop(stopped);
        assert_eq!(arena.alloc(6).into_raw(), 0);
        assert_eq!(arena.as_slice(), [6, 5]);
        seen
    });
}

#[test]
fn a_full_arena_takes_exactly_what_fits() {
    explore(&[(false, true), (true, false)], || {
        let arena = shared(1);
        let other = on_thread(&arena, |arena| arena.try_alloc(1).is_ok());
        let ours = arena.try_alloc(2).is_ok();
        let theirs = other.join().unwrap();
        let mut arena = Arc::into_inner(arena).unwrap();
        assert_eq!(arena.len(), 1);
        arena.grow_to(2);
        assert_eq!(arena.alloc(3).into_raw(), 1);
        (ours, theirs)
    });
}

/// A slot that comes back while others look for one is found by somebody, now or later.
#[test]
fn a_slot_that_comes_back_at_the_end_is_not_lost() {
    explore(&[0, 1], || {
        let arena = shared(1);
        let reserved = arena.reserve();
        let others = [1, 2].map(|value| on_thread(&arena, move |arena| usize::from(arena.try_alloc(value).is_ok())));
        drop(reserved);
        let taken: usize = others.into_iter().map(|other| other.join().unwrap()).sum();
        assert_eq!(arena.len(), taken);
        assert_eq!(usize::from(arena.try_alloc(3).is_ok()), 1 - taken);
        assert!(arena.try_alloc(4).is_err());
        taken
    });
}

#[test]
fn a_hole_is_taken_once() {
    explore(&[(false, true), (true, false)], || {
        let arena = shared(2);
        let reserved = arena.reserve();
        arena.alloc(0);
        let other = on_thread(&arena, |arena| arena.try_alloc(1).is_ok());
        drop(reserved);
        let ours = arena.try_alloc(2).is_ok();
        let theirs = other.join().unwrap();
        assert!(ours || theirs, "we gave a slot back, and one of us came after that");
        assert!(arena.try_alloc(3).is_err());
        assert_eq!(arena.len(), 2);
        (ours, theirs)
    });
}

#[test]
fn two_holes_are_taken_by_two() {
    explore(&[(0, 1), (1, 0)], || {
        let arena = shared(3);
        let holes = [arena.reserve(), arena.reserve()];
        arena.alloc(9);
        drop(holes);
        let other = on_thread(&arena, |arena| arena.try_alloc(1).expect("a hole fits").into_raw());
        let ours = arena.try_alloc(2).expect("a hole fits").into_raw();
        let theirs = other.join().unwrap();
        assert_eq!(arena.len(), 3);
        (ours, theirs)
    });
}

/// Whoever gives a slot back before it asks for one gets one, whatever others take meanwhile.
#[test]
fn a_claim_that_fits_never_fails() {
    explore(&[(0, 1), (1, 0)], || {
        // The reservations go to other threads, which need `'static`.
        let arena: &'static FastArena<u8> = Box::leak(Box::new(FastArena::with_capacity(3)));
        let (first, second) = (arena.reserve(), arena.reserve());
        arena.alloc(9);
        let other = thread::spawn(move || {
            drop(second);
            arena.try_alloc(1).expect("the slot that was just given back").into_raw()
        });
        drop(first);
        let ours = arena.try_alloc(2).expect("the slot that was just given back").into_raw();
        let theirs = other.join().unwrap();
        assert_eq!(arena.len(), 3);
        (ours, theirs)
    });
}

/// Who is entitled to the first hole finds it taken by who is entitled to the second, and gets that one, which it may not
/// have seen at first.
#[test]
fn a_claim_that_is_overtaken_gets_the_hole_of_the_other() {
    explore(&[(0, 1), (1, 0)], || {
        let arena: &'static FastArena<u8> = Box::leak(Box::new(FastArena::with_capacity(3)));
        let (first, second) = (arena.reserve(), arena.reserve());
        arena.alloc(9);
        drop(first);
        let other = thread::spawn(move || {
            drop(second);
            arena.try_alloc(1).expect("the slot that was just given back").into_raw()
        });
        let ours = arena.try_alloc(2).expect("the first hole").into_raw();
        let theirs = other.join().unwrap();
        assert_eq!(arena.len(), 3);
        (ours, theirs)
    });
}

/// There is a free slot at every moment, though not always in the same place: a hole, or at the end.
#[test]
fn an_arena_that_is_never_full_takes_a_value() {
    explore(&[0, 2], || {
        let arena: &'static FastArena<u8> = Box::leak(Box::new(FastArena::with_capacity(4)));
        let hole = arena.reserve();
        arena.alloc(9);
        let other = thread::spawn(move || {
            drop(hole);
            // Needs two slots in a row. When the other was there first, it has not got them.
            arena.try_alloc_batch([1, 2]).is_ok()
        });
        let ours = arena.try_alloc(3).expect("a slot was free all the time").into_raw();
        let both = other.join().unwrap();
        assert_eq!(both, ours == 0);
        ours
    });
}

/// The prefix that another reader moved makes the values of a range readable, without a look at their states.
#[test]
fn a_range_below_the_prefix_is_whole() {
    explore(&[(0, false), (0, true), (1, false), (1, true)], || {
        let arena = shared(1);
        let writer = on_thread(&arena, |arena| arena.alloc(7));
        let reader = on_thread(&arena, |arena| arena.as_slice().len());
        let seen = arena.try_get_range(IdxRange::from(Idx::from_raw(0))).map(<[i32]>::to_vec);
        assert!(seen.as_ref().is_none_or(|values| values == &[7]));
        writer.join().unwrap();
        (reader.join().unwrap(), seen.is_some())
    });
}

#[test]
fn a_writer_gives_back_what_others_can_take() {
    explore(&[0, 1, 2], || {
        let arena = shared(3);
        let writer = on_thread(&arena, |arena| {
            let writer = arena.writer_with_run(2);
            writer.alloc(10).into_raw()
        });
        let ours = arena.alloc(20).into_raw();
        let theirs = writer.join().unwrap();
        assert_ne!(ours, theirs);
        let complete: Vec<_> = arena.iter_complete().map(|(index, value)| (index.into_raw(), *value)).collect();
        let mut expected = [(ours, 20), (theirs, 10)];
        expected.sort_unstable();
        assert_eq!(complete, expected);
        assert!(arena.try_alloc(30).is_ok(), "the third slot was given back");
        assert!(arena.try_alloc(40).is_err());
        assert_eq!(arena.len(), 3);
        ours
    });
}

#[test]
fn a_batch_is_contiguous_and_wholly_its_own() {
    explore(&[0, 1], || {
        let arena = shared(3);
        let batch = on_thread(&arena, |arena| arena.alloc_batch([1, 2]));
        let single = arena.alloc(3);
        let batch = batch.join().unwrap();
        assert_eq!(arena[batch], [1, 2]);
        assert_eq!(arena[single], 3);
        assert!(!batch.contains(single));
        assert_eq!(arena.len(), 3);
        batch.start()
    });
}

/// A batch that writes one value, drops it and gives its two slots back; what is written there next must come after.
///
/// When `between`, somebody takes the slot after them meanwhile, so that they become holes.
fn fail(arena: &FastArena<Box<i32>>, between: bool) {
    let items = [0, 1].into_iter().map(|n| {
        if n == 1 {
            if between {
                arena.alloc(Box::new(10));
            }
            resume_unwind(Box::new(()));
        }
        Box::new(n)
    });
    assert!(catch_unwind(AssertUnwindSafe(|| arena.alloc_batch(items))).is_err());
}

fn fill_up(arena: &FastArena<Box<i32>>) {
    while arena.try_alloc(Box::new(0)).is_ok() {}
    assert_eq!(arena.len(), arena.capacity());
}

#[test]
fn the_memory_of_a_failed_batch_is_handed_on_in_order() {
    explore(&[0, 2], || {
        let arena = shared(4);
        let failing = on_thread(&arena, |arena| fail(arena, false));
        let ours = arena.alloc(Box::new(20)).into_raw();
        failing.join().unwrap();
        fill_up(&arena);
        ours
    });
}

#[test]
fn the_memory_of_a_failed_batch_is_handed_on_as_holes_in_order() {
    explore(&[0, 2, 3], || {
        let arena = shared(4);
        let failing = on_thread(&arena, |arena| fail(arena, true));
        let ours = arena.alloc(Box::new(20)).into_raw();
        failing.join().unwrap();
        fill_up(&arena);
        ours
    });
}

#[test]
fn the_memory_of_a_failed_batch_is_handed_on_to_a_writer_in_order() {
    explore(&[0, 2], || {
        let arena = shared(4);
        let failing = on_thread(&arena, |arena| fail(arena, false));
        let writer = arena.writer_with_run(2);
        let ours = writer.alloc(Box::new(20)).into_raw();
        failing.join().unwrap();
        drop(writer);
        fill_up(&arena);
        ours
    });
}

/// One hole is counted already when the batch gives its slots back, so that a claim that is entitled to the former may
/// take one of the latter, before these are counted.
#[test]
fn a_claim_may_take_a_hole_that_is_not_counted_yet() {
    explore(&[0, 1, 2, 3, 4], || {
        let arena = shared(5);
        let failing = on_thread(&arena, |arena| {
            let items = [0, 1].into_iter().map(|n| {
                if n == 1 {
                    let hole = arena.reserve();
                    arena.alloc(Box::new(10));
                    drop(hole);
                    resume_unwind(Box::new(()));
                }
                Box::new(n)
            });
            assert!(catch_unwind(AssertUnwindSafe(|| arena.alloc_batch(items))).is_err());
        });
        let ours = arena.alloc(Box::new(20)).into_raw();
        failing.join().unwrap();
        fill_up(&arena);
        ours
    });
}

/// A claim that failed because others held the last slots leaves the cursor beyond the capacity; what these give back is
/// one run at the end again.
#[test]
fn a_claim_that_failed_keeps_no_run_from_going_back() {
    explore(&[false, true], || {
        let arena = shared(2);
        let other = on_thread(&arena, |arena| arena.try_alloc(Box::new(7)).is_ok());
        let items = [0, 1].into_iter().map(|n| if n == 1 { resume_unwind(Box::new(())) } else { Box::new(n) });
        let _ = catch_unwind(AssertUnwindSafe(|| arena.try_alloc_batch(items).is_ok()));
        let stored = other.join().unwrap();
        assert_eq!(arena.try_alloc_batch([Box::new(1), Box::new(2)]).is_ok(), !stored);
        fill_up(&arena);
        stored
    });
}
