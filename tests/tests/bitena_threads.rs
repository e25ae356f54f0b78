//! Bitena: many threads, and windows.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use arenas::Bitena;
use arenas_tests as _;

// Contract: B3
#[test]
fn four_threads_fill_the_arena_to_its_last_byte() {
    let arena = Bitena::new(320_000).unwrap();
    let lists: Vec<Vec<&mut u64>> = thread::scope(|scope| {
        let arena = &arena;
        let threads: Vec<_> = (0..4u64)
            .map(|thread| scope.spawn(move || (0..10_000).map(|i| arena.alloc(thread << 32 | i)).collect()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(arena.remaining(), 0);
    assert!(arena.try_alloc(1u64).is_err());
    assert!(arena.try_alloc(1u8).is_err());
    for (thread, list) in lists.iter().enumerate() {
        assert!(list.iter().zip(0..).all(|(value, i)| **value == (thread as u64) << 32 | i));
    }
    let mut addresses: Vec<usize> = lists.iter().flatten().map(|value| std::ptr::from_ref(&**value).addr()).collect();
    addresses.sort_unstable();
    assert!(addresses.windows(2).all(|pair| pair[1] - pair[0] == 8));
}

// Contract: B3
#[test]
fn windows_fill_the_arena_to_its_last_byte_too() {
    let arena = Bitena::new(320_000).unwrap();
    let lists: Vec<Vec<&mut u64>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4u64)
            .map(|thread| {
                let window = arena.local(80_000).unwrap();
                scope.spawn(move || (0..10_000).map(|i| window.alloc(thread << 32 | i)).collect())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(arena.remaining(), 0);
    for (thread, list) in lists.iter().enumerate() {
        assert!(list.iter().zip(0..).all(|(value, i)| **value == (thread as u64) << 32 | i));
    }
}

// Contract: S1
#[test]
fn what_a_window_allocates_outlives_it_and_the_rest_goes_back() {
    let arena = Bitena::new(1024).unwrap();
    let (number, text, list) = {
        let window = arena.local(512).unwrap();
        assert_eq!((arena.remaining(), window.capacity()), (512, 512));
        (window.alloc(1u64), window.alloc_str("text"), window.alloc_box(vec![1, 2]))
    };
    assert!(arena.remaining() >= 1024 - 48);
    arena.alloc_slice(0xFFu8, arena.remaining());
    assert_eq!((*number, text, &**list), (1, "text", &[1, 2][..]));
}

// Contract: S1
#[test]
fn a_window_that_is_no_longer_the_newest_keeps_its_end() {
    let arena = Bitena::new(1024).unwrap();
    let window = arena.local(100).unwrap();
    let newer = arena.alloc(7u8);
    drop(window);
    assert_eq!((arena.remaining(), *newer), (923, 7));
}

// Contract: S1, C4
#[test]
fn windows_of_every_size_are_results() {
    let arena = Bitena::new(64).unwrap();
    assert!(arena.local(65).unwrap_err().is_capacity());
    assert!(arena.local(usize::MAX).unwrap_err().is_layout_overflow());
    let empty = arena.local(0).unwrap();
    assert!(empty.try_alloc(1u8).is_err());
    let all = arena.local(64).unwrap();
    assert_eq!(all.alloc_slice(1u8, 64).len(), 64);
    drop(empty);
    assert!(std::ptr::eq(all.arena(), &raw const arena));
    std::mem::forget(all);
    assert_eq!(arena.remaining(), 0);
}

/// A thread that stopped inside its closure has its bytes, and nothing else of the arena.
// Contract: B5
#[test]
fn a_stopped_thread_keeps_nobody_waiting() {
    let arena = Bitena::new(1024).unwrap();
    let (inside, done) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            arena.alloc_with(|| {
                inside.store(true, Ordering::Release);
                while !done.load(Ordering::Acquire) {
                    thread::yield_now();
                }
                1u64
            });
        });
        while !inside.load(Ordering::Acquire) {
            thread::yield_now();
        }
        for i in 0..127u64 {
            assert_eq!(*arena.alloc(i), i);
        }
        done.store(true, Ordering::Release);
    });
    assert_eq!(arena.remaining(), 0);
}

/// A failing request must not take, even for a moment, what another fits into.
// Contract: B5
#[test]
fn requests_that_fail_never_make_one_fail_that_fits() {
    let arena = Bitena::new(80_000).unwrap();
    let (stop, refused) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                assert!(arena.try_alloc_slice(0u8, 80_001).is_err());
                refused.fetch_add(1, Ordering::Relaxed);
            }
        });
        while refused.load(Ordering::Relaxed) == 0 {
            thread::yield_now();
        }
        for i in 0..10_000u64 {
            arena.alloc(i);
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(arena.remaining(), 0);
}

/// Windows come and go on several threads; nothing that was handed out may change.
// Contract: B5, C9
#[test]
fn bytes_that_are_given_back_have_one_owner_at_a_time() {
    let arena = Bitena::new(1 << 20).unwrap();
    thread::scope(|scope| {
        for thread in 0..4u8 {
            let arena = &arena;
            scope.spawn(move || {
                let mut kept = Vec::new();
                for round in 0..2_000u32 {
                    let Ok(window) = arena.local(64) else { break };
                    let scratch = window.alloc_slice_fill_with(4, |i| u32::from(thread) << 24 | round << 4 | i as u32);
                    if round % 8 == 0 {
                        kept.push((round, scratch));
                    }
                }
                for (round, slice) in kept {
                    let expected: [u32; 4] = std::array::from_fn(|i| u32::from(thread) << 24 | round << 4 | i as u32);
                    assert_eq!(slice, expected);
                }
            });
        }
    });
}
