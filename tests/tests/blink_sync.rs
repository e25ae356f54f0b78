//! `SyncBlinkAlloc`, `LocalBlinkAlloc`, `BlinkAllocCache`.

use std::alloc::Layout;
use std::sync::Barrier;

use arenas::{AllocError, BlinkAlloc, BlinkAllocCache, ChunkSource, SyncBlinkAlloc};
use arenas_tests::base::{Base, Refuse};

fn bytes(size: usize) -> Layout {
    Layout::from_size_align(size, 1).unwrap()
}

fn address(block: std::ptr::NonNull<[u8]>) -> usize {
    block.cast::<u8>().addr().get()
}

/// Blocks of one thread, with the byte that each is full of.
fn fill(
    mut allocate: impl FnMut(Layout) -> Result<std::ptr::NonNull<[u8]>, AllocError>,
    byte: u8,
) -> Vec<(usize, usize)> {
    let blocks: Vec<_> = (0..500usize)
        .map(|i| {
            let layout = Layout::from_size_align(i % 97 + 1, 1 << (i % 6)).unwrap();
            let block = allocate(layout).unwrap();
            // SAFETY: the block has this size.
            unsafe { block.cast::<u8>().write_bytes(byte, layout.size()) };
            block
        })
        .collect();
    blocks
        .into_iter()
        .map(|block| {
            // SAFETY: written above.
            assert!(unsafe { block.as_ref() }.iter().all(|&seen| seen == byte));
            (address(block), block.len())
        })
        .collect()
}

/// Joins each thread by itself: ThreadSanitizer sees that, but not the end of a scope.
fn on_four_threads(work: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

fn assert_disjoint(mut blocks: Vec<(usize, usize)>) {
    blocks.sort_unstable();
    for pair in blocks.windows(2) {
        assert!(pair[0].0 + pair[0].1 <= pair[1].0, "{pair:?}");
    }
}

// Contract: K10, C9
#[test]
fn threads_share_chunks_and_never_a_byte() {
    let mut shared = SyncBlinkAlloc::with_chunk_size(1000);
    for _ in 0..5 {
        let blocks = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4u8)
                .map(|thread| {
                    let shared = &shared;
                    scope.spawn(move || {
                        if thread % 2 == 0 {
                            fill(|layout| shared.allocate(layout), thread)
                        } else {
                            let local = shared.local();
                            let blocks = fill(|layout| local.allocate(layout), thread);
                            // Its blocks end with it, so it stays until all are compared.
                            std::mem::forget(local);
                            blocks
                        }
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_disjoint(blocks);
        shared.reset();
        assert_eq!((shared.stats().used, shared.stats().chunks), (0, 1));
    }
}

// Contract: K10
#[test]
fn racing_first_allocations_take_one_chunk_if_it_fits_all() {
    for _ in 0..100 {
        let shared = SyncBlinkAlloc::with_chunk_size(4 * 64);
        let barrier = Barrier::new(4);
        on_four_threads(|| {
            barrier.wait();
            shared.allocate(bytes(64)).unwrap();
        });
        assert_eq!((shared.stats().chunks, shared.stats().used), (1, 256));
    }
}

// Contract: K10
#[test]
fn what_locals_took_comes_back_in_any_order() {
    let shared = SyncBlinkAlloc::new();
    for _ in 0..1000 {
        shared.local().allocate(bytes(8)).unwrap();
    }
    assert_eq!((shared.stats().used, shared.stats().chunks), (0, 1));
    let reserved = shared.stats().reserved;
    for round in 0..200 {
        let mut locals: Vec<_> = (0..4)
            .map(|_| {
                let local = shared.local();
                local.allocate(bytes(100)).unwrap();
                local
            })
            .collect();
        while !locals.is_empty() {
            locals.swap_remove(round % locals.len());
        }
        assert_eq!((shared.stats().used, shared.stats().reserved), (0, reserved));
    }
}

// Contract: K10
#[test]
fn a_long_lived_local_does_not_make_short_lived_ones_take_more_and_more() {
    let shared = SyncBlinkAlloc::new();
    let first = shared.local();
    first.allocate(bytes(8)).unwrap();
    let used = shared.stats().used;
    let mut last = shared.local();
    last.allocate(bytes(8)).unwrap();
    for _ in 0..1000 {
        let next = shared.local();
        next.allocate(bytes(8)).unwrap();
        last = next;
    }
    assert!(shared.stats().used <= 4 * used, "{}", shared.stats().used);
    drop(last);
    assert_eq!(shared.stats().used, used);
}

// Contract: K10
#[test]
fn a_local_is_reset_for_itself() {
    let shared = SyncBlinkAlloc::new();
    let mut local = shared.local();
    let mut first = None;
    for _ in 0..100 {
        for i in 0..50 {
            let block = local.allocate(bytes(i * 20)).unwrap();
            if i == 1 {
                first.get_or_insert(block);
            }
        }
        local.reset();
    }
    assert!(shared.stats().reserved < 200_000);
    assert_eq!(local.stats().used, 0);
}

// Contract: K10
#[test]
fn a_local_takes_what_is_left_of_a_chunk_in_one_window() {
    let shared = SyncBlinkAlloc::with_chunk_size(16 << 10);
    let local = shared.local();
    while shared.stats().chunks < 2 {
        local.allocate(bytes(16)).unwrap();
    }
    assert!(local.stats().chunks <= 8, "{}", local.stats().chunks);
    assert!(local.stats().reserved >= 15 << 10);
}

// Contract: K10
#[test]
fn a_hint_makes_the_first_window_larger() {
    let shared = SyncBlinkAlloc::with_chunk_size(1 << 20);
    shared.update_max_local_alloc(100_000);
    let local = shared.local();
    local.allocate(bytes(8)).unwrap();
    assert!(local.stats().reserved >= 100_000);
}

// Contract: K2
#[test]
fn the_shared_tip_gives_back_and_grows_in_place() {
    let shared = SyncBlinkAlloc::with_chunk_size(1024);
    let block = shared.allocate(bytes(64)).unwrap();
    // SAFETY: allocated above.
    unsafe { shared.deallocate(block.cast(), bytes(64)) };
    assert_eq!(shared.allocate(bytes(64)).unwrap(), block);
    // SAFETY: allocated above.
    let grown = unsafe { shared.resize(block.cast(), bytes(64), bytes(1024)) }.unwrap();
    assert_eq!((address(grown), grown.len()), (address(block), 1024));
    // SAFETY: as above.
    unsafe { shared.resize(block.cast(), bytes(1024), bytes(8)) }.unwrap();
    assert_eq!(address(shared.allocate(bytes(8)).unwrap()), address(block) + 8);
    // SAFETY: as above.
    let moved = unsafe { shared.resize(block.cast(), bytes(8), bytes(16)) }.unwrap();
    assert_ne!(address(moved), address(block));
}

// Contract: K4, K1
#[test]
fn a_steady_shared_workload_stops_asking_for_chunks() {
    for local in [false, true] {
        let base = Base::default();
        let mut shared = SyncBlinkAlloc::new_in(&base);
        for round in 1..=5 {
            let before = base.requests.get();
            {
                let window = shared.local();
                for i in 0..20_000usize {
                    let layout = Layout::from_size_align(i % 50, 1 << (i % 8)).unwrap();
                    if local {
                        window.allocate(layout).unwrap()
                    } else {
                        shared.allocate(layout).unwrap()
                    };
                }
                std::mem::forget(window);
            }
            shared.reset();
            let asked = base.requests.get() - before;
            assert!(round < 2 || asked <= 1, "{asked} in round {round}");
            assert!(round < 3 || asked == 0, "{asked} in round {round}");
        }
        shared.reset_final();
        assert_eq!(base.live_blocks(), 0);
        shared.allocate(bytes(8)).unwrap();
        assert_eq!(shared.into_inner().live_blocks(), 0);
    }
}

// Contract: K5, K10
#[test]
fn a_base_that_fails_at_any_call_loses_nothing() {
    for nth in 0..10 {
        let base = Base::refusing(Refuse::Nth(nth));
        let shared = SyncBlinkAlloc::with_chunk_size_in(64, &base);
        for i in 0..60 {
            let _ = shared.allocate(bytes(i * 8));
            let _ = shared.local().allocate(bytes(i * 8));
        }
    }
}

// Contract: K10, K0
#[test]
fn the_base_is_called_by_one_thread_at_a_time() {
    use std::cell::Cell;
    /// `Send` and not `Sync`, with a state that races would break.
    struct Single(Cell<bool>);
    // SAFETY: what `Global` promises.
    unsafe impl ChunkSource for Single {
        fn acquire(&self, layout: Layout) -> Result<std::ptr::NonNull<[u8]>, AllocError> {
            assert!(!self.0.replace(true));
            std::thread::yield_now();
            let chunk = arenas::Global.acquire(layout);
            self.0.set(false);
            chunk
        }

        unsafe fn release(&self, ptr: std::ptr::NonNull<u8>, layout: Layout) {
            // SAFETY: the caller's promise.
            unsafe { arenas::Global.release(ptr, layout) }
        }
    }
    let shared = SyncBlinkAlloc::with_chunk_size_in(64, Single(Cell::new(false)));
    on_four_threads(|| (0..200).for_each(|i| assert!(shared.allocate(bytes(i * 64)).is_ok())));
}

// Contract: C11
#[test]
fn stats_of_a_shared_allocator_add_up_also_while_it_is_used() {
    let shared = SyncBlinkAlloc::with_chunk_size(256);
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| (0..2000).for_each(|i| assert!(shared.allocate(bytes(i % 50)).is_ok())));
        while !worker.is_finished() {
            let stats = shared.stats();
            assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
        }
    });
}

// Contract: K1
#[test]
fn a_cache_gives_warm_allocators_to_tasks() {
    static CACHE: BlinkAllocCache = BlinkAllocCache::new();
    assert!(CACHE.pop().is_none());
    on_four_threads(|| {
        for _ in 0..200 {
            let mut blink = CACHE.pop().unwrap_or_default();
            blink.allocate(bytes(100_000)).unwrap();
            blink.reset();
            CACHE.push(blink);
        }
    });
    let mut count = 0;
    while let Some(blink) = CACHE.pop() {
        assert!(blink.stats().free >= 100_000);
        count += 1;
    }
    assert!((1..=4).contains(&count), "{count}");
}

// Contract: C9
#[test]
fn more_allocators_than_slots_go_into_a_cache() {
    let base = Base::default();
    let cache = BlinkAllocCache::new();
    for _ in 0..100 {
        let blink = BlinkAlloc::new_in(&base);
        blink.allocate(bytes(8)).unwrap();
        cache.push(blink);
    }
    for _ in 0..40 {
        cache.pop().unwrap();
    }
    assert_eq!(base.live_blocks(), 60);
    drop(cache);
    assert_eq!(base.live_blocks(), 0);
}
