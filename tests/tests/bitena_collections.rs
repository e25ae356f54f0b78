//! Bitena and its windows as allocators of collections (allocator-api2 0.2).
// Contract: S6

use std::alloc::Layout;
use std::ptr::NonNull;

use allocator_api2::alloc::Allocator;
use allocator_api2::boxed::Box;
use allocator_api2::vec::Vec;
use arenas::Bitena;
use arenas_tests as _;
use hashbrown::HashMap;

/// Runs the same test in an arena and in a window.
fn in_each(bytes: usize, test: impl Fn(&dyn Allocator, &dyn Fn() -> usize)) {
    let arena = Bitena::new(bytes).unwrap();
    test(&&arena, &|| arena.remaining());
    let arena = Bitena::new(bytes).unwrap();
    let window = arena.local(bytes).unwrap();
    test(&&window, &|| window.remaining());
}

#[test]
fn vectors_and_boxes_live_in_it() {
    in_each(64 << 10, |memory, _| {
        let mut list = Vec::new_in(memory);
        list.extend(0..1000u32);
        assert!(list.iter().copied().eq(0..1000));
        list.truncate(10);
        list.shrink_to_fit();
        assert_eq!((list.len(), list.capacity()), (10, 10));
        let boxed = Box::new_in([7u64; 10], memory);
        assert_eq!((boxed[9], list[9]), (7, 9));
        let mut texts = Vec::new_in(memory);
        for i in 0..100 {
            texts.push(i.to_string());
        }
        assert_eq!(texts[99], "99");
    });
}

#[test]
fn a_hash_map_lives_in_it() {
    in_each(256 << 10, |memory, _| {
        let mut map = HashMap::new_in(memory);
        for i in 0..1000u32 {
            map.insert(i, i.to_string());
        }
        assert!((0..1000).all(|i| map[&i] == i.to_string()));
        map.retain(|key, _| key % 2 == 0);
        map.shrink_to_fit();
        assert_eq!(map.len(), 500);
    });
}

#[test]
fn the_newest_vector_grows_over_its_own_bytes() {
    let arena = Bitena::new(4096).unwrap();
    let mut list = Vec::new_in(&arena);
    list.extend(0..1024u32);
    assert_eq!(arena.remaining(), 0);
    assert!(list.iter().copied().eq(0..1024));
    assert!(list.try_reserve(1).is_err());
    assert!(list.iter().copied().eq(0..1024));
    drop(list);
    assert_eq!(arena.remaining(), 4096);
}

#[test]
fn the_newest_block_goes_back_and_others_do_not() {
    in_each(8192, |memory, remaining| {
        let full = remaining();
        let first = Box::new_in(1u64, memory);
        let second = Box::new_in(2u64, memory);
        drop(first);
        assert_eq!(remaining(), full - 16);
        drop(second);
        assert_eq!(remaining(), full - 8);
    });
}

#[test]
fn a_block_that_shrinks_stays_and_one_of_no_bytes_takes_nothing() {
    in_each(8192, |memory, remaining| {
        let (large, small) = (Layout::new::<[u64; 8]>(), Layout::new::<u64>());
        let block = memory.allocate(large).unwrap();
        // SAFETY: allocated with this layout, and the new one is smaller.
        let shrunk = unsafe { memory.shrink(block.cast(), large, small) }.unwrap();
        assert_eq!((shrunk.cast::<u8>(), shrunk.len()), (block.cast::<u8>(), 8));
        let before = remaining();
        let nothing = memory.allocate(Layout::from_size_align(0, 4096).unwrap()).unwrap();
        assert_eq!((nothing.len(), nothing.cast::<u8>().addr().get() % 4096, remaining()), (0, 0, before));
        // SAFETY: allocated with this layout.
        unsafe { memory.deallocate(nothing.cast(), Layout::from_size_align(0, 4096).unwrap()) };
        // SAFETY: allocated with this layout.
        let grown = unsafe { memory.grow(nothing.cast(), Layout::from_size_align(0, 4096).unwrap(), small) }.unwrap();
        assert_eq!((grown.len(), remaining()), (8, before - 8));
    });
}

#[test]
fn contents_survive_growth_in_any_order_and_to_any_alignment() {
    in_each(64 << 10, |memory, _| {
        let fill = |block: NonNull<[u8]>, with: u8| {
            // SAFETY: the block is this test's, and has this length.
            unsafe { block.cast::<u8>().write_bytes(with, block.len()) };
        };
        let holds = |block: NonNull<[u8]>, len: usize, with: u8| {
            // SAFETY: as above, and its first bytes are initialised.
            let bytes = unsafe { std::slice::from_raw_parts(block.cast::<u8>().as_ptr(), len) };
            bytes.iter().all(|&byte| byte == with)
        };
        let layout = |size: usize, align: usize| Layout::from_size_align(size, align).unwrap();
        let old = memory.allocate(layout(40, 8)).unwrap();
        let new = memory.allocate(layout(24, 8)).unwrap();
        fill(old, 1);
        fill(new, 2);
        // SAFETY: the layouts are those of the blocks, here and below.
        let new = unsafe { memory.grow(new.cast(), layout(24, 8), layout(100, 64)) }.unwrap();
        assert_eq!(new.cast::<u8>().addr().get() % 64, 0);
        assert!(holds(new, 24, 2) && holds(old, 40, 1));
        // SAFETY: as above.
        let old = unsafe { memory.grow_zeroed(old.cast(), layout(40, 8), layout(80, 16)) }.unwrap();
        assert!(holds(old, 40, 1) && holds(new, 24, 2));
        // SAFETY: the block has 80 bytes, of which the second half was zeroed.
        let zeroed = unsafe { std::slice::from_raw_parts(old.cast::<u8>().as_ptr().wrapping_add(40), 40) };
        assert_eq!(zeroed, [0; 40]);
        // SAFETY: as above.
        let moved = unsafe { memory.shrink(old.cast(), layout(80, 16), layout(10, 2048)) }.unwrap();
        assert_eq!(moved.cast::<u8>().addr().get() % 2048, 0);
        assert!(holds(moved, 10, 1) && holds(new, 24, 2));
    });
}

#[test]
fn a_full_arena_refuses_a_collection_without_harm() {
    in_each(4096, |memory, remaining| {
        let mut list: Vec<u64, _> = Vec::new_in(memory);
        assert!(list.try_reserve_exact(remaining() / 8 + 1).is_err());
        assert!(list.try_reserve_exact(usize::MAX / 8).is_err());
        list.try_reserve_exact(4).unwrap();
        list.push(1);
        assert_eq!(list[0], 1);
    });
}

#[test]
fn collections_of_many_threads_share_one_arena() {
    let arena = Bitena::new(4 << 20).unwrap();
    let lists: std::vec::Vec<_> = std::thread::scope(|scope| {
        let arena = &arena;
        let threads: std::vec::Vec<_> = (0..4u32)
            .map(|thread| {
                scope.spawn(move || {
                    let mut list = Vec::new_in(arena);
                    let mut map = HashMap::new_in(arena);
                    for i in 0..2000u32 {
                        list.push(thread << 16 | i);
                        map.insert(i, thread);
                    }
                    assert!((0..2000).all(|i| map[&i] == thread));
                    list
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (thread, list) in lists.iter().enumerate() {
        assert!(list.iter().copied().eq((0..2000).map(|i| (thread as u32) << 16 | i)));
    }
}
