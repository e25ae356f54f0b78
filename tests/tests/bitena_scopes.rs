//! Bitena: scopes, checkpoints, reset, and arenas over the caller's memory.

use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arenas::{Bitena, BitenaCheckpoint, CheckpointError};
use arenas_tests::panics::panic_message;

// Contract: S1
#[test]
fn a_scope_gives_back_what_was_allocated_inside() {
    let mut arena = Bitena::new(1024).unwrap();
    arena.alloc(1u8);
    let sum: u32 = arena.scope(|inner| {
        inner.alloc(1u64);
        inner.local(100).unwrap().alloc(2u32);
        inner.alloc_slice_fill_with(10, |i| i as u32).iter().sum()
    });
    assert_eq!((sum, arena.used()), (45, 1));
}

// Contract: S1, C8
#[test]
fn a_scope_that_panics_gives_back_too() {
    let mut arena = Bitena::new(1024).unwrap();
    let kept = *arena.alloc(7u64);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        arena.scope(|inner| {
            inner.alloc_slice(0u8, 500);
            panic!("as it should")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!((kept, arena.used(), arena.stats().peak_used), (7, 8, 508));
}

// Contract: S1
#[test]
fn checkpoints_nest() {
    let mut arena = Bitena::new(1024).unwrap();
    let first = std::ptr::from_ref::<u32>(arena.alloc(1u32));
    let low = arena.checkpoint();
    arena.alloc(2u32);
    let high = arena.checkpoint();
    arena.alloc(3u32);
    arena.rollback(high);
    assert_eq!(arena.used(), 8);
    arena.alloc_slice(9u8, 100);
    arena.rollback(high);
    arena.rollback(low);
    assert_eq!((arena.used(), low.used(), high.used()), (4, 4, 8));
    // SAFETY: allocated before the checkpoint, so it is still there.
    assert_eq!(unsafe { *first }, 1);
}

// Contract: S1
#[test]
fn checkpoints_that_are_no_longer_true_are_refused() {
    let mut arena = Bitena::new(1024).unwrap();
    let other = Bitena::new(1024).unwrap();
    let empty = arena.checkpoint();
    arena.alloc(1u64);
    let one = arena.checkpoint();
    arena.alloc(2u64);
    let two = arena.checkpoint();

    assert_eq!(arena.try_rollback(other.checkpoint()), Err(CheckpointError::Foreign));
    arena.rollback(one);
    assert_eq!(arena.try_rollback(two), Err(CheckpointError::Beyond { checkpoint: 16, len: 8 }));
    arena.alloc_slice(0u64, 3);
    assert_eq!(arena.try_rollback(two), Err(CheckpointError::Diverged { checkpoint: 16, len: 32 }));
    assert_eq!(arena.used(), 32);
    arena.reset();
    arena.alloc_slice(0u64, 3);
    assert!(matches!(arena.try_rollback(one), Err(CheckpointError::Diverged { .. })));
    assert_eq!(arena.try_rollback(empty), Ok(()));
}

// Contract: S1
#[test]
fn a_checkpoint_from_inside_a_scope_does_not_outlive_it() {
    let mut arena = Bitena::new(1024).unwrap();
    let outside = arena.checkpoint();
    let inside: BitenaCheckpoint = arena.scope(|inner| {
        inner.alloc(1u64);
        inner.checkpoint()
    });
    assert!(matches!(arena.try_rollback(inside), Err(CheckpointError::Beyond { .. })));
    arena.alloc([0u64; 4]);
    assert!(matches!(arena.try_rollback(inside), Err(CheckpointError::Diverged { .. })));
    assert_eq!(arena.try_rollback(outside), Ok(()));
}

// Contract: S1
#[test]
fn a_refused_rollback_panics_with_both_lengths() {
    let mut arena = Bitena::new(1024).unwrap();
    let before = arena.checkpoint();
    arena.alloc(1u32);
    arena.alloc(1u8);
    let beyond = arena.checkpoint();
    arena.rollback(before);
    arena.alloc_str("ab");
    let message = panic_message(|| arena.rollback(beyond));
    assert!(message.contains("checkpoint 5 beyond current length 2"), "{message}");
    assert_eq!(arena.used(), 2);
    let message = panic_message(|| arena.rollback(Bitena::new(8).unwrap().checkpoint()));
    assert!(message.contains("another arena"), "{message}");
}

// Contract: C13
#[test]
fn a_reset_arena_starts_anew_in_the_same_memory() {
    let mut arena = Bitena::new(256).unwrap();
    let first = std::ptr::from_ref(arena.alloc(1u64)).addr();
    for round in 0..100u64 {
        arena.reset();
        assert_eq!(arena.remaining(), 256);
        assert_eq!(std::ptr::from_ref(arena.alloc(round)).addr(), first);
    }
}

// Contract: C14
#[test]
#[cfg(debug_assertions)]
#[cfg(not(arenas_asan))] // It reads what was given up, which is reported then.
fn debug_builds_fill_what_was_given_back() {
    let mut arena = Bitena::new(64).unwrap();
    let kept = arena.alloc([1u8; 8]).as_ptr();
    let before = arena.checkpoint();
    let gone = arena.alloc([2u8; 8]).as_ptr();
    arena.rollback(before);
    // SAFETY: the memory is the arena's, still there and initialised, and has no other owner now.
    assert_eq!(unsafe { *gone.cast::<[u8; 8]>() }, [0xA5; 8]);
    // SAFETY: as above, and live.
    assert_eq!(unsafe { *kept.cast::<[u8; 8]>() }, [1; 8]);
    arena.reset();
    // SAFETY: as the first.
    assert_eq!(unsafe { *kept.cast::<[u8; 8]>() }, [0xA5; 8]);
}

// Contract: S1
#[test]
fn an_arena_over_the_callers_memory_is_a_whole_arena() {
    fn takes_any(arena: &Bitena) -> &mut u32 {
        arena.alloc(5)
    }

    let mut memory = [MaybeUninit::uninit(); 100];
    let bounds = memory.as_ptr_range();
    let mut arena = Bitena::over(&mut memory);
    assert_eq!((arena.capacity(), arena.remaining()), (100, 100));
    assert_eq!(*takes_any(&arena), 5);
    let at = std::ptr::from_ref(arena.alloc(1u8)).addr();
    assert!((bounds.start.addr()..bounds.end.addr()).contains(&at));
    let used = arena.used();
    let before = arena.checkpoint();
    assert_eq!(arena.scope(|inner| inner.alloc_str("scratch").len()), 7);
    arena.alloc(7u64);
    arena.rollback(before);
    assert_eq!(arena.used(), used);
    assert_eq!(arena.try_rollback(before), Ok(()));
    arena.reset();
    assert_eq!(arena.alloc_slice(1u8, 100).len(), 100);
    assert_eq!((arena.stats().reserved, arena.stats().chunks), (100, 1));
}

// Contract: S1, C4
#[test]
fn an_arena_over_nothing_is_full() {
    let mut arena = Bitena::over(&mut []);
    assert!(arena.try_alloc(1u8).is_err());
    assert_eq!(arena.alloc_str(""), "");
    arena.alloc(());
    arena.reset();
    assert_eq!(arena.stats().reserved, 0);
}

// Contract: S1
#[test]
fn an_arena_over_static_memory_can_be_shared_for_ever() {
    let memory: &'static mut [MaybeUninit<u8>] =
        arenas_tests::checking::losing(|| Box::leak(Box::new([MaybeUninit::uninit(); 64])));
    let arena = Box::leak(Box::new(Bitena::over(memory)));
    let value: &'static mut u32 = std::thread::spawn(|| arena.alloc(7)).join().unwrap();
    assert_eq!(*value, 7);
    // SAFETY: both were made by `Box::leak`, and nobody uses them any more.
    let arena = unsafe { Box::from_raw(std::ptr::from_ref(arena).cast_mut()) };
    drop(arena);
}

// Contract: C1
#[test]
fn debug_output_says_how_full_it_is() {
    let arena = Bitena::new(64).unwrap();
    arena.alloc(1u32);
    assert_eq!(format!("{arena:?}"), "Bitena { capacity: 64, used: 4 }");
    assert_eq!(format!("{:?}", arena.local(16).unwrap()), "LocalBitena { capacity: 16, used: 0 }");
    assert_eq!(format!("{:?}", arena.checkpoint()), "BitenaCheckpoint(4)");
    assert_eq!(format!("{:?}", Bitena::over(&mut [])), "BorrowedBitena(Bitena { capacity: 0, used: 0 })");
}
