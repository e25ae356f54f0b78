//! Collections of allocator-api2 0.4 in each allocator.
// Contract: S6

use core::alloc::Layout;

use allocator_api2_04::alloc::Allocator;
use allocator_api2_04::boxed::Box;
use allocator_api2_04::vec::Vec;
use arenas::{Bitena, BlinkAlloc, SyncBlinkAlloc};

/// Vectors that grow in turns, shrink and are dropped, and values in boxes: all keep their contents.
fn works<A: Allocator + Copy>(allocator: A) {
    let mut vectors: [Vec<String, A>; 3] = core::array::from_fn(|_| Vec::new_in(allocator));
    for n in 0..100 {
        for (number, vector) in vectors.iter_mut().enumerate() {
            vector.push(format!("{number}:{n}"));
        }
    }
    vectors[1].truncate(3);
    vectors[1].shrink_to_fit();
    let boxed: Box<dyn Fn(usize) -> usize, A> = {
        let boxed = Box::new_in(|n: usize| n + 1, allocator);
        allocator_api2_04::unsize_box!(boxed)
    };
    assert_eq!(boxed(1), 2);
    for (number, vector) in vectors.iter().enumerate() {
        assert!(vector.iter().enumerate().all(|(n, text)| *text == format!("{number}:{n}")));
    }
    assert_eq!(vectors.each_ref().map(Vec::len), [100, 3, 100]);
}

#[test]
fn collections_work_in_every_allocator() {
    works(&Bitena::new(1 << 16).unwrap());
    let arena = Bitena::new(1 << 16).unwrap();
    works(&arena.local(1 << 15).unwrap());
    works(&BlinkAlloc::new());
    let shared = SyncBlinkAlloc::new();
    works(&shared);
    works(&shared.local());
}

#[test]
fn zeroed_growth_is_zero_where_it_is_new() {
    let blink = &BlinkAlloc::new();
    let (small, large) = (Layout::array::<u8>(16).unwrap(), Layout::array::<u8>(4096).unwrap());
    let block = blink.allocate(small).unwrap();
    // SAFETY: 16 bytes of a block that is ours.
    unsafe { block.cast::<u8>().write_bytes(7, 16) };
    // SAFETY: the block was allocated here with that layout, and the new one is larger.
    let block = unsafe { blink.grow_zeroed(block.cast(), small, large) }.unwrap();
    // SAFETY: all of it was written.
    let bytes = unsafe { block.as_ref() };
    assert!(bytes.iter().take(16).all(|&byte| byte == 7) && bytes.iter().skip(16).all(|&byte| byte == 0));
}

#[test]
fn a_full_arena_refuses_and_the_vector_keeps_its_values() {
    let arena = Bitena::new(256).unwrap();
    let mut vector: Vec<u64, _> = Vec::new_in(&arena);
    while vector.try_reserve(1).is_ok() {
        vector.push(vector.len() as u64);
    }
    assert!(vector.len() >= 8 && vector.iter().copied().eq(0..vector.len() as u64));
}
