//! What was wrong in the typed arenas that came before, and must not come back.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use arenas::{Arena, CheckpointError, FastArena, Idx, Stamped};
use arenas_tests::checking::heap_use;
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

/// Runs code on a thread of its own, and fails when it takes more than ten seconds.
fn in_time<R: Send + 'static>(code: impl FnOnce() -> R + Send + 'static) -> R {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(code()));
    receiver.recv_timeout(Duration::from_secs(10)).expect("it hangs, or it panicked")
}

// Contract: F4
#[test]
fn defect_10_a_full_fast_arena_that_grows_takes_the_next_value_at_once() {
    in_time(|| {
        let mut arena = FastArena::with_capacity(2);
        arena.alloc(1);
        arena.alloc(2);
        assert!(panics(|| arena.alloc(3)));
        arena.grow();
        assert_eq!(arena.alloc(4).into_raw(), 2);
        assert_eq!(arena.as_slice(), [1, 2, 4]);
    });
}

// Contract: F4
#[test]
fn defect_10_a_fast_arena_grows_when_it_is_extended() {
    in_time(|| {
        let mut arena = FastArena::with_capacity(2);
        arena.extend(0..3);
        assert!(panics(|| arena.alloc_extend(0..1000)));
        arena.grow();
        arena.alloc(9);
        assert_eq!(arena.as_slice(), [0, 1, 2, 9]);
    });
}

// Contract: C7
#[test]
fn defect_11_a_panicking_destructor_in_a_fast_arena_drops_nothing_twice() {
    type Way = fn(&mut FastArena<Logged>, arenas::Checkpoint<Idx<Logged>>);
    let ways: [Way; 2] = [|arena, checkpoint| arena.rollback(checkpoint), |arena, _| arena.reset()];
    for way in ways {
        for position in 0..4 {
            let log = DropLog::new();
            let mut arena = FastArena::new();
            let checkpoint = arena.checkpoint();
            arena.extend((0..4).map(|n| log.value(n)));
            log.panic_at(position);
            assert!(panics(|| way(&mut arena, checkpoint)));
            assert_eq!((log.order(), arena.len()), (vec![3, 2, 1, 0], 0));
            let index = arena.alloc(log.value(4));
            assert_eq!((index.into_raw(), arena[index].number()), (0, 4));
            drop(arena);
            log.assert_all_dropped_once();
        }
    }
}

// Contract: F1, F2
#[test]
fn defect_12_an_allocation_waits_for_no_earlier_one() {
    in_time(|| {
        let arena = FastArena::with_capacity(10);
        // As if the thread that took this slot were stopped before it wrote.
        let stopped = arena.reserve();
        let indices: Vec<_> = (1..10).map(|n| arena.alloc(n)).collect();
        assert!(indices.iter().all(|&index| arena[index] == index.into_raw()));
        assert_eq!(arena.len(), 0);
        stopped.fill(0);
        assert_eq!(arena.len(), 10);
    });
}

// Contract: F11
#[test]
fn defect_13_an_extension_is_contiguous_while_others_write() {
    const ITEMS: u32 = 10_000;
    let arena = FastArena::with_capacity(4 * ITEMS as usize);
    let firsts: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let arena = &arena;
                scope.spawn(move || arena.alloc_extend((0..ITEMS).map(|n| thread_value(thread, n))))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
    });
    for (thread, first) in (0..4).zip(firsts) {
        let run = &arena.as_slice()[first.into_raw()..][..ITEMS as usize];
        assert!(run.iter().copied().eq((0..ITEMS).map(|n| thread_value(thread, n))));
    }
}

fn thread_value(thread: u32, n: u32) -> u32 {
    thread << 16 | n
}

// Contract: C12
#[test]
fn defect_14_a_fast_arena_tells_stale_and_foreign_indices() {
    let mut arena: FastArena<&str, Stamped<&str>> = FastArena::with_index();
    let other: FastArena<&str, Stamped<&str>> = FastArena::with_index();
    let checkpoint = arena.checkpoint();
    let (old, foreign) = (arena.alloc("old"), other.alloc("other"));
    arena.rollback(checkpoint);
    arena.alloc("new");
    for bad in [old, foreign] {
        assert!(!arena.is_valid(bad) && arena.try_get(bad).is_none());
        assert!(panic_message(|| arena[bad]).contains("stale or foreign"));
    }
}

// Contract: S2
#[test]
fn defect_14_a_fast_arena_refuses_foreign_and_diverged_checkpoints() {
    let mut arena = FastArena::new();
    arena.alloc(1);
    let gone = arena.checkpoint();
    let other = FastArena::new();
    other.alloc(1);
    assert_eq!(arena.try_rollback(other.checkpoint()), Err(CheckpointError::Foreign));
    arena.reset();
    arena.alloc_extend([100, 200]);
    assert_eq!(arena.try_rollback(gone), Err(CheckpointError::Diverged { checkpoint: 1, len: 2 }));
    assert_eq!(arena.as_slice(), [100, 200]);
}

// Contract: C10
#[test]
fn defect_15_a_fast_arena_of_values_that_are_not_shared_may_move_to_another_thread() {
    let arena = FastArena::with_capacity(1);
    let index = arena.alloc(Cell::new(7));
    let value = thread::spawn(move || arena[index].get()).join().unwrap();
    assert_eq!(value, 7);
}

// Contract: C7, C12
#[test]
fn defect_17_a_rollback_of_a_fast_arena_that_is_cut_short_hands_out_no_index_of_what_it_discarded() {
    let log = DropLog::new();
    let mut arena: FastArena<Logged, Stamped<Logged>> = FastArena::with_index();
    let kept = arena.alloc(log.value(0));
    let checkpoint = arena.checkpoint();
    let discarded: Vec<_> = (1..5).map(|n| arena.alloc(log.value(n))).collect();
    log.panic_at(3);
    assert!(panics(|| arena.rollback(checkpoint)));
    assert!(arena.iter_indexed().map(|(index, _)| index).eq([kept]));
    (5..9).for_each(|n| _ = arena.alloc(log.value(n)));
    assert!(discarded.iter().all(|&index| !arena.is_valid(index)));
    assert!(arena.indices().all(|index| arena.is_valid(index)));
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: C5
#[test]
fn defect_18_a_fast_arena_of_zero_sized_values_asks_for_no_block_of_no_bytes() {
    // The allocator of this program aborts on a request for 0 bytes.
    let (len, heap) = heap_use(|| {
        let arena = FastArena::<()>::new();
        arena.alloc(());
        arena.len()
    });
    assert_eq!((len, heap.blocks), (1, 0));
    assert_eq!(heap_use(|| FastArena::<()>::with_capacity(0).len()).1.requests, 0);
}
