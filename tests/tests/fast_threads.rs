//! `FastArena` with real threads.
//!
//! Threads, scopes and atomics only, so that ThreadSanitizer sees every edge.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use arenas::{FastArena, Idx, Stamped};
use arenas_tests::drops::DropLog;
use arenas_tests::threads::on_threads;

const THREADS: usize = 4;
const EACH: usize = 1000;

fn value(thread: usize, n: usize) -> String {
    format!("{thread}:{n}")
}

/// Lets a writer pause between its steps, so that threads meet also on few cores.
fn now_and_then(n: usize) {
    if n.is_multiple_of(64) {
        thread::yield_now();
    }
}

// Contract: F1, F3
#[test]
fn four_threads_fill_distinct_slots_and_all_are_readable() {
    let arena = FastArena::with_capacity(THREADS * EACH);
    let handles: Vec<Vec<Idx<String>>> = on_threads(THREADS, |thread| {
        let store = |n| {
            now_and_then(n);
            let index = arena.alloc(value(thread, n));
            assert_eq!(arena[index], value(thread, n), "readable at once");
            index
        };
        (0..EACH).map(store).collect()
    });
    assert_eq!((arena.len(), arena.as_slice().len()), (THREADS * EACH, THREADS * EACH));
    let slots: BTreeSet<_> = handles.iter().flatten().map(|index| index.into_raw()).collect();
    assert!(slots.into_iter().eq(0..THREADS * EACH));
    for (thread, handles) in handles.iter().enumerate() {
        assert!(handles.iter().enumerate().all(|(n, &index)| arena[index] == value(thread, n)));
    }
    assert!(arena.try_alloc(String::new()).is_err());
}

// Contract: F7
#[test]
fn writers_fill_the_arena_and_leave_no_gap_that_is_not_taken_again() {
    // More than is stored: a writer may hold what another would need at the end.
    const SLOTS: usize = THREADS * EACH + 1000;
    let arena = FastArena::with_capacity(SLOTS);
    on_threads(THREADS, |thread| {
        let mut before = None;
        // Writers come and go, so that runs are cut off everywhere.
        for part in 0..10 {
            let writer = arena.writer_with_run(part * 7 + 1);
            for n in 0..EACH / 10 {
                let index = writer.alloc(value(thread, part * EACH / 10 + n));
                assert_eq!(arena[index], value(thread, part * EACH / 10 + n));
                assert_ne!(before.replace(index), Some(index));
            }
        }
    });
    let found: BTreeSet<_> = arena.iter_complete().map(|(_, text)| text.clone()).collect();
    assert_eq!(found.len(), THREADS * EACH);
    for n in THREADS * EACH..SLOTS {
        assert!(arena.try_alloc(value(9, n)).is_ok(), "slot {n} was lost");
    }
    assert!(arena.try_alloc(String::new()).is_err());
    assert_eq!(arena.len(), SLOTS, "no hole is left");
}

// Contract: F3, F8
#[test]
fn readers_see_complete_prefixes_that_only_grow() {
    let arena = FastArena::with_capacity(THREADS * EACH);
    let done = AtomicUsize::new(0);
    let write = |thread| {
        let writer = arena.writer_with_run(16);
        for n in 0..EACH {
            now_and_then(n);
            if thread % 2 == 0 {
                arena.alloc(value(thread, n))
            } else {
                writer.alloc(value(thread, n))
            };
        }
        drop(writer);
        done.fetch_add(1, Ordering::Release);
    };
    let read = || {
        let mut seen = 0;
        loop {
            let finished = done.load(Ordering::Acquire) == THREADS;
            let slice = arena.as_slice();
            assert!(slice.len() >= seen);
            assert!(slice[seen..].iter().all(|text| text.contains(':')));
            let checkpoint = arena.checkpoint();
            assert!(checkpoint.len() >= slice.len() && arena.len() >= checkpoint.len());
            assert!(arena.iter_complete().take(100).all(|(index, text)| arena[index] == *text));
            seen = slice.len();
            if finished {
                break;
            }
            thread::yield_now();
        }
    };
    on_threads(THREADS + 2, |thread| if thread < THREADS { write(thread) } else { read() });
    assert_eq!(arena.len(), THREADS * EACH);
}

// Contract: F1, F2
#[test]
fn a_value_under_construction_that_never_finishes_holds_nobody_up() {
    let arena = FastArena::with_capacity(THREADS * EACH + 3);
    let (started, release) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let stuck = scope.spawn(|| {
            arena.alloc_with(|_| {
                started.store(true, Ordering::Release);
                while !release.load(Ordering::Acquire) {
                    thread::yield_now();
                }
                "late".to_owned()
            })
        });
        while !started.load(Ordering::Acquire) {
            thread::yield_now();
        }
        // A batch and a writer that are stuck as well.
        let reserved = arena.reserve();
        let parked = arena.writer_with_run(1);
        let first = parked.alloc("parked".to_owned());
        let others: Vec<_> = (0..THREADS)
            .map(|thread| {
                let arena = &arena;
                scope.spawn(move || {
                    for n in 0..EACH {
                        let index = arena.alloc(value(thread, n));
                        assert_eq!(arena[index], value(thread, n));
                    }
                })
            })
            .collect();
        others.into_iter().for_each(|other| other.join().unwrap());
        assert!(arena.try_alloc(String::new()).is_err());
        assert_eq!((arena.len(), &*arena[first]), (0, "parked"));
        assert_eq!(arena.iter_complete().count(), THREADS * EACH + 1);
        release.store(true, Ordering::Release);
        let late = stuck.join().unwrap();
        assert_eq!(arena[late], "late");
        reserved.fill("reserved".to_owned());
    });
    assert_eq!(arena.len(), THREADS * EACH + 3);
}

// Contract: F2, F7
#[test]
fn a_parked_writer_holds_nobody_up() {
    let arena = FastArena::with_capacity(64 + THREADS * EACH);
    let parked = arena.writer();
    parked.alloc(value(9, 0));
    on_threads(THREADS, |thread| {
        let writer = arena.writer_with_run(10);
        (0..EACH).for_each(|n| _ = writer.alloc(value(thread, n)));
    });
    assert_eq!(arena.len(), 1);
    assert_eq!(arena.iter_complete().count(), 1 + THREADS * EACH);
    (1..64).for_each(|n| _ = parked.alloc(value(9, n)));
    assert_eq!(arena.len(), 64 + THREADS * EACH);
}

// Contract: S2, F11
#[test]
fn batches_are_contiguous_under_contention() {
    let arena = FastArena::with_capacity(THREADS * EACH);
    on_threads(THREADS, |thread| {
        for round in 0..EACH / 20 {
            let range = arena.alloc_batch((0..5).map(|n| value(thread, n)));
            assert_eq!(range.len(), 5);
            assert!(arena[range].iter().enumerate().all(|(n, text)| *text == value(thread, n)));
            let first = arena.alloc_extend((0..14).map(|n| value(thread, n))).unwrap().into_raw();
            for n in 0..14 {
                assert_eq!(arena[Idx::from_raw(first + n)], value(thread, n));
            }
            now_and_then(round);
            arena.alloc(value(thread, round));
        }
    });
    assert_eq!(arena.len(), THREADS * EACH);
}

// Contract: F7, F12, C9
#[test]
fn slots_that_are_given_back_under_contention_are_neither_lost_nor_shared() {
    const SLOTS: usize = 64;
    let log = DropLog::new();
    let mut arena = FastArena::with_capacity(SLOTS);
    for round in 0..50 {
        on_threads(THREADS, |thread| {
            for n in 0..SLOTS / THREADS {
                // Each takes some slots, gives them back, and keeps one.
                let some: Vec<_> = (0..n % 4).filter_map(|_| arena.try_reserve().ok()).collect();
                now_and_then(round + n + thread);
                drop(some);
                let writer = arena.writer_with_run(n % 3 + 1);
                let number = (thread * SLOTS + n) as u32;
                match writer.try_alloc(log.value(number)) {
                    Ok(index) => assert_eq!(arena[index].number(), number),
                    // All free slots are held by the others at this moment.
                    Err(rejected) => drop(rejected),
                }
            }
        });
        let stored = arena.iter_complete().count();
        assert!(stored > 0);
        for n in stored..SLOTS {
            assert!(arena.try_alloc(log.value(n as u32)).is_ok(), "slot {n} was lost in round {round}");
        }
        assert!(arena.try_alloc(log.value(0)).is_err());
        assert_eq!(arena.len(), SLOTS);
        arena.reset();
        log.assert_all_dropped_once();
    }
}

// Contract: F4
#[test]
fn failures_at_the_capacity_leave_nothing_behind() {
    for round in 0..50 {
        let mut arena = FastArena::with_capacity(10);
        let stored = AtomicUsize::new(0);
        on_threads(THREADS, |_| {
            for n in 0..10 {
                now_and_then(round + n);
                stored.fetch_add(usize::from(arena.try_alloc(n).is_ok()), Ordering::Relaxed);
                let _ = arena.try_alloc_batch([n, n]).map(|_| stored.fetch_add(2, Ordering::Relaxed));
            }
        });
        assert_eq!((stored.into_inner(), arena.len()), (10, 10));
        arena.grow();
        assert_eq!(arena.alloc(7).into_raw(), 10);
    }
}

// Contract: C12
#[test]
fn stamped_handles_pass_between_threads() {
    // A writer may hold a run that it has not filled while another asks, so there is one more run for each.
    let arena: FastArena<String, Stamped<String>> = FastArena::with_capacity_and_index(THREADS * (EACH + 64));
    let handles = on_threads(THREADS, |thread| {
        let writer = arena.writer();
        (0..EACH).map(|n| (writer.alloc(value(thread, n)), value(thread, n))).collect::<Vec<_>>()
    });
    assert!(handles.iter().flatten().all(|(index, text)| arena[*index] == *text));
}
