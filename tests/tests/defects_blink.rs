//! Defects of blink-alloc that must not exist here, by number.

use std::alloc::Layout;
use std::rc::Rc;

use arenas::{Blink, BlinkAlloc, BlinkAllocCache, SyncBlinkAlloc};
use arenas_tests::base::Base;
use arenas_tests::checking::heap_use;
use arenas_tests::drops::DropLog;

// Contract: K7
#[test]
#[allow(clippy::result_large_err, reason = "that is what the defect is about")]
fn defect_19_a_fallible_initialiser_writes_only_its_value() {
    let blink = Blink::new();
    let values: Vec<_> =
        (0..8u32).map(|i| blink.emplace::<u32>().with_fallible(|| i.to_string().parse::<u32>()).unwrap()).collect();
    assert!(values.iter().map(|value| **value).eq(0..8));
    let small: Result<&mut u8, [u8; 4096]> = blink.emplace::<u8>().with_fallible(|| Err([0x41; 4096]));
    assert!(small.is_err());
    let first = blink.emplace().with_fallible(|| Ok::<u8, u64>(7)).unwrap();
    blink.copy_slice(&[0xEE; 15]);
    assert_eq!(*first, 7);
}

// Contract: K9
#[test]
fn defect_20_an_arena_that_holds_values_stays_on_its_thread() {
    // That `Blink` is not `Send` is in the table of auto traits. What crosses threads has dropped its values.
    let rc = Rc::new(0);
    let blink = Blink::new();
    blink.put(rc.clone());
    let parcel = arenas::SendBlink::new(blink);
    assert_eq!(Rc::strong_count(&rc), 1);
    std::thread::spawn(move || drop(parcel)).join().unwrap();
}

// Contract: K6
#[test]
fn defect_21_shared_values_are_dropped() {
    let log = DropLog::new();
    let mut blink = Blink::new();
    for i in 0..4 {
        blink.emplace_shared().value(log.value(i));
    }
    blink.reset();
    assert_eq!(log.order(), [3, 2, 1, 0]);
}

// Contract: C5
#[test]
fn defect_22_values_of_no_size_are_dropped_once() {
    use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};
    static LIVE: AtomicIsize = AtomicIsize::new(0);
    struct Counted;
    impl Counted {
        fn new() -> Self {
            LIVE.fetch_add(1, SeqCst);
            Self
        }
    }
    impl Drop for Counted {
        fn drop(&mut self) {
            LIVE.fetch_sub(1, SeqCst);
        }
    }
    let mut blink = Blink::new();
    blink.emplace().from_iter((0..5).map(|_| Counted::new()));
    assert_eq!(LIVE.load(SeqCst), 5);
    blink.reset();
    assert_eq!(LIVE.load(SeqCst), 0);
    blink.emplace_no_drop().from_iter((0..5).map(|_| Counted::new()));
    assert_eq!(LIVE.load(SeqCst), 5);
}

// Contract: C9
#[test]
fn defect_23_a_cache_drops_what_is_in_it() {
    let ((), heap) = heap_use(|| {
        let cache = BlinkAllocCache::new();
        for _ in 0..10 {
            let blink = BlinkAlloc::new();
            blink.allocate(Layout::new::<[u8; 80_000]>()).unwrap();
            cache.push(blink);
        }
        drop(cache);
    });
    assert_eq!((heap.blocks, heap.bytes), (0, 0));
}

// 24 is in `blink_global.rs`, which is a program of its own.

// Contract: K2
#[test]
fn defect_25_the_tip_is_given_back() {
    let blink = BlinkAlloc::new();
    let layout = Layout::new::<[u8; 64]>();
    let first = blink.allocate(layout).unwrap();
    // SAFETY: allocated above.
    unsafe { blink.deallocate(first.cast(), layout) };
    let second = blink.allocate(layout).unwrap();
    assert_eq!(first, second);
    // SAFETY: allocated above.
    unsafe { blink.resize(second.cast(), layout, Layout::new::<[u8; 8]>()) }.unwrap();
    let third = blink.allocate(Layout::new::<u64>()).unwrap();
    assert_eq!(third.cast::<u8>().addr().get(), second.cast::<u8>().addr().get() + 8);
    let wide = Layout::from_size_align(64, 64).unwrap();
    let block = blink.allocate(wide).unwrap();
    // SAFETY: allocated above.
    let same = unsafe { blink.resize(block.cast(), wide, Layout::from_size_align(32, 64).unwrap()) }.unwrap();
    assert_eq!(same.cast::<u8>(), block.cast::<u8>());
}

// Contract: K4, K3
#[test]
fn defect_26_a_steady_workload_is_warm_at_once_and_growth_goes_by_the_largest_chunk() {
    let base = Base::default();
    let mut blink = BlinkAlloc::new_in(&base);
    let round = |blink: &BlinkAlloc<&Base>| {
        for _ in 0..10_000 {
            blink.allocate(Layout::new::<[u8; 100]>()).unwrap();
        }
    };
    for _ in 0..2 {
        round(&blink);
        blink.reset();
    }
    let warm = base.requests.get();
    for _ in 0..29 {
        round(&blink);
        blink.reset();
    }
    assert_eq!(base.requests.get(), warm);
    round(&blink);
    round(&blink);
    let largest = base.sizes.borrow().iter().max().copied().unwrap();
    assert_eq!(base.sizes.borrow().last(), Some(&largest), "the chunk after the huge one is not a tiny one");
}

// Contract: K10
#[test]
fn defect_27_racing_first_allocations_take_one_chunk() {
    for _ in 0..300 {
        let blink = SyncBlinkAlloc::new();
        let barrier = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    barrier.wait();
                    blink.allocate(Layout::new::<u64>()).unwrap();
                });
            }
        });
        assert_eq!(blink.stats().chunks, 1);
    }
    let blink = SyncBlinkAlloc::new();
    for _ in 0..1000 {
        blink.local().allocate(Layout::new::<u64>()).unwrap();
    }
    assert!(blink.stats().reserved <= 16 << 10);
}

// Contract: K5
#[test]
fn defect_28_a_huge_chunk_size_is_an_error() {
    for size in [isize::MAX as usize + 4096, usize::MAX - 64, usize::MAX] {
        assert!(BlinkAlloc::with_chunk_size(size).allocate(Layout::new::<u8>()).unwrap_err().is_layout_overflow());
        assert!(SyncBlinkAlloc::with_chunk_size(size).allocate(Layout::new::<u8>()).is_err());
        assert!(Blink::with_chunk_size(size).try_put(1).is_err());
    }
}

// Contract: C7
#[test]
fn defect_29_one_panicking_destructor_leaks_nothing() {
    let log = DropLog::new();
    let mut blink = Blink::new();
    for i in 0..5 {
        blink.put(log.value(i));
    }
    log.panic_at(2);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| blink.reset()));
    assert!(outcome.is_err());
    assert_eq!(log.order(), [4, 3, 2, 1, 0]);
    log.assert_all_dropped_once();
}

// Contract: C1
#[test]
fn defect_30_a_slice_is_dropped_through_a_pointer_to_all_of_it() {
    // What only an aliasing model sees is argued in `raw/drops.rs`; this is the path, for tools that have one.
    let log = DropLog::new();
    let mut blink = Blink::new();
    let slice = blink.emplace().from_iter((0..100).map(|i| log.value(i)));
    slice[99] = log.value(100);
    blink.reset();
    log.assert_all_dropped_once();
}
