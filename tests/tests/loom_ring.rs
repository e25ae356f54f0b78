//! The guard protocol of the ring, on the real code, over all interleavings and weak orderings.
//!
//! Under `cfg(arenas_loom)` the guards inside the block hold loom's atomics, and each access to a payload, to a delta
//! and to the block as a whole is noted, so that a missing edge is reported as the race that it is. Each model
//! counts its executions and the outcomes that it saw, and fails when an expected one is missing.
//!
//! `tests/mutations/ring.toml` lists changes of the code that the models must notice.
//
// Contract: G5, G7, C1

#![cfg(arenas_loom)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use arenas::{RingAl, RingStore};
use loom::thread;

/// Counts the live blocks of rings, which are recognised by their alignment.
struct CountRings;

#[global_allocator]
static GLOBAL: CountRings = CountRings;

/// `RingAl::new(SIZE)` has this alignment, and nothing else in the program has.
const SIZE: usize = 2048;

thread_local! {
    /// All threads of a model run on one thread of the system.
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: all work is the system allocator's.
unsafe impl GlobalAlloc for CountRings {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() == SIZE {
            LIVE.set(LIVE.get() + 1);
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        if layout.align() == SIZE {
            LIVE.set(LIVE.get() - 1);
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }
}

fn block_lives() -> bool {
    match LIVE.get() {
        0 => false,
        1 => true,
        other => panic!("{other} blocks live"),
    }
}

/// Runs the model, and requires that more than one execution ran and that `expected` are the outcomes.
fn explore<O: Ord + Debug + Send + Clone + 'static>(expected: &[O], model: impl Fn() -> O + Send + Sync + 'static) {
    let seen = Arc::new(Mutex::new((0, BTreeSet::new())));
    let record = Arc::clone(&seen);
    loom::model(move || {
        let outcome = model();
        assert!(!block_lives(), "the block leaks");
        let mut seen = record.lock().unwrap();
        seen.0 += 1;
        seen.1.insert(outcome);
    });
    let (executions, outcomes) = &*seen.lock().unwrap();
    eprintln!("{executions} executions");
    assert!(*executions > 1, "only {executions} execution");
    assert_eq!(outcomes.iter().cloned().collect::<Vec<_>>(), expected);
}

/// The payload that fills the ring, or half of it.
fn part(ring: &RingAl, of: usize) -> usize {
    (ring.capacity() + 64) / of - 64
}

#[test]
fn room_that_another_thread_releases_is_handed_out_only_when_it_is_done() {
    explore(&[false, true], || {
        let ring = RingAl::new(SIZE);
        let all = ring.capacity();
        let mut buffer = ring.fixed(all).unwrap();
        let other = thread::spawn(move || {
            buffer.write_all(b"from there").unwrap();
            drop(buffer);
        });
        let again = ring.fixed(all);
        let got = again.is_some();
        if let Some(mut again) = again {
            again.write_all(b"from here").unwrap();
        }
        other.join().unwrap();
        assert!(ring.fixed(all).is_some());
        ring.check();
        got
    });
}

#[test]
fn frozen_clones_that_two_threads_release_leave_room_once_both_are_done() {
    explore(&[false, true], || {
        let ring = RingAl::new(SIZE);
        let all = ring.capacity();
        let mut buffer = ring.fixed(all).unwrap();
        buffer.write_all(b"text").unwrap();
        let first = buffer.freeze();
        let second = first.clone();
        let threads = [first, second].map(|text| {
            thread::spawn(move || {
                assert_eq!(text, b"text");
                drop(text);
            })
        });
        let again = ring.fixed(all);
        let got = again.is_some();
        if let Some(mut again) = again {
            again.write_all(b"more").unwrap();
        }
        for thread in threads {
            thread.join().unwrap();
        }
        got
    });
}

#[test]
fn neighbours_that_two_threads_release_merge_when_both_are_free() {
    explore(&[0, 1, 2], || {
        let ring = RingAl::new(SIZE);
        let (half, all) = (part(&ring, 2), ring.capacity());
        let threads = [(); 2].map(|()| {
            let mut buffer = ring.fixed(half).unwrap();
            thread::spawn(move || buffer.write_all(b"half").unwrap())
        });
        let got = if let Some(mut buffer) = ring.fixed(all) {
            buffer.write_all(b"all").unwrap();
            2
        } else if let Some(mut buffer) = ring.fixed(half) {
            buffer.write_all(b"one").unwrap();
            1
        } else {
            0
        };
        ring.check();
        for thread in threads {
            thread.join().unwrap();
        }
        got
    });
}

#[test]
fn an_extendable_buffer_grows_into_a_neighbour_that_is_released_meanwhile() {
    explore(&[false, true], || {
        let ring = RingAl::new(SIZE);
        let half = part(&ring, 2);
        let mut growing = ring.extendable(half).unwrap();
        growing.write_all(b"kept").unwrap();
        let mut neighbour = ring.fixed(half).unwrap();
        let other = thread::spawn(move || neighbour.write_all(b"neighbour").unwrap());
        let grown = growing.write_all(&[7; SIZE / 2 + 100]).is_ok();
        assert_eq!(growing[..4], *b"kept");
        ring.check();
        other.join().unwrap();
        drop(growing);
        grown
    });
}

#[test]
fn dropping_the_ring_races_with_the_release_of_its_only_buffer() {
    // Whether the block was still there just after the ring was gone.
    explore(&[false, true], || {
        let ring = RingAl::new(SIZE);
        let mut buffer = ring.fixed(10).unwrap();
        let other = thread::spawn(move || {
            buffer.write_all(b"still here").unwrap();
            assert_eq!(buffer, b"still here");
        });
        drop(ring);
        let lives = block_lives();
        other.join().unwrap();
        lives
    });
}

#[test]
fn dropping_the_ring_races_with_two_releases_and_a_clone() {
    explore(&[false, true], || {
        let ring = RingAl::new(SIZE);
        let mut buffer = ring.fixed(10).unwrap();
        let mut text = ring.fixed(10).unwrap();
        text.write_all(b"text").unwrap();
        let text = text.freeze();
        let writer = thread::spawn(move || buffer.write_all(b"buffer").unwrap());
        let reader = thread::spawn(move || {
            let copy = text.clone();
            drop(text);
            assert_eq!(copy, b"text");
        });
        drop(ring);
        let lives = block_lives();
        writer.join().unwrap();
        reader.join().unwrap();
        lives
    });
}

#[test]
fn dropping_the_ring_races_with_the_last_two_clones() {
    explore(&[false, true], || {
        let ring = RingAl::new(SIZE);
        let mut text = ring.fixed(10).unwrap();
        text.write_all(b"text").unwrap();
        let first = text.freeze();
        let second = first.clone();
        let threads = [first, second].map(|text| thread::spawn(move || assert_eq!(text, b"text")));
        drop(ring);
        let lives = block_lives();
        for thread in threads {
            thread.join().unwrap();
        }
        lives
    });
}

#[test]
fn a_buffer_is_thawed_only_when_the_other_handle_is_done() {
    explore(&[false, true], || {
        let ring = RingAl::new(SIZE);
        let mut text = ring.fixed(10).unwrap();
        text.write_all(b"text").unwrap();
        let first = text.freeze();
        let second = first.clone();
        let reader = thread::spawn(move || assert_eq!(second, b"text"));
        let thawed = match first.try_into_mut() {
            Ok(mut buffer) => {
                buffer.clear();
                buffer.write_all(b"mine").unwrap();
                true
            }
            Err(_) => false,
        };
        reader.join().unwrap();
        thawed
    });
}

#[test]
fn a_boxed_value_is_dropped_on_another_thread_before_its_slot_is_taken_again() {
    explore(&[false, true], || {
        let store = RingStore::<Vec<u8>>::new(1);
        let first = store.alloc(vec![1]).unwrap();
        let other = thread::spawn(move || assert_eq!(*first, [1]));
        let second = store.alloc(vec![2]);
        let got = second.is_ok();
        if let Ok(second) = second {
            assert_eq!(*second, [2]);
        }
        other.join().unwrap();
        got
    });
}
