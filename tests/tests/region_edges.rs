//! Regions at the ends of what numbers can say, and handles of other people's making.

use std::alloc::Layout;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use arenas::{ArenaIdx, CheckedIdx, OffsetRegion, Region, RegionError, RegionStore, Stamped};
use arenas_tests::drops::{DropLog, Logged};

fn bytes(size: usize) -> Layout {
    Layout::from_size_align(size, 1).unwrap()
}

// Contract: R1, C4
#[test]
fn a_range_that_wraps_around_the_end_of_the_address_space_is_refused() {
    let page = ptr::without_provenance_mut::<c_void>(usize::MAX - 0xFFF);
    for (size, align) in [(0x1001, 16), (0x2000, 16), (0x2000, 1), (isize::MAX as usize, 4096)] {
        // SAFETY: the memory is never touched.
        let region = unsafe { Region::from_raw_parts(page, size, align) };
        assert!(matches!(region, Err(RegionError::LayoutOverflow)), "{size} bytes, alignment {align}");
    }
}

// Contract: R1, R2
#[test]
fn a_range_may_end_where_the_address_space_ends() {
    let page = ptr::without_provenance_mut::<c_void>(usize::MAX - 0xFFF);
    // SAFETY: the memory is never touched.
    let mut region = unsafe { Region::from_raw_parts(page, 0x1000, 16) }.unwrap();
    let blocks: Vec<_> = (0..256).map(|_| region.alloc(16)).collect();
    assert!(blocks.iter().all(|block| !block.is_null() && region.address_in_arena(*block)));
    assert!(region.alloc(1).is_null());
    assert!(!region.address_in_arena(ptr::null()));
    for block in blocks {
        region.free(block);
        region.check();
    }
    assert_eq!(region.region_stats().largest_free, 0x1000);
}

// Contract: R1, R7, C4, C11
#[test]
fn the_largest_region_of_offsets_can_be_counted_and_drawn() {
    for align in [1, 16, 1 << 62] {
        let mut region = OffsetRegion::new(usize::MAX, align).unwrap();
        let total = region.capacity();
        let top = region.try_alloc(bytes(1)).unwrap();
        assert_eq!(top.offset(), total - align);
        let stats = region.stats();
        assert_eq!(stats.used, align);
        assert!(stats.reserved >= stats.used);
        let svg = region.to_svg();
        assert!(svg.contains("</svg>") && svg.contains("in 1 blocks"));
        assert!(region.to_string().lines().count() >= 2);
        region.check();
        region.try_free(top).unwrap();
        assert_eq!(region.alloc(usize::MAX & !(align - 1)), Some(0));
        assert!(region.to_svg().contains("0 B free"), "{}", region.to_svg());
        region.free(0);
        region.check();
    }
}

// Contract: R2
#[test]
fn a_region_says_whether_a_handle_is_valid() {
    let mut memory = [std::mem::MaybeUninit::uninit(); 256];
    let mut region = Region::new(&mut memory, 16).unwrap();
    let block = region.try_alloc(bytes(10)).unwrap();
    assert!(region.is_valid(block));
    region.try_free(block).unwrap();
    assert!(!region.is_valid(block));
    let _next = region.try_alloc(bytes(10)).unwrap();
    assert!(!region.is_valid(block));
}

/// A handle type that its author got wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Explosive(Stamped<Logged>);

impl ArenaIdx for Explosive {
    type Stamp = u32;

    const MAX_SLOTS: usize = 8;

    fn from_slot(slot: usize, stamp: u32) -> Option<Self> {
        assert!(slot != 2, "no handle for slot 2");
        Stamped::from_slot(slot, stamp).map(Self)
    }

    fn slot(self) -> usize {
        self.0.slot()
    }

    fn stamp(self) -> u32 {
        self.0.stamp()
    }
}

impl CheckedIdx for Explosive {}

// Contract: C1, C8, C9
#[test]
fn an_index_type_that_panics_leaves_no_slot_without_a_value() {
    let log = DropLog::new();
    let mut store = RegionStore::<Logged, Explosive>::with_capacity_and_index(4);
    let first = store.alloc(log.value(1));
    let second = log.value(2);
    assert!(catch_unwind(AssertUnwindSafe(|| store.alloc(second))).is_err());
    store.check();
    assert_eq!(store.get(first).number(), 1);
    store.reset();
    drop(store);
    assert_eq!((log.made(), log.dropped()), (2, 2));
}
