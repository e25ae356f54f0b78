//! What the original region allocator got wrong.

use std::alloc::Layout;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Mutex;
use std::time::Instant;

use arenas::{OffsetRegion, Region, RegionError};
use arenas_tests::checking::heap_use;

fn bytes(size: usize) -> Layout {
    Layout::from_size_align(size, 1).unwrap()
}

// Contract: R5
#[test]
fn defect_31_every_block_is_aligned_whatever_base_and_size_are() {
    for offset in 0..16 {
        for size in [1000, 1001, 1024, 17] {
            // SAFETY: nobody asks this region for bytes.
            let region = unsafe { Region::from_raw_parts(ptr::without_provenance_mut(0x1000 + offset), size, 16) };
            let mut region = region.unwrap();
            loop {
                let block = region.alloc(16);
                if block.is_null() {
                    break;
                }
                assert_eq!(block.addr() % 16, 0);
                assert!(block.addr() >= 0x1000 + offset && block.addr() + 16 <= 0x1000 + offset + size);
            }
        }
    }
}

// Contract: R2
#[test]
fn defect_32_a_second_free_does_not_free_the_new_owners_block() {
    let mut region = OffsetRegion::new(1024, 16).unwrap();
    let first = region.try_alloc(bytes(64)).unwrap();
    region.try_free(first).unwrap();
    let second = region.try_alloc(bytes(64)).unwrap();
    assert_eq!(region.try_free(first), Err(RegionError::Freed));
    let third = region.try_alloc(bytes(64)).unwrap();
    assert_ne!(second.offset(), third.offset());
    region.try_free(second).unwrap();
}

// Contract: R6
#[test]
fn defect_33_equal_holes_cost_neither_time_nor_heap_calls() {
    /// Nanoseconds per pair of `try_alloc` and `try_free` with so many equal holes, the best of a few runs.
    fn pair_with(holes: usize) -> (f64, u64) {
        let mut region = OffsetRegion::new(holes * 2 * 64, 64).unwrap();
        let blocks: Vec<_> = (0..holes * 2).map(|_| region.try_alloc(bytes(64)).unwrap()).collect();
        blocks.iter().step_by(2).for_each(|&block| region.try_free(block).unwrap());
        let mut best = f64::MAX;
        let ((), used) = heap_use(|| {
            for _ in 0..5 {
                let start = Instant::now();
                for _ in 0..2000 {
                    let block = region.try_alloc(bytes(64)).unwrap();
                    region.try_free(block).unwrap();
                }
                best = best.min(start.elapsed().as_nanos() as f64 / 2000.0);
            }
        });
        (best, used.requests)
    }
    let (few, few_calls) = pair_with(1000);
    let (many, many_calls) = pair_with(64_000);
    assert_eq!((few_calls, many_calls), (0, 0));
    // The original goes from 7 to 525 microseconds.
    assert!(many < few * 8.0, "{few} ns with 1,000 holes, {many} ns with 64,000");
}

// Contract: R5, C4
#[test]
fn defect_34_a_size_that_overflows_and_a_bad_alignment_are_refused() {
    let mut region = OffsetRegion::new(1024, 16).unwrap();
    assert_eq!(region.alloc(usize::MAX), None);
    for align in [0, 3, 24] {
        assert!(OffsetRegion::new(1024, align).is_err());
    }
}

// Contract: R7
#[test]
fn defect_35_the_dump_and_the_example_of_the_readme_work() {
    let mut backing = vec![MaybeUninit::<u8>::uninit(); 1024 * 1024];
    let mut arena = Region::new(&mut backing, 8).unwrap();
    let (p1, p2) = (arena.alloc(256), arena.alloc(128));
    assert!(!p1.is_null());
    // SAFETY: a block of 256 bytes in `backing`, which nobody else uses.
    unsafe { p1.cast::<u8>().write(42) };
    assert_eq!(arena.to_string().lines().filter(|line| line.ends_with("used")).count(), 2);
    arena.free(p2);
    arena.free(p1);
    let stats2 = arena.region_stats();
    assert_eq!(stats2.used(), 0);
}

// Contract: R9
#[test]
fn defect_36_a_region_can_be_put_into_a_static_lock() {
    static REGION: Mutex<Option<Region<'static>>> = Mutex::new(None);
    let memory = Box::leak(vec![MaybeUninit::uninit(); 1024].into_boxed_slice());
    *REGION.lock().unwrap() = Some(Region::new(memory, 16).unwrap());
    let block = std::thread::spawn(|| REGION.lock().unwrap().as_mut().unwrap().try_alloc(bytes(8))).join().unwrap();
    assert!(block.is_ok());
}
