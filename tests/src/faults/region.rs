//! Scenarios of the regions and of the store of values on top of one.

use std::alloc::Layout;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use arenas::{OffsetRegion, Region, RegionBlock, RegionStore, Stamped};

use super::{Blocks, Faults, Item, Scenario};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "Region", run: region },
    Scenario { name: "OffsetRegion", run: offsets },
    Scenario { name: "RegionStore", run: store },
    Scenario { name: "RegionStore: memory is refused", run: store_heap },
];

fn bytes(size: usize) -> Layout {
    Layout::from_size_align(size, 1).expect("a small layout")
}

fn churn(region: &mut Region<'_>, faults: &Faults) {
    let mut blocks = Blocks::default();
    let mut handles: Vec<RegionBlock> = Vec::with_capacity(32);
    let at = |region: &Region<'_>, block: RegionBlock| {
        NonNull::slice_from_raw_parts(NonNull::new(region.ptr(block)).expect("memory"), block.len())
    };
    for step in 0..24 {
        if let Ok(block) = faults.heap(|| region.try_alloc(bytes(step * 13 % 90 + 1))) {
            handles.push(block);
            blocks.add(at(region, block));
        }
        region.check();
        if step % 3 == 2 {
            let (Some(block), Some(_)) = (handles.pop(), blocks.take()) else { continue };
            match faults.heap(|| region.try_resize(block, block.len() + 30)) {
                Ok(grown) => {
                    blocks.add(at(region, grown));
                    handles.push(grown);
                }
                Err(_) => assert_eq!(faults.heap(|| region.try_free(block)), Ok(())),
            }
        }
        if step % 4 == 3 {
            let (Some(block), Some(_)) = (handles.pop(), blocks.take()) else { continue };
            assert_eq!(faults.heap(|| region.try_free(block)), Ok(()));
            assert!(region.try_free(block).is_err());
        }
        region.check();
        blocks.check();
    }
    blocks.clear();
    for block in handles {
        assert_eq!(region.try_free(block), Ok(()));
    }
    assert_eq!((region.region_stats().used, region.region_stats().chunks_free), (0, 1));
}

fn region(faults: &Faults) {
    let mut memory = vec![MaybeUninit::uninit(); 4096];
    let Ok(mut region) = faults.heap(|| Region::new(&mut memory, 16)) else { return };
    churn(&mut region, faults);
    if let Ok(mut inner) = faults.heap(|| region.sub_region(2000)) {
        churn(&mut inner, faults);
        assert!(region.close_sub_region(inner).is_ok());
    }
    // The raw pair: its index by address is made on first use.
    let pointers: Vec<_> = (0..8).map(|_| faults.heap(|| region.alloc(100))).collect();
    for pointer in pointers {
        faults.heap(|| region.free(pointer));
        region.check();
    }
    churn(&mut region, faults);
    let Ok(mut owned) = faults.heap(|| Region::try_with_capacity(4096)) else { return };
    churn(&mut owned, faults);
}

fn offsets(faults: &Faults) {
    let Ok(mut region) = faults.heap(|| OffsetRegion::new(4096, 16)) else { return };
    let mut held = Vec::with_capacity(64);
    for step in 0..40 {
        if let Ok(block) = faults.heap(|| region.try_alloc(bytes(step * 29 % 120 + 1))) {
            held.push(block);
        }
        if step % 2 == 1 && !held.is_empty() {
            let block = held.swap_remove(step % held.len());
            assert_eq!(faults.heap(|| region.try_free(block)), Ok(()));
        }
        region.check();
    }
    for block in held {
        assert_eq!(region.try_free(block), Ok(()));
    }
    assert_eq!(region.region_stats().chunks_free, 1);
}

fn store(faults: &Faults) {
    let mut store: RegionStore<Item> = RegionStore::with_capacity(8);
    let whole = |store: &RegionStore<Item>| {
        store.check();
        store.iter().for_each(|(_, item)| assert!(item.number() < 12));
        assert_eq!(store.iter().count(), store.len());
    };
    let mut held: Vec<(Stamped<Item>, u32)> = Vec::new();
    for number in 0..12 {
        match faults.attempt(|| store.try_alloc_with(|_| faults.make(number)).map_err(drop)) {
            Some(Ok(index)) => held.push((index, number)),
            _ => whole(&store),
        }
        match faults.attempt(|| store.try_alloc(faults.item(number))) {
            Some(Ok(index)) => held.push((index, number)),
            Some(Err(rejected)) => drop(faults.attempt(|| assert_eq!(rejected.into_inner().number(), number))),
            None => {}
        }
        if number % 3 == 2 && !held.is_empty() {
            let (index, number) = held.swap_remove(number as usize % held.len());
            faults.attempt(|| assert_eq!(store.free(index).number(), number));
            assert!(!store.is_valid(index));
        }
        whole(&store);
    }
    assert!(held.iter().all(|&(index, number)| store[index].number() == number));
    faults.attempt(|| store.reset());
    whole(&store);
    assert!(store.is_empty() && held.iter().all(|&(index, _)| !store.is_valid(index)));
    for number in 0..8 {
        store.alloc(faults.item(number));
    }
    faults.attempt(|| drop(store));
}

fn store_heap(faults: &Faults) {
    let Ok(mut store) = faults.heap(|| RegionStore::<u64>::try_with_capacity(64)) else { return };
    let mut held = Vec::with_capacity(64);
    for number in 0..64 {
        match faults.heap(|| store.try_alloc(number)) {
            Ok(index) => held.push((index, number)),
            Err(rejected) => assert_eq!(rejected.into_inner(), number),
        }
        store.check();
    }
    assert!(held.iter().all(|&(index, number)| store[index] == number));
    for (index, number) in held {
        assert_eq!(faults.heap(|| store.try_free(index)), Ok(number));
        store.check();
    }
    assert!(store.is_empty());
}
