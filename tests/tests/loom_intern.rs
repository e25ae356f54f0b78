//! Interning from several threads, over all interleavings and weak orderings.
//!
//! Under `cfg(arenas_loom)` the table has one part, so that all threads meet in it.
//
// Contract: C9

#![cfg(arenas_loom)]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};

use arenas::InternFastArena;
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

/// All have the same hash, so that each comes to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Value(u8);

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0_u8.hash(state);
    }
}

/// Interns a value on a thread of its own, and one here; their slots, and how many values there are.
fn interned(there: u8, here: u8) -> (usize, usize, usize) {
    let arena = Arc::new(InternFastArena::<Value>::with_capacity(2));
    let thread = {
        let arena = Arc::clone(&arena);
        thread::spawn(move || {
            let index = arena.intern(Value(there));
            // Whoever stored it, it is whole and readable at once.
            assert_eq!(arena[index].0, there);
            index
        })
    };
    let own = arena.intern(Value(here));
    assert_eq!(arena[own].0, here);
    (thread.join().unwrap().into_raw(), own.into_raw(), arena.len())
}

#[test]
fn equal_values_get_one_slot_whoever_comes_first() {
    explore(&[(0, 0, 1)], || interned(7, 7));
}

#[test]
fn values_of_one_hash_get_a_slot_each() {
    explore(&[(0, 1, 2), (1, 0, 2)], || interned(7, 8));
}

#[test]
fn a_value_that_came_while_another_was_compared_is_found() {
    explore(&[(1, 1, 2)], || {
        let arena = Arc::new(InternFastArena::<Value>::with_capacity(3));
        // Of the same hash, so that it is compared first, and without the lock.
        arena.intern(Value(9));
        let thread = {
            let arena = Arc::clone(&arena);
            thread::spawn(move || arena.intern(Value(7)))
        };
        let own = arena.intern(Value(7));
        (thread.join().unwrap().into_raw(), own.into_raw(), arena.len())
    });
}

#[test]
fn a_value_is_found_whole_or_not_at_all() {
    explore(&[None, Some(0)], || {
        let arena = Arc::new(InternFastArena::<Value>::with_capacity(1));
        let writer = {
            let arena = Arc::clone(&arena);
            thread::spawn(move || arena.intern(Value(7)))
        };
        let found = arena.find(&Value(7));
        if let Some(index) = found {
            assert_eq!(arena[index], Value(7));
        }
        writer.join().unwrap();
        found.map(|index| index.into_raw())
    });
}
