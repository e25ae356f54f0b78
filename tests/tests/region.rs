//! What a region does, one sentence each. Random programs are in `region_model.rs`.

use std::alloc::Layout;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Mutex;

use arenas::{OffsetRegion, Region, RegionError, RegionNode};
use arenas_tests::checking::heap_use;

fn bytes(size: usize) -> Layout {
    Layout::from_size_align(size, 1).unwrap()
}

/// A region over addresses that are not mapped, as the original's own test has it: only pointers are made.
fn synthetic(size: usize, align: usize) -> Region<'static> {
    // SAFETY: nobody asks this region for bytes.
    unsafe { Region::from_raw_parts(ptr::without_provenance_mut(0x0800_0000), size, align) }.unwrap()
}

/// What the panic of `code` says.
fn panic_of(code: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(code)).expect_err("it must panic");
    *payload.downcast::<String>().expect("a formatted message")
}

// Contract: R8
#[test]
fn the_example_of_the_original_holds_to_the_byte() {
    let mut region = synthetic(1 << 20, 16);
    let block = region.alloc(1000);
    assert_eq!(region.region_stats().used, 1008);
    region.free(block);
    let stats = region.region_stats();
    assert_eq!((stats.used(), stats.free(), stats.chunks_free()), (0, 1 << 20, 1));

    let blocks = [128, 256, 512].map(|size| region.alloc(size));
    assert_eq!(region.region_stats().used, 896);
    blocks.into_iter().for_each(|block| region.free(block));

    let blocks: Vec<_> = (0..1024).map(|_| region.alloc(1024)).collect();
    assert_eq!((region.region_stats().free, region.alloc(1).is_null()), (0, true));
    blocks.into_iter().for_each(|block| region.free(block));
    assert_eq!(region.region_stats().chunks_free, 1);
}

// Contract: R3
#[test]
fn the_smallest_hole_that_fits_is_taken() {
    let mut region = OffsetRegion::new(4096, 16).unwrap();
    let all: Vec<_> = [64, 16, 128, 16, 256, 16].iter().map(|&size| region.try_alloc(bytes(size)).unwrap()).collect();
    let rest = region.try_alloc(bytes(region.region_stats().largest_free)).unwrap();
    for hole in [0, 2, 4] {
        region.try_free(all[hole]).unwrap();
    }
    let fit = region.try_alloc(bytes(100)).unwrap();
    assert_eq!(fit.offset(), all[2].offset() + 16, "from the high end of the hole of 128");
    region.check();
    let _ = rest;
}

// Contract: R3
#[test]
fn among_equal_holes_the_lowest_is_taken() {
    let mut region = OffsetRegion::new(64 * 100, 64).unwrap();
    let blocks: Vec<_> = (0..100).map(|_| region.try_alloc(bytes(64)).unwrap()).collect();
    let mut holes: Vec<_> = blocks.iter().step_by(2).map(|block| block.offset()).collect();
    for block in blocks.iter().step_by(2).rev() {
        region.try_free(*block).unwrap();
    }
    holes.sort_unstable();
    for hole in holes {
        assert_eq!(region.try_alloc(bytes(64)).unwrap().offset(), hole);
    }
}

// Contract: R3, R6
#[test]
fn large_holes_are_taken_in_exact_order_too() {
    // Holes of 300 to 811 units, 16 to 64 of them in each bin of the search structure, in no particular order.
    let sizes: Vec<usize> = (0..512).map(|n| 300 + n * 197 % 512).collect();
    let mut region = OffsetRegion::new(sizes.iter().map(|size| size + 1).sum(), 1).unwrap();
    let mut holes = Vec::new();
    for &size in &sizes {
        let hole = region.try_alloc(bytes(size)).unwrap();
        region.try_alloc(bytes(1)).expect("a wall between holes");
        holes.push(hole);
    }
    let mut expected: Vec<_> = holes.iter().map(|hole| (hole.len(), hole.offset())).collect();
    holes.into_iter().for_each(|hole| region.try_free(hole).unwrap());
    expected.sort_unstable();
    assert!(region.free_by_size().map(|run| (run.len, run.offset)).eq(expected.iter().copied()));
    for asked in 290..820 {
        let fit = expected[expected.partition_point(|&(len, _)| len < asked)..].first();
        let found = region.try_alloc(bytes(asked)).ok();
        assert_eq!(found.map(|block| block.offset() + asked), fit.map(|&(len, offset)| offset + len), "{asked}");
        found.into_iter().for_each(|block| region.try_free(block).unwrap());
    }
}

// Contract: R4
#[test]
fn everything_freed_in_any_order_is_one_hole() {
    let mut region = synthetic(1 << 20, 16);
    for order in 0..3 {
        let blocks: Vec<_> = (0..2048).map(|size| region.alloc(size % 500 + 1)).collect();
        assert!(blocks.iter().all(|block| !block.is_null()));
        for x in 0..2048 {
            let which = match order {
                0 => x,
                1 => 2047 - x,
                _ => ((x * 23) % 2048) ^ 242,
            };
            region.free(blocks[which]);
        }
        region.check();
        let stats = region.region_stats();
        assert_eq!((stats.used, stats.chunks_free, stats.largest_free), (0, 1, 1 << 20));
    }
}

// Contract: R1, R5
#[test]
fn an_alignment_that_is_no_power_of_two_is_refused() {
    for align in [0, 3, 24, usize::MAX] {
        assert_eq!(OffsetRegion::new(1000, align).unwrap_err(), RegionError::BadAlignment { align });
    }
}

// Contract: R5, C4
#[test]
fn a_region_without_a_usable_byte_is_legal_and_full() {
    for (size, align) in [(0, 1), (0, 8), (15, 16), (100, 1 << 40)] {
        let mut region = OffsetRegion::new(size, align).unwrap();
        let stats = region.region_stats();
        assert_eq!((stats.total, stats.chunks_free, stats.largest_free), (0, 0, 0));
        assert_eq!(region.alloc(1), None);
        assert_eq!(region.try_alloc(bytes(1)), Err(RegionError::NoRoom { asked: 1, largest_free: 0 }));
        assert_eq!((region.fragmentation(), region.walk().len()), (0.0, 0));
        region.check();
    }
    let mut region = Region::new(&mut [], 8).unwrap();
    assert!(region.alloc(1).is_null());
    assert!(!region.address_in_arena(ptr::null()));
}

// Contract: R2, C4
#[test]
fn absurd_sizes_are_errors_that_change_nothing() {
    let mut region = OffsetRegion::new(usize::MAX, 16).unwrap();
    let whole = region.region_stats().total;
    for size in [usize::MAX, usize::MAX - 14, whole + 1] {
        assert_eq!(region.alloc(size), None);
    }
    assert_eq!(region.try_alloc(bytes(0)), Err(RegionError::ZeroSize));
    assert_eq!(region.region_stats().used, 0);
    assert_eq!(region.alloc(whole), Some(0));
    assert_eq!(region.alloc(1), None);
    region.check();
}

// Contract: R2
#[test]
fn a_null_pointer_is_freed_in_vain() {
    let mut region = synthetic(1024, 16);
    let _block = region.alloc(64);
    region.free(ptr::null_mut());
    assert_eq!(region.region_stats().used, 64);
}

// Contract: R2
#[test]
fn a_wrong_pointer_is_named_in_the_panic_and_nothing_changes() {
    let mut region = synthetic(1024, 16);
    let high = region.alloc(64);
    let low = region.alloc(64);
    region.free(low);
    let base = high.addr() + 64 - 1024;
    let at = |address: usize| ptr::without_provenance_mut::<c_void>(address);
    for (ptr, text) in [
        (at(base - 1), "foreign"),
        (at(base + 1024), "foreign"),
        (low, "freed or never allocated"),
        (at(base), "freed or never allocated"),
        (at(high.addr() + 16), "not the start of a block: it is 16 bytes behind one"),
        (at(high.addr() + 1), "not the start of a block"),
    ] {
        let message = panic_of(|| region.free(ptr));
        assert!(message.contains(text), "{message}");
        assert_eq!(region.region_stats().used, 64);
        region.check();
    }
    region.free(high);
}

// Contract: R2, C12
#[test]
fn a_handle_is_stale_after_free_resize_and_reset_and_foreign_elsewhere() {
    let mut region = OffsetRegion::new(4096, 16).unwrap();
    let mut other = OffsetRegion::new(4096, 16).unwrap();
    let first = region.try_alloc(bytes(64)).unwrap();
    let _same_place_elsewhere = other.try_alloc(bytes(64)).unwrap();
    assert_eq!(other.try_free(first), Err(RegionError::Foreign));

    region.try_free(first).unwrap();
    let second = region.try_alloc(bytes(64)).unwrap();
    assert_eq!(first.offset(), second.offset());
    assert_eq!(region.try_free(first), Err(RegionError::Freed));
    assert!(region.is_valid(second));

    let third = region.try_resize(second, 32).unwrap();
    assert_eq!(region.try_resize(second, 64), Err(RegionError::Freed));
    region.reset();
    assert_eq!(region.try_free(third), Err(RegionError::Freed));
    let fourth = region.try_alloc(bytes(64)).unwrap();
    assert_eq!(region.try_free(third), Err(RegionError::Freed));
    region.try_free(fourth).unwrap();
}

// Contract: R2
#[test]
fn a_block_shrinks_and_grows_in_place() {
    let mut region = OffsetRegion::new(1024, 16).unwrap();
    let high = region.try_alloc(bytes(128)).unwrap();
    let low = region.try_alloc(bytes(128)).unwrap();
    assert!(matches!(region.try_resize(low, 144), Err(RegionError::NoRoom { asked: 144, .. })));
    let high = region.try_resize(high, 16).unwrap();
    region.try_free(high).unwrap();
    let low = region.try_resize(low, 256).unwrap();
    assert_eq!((low.offset(), low.len()), (1024 - 256, 256));
    assert_eq!(region.region_stats().chunks_free, 1);
    region.check();
}

// Contract: R2, C6
#[test]
fn a_layout_beyond_the_alignment_of_the_region_is_aligned_by_address() {
    let mut memory = vec![MaybeUninit::uninit(); 64 << 10];
    for offset in 0..16 {
        let mut region = Region::new(&mut memory[offset..], 8).unwrap();
        for power in 0..=12 {
            let block = region.try_alloc(Layout::from_size_align(24, 1 << power).unwrap()).unwrap();
            assert_eq!(region.ptr(block).addr() % (1 << power).max(8), 0);
        }
        region.check();
    }
}

// Contract: R2
#[test]
fn pointers_and_handles_may_be_mixed() {
    let mut memory = [MaybeUninit::uninit(); 1024];
    let mut region = Region::new(&mut memory, 16).unwrap();
    let by_handle = region.try_alloc(bytes(64)).unwrap();
    let address = region.ptr(by_handle).cast();
    region.free(address);
    assert_eq!(region.try_free(by_handle), Err(RegionError::Freed));
    let by_pointer = region.alloc(64);
    assert_eq!(by_pointer, address);
    region.free(by_pointer);
    assert_eq!(region.region_stats().used, 0);
}

// Contract: R6
#[test]
fn a_warm_region_asks_for_no_memory() {
    let mut region = OffsetRegion::new(1 << 20, 16).unwrap();
    let mut run = |raw: bool| {
        let mut live = Vec::with_capacity(1000);
        let mut offsets = Vec::with_capacity(1000);
        let ((), used) = heap_use(|| {
            for round in 0..10_000usize {
                let size = round * 37 % 900 + 1;
                if raw {
                    offsets.extend(region.alloc(size));
                } else {
                    live.extend(region.try_alloc(bytes(size)).ok());
                }
                if live.len() > 500 {
                    region.try_free(live.swap_remove(round % 500)).unwrap();
                }
                if offsets.len() > 500 {
                    region.free(offsets.swap_remove(round % 500));
                }
            }
        });
        live.drain(..).for_each(|block| region.try_free(block).unwrap());
        offsets.drain(..).for_each(|offset| region.free(offset));
        used.requests
    };
    run(true);
    assert_eq!((run(false), run(true)), (0, 0));
}

// Contract: R6
#[test]
fn equal_holes_are_all_found_and_merged_again() {
    const HOLES: usize = 64_000;
    let mut region = OffsetRegion::new(HOLES * 2 * 64, 64).unwrap();
    let blocks: Vec<_> = (0..HOLES * 2).map(|_| region.try_alloc(bytes(64)).unwrap()).collect();
    blocks.iter().step_by(2).for_each(|&block| region.try_free(block).unwrap());
    assert_eq!(region.region_stats().chunks_free, HOLES);
    for _ in 0..HOLES {
        let block = region.try_alloc(bytes(33)).unwrap();
        region.try_free(block).unwrap();
    }
    assert_eq!(region.region_stats().chunks_free, HOLES);
    region.check();
    blocks.iter().skip(1).step_by(2).for_each(|&block| region.try_free(block).unwrap());
    assert_eq!(region.region_stats().chunks_free, 1);
}

// Contract: R6a
#[test]
fn a_region_inside_a_region_is_its_own() {
    let mut memory = [MaybeUninit::uninit(); 4096];
    let mut region = Region::new(&mut memory, 16).unwrap();
    let mut small = region.sub_region(1024).unwrap();
    let mut other = region.sub_region(512).unwrap();
    assert_eq!((small.capacity(), other.capacity(), region.region_stats().used), (1024, 512, 1536));

    std::thread::scope(|scope| {
        scope.spawn(|| {
            while let Ok(block) = small.try_alloc(bytes(40)) {
                small.write(block, &[1; 40]);
            }
        });
        while let Ok(block) = region.try_alloc(bytes(40)) {
            region.write(block, &[2; 40]);
        }
    });
    assert_eq!(small.region_stats().chunks_used, 21);
    assert!(region.address_in_arena(other.alloc(1)));

    region.reset();
    assert_eq!(region.region_stats().used, 1536, "a reset leaves the regions inside alone");
    region.close_sub_region(small).unwrap();
    region.close_sub_region(other).unwrap();
    assert_eq!(region.region_stats().chunks_free, 1);
}

// Contract: R6a
#[test]
fn only_its_parent_closes_a_region_and_only_when_nothing_inside_is_open() {
    let (mut one, mut two) = ([MaybeUninit::uninit(); 4096], [MaybeUninit::uninit(); 4096]);
    let mut region = Region::new(&mut one, 16).unwrap();
    let mut stranger = Region::new(&mut two, 16).unwrap();
    let mut inside = region.sub_region(1024).unwrap();
    let innermost = inside.sub_region(256).unwrap();

    let Err((inside, error)) = stranger.close_sub_region(inside) else { panic!("it is not the stranger's") };
    assert_eq!(error, RegionError::SubRegion);
    let Err((mut inside, error)) = region.close_sub_region(inside) else { panic!("one is open inside") };
    assert_eq!(error, RegionError::SubRegion);
    inside.close_sub_region(innermost).unwrap();
    let Err((inside, error)) = stranger.close_sub_region(inside) else { panic!("it is not the stranger's") };
    assert_eq!(error, RegionError::Foreign);
    region.close_sub_region(inside).unwrap();
    assert_eq!(region.region_stats().chunks_free, 1);
    let Err((_, error)) = stranger.close_sub_region(region) else { panic!("it is nobody's child") };
    assert_eq!(error, RegionError::Foreign);
}

// Contract: R6a, R2
#[test]
fn a_region_inside_cannot_be_freed_by_its_address() {
    let mut memory = [MaybeUninit::uninit(); 1024];
    let mut region = Region::new(&mut memory, 16).unwrap();
    let mut inside = region.sub_region(128).unwrap();
    let first = inside.alloc(128);
    let message = panic_of(|| region.free(first));
    assert!(message.contains("a region of its own"), "{message}");
}

// Contract: R1, C2
#[test]
fn a_region_without_a_heap_describes_as_many_blocks_as_it_has_nodes() {
    let mut memory = [MaybeUninit::uninit(); 1024];
    let memory = &mut memory;
    let mut nodes = [RegionNode::EMPTY; 3];
    let ((), used) = heap_use(|| {
        let mut region = Region::with_nodes(memory, 16, &mut nodes).unwrap();
        let first = region.alloc(16);
        let second = region.try_alloc(bytes(16)).unwrap();
        assert_eq!(region.try_alloc(bytes(16)), Err(RegionError::TooManyBlocks { nodes: 3 }));
        let rest = region.region_stats().largest_free;
        region.try_alloc(bytes(rest)).expect("an exact fit needs no further node");
        region.free(first);
        region.try_free(second).unwrap();
        region.check();
    });
    assert_eq!(used.requests, 0);
    assert_eq!(Region::with_nodes(memory, 16, &mut []).unwrap_err(), RegionError::TooManyBlocks { nodes: 0 });
}

// Contract: R7
#[test]
fn the_map_has_one_line_per_block() {
    let mut region = OffsetRegion::new(4096, 16).unwrap();
    let _high = region.try_alloc(bytes(1024)).unwrap();
    let low = region.try_alloc(bytes(100)).unwrap();
    let _lowest = region.try_alloc(bytes(16)).unwrap();
    region.try_free(low).unwrap();
    let map = region.to_string();
    let lines: Vec<_> = map.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(lines[0], ["offset", "size", "state"]);
    assert_eq!(lines[1], ["0x0", "2.88", "KiB", "free"]);
    assert_eq!(lines[2], ["0xb80", "16", "B", "used"]);
    assert_eq!(lines[3], ["0xb90", "112", "B", "free"]);
    assert_eq!(lines[4], ["0xc00", "1.00", "KiB", "used"]);
    assert_eq!(lines.len(), 5);
}

// Contract: R7
#[test]
fn the_picture_shows_used_bytes_to_scale() {
    let mut region = OffsetRegion::new(24 * 1024, 16).unwrap();
    assert!(region.to_svg().contains("0 B of 24.0 KiB used in 0 blocks"));
    // A row is 1 KiB, and as wide as 1024: the block covers one row and a half.
    let _block = region.try_alloc(bytes(1536)).unwrap();
    let svg = region.to_svg();
    let used: Vec<_> = svg.lines().filter(|line| line.contains("#2f6f9f") && line.contains("height=\"14\"")).collect();
    assert_eq!(used.len(), 2, "{svg}");
    assert!(used[0].contains("x=\"520.00\"") && used[0].contains("width=\"511.75\""), "{}", used[0]);
    assert!(used[1].contains("x=\"8.00\"") && used[1].contains("width=\"1023.75\""), "{}", used[1]);
    assert!(svg.ends_with("</svg>\n"));
}

// Contract: R7, C11
#[test]
fn the_numbers_add_up_with_padding_at_both_ends() {
    let mut memory = [MaybeUninit::uninit(); 1000];
    let mut region = Region::new(&mut memory[1..], 64).unwrap();
    let block = region.try_alloc(bytes(100)).unwrap();
    let stats = region.stats();
    assert_eq!(stats.used, 128);
    assert_eq!(stats.used + stats.padding + stats.free, 999);
    assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
    assert_eq!((stats.allocations, stats.peak_used), (Some(1), 128));
    region.try_free(block).unwrap();
    assert_eq!((region.stats().used, region.stats().peak_used), (0, 128));
}

// Contract: R7
#[test]
fn fragmentation_is_what_is_not_in_the_largest_hole() {
    let mut region = OffsetRegion::new(1024, 16).unwrap();
    assert_eq!(region.fragmentation(), 0.0);
    let blocks: Vec<_> = (0..4).map(|_| region.try_alloc(bytes(256)).unwrap()).collect();
    assert_eq!(region.fragmentation(), 0.0, "nothing is free");
    region.try_free(blocks[0]).unwrap();
    region.try_free(blocks[2]).unwrap();
    assert_eq!(region.fragmentation(), 0.5);
}

// Contract: R7
#[test]
fn an_address_is_in_the_region_from_its_first_byte_to_its_last() {
    let region = synthetic(1024, 16);
    let at = |address: usize| ptr::without_provenance::<c_void>(address);
    assert_eq!(
        [0x0800_0000 - 1, 0x0800_0000, 0x0800_0000 + 1023, 0x0800_0000 + 1024].map(|a| region.address_in_arena(at(a))),
        [false, true, true, false]
    );
}

// Contract: R9
#[test]
fn a_region_works_inside_a_lock_and_on_another_thread() {
    let mut memory = [MaybeUninit::uninit(); 1024];
    let region = Mutex::new(Region::new(&mut memory, 16).unwrap());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let block = region.lock().unwrap().try_alloc(bytes(50)).unwrap();
                    region.lock().unwrap().try_free(block).unwrap();
                }
            });
        }
    });
    assert_eq!(region.lock().unwrap().region_stats().chunks_free, 1);
}

// Contract: C14
#[test]
fn a_region_never_touches_the_memory() {
    let mut memory = [MaybeUninit::new(7u8); 256];
    let mut region = Region::new(&mut memory, 16).unwrap();
    let block = region.alloc(64);
    region.free(block);
    region.reset();
    drop(region);
    // SAFETY: all of it was initialised above.
    assert!(memory.iter().all(|byte| unsafe { byte.assume_init() } == 7));
}

// Contract: R2, C4
#[test]
fn a_null_base_is_an_error_unless_the_size_is_zero() {
    // SAFETY: nobody asks these regions for bytes.
    let made = unsafe { Region::from_raw_parts(ptr::null_mut(), 16, 8) };
    assert_eq!(made.unwrap_err(), RegionError::Foreign);
    // SAFETY: as above.
    let made = unsafe { Region::from_raw_parts(ptr::null_mut(), 0, 8) };
    assert_eq!(made.unwrap().capacity(), 0);
    // SAFETY: as above.
    let made = unsafe { Region::from_raw_parts(ptr::without_provenance_mut(64), usize::MAX, 8) };
    assert_eq!(made.unwrap_err(), RegionError::LayoutOverflow);
}

#[test]
#[should_panic(expected = "6 bytes do not fit into a block of 5")]
fn a_write_beyond_a_block_is_refused() {
    let mut memory = [MaybeUninit::uninit(); 64];
    let mut region = Region::new(&mut memory, 16).unwrap();
    let block = region.try_alloc(bytes(5)).unwrap();
    region.write(block, b"sixsix");
}
