//! Collections of other crates in the Blink allocators.

// Contract: S6

use allocator_api2::alloc::Allocator;
use allocator_api2::boxed::Box;
use allocator_api2::vec::Vec;
use arenas::{Blink, BlinkAlloc, SyncBlinkAlloc};
use hashbrown::HashMap;

fn collections<A: Allocator + Copy>(alloc: A) {
    let mut list = Vec::new_in(alloc);
    list.extend(0..1000u32);
    let mut map = HashMap::new_in(alloc);
    for i in 0..1000u32 {
        map.insert(i, std::string::ToString::to_string(&i));
        list.push(i);
    }
    for i in (0..1000).step_by(2) {
        assert_eq!(map.remove(&i).unwrap(), i.to_string());
    }
    map.shrink_to_fit();
    list.shrink_to_fit();
    assert_eq!((map.len(), list.len(), list.iter().sum::<u32>()), (500, 2000, 999_000));
    assert!(map.iter().all(|(key, value)| *value == key.to_string()));
    let mut zeros = Vec::new_in(alloc);
    zeros.resize(100, 0u64);
    assert_eq!(*Box::new_in(7, alloc), 7);
    assert!(zeros.iter().all(|&zero| zero == 0));
}

#[test]
fn collections_work_in_each_allocator() {
    let mut local = BlinkAlloc::new();
    let mut shared = SyncBlinkAlloc::new();
    for _ in 0..3 {
        collections(&local);
        collections(&shared);
        collections(&shared.local());
        collections(Blink::new().allocator());
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| collections(&shared));
            }
        });
        local.reset();
        shared.reset();
    }
    assert_eq!((local.stats().chunks, shared.stats().chunks), (1, 1));
}

// Contract: K2
#[test]
fn a_vector_that_pushes_at_the_tip_never_moves_while_the_chunk_lasts() {
    let blink = BlinkAlloc::with_chunk_size(1 << 16);
    let mut list = Vec::new_in(&blink);
    list.push(0u64);
    let start = list.as_ptr();
    for i in 1..8192 {
        list.push(i);
        assert_eq!(list.as_ptr(), start);
    }
    let used = blink.stats().used;
    assert_eq!((used, blink.stats().chunks), (1 << 16, 1));
    drop(list);
    assert_eq!(blink.stats().used, 0);
}

// Contract: K2
#[test]
fn a_vector_that_shrinks_frees_its_end() {
    let blink = BlinkAlloc::new();
    let mut list = Vec::with_capacity_in(100, &blink);
    list.push(1u64);
    list.shrink_to_fit();
    assert_eq!(blink.stats().used, 8);
}

#[test]
fn grown_zeroed_memory_is_zero() {
    let mut blink = BlinkAlloc::new();
    let layout = |size| std::alloc::Layout::from_size_align(size, 8).unwrap();
    let block = Allocator::allocate(&&blink, layout(64)).unwrap();
    // SAFETY: 64 bytes.
    unsafe { block.cast::<u8>().write_bytes(1, 64) };
    blink.reset();
    let block = Allocator::allocate_zeroed(&&blink, layout(8)).unwrap();
    // SAFETY: allocated above.
    let block = unsafe { Allocator::grow_zeroed(&&blink, block.cast(), layout(8), layout(64)) }.unwrap();
    // SAFETY: all of it is initialised.
    assert_eq!(unsafe { block.as_ref() }, [0; 64]);
}
