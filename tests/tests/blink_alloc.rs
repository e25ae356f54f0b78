//! `BlinkAlloc`: blocks, growth, retention, limits.

use std::alloc::Layout;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::Mutex;

use arenas::{BlinkAlloc, ByRef, CheckpointError, ChunkSource, Global};
use arenas_tests::base::{Base, Refuse};

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

fn bytes(size: usize) -> Layout {
    layout(size, 1)
}

fn address(block: NonNull<[u8]>) -> usize {
    block.cast::<u8>().addr().get()
}

// Contract: K1
#[test]
fn every_constructor_makes_an_empty_allocator_that_takes_nothing() {
    static EMPTY: Mutex<BlinkAlloc> = Mutex::new(BlinkAlloc::new());
    let base = Base::default();
    for stats in [
        EMPTY.lock().unwrap().stats(),
        BlinkAlloc::with_chunk_size(64).stats(),
        BlinkAlloc::new_in(&base).stats(),
        BlinkAlloc::with_chunk_size_in(64, &base).stats(),
        BlinkAlloc::<Global>::default().stats(),
    ] {
        assert_eq!((stats.reserved, stats.chunks), (0, 0));
    }
    assert_eq!(base.requests.get(), 0);
}

// Contract: K1, C9
#[test]
fn blocks_hold_what_is_written_into_them() {
    let blink = BlinkAlloc::with_chunk_size(100);
    let blocks: Vec<_> = (0..200usize)
        .map(|i| {
            let block = blink.allocate(layout(i, 1 << (i % 7))).unwrap();
            assert_eq!(block.len(), i);
            // SAFETY: the block has `i` bytes.
            unsafe { block.cast::<u8>().write_bytes(i as u8, i) };
            block
        })
        .collect();
    for (i, block) in blocks.into_iter().enumerate() {
        // SAFETY: written above.
        assert!(unsafe { block.as_ref() }.iter().all(|&byte| byte == i as u8));
    }
}

// Contract: K2
#[test]
fn a_block_that_is_given_back_at_the_tip_is_reused_at_once() {
    let blink = BlinkAlloc::new();
    blink.allocate(bytes(40)).unwrap();
    let first = blink.allocate(bytes(64)).unwrap();
    // SAFETY: allocated above.
    unsafe { blink.deallocate(first.cast(), bytes(64)) };
    assert_eq!(blink.allocate(bytes(64)).unwrap(), first);
}

// Contract: K2
#[test]
fn a_block_that_shrinks_at_the_tip_frees_its_end() {
    let blink = BlinkAlloc::new();
    let block = blink.allocate(bytes(64)).unwrap();
    // SAFETY: allocated above.
    let shrunk = unsafe { blink.resize(block.cast(), bytes(64), bytes(8)) }.unwrap();
    assert_eq!((address(shrunk), shrunk.len()), (address(block), 8));
    assert_eq!(address(blink.allocate(bytes(8)).unwrap()), address(block) + 8);
}

// Contract: K2
#[test]
fn a_block_at_the_tip_grows_in_place_to_the_last_byte_of_the_chunk() {
    let base = Base::default();
    let blink = BlinkAlloc::with_chunk_size_in(1024, &base);
    let block = blink.allocate(bytes(8)).unwrap();
    let mut old = 8;
    for new in [9, 100, 1000, 1024] {
        // SAFETY: the block has `old` bytes.
        let grown = unsafe { blink.resize(block.cast(), bytes(old), bytes(new)) }.unwrap();
        assert_eq!((address(grown), grown.len()), (address(block), new));
        old = new;
    }
    assert_eq!(base.taken.get(), 1);
    // SAFETY: the block has 1024 bytes.
    let moved = unsafe { blink.resize(block.cast(), bytes(1024), bytes(1025)) }.unwrap();
    assert_ne!(address(moved), address(block));
}

// Contract: K2
#[test]
fn shrinking_never_moves_an_aligned_block_and_other_blocks_keep_theirs() {
    let blink = BlinkAlloc::new();
    let first = blink.allocate(layout(64, 64)).unwrap();
    let second = blink.allocate(bytes(8)).unwrap();
    // SAFETY: allocated above.
    let shrunk = unsafe { blink.resize(first.cast(), layout(64, 64), layout(8, 32)) }.unwrap();
    assert_eq!(address(shrunk), address(first));
    assert_eq!(address(blink.allocate(bytes(8)).unwrap()), address(second) + 8);
}

// Contract: K2
#[test]
fn a_block_that_must_move_takes_its_contents_along() {
    let blink = BlinkAlloc::new();
    let first = blink.allocate(bytes(100)).unwrap();
    // SAFETY: 100 bytes.
    unsafe { first.cast::<u8>().write_bytes(7, 100) };
    blink.allocate(bytes(1)).unwrap();
    // SAFETY: allocated above.
    let moved = unsafe { blink.resize(first.cast(), bytes(100), layout(200, 128)) }.unwrap();
    assert_eq!(address(moved) % 128, 0);
    // SAFETY: its first 100 bytes are those of before.
    let kept = unsafe { std::slice::from_raw_parts(moved.cast::<u8>().as_ptr(), 100) };
    assert_eq!(kept, [7; 100]);
}

// Contract: C6
#[test]
fn alignments_up_to_a_page_hold() {
    for shift in 0..=12 {
        let align = 1 << shift;
        let blink = BlinkAlloc::with_chunk_size(64);
        for size in [1, align / 2 + 1, align, 3 * align] {
            blink.allocate(bytes(1)).unwrap();
            assert_eq!(address(blink.allocate(layout(size, align)).unwrap()) % align, 0);
        }
    }
}

// Contract: C5
#[test]
fn blocks_of_no_bytes_take_no_memory() {
    let base = Base::default();
    let blink = BlinkAlloc::new_in(&base);
    for align in [1, 8, 16, 64, 4096] {
        let block = blink.allocate(layout(0, align)).unwrap();
        assert_eq!((address(block) % align, block.len()), (0, 0));
        // SAFETY: allocated above.
        let grown = unsafe { blink.resize(block.cast(), layout(0, align), layout(8, align)) }.unwrap();
        // SAFETY: it has 8 bytes.
        unsafe { grown.cast::<u64>().write_unaligned(1) };
    }
    let base = Base::default();
    let blink = BlinkAlloc::new_in(&base);
    blink.allocate(layout(0, 8)).unwrap();
    blink.allocate(layout(0, 4096)).unwrap();
    assert_eq!(base.requests.get(), 0);
}

// Contract: K3
#[test]
fn the_configured_chunk_size_counts_usable_bytes() {
    for size in [16, 100, 8000, 1 << 20] {
        let base = Base::default();
        let blink = BlinkAlloc::with_chunk_size_in(size, &base);
        let half = size / 16 * 8;
        blink.allocate(bytes(half)).unwrap();
        blink.allocate(bytes(size - half)).unwrap();
        assert_eq!(base.taken.get(), 1, "{size}");
    }
}

// Contract: K3
#[test]
fn chunks_double_from_the_largest_so_far() {
    let base = Base::default();
    let blink = BlinkAlloc::with_chunk_size_in(1024, &base);
    for _ in 0..1000 {
        blink.allocate(bytes(1024)).unwrap();
    }
    let sizes = base.sizes.borrow();
    assert!(sizes.len() <= 11, "{sizes:?}");
    for pair in sizes.windows(2) {
        assert!(pair[1] >= pair[0] * 2 - 64 && pair[1] <= pair[0] * 2 + 64, "{sizes:?}");
    }
}

// Contract: K3
#[test]
fn a_huge_request_gets_a_chunk_of_its_own_that_does_not_inflate_later_ones() {
    let base = Base::default();
    let blink = BlinkAlloc::with_chunk_size_in(1024, &base);
    blink.allocate(bytes(8)).unwrap();
    blink.allocate(bytes(1 << 20)).unwrap();
    for _ in 0..3 {
        blink.allocate(bytes(1024)).unwrap();
    }
    let sizes = base.sizes.borrow();
    assert!(sizes[1] < (1 << 20) + 256, "{sizes:?}");
    assert!(sizes[2..].iter().all(|&size| (2048..8192).contains(&size)), "{sizes:?}");
}

// Contract: K3, K5
#[test]
fn a_refused_growth_is_retried_at_the_configured_size_or_the_request() {
    let base = Base::refusing(Refuse::Above(2000));
    let blink = BlinkAlloc::with_chunk_size_in(1000, &base);
    for _ in 0..20 {
        blink.allocate(bytes(600)).unwrap();
    }
    blink.allocate(bytes(1500)).unwrap();
    assert!(blink.allocate(bytes(2500)).unwrap_err().is_out_of_memory());
    blink.allocate(bytes(100)).unwrap();
    assert!(base.live.borrow().values().all(|layout| layout.size() >= 1000));
}

// Contract: K3
#[test]
fn a_configured_size_is_never_reduced() {
    let base = Base::refusing(Refuse::Above(1000));
    let blink = BlinkAlloc::with_chunk_size_in(2000, &base);
    assert!(blink.allocate(bytes(8)).unwrap_err().is_out_of_memory());
    assert!(base.sizes.borrow().iter().all(|&size| size >= 2000));
}

// Contract: K5, C4
#[test]
fn huge_chunks_and_requests_are_errors() {
    for size in
        [isize::MAX as usize - 100, isize::MAX as usize, isize::MAX as usize + 4096, usize::MAX - 64, usize::MAX]
    {
        let blink = BlinkAlloc::with_chunk_size(size);
        let error = blink.allocate(bytes(8)).unwrap_err();
        assert!(error.is_layout_overflow() || error.is_out_of_memory(), "{size}: {error}");
    }
    let blink = BlinkAlloc::new();
    for (size, align) in [(isize::MAX as usize, 1), (isize::MAX as usize - 4095, 4096), (1, 1 << 62)] {
        assert!(blink.allocate(layout(size, align)).is_err());
    }
    blink.allocate(bytes(8)).unwrap();
    for (size, align) in [(isize::MAX as usize, 1), (isize::MAX as usize - 4095, 4096), (1, 1 << 62)] {
        assert!(blink.allocate(layout(size, align)).is_err());
    }
    blink.allocate(bytes(8)).unwrap();
}

// Contract: K4
#[test]
fn a_steady_workload_stops_asking_for_chunks() {
    for total in [1 << 10, 50_000, 1 << 20, 9_999_999, 64 << 20] {
        for (size, align) in [(16, 8), (100, 1), (4000, 16), (24, 64), (8, 4096)] {
            let blocks = total / size.max(align);
            if blocks > 200_000 {
                continue;
            }
            let base = Base::default();
            let mut blink = BlinkAlloc::new_in(&base);
            for round in 1..=5 {
                let before = base.requests.get();
                for i in 0..blocks {
                    // An odd mixture, so that padding depends on where a chunk begins.
                    blink.allocate(bytes(i % 3 * 8)).unwrap();
                    blink.allocate(layout(size, align)).unwrap();
                }
                blink.reset();
                let asked = base.requests.get() - before;
                assert!(round < 2 || asked <= 1, "{total} bytes in {size}/{align}: {asked} in round {round}");
                assert!(round < 3 || asked == 0, "{total} bytes in {size}/{align}: {asked} in round {round}");
            }
            assert_eq!(base.live_blocks(), usize::from(blocks != 0));
            blink.reset_final();
            assert_eq!(base.live_blocks(), 0);
        }
    }
}

// Contract: K4
#[test]
fn the_chunk_that_stays_holds_all_that_was_in_use() {
    let base = Base::default();
    let mut blink = BlinkAlloc::with_chunk_size_in(64, &base);
    for i in 0..1000 {
        blink.allocate(bytes(i)).unwrap();
    }
    let used = blink.stats().used;
    blink.reset();
    let stats = blink.stats();
    assert_eq!((stats.chunks, stats.used), (1, 0));
    assert!(stats.free >= used);
    let before = base.requests.get();
    blink.allocate(bytes(used)).unwrap();
    assert_eq!(base.requests.get(), before);
}

// Contract: K4
#[test]
fn a_reset_that_gets_no_chunk_keeps_the_largest() {
    let base = Base::default();
    let mut blink = BlinkAlloc::with_chunk_size_in(1024, &base);
    for _ in 0..7 {
        blink.allocate(bytes(1024)).unwrap();
    }
    let largest = base.live.borrow().values().map(Layout::size).max().unwrap();
    *base.refuse.borrow_mut() = Refuse::From(0);
    blink.reset();
    assert_eq!((base.live_blocks(), base.live_bytes()), (1, largest));
    blink.allocate(bytes(1024)).unwrap();
}

// Contract: K4, K1
#[test]
fn everything_comes_back_by_reset_final_drop_and_into_inner() {
    let base = Base::default();
    let fill = |blink: &BlinkAlloc<&Base>| {
        (0..100).for_each(|i| {
            blink.allocate(bytes(i * 50)).unwrap();
        })
    };
    let mut blink = BlinkAlloc::new_in(&base);
    fill(&blink);
    blink.reset_final();
    assert_eq!((base.live_blocks(), blink.stats().reserved), (0, 0));
    fill(&blink);
    let same = blink.into_inner();
    assert_eq!(same.live_blocks(), 0);
    let blink = BlinkAlloc::new_in(&base);
    fill(&blink);
    drop(blink);
    assert_eq!(base.live_blocks(), 0);
}

// Contract: K5, C9
#[test]
fn a_base_that_fails_at_any_call_loses_nothing() {
    for nth in 0..12 {
        let base = Base::refusing(Refuse::Nth(nth));
        let mut blink = BlinkAlloc::with_chunk_size_in(64, &base);
        for _ in 0..3 {
            for i in 0..60 {
                if let Ok(block) = blink.allocate(bytes(i * 8)) {
                    // SAFETY: the block has so many bytes.
                    unsafe { block.cast::<u8>().write_bytes(1, i * 8) };
                }
            }
            blink.reset();
            assert!(base.live_blocks() <= 1);
        }
        drop(blink);
    }
}

// Contract: K5, C7
#[test]
fn a_base_that_panics_when_it_gets_a_chunk_back_gets_the_others() {
    let base = Base::default();
    let mut blink = BlinkAlloc::with_chunk_size_in(64, &base);
    for round in 0..4 {
        for i in 0..50 {
            blink.allocate(bytes(i * 8 + round)).unwrap();
        }
        base.panic_next.set(true);
        let outcome = catch_unwind(AssertUnwindSafe(|| match round {
            0 => blink.reset(),
            1 => blink.reset_final(),
            2 => blink.shrink_to(0),
            _ => drop(std::mem::replace(&mut blink, BlinkAlloc::with_chunk_size_in(64, &base))),
        }));
        base.panic_next.set(false);
        assert_eq!(outcome.is_err(), round != 2, "nothing is unused in round 2");
        assert!(base.live_blocks() <= 1 || round == 2);
        let stats = blink.stats();
        assert_eq!(stats.reserved, base.live_bytes());
        blink.allocate(bytes(8)).unwrap();
    }
}

// Contract: C13
#[test]
fn shrink_to_gives_back_what_is_unused_only() {
    let base = Base::default();
    let mut blink = BlinkAlloc::new_in(&base);
    let block = blink.allocate(bytes(1 << 20)).unwrap();
    blink.shrink_to(0);
    // SAFETY: still valid.
    unsafe { block.cast::<u8>().write_bytes(1, 1 << 20) };
    blink.reset();
    blink.shrink_to(2 << 20);
    assert_eq!(base.live_blocks(), 1);
    blink.shrink_to(1000);
    assert_eq!(base.live_blocks(), 0);
    blink.allocate(bytes(8)).unwrap();
    assert!(blink.stats().reserved < 20_000);
}

// Contract: K1, C3
#[test]
fn a_limit_bounds_what_is_held() {
    let base = Base::default();
    let mut blink = BlinkAlloc::new_in(&base);
    blink.set_limit(Some(50_000));
    let mut blocks = 0;
    let error = loop {
        match blink.allocate(bytes(1000)) {
            Ok(_) => blocks += 1,
            Err(error) => break error,
        }
    };
    assert!(error.is_limit());
    assert!(base.live_bytes() <= 50_000 && blocks >= 40, "{blocks} blocks, {} bytes", base.live_bytes());
    blink.reset();
    assert!(base.live_bytes() <= 50_000);
    blink.set_limit(None);
    blink.allocate(bytes(1 << 20)).unwrap();
}

// Contract: C11
#[test]
fn stats_add_up_and_know_the_peak() {
    let base = Base::default();
    let mut blink = BlinkAlloc::with_chunk_size_in(1000, &base);
    let mut peak = 0;
    for i in 0..200 {
        blink.allocate(bytes(i)).unwrap();
        let stats = blink.stats();
        assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
        assert_eq!(stats.reserved, base.live_bytes());
        assert_eq!(stats.chunks, base.live_blocks());
        assert_eq!((stats.peak_used, stats.allocations), (stats.used, None));
        peak = stats.used;
    }
    assert_eq!(peak, (0..200usize).map(|size| size.next_multiple_of(8)).sum::<usize>());
    blink.reset();
    assert_eq!((blink.stats().used, blink.stats().peak_used), (0, peak));
}

// Contract: K14, C7
#[test]
fn a_rollback_returns_to_the_tip_of_the_checkpoint_and_keeps_one_chunk_for_later() {
    let base = Base::default();
    let mut blink = BlinkAlloc::with_chunk_size_in(256, &base);
    blink.allocate(bytes(100)).unwrap();
    let checkpoint = blink.checkpoint();
    let used = blink.stats().used;
    let first = blink.allocate(bytes(8)).unwrap();
    for _ in 0..5 {
        for _ in 0..20 {
            blink.allocate(bytes(200)).unwrap();
        }
        blink.rollback(checkpoint);
        assert_eq!(blink.stats().used, used);
        assert!(base.live_blocks() <= 2);
    }
    assert_eq!(blink.allocate(bytes(8)).unwrap(), first);
    let requests = base.requests.get();
    for _ in 0..10 {
        blink.allocate(bytes(200)).unwrap();
        blink.rollback(checkpoint);
    }
    assert_eq!(base.requests.get(), requests);
}

// Contract: K14
#[test]
fn a_checkpoint_in_a_chunk_that_became_empty_can_be_rolled_back_to_again_and_again() {
    let mut blink = BlinkAlloc::with_chunk_size(16);
    let first = blink.allocate(bytes(8)).unwrap();
    let second = blink.allocate(bytes(1000)).unwrap();
    // SAFETY: allocated above.
    unsafe { blink.deallocate(second.cast(), bytes(1000)) };
    let checkpoint = blink.checkpoint();
    for _ in 0..3 {
        blink.rollback(checkpoint);
        assert_eq!(blink.stats().used, 8);
        let next = blink.allocate(bytes(8)).unwrap();
        assert_eq!(address(next), address(first) + 8);
        blink.allocate(bytes(1000)).unwrap();
    }
}

// Contract: K14
#[test]
fn checkpoints_that_are_not_true_are_refused() {
    let mut blink = BlinkAlloc::new();
    let other = BlinkAlloc::new();
    assert_eq!(blink.try_rollback(other.checkpoint()), Err(CheckpointError::Foreign));
    let low = blink.checkpoint();
    blink.allocate(bytes(8)).unwrap();
    let middle = blink.checkpoint();
    blink.allocate(bytes(8)).unwrap();
    let high = blink.checkpoint();
    blink.rollback(middle);
    blink.rollback(middle);
    assert!(matches!(blink.try_rollback(high), Err(CheckpointError::Beyond { .. })));
    blink.allocate(bytes(100)).unwrap();
    assert!(matches!(blink.try_rollback(high), Err(CheckpointError::Diverged { .. })));
    blink.rollback(middle);
    blink.rollback(low);
    blink.allocate(bytes(100)).unwrap();
    assert!(matches!(blink.try_rollback(middle), Err(CheckpointError::Diverged { .. })));
    let before = blink.checkpoint();
    blink.reset();
    assert!(matches!(blink.try_rollback(before), Err(CheckpointError::Beyond { .. })));
    blink.allocate(bytes(200)).unwrap();
    assert!(matches!(blink.try_rollback(before), Err(CheckpointError::Diverged { .. })));
    blink.rollback(low);
}

// Contract: K14
#[test]
#[should_panic(expected = "checkpoint 16 beyond current length 8")]
fn a_refused_rollback_says_both_positions() {
    let mut blink = BlinkAlloc::new();
    blink.allocate(bytes(8)).unwrap();
    let low = blink.checkpoint();
    blink.allocate(bytes(8)).unwrap();
    let high = blink.checkpoint();
    blink.rollback(low);
    blink.rollback(high);
}

// Contract: C14
#[cfg(debug_assertions)]
#[test]
#[cfg(not(arenas_asan))] // It reads what was given up, which is reported then.
fn freed_memory_is_filled_in_debug_builds() {
    let mut blink = BlinkAlloc::new();
    let block = blink.allocate(bytes(64)).unwrap().cast::<u8>();
    // SAFETY: the chunk stays allocated, so its bytes can be read, and are initialised by the fill.
    let read = |offset: usize| unsafe { block.as_ptr().wrapping_add(offset).read_volatile() };
    // SAFETY: 64 bytes.
    unsafe { block.write_bytes(1, 64) };
    // SAFETY: allocated above.
    unsafe { blink.resize(block, bytes(64), bytes(32)) }.unwrap();
    assert_eq!((read(31), read(32), read(63)), (1, 0xA5, 0xA5));
    // SAFETY: as above.
    unsafe { blink.deallocate(block, bytes(32)) };
    assert_eq!((read(0), read(31)), (0xA5, 0xA5));
    blink.allocate(bytes(64)).unwrap();
    // SAFETY: 64 bytes.
    unsafe { block.write_bytes(1, 64) };
    blink.reset();
    assert_eq!((read(0), read(63)), (0xA5, 0xA5));
}

// Contract: K13, K1
#[test]
fn a_callers_memory_is_enough() {
    let mut memory = [std::mem::MaybeUninit::<u8>::uninit(); 4096];
    for _ in 0..2 {
        let range = memory.as_ptr_range();
        let mut blink = BlinkAlloc::over(&mut memory);
        let mut count = 0;
        for round in 0..3 {
            count = 0;
            while let Ok(block) = blink.allocate(layout(40, 8)) {
                let start = block.cast::<u8>().as_ptr().cast_const().cast();
                assert!(range.contains(&start) && address(block) + 40 <= range.end.addr());
                count += 1;
            }
            if round == 1 { blink.reset_final() } else { blink.reset() }
        }
        assert!(count >= 100, "{count}");
        assert!(blink.allocate(bytes(5000)).unwrap_err().is_capacity());
    }
    assert!(BlinkAlloc::over(&mut []).allocate(bytes(1)).is_err());
}

// Contract: K0
#[test]
fn our_own_sources_and_references_to_them_are_bases() {
    struct Refusing;
    // SAFETY: it gives nothing out.
    unsafe impl ChunkSource for Refusing {
        fn acquire(&self, _: Layout) -> Result<NonNull<[u8]>, arenas::AllocError> {
            Err(arenas::AllocError::out_of_memory())
        }

        unsafe fn release(&self, _: NonNull<u8>, _: Layout) {
            unreachable!("nothing was given out");
        }
    }
    assert!(BlinkAlloc::new_in(Refusing).allocate(bytes(8)).unwrap_err().is_out_of_memory());
    assert!(BlinkAlloc::new_in(ByRef(&Refusing)).allocate(bytes(8)).unwrap_err().is_out_of_memory());
    BlinkAlloc::new_in(ByRef(&Global)).allocate(bytes(8)).unwrap();
    BlinkAlloc::new_in(std::alloc::System).allocate(bytes(8)).unwrap();
    BlinkAlloc::new_in(allocator_api2::alloc::Global).allocate(bytes(8)).unwrap();
    let below = BlinkAlloc::new();
    BlinkAlloc::new_in(&below).allocate(bytes(8)).unwrap();
}

// Contract: K1
#[test]
fn zeroed_blocks_are_zero_also_where_memory_was_used() {
    let mut blink = BlinkAlloc::new();
    let block = blink.allocate(bytes(100)).unwrap();
    // SAFETY: 100 bytes.
    unsafe { block.cast::<u8>().write_bytes(1, 100) };
    blink.reset();
    let block = blink.allocate_zeroed(bytes(100)).unwrap();
    // SAFETY: initialised.
    assert_eq!(unsafe { block.as_ref() }, [0; 100]);
}
