//! What a rollback or a rewind of the Blink family may not do, whatever safe calls come before it.

use std::cell::Cell;

use arenas::{Blink, BlinkAlloc, BlinkAllocator, BlinkCheckpoint, CheckpointError, SyncBlinkAlloc};
use arenas_tests::drops::DropLog;

/// Fills what is free at the tip, so that a record which is kept by mistake does not survive.
fn scribble(blink: &Blink) {
    for _ in 0..32 {
        blink.copy_slice(&[0x41u8; 64]);
    }
}

// Contract: K14, C9
#[test]
fn a_checkpoint_with_values_that_were_dropped_since_is_refused_although_its_position_is_the_same() {
    let log = DropLog::new();
    let mut blink = Blink::new();
    let within = Cell::new(None::<BlinkCheckpoint>);
    blink.emplace().with(|| {
        // The place of the value is taken, and the value is not there yet.
        within.set(Some(blink.checkpoint()));
        log.value(1)
    });
    let after = blink.checkpoint();
    let within = within.get().unwrap();
    assert_eq!(within.position(), after.position());

    blink.rollback(within);
    assert_eq!(log.order(), [1]);
    blink.put(log.value(2));
    assert!(matches!(blink.try_rollback(after), Err(CheckpointError::Diverged { .. })));
    assert_eq!(log.order(), [1]);
    scribble(&blink);
    drop(blink);
    assert_eq!(log.order(), [1, 2]);
}

// Contract: K14, C9
#[test]
fn a_checkpoint_below_the_position_is_refused_when_its_values_were_dropped() {
    let log = DropLog::new();
    let mut blink = Blink::new();
    let high = Cell::new(None::<BlinkCheckpoint>);
    // The place goes back, so that the position falls below that of the checkpoint.
    let failed: Result<&mut [u64; 100], ()> = blink.emplace().with_fallible(|| {
        high.set(Some(blink.checkpoint()));
        Err(())
    });
    assert!(failed.is_err());
    blink.put(log.value(1));
    let low = blink.checkpoint();
    blink.put_no_drop([0u64; 200]);

    blink.rollback(high.get().unwrap());
    assert_eq!(log.order(), [1]);
    assert!(matches!(blink.try_rollback(low), Err(CheckpointError::Diverged { .. })));
    blink.put(log.value(2));
    assert!(matches!(blink.try_rollback(low), Err(CheckpointError::Diverged { .. })));
    scribble(&blink);
    blink.reset();
    assert_eq!(log.order(), [1, 2]);
}

/// A position that was never reached changes nothing.
fn beyond_is_here<A: BlinkAllocator>(mut alloc: A) {
    let kept = std::ptr::from_mut::<u64>(Blink::new_in(&alloc).put_no_drop(1u64));
    for mark in [alloc.stats().used + 1, isize::MAX as usize, usize::MAX - 7, usize::MAX] {
        alloc.rewind(mark);
        assert_ne!(std::ptr::from_mut::<u64>(Blink::new_in(&alloc).put_no_drop(2u64)), kept, "rewound to {mark}");
    }
}

/// Blocks after `rewind` of any number are aligned, and overlap nothing that was before the position.
fn any_number_is_a_position<A: BlinkAllocator>(mut alloc: A) {
    for mark in 0..100 {
        alloc.reset();
        for _ in 0..8 {
            Blink::new_in(&alloc).put_no_drop(u64::MAX);
        }
        alloc.rewind(mark);
        let blink = Blink::new_in(&alloc);
        let value = blink.put_no_drop(7u64);
        assert_eq!((&raw const *value).addr() % align_of::<u64>(), 0, "rewound to {mark}");
        assert_eq!(*value, 7);
    }
}

// Contract: C1, K14
#[test]
fn a_rewind_to_a_number_that_is_no_mark_keeps_blocks_aligned() {
    any_number_is_a_position(BlinkAlloc::new());
    any_number_is_a_position(SyncBlinkAlloc::new());
    let shared = SyncBlinkAlloc::new();
    any_number_is_a_position(shared.local());
}

// Contract: C1, K14
#[test]
fn a_rewind_beyond_the_present_position_changes_nothing() {
    beyond_is_here(BlinkAlloc::new());
    beyond_is_here(SyncBlinkAlloc::new());
    let shared = SyncBlinkAlloc::new();
    beyond_is_here(shared.local());
}
