//! Random programs over regions, against a plain list of blocks that is searched from end to end.

// Contract: R2, R3, R4, R5, R6a, R7, C4, C6, C9, C11

use std::alloc::Layout;
use std::mem::MaybeUninit;

use arenas::{OffsetRegion, Region, RegionBlock};
use arenas_tests::models::Pick;
use arenas_tests::models::region::{Step, run, run_offsets};
use proptest::prelude::*;

fn step() -> impl Strategy<Value = Step> {
    let size =
        prop_oneof![8 => 0usize..200, 2 => 200usize..6000, 1 => Just(usize::MAX), 1 => Just(isize::MAX as usize)];
    prop_oneof![
        6 => (size.clone(), 0u32..9).prop_map(|(size, align)| Step::Alloc { size, align: 1 << align }),
        2 => size.clone().prop_map(Step::Raw),
        6 => any::<u16>().prop_map(Pick).prop_map(Step::Free),
        1 => any::<u16>().prop_map(Pick).prop_map(Step::FreeAgain),
        2 => (any::<u16>().prop_map(Pick), size).prop_map(|(which, size)| Step::Resize(which, size)),
        1 => Just(Step::Reset),
    ]
}

proptest! {
    #![proptest_config(arenas_tests::models::config(50))]

    #[test]
    fn a_region_does_what_an_exhaustive_search_would(
        size in prop_oneof![0usize..100, 1000usize..20_000],
        offset in 0usize..16,
        align in 0u32..6,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        run(size, offset, 1 << align, steps);
    }

    #[test]
    fn offsets_do_what_an_exhaustive_search_would(
        size in prop_oneof![64usize..100, 1000usize..20_000],
        align in 0u32..6,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        run_offsets(size, 1 << align, &steps);
    }

    #[test]
    fn offsets_and_memory_are_served_alike(sizes in prop::collection::vec((1usize..900, any::<bool>()), 1..80)) {
        #[repr(align(64))]
        struct Memory([MaybeUninit<u8>; 8192]);
        let mut memory = Memory([MaybeUninit::uninit(); 8192]);
        let mut region = Region::new(&mut memory.0, 64).unwrap();
        let mut offsets = OffsetRegion::new(8192, 64).unwrap();
        let mut live = Vec::new();
        for (size, free) in sizes {
            let layout = Layout::from_size_align(size, 1).unwrap();
            let (here, there) = (region.try_alloc(layout), offsets.try_alloc(layout));
            assert_eq!(here.map(RegionBlock::offset), there.map(RegionBlock::offset));
            live.extend(here.ok().zip(there.ok()));
            if free && !live.is_empty() {
                let (here, there) = live.swap_remove(size % live.len());
                region.try_free(here).unwrap();
                offsets.try_free(there).unwrap();
            }
            offsets.check();
            assert!(region.walk().eq(offsets.walk()));
        }
    }
}
