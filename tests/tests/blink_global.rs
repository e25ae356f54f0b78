//! A program on a `GlobalBlinkAlloc`. It does not link the harness, which has a global allocator of its own.

// Contract: K12

use std::collections::BTreeMap;
use std::sync::Mutex;

use arenas::GlobalBlinkAlloc;

#[global_allocator]
static GLOBAL: GlobalBlinkAlloc = GlobalBlinkAlloc::new();

/// One test at a time: they switch the mode of the whole program.
static TURN: Mutex<()> = Mutex::new(());

/// Grows and shrinks collections.
fn work() -> usize {
    let mut list = Vec::new();
    for i in 0..10_000u64 {
        list.push(i);
        if i % 1000 == 0 {
            list.shrink_to_fit();
        }
    }
    list.truncate(100);
    list.shrink_to_fit();
    let map: BTreeMap<_, _> = list.iter().map(|i| (i.to_string(), vec![*i; 50])).collect();
    assert_eq!(list.iter().sum::<u64>(), 4950);
    assert!(map.iter().all(|(key, values)| values.iter().all(|value| value.to_string() == *key)));
    let zeros = vec![0u8; 100_000];
    assert!(zeros.iter().all(|&zero| zero == 0));
    map.len() + zeros.len()
}

// Contract: K12
#[test]
fn defect_24_collections_grow_and_shrink_in_direct_mode() {
    let _turn = TURN.lock().unwrap();
    assert_eq!(work(), 100_100);
}

// Contract: K12
#[test]
fn collections_grow_and_shrink_in_blink_mode_and_cross_the_border() {
    let _turn = TURN.lock().unwrap();
    let mut early = vec![1, 2, 3];
    // SAFETY: nothing is reset.
    unsafe { GLOBAL.blink_mode() };
    let mut late = vec![1, 2, 3];
    early.extend(0..1000);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert_eq!(work(), 100_100));
        }
    });
    // SAFETY: as above.
    unsafe { GLOBAL.direct_mode() };
    late.extend(0..1000);
    assert_eq!(early, late);
    drop(early);
    drop(late);
    assert!(GLOBAL.stats().chunks > 0);
}
