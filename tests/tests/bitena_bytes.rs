//! Bitena: exact byte counts, alignment, and what happens when there is no room.

use std::alloc::Layout;
use std::mem::MaybeUninit;

use arenas::{AllocError, Bitena};
use arenas_tests::panics::panic_message;

#[repr(align(64))]
#[derive(Clone, Copy)]
struct Line(#[allow(dead_code, reason = "there for its size")] [u8; 64]);

#[repr(align(4096))]
#[derive(Clone, Copy)]
struct Page(#[allow(dead_code, reason = "there for its size")] u8);

fn address<T: ?Sized>(of: &T) -> usize {
    std::ptr::from_ref(of).addr()
}

// Contract: B1, S1
#[test]
fn bytes_are_counted_exactly() {
    let mut arena = Bitena::new(1024).unwrap();
    assert_eq!((arena.capacity(), arena.remaining(), arena.used()), (1024, 1024, 0));
    arena.alloc(1u8);
    assert_eq!(arena.remaining(), 1023);
    assert_eq!(arena.alloc_str("Test"), "Test");
    assert_eq!(arena.remaining(), 1019);
    assert_eq!(arena.alloc_str(""), "");
    assert_eq!(arena.remaining(), 1019);
    assert_eq!(arena.alloc_slice(43u8, 5), [43; 5]);
    assert_eq!(arena.remaining(), 1014);
    arena.alloc(1u64); // 1014 is 6 above a multiple of 8.
    assert_eq!(arena.remaining(), 1000);
    arena.reset();
    assert_eq!(arena.remaining(), 1024);
}

// Contract: B2
#[test]
fn addresses_fall() {
    let arena = Bitena::new(64).unwrap();
    let first = address(arena.alloc(1u32));
    let second = address(arena.alloc(2u32));
    assert_eq!(first - second, 4);
}

// Contract: B2
#[test]
fn every_byte_can_be_had() {
    let arena = Bitena::new(8).unwrap();
    assert_eq!(arena.alloc_str("12345678"), "12345678");
    assert_eq!(arena.remaining(), 0);
    assert!(arena.try_alloc(1u8).is_err());
    assert_eq!(arena.try_alloc_str(""), Ok(""));
    assert_eq!(arena.try_alloc_fmt(format_args!("{}", "")), Ok(""));
    assert_eq!(arena.alloc_slice(0u64, 0), []);
    assert_eq!(arena.alloc_slice_copy::<u64>(&[]), []);
}

// Contract: B1, C6
#[test]
fn a_value_as_large_as_the_arena_fits_every_time() {
    for _ in 0..1000 {
        let arena = Bitena::new(64).unwrap();
        arena.alloc_copy(Line([7; 64]));
        assert_eq!(arena.remaining(), 0);
        assert!(arena.try_alloc_copy(0u8).is_err());
    }
    for power in 4..=12 {
        let arena = Bitena::new(1 << power).unwrap();
        let layout = Layout::from_size_align(1 << power, 1 << power).unwrap();
        assert_eq!(arena.try_alloc_layout(layout).unwrap().addr().get() % layout.align(), 0);
    }
}

// Contract: C6
#[test]
fn values_are_aligned_after_odd_ones() {
    let arena = Bitena::new(16 << 10).unwrap();
    for _ in 0..3 {
        arena.alloc(1u8);
        assert_eq!(address(arena.alloc(0xABCDu16)) % 2, 0);
        arena.alloc_slice(1u8, 3);
        assert_eq!(address(arena.alloc(-5i32)) % 4, 0);
        arena.alloc_str("odd");
        assert_eq!(address(arena.alloc(-5i64)) % 8, 0);
        arena.alloc(1u8);
        assert_eq!(address(arena.alloc_slice(7u128, 5)) % 16, 0);
        arena.alloc(1u8);
        assert_eq!(address(arena.alloc_slice_copy(&[1u64, 2])) % 8, 0);
    }
    assert_eq!(address(arena.alloc_copy(Page(1))) % 4096, 0);
}

// Contract: C6
#[test]
fn alignment_is_by_address_whatever_the_base() {
    let mut memory = [MaybeUninit::uninit(); 16 << 10];
    for offset in 0..16 {
        for power in 0..=12 {
            let layout = Layout::from_size_align(24, 1 << power).unwrap();
            let arena = Bitena::over(&mut memory[offset..]);
            let mut last = usize::MAX;
            for _ in 0..3 {
                let at = arena.alloc_layout(layout).addr().get();
                assert_eq!(at % layout.align(), 0);
                assert!(at < last);
                last = at;
            }
        }
    }
}

// Contract: B4
#[test]
fn what_fails_leaves_everything_as_it_was() {
    let arena = Bitena::new(1024).unwrap();
    arena.alloc(1u8);
    let requests: [&dyn Fn() -> Result<(), AllocError>; 8] = [
        &|| Ok(arena.try_alloc([0u64; 150]).map(|_| ())?),
        &|| Ok(arena.try_alloc_slice(0u64, 150).map(|_| ())?),
        &|| arena.try_alloc_slice_copy(&[0u64; 150]).map(|_| ()),
        &|| Ok(arena.try_alloc_slice_from_iter([0u64; 150]).map(|_| ())?),
        &|| Ok(arena.try_alloc_slice_fill_with(150, |_| 0u64).map(|_| ())?),
        &|| Ok(arena.try_alloc_with(|| [0u64; 150]).map(|_| ())?),
        &|| Ok(arena.try_alloc_box([0u64; 150]).map(|_| ())?),
        &|| arena.local(1024).map(drop),
    ];
    for (number, request) in requests.iter().enumerate() {
        assert!(request().unwrap_err().is_capacity(), "request {number}");
        assert_eq!(arena.remaining(), 1023, "request {number}");
    }
    arena.alloc_slice(0u64, 127);
    assert_eq!(arena.remaining(), 0);
}

// Contract: C2
#[test]
fn what_is_refused_comes_back() {
    let arena = Bitena::new(8).unwrap();
    let value = arena.try_alloc([1u64, 2]).unwrap_err();
    assert_eq!(value.into_inner(), [1, 2]);
    let mut called = false;
    let make = arena.try_alloc_with(|| -> [u64; 2] {
        called = true;
        [3, 4]
    });
    assert_eq!(make.unwrap_err().into_inner()(), [3, 4]);
    assert!(called);
    let make = arena.try_alloc_slice_fill_with(2, |i| i as u64).unwrap_err();
    assert_eq!((make.into_inner())(5), 5);
    let rest = arena.try_alloc_slice_from_iter(vec![1u64, 2, 3]).unwrap_err();
    assert_eq!(rest.into_inner().collect::<Vec<_>>(), [1, 2, 3]);
    let text = arena.try_alloc_box(String::from("kept while it does not fit")).unwrap_err();
    assert_eq!(text.into_inner(), "kept while it does not fit");
    let init = arena.try_alloc_slice(5u32, 3).unwrap_err();
    assert_eq!(init.into_inner(), 5);
}

// Contract: C2
#[test]
fn the_panic_says_who_what_and_how_much_was_left() {
    let arena = Bitena::new(1024).unwrap();
    let window = arena.local(24).unwrap();
    let message = panic_message(|| _ = arena.alloc_slice(0u64, 150));
    for part in ["Bitena", "out of memory", "1200 bytes", "aligned to 8", "1000 bytes left"] {
        assert!(message.contains(part), "{message}");
    }
    let message = panic_message(|| _ = window.alloc([0u64; 4]));
    for part in ["LocalBitena", "out of memory", "32 bytes", "24 bytes left"] {
        assert!(message.contains(part), "{message}");
    }
    let message = panic_message(|| _ = arena.alloc_slice(0u64, usize::MAX));
    assert!(message.contains("overflow"), "{message}");
    let message = panic_message(|| _ = arena.alloc_fmt(format_args!("{:2000}", 1)));
    assert!(message.contains("1000 bytes left"), "{message}");
}

// Contract: C4
#[test]
fn absurd_lengths_are_errors() {
    let arena = Bitena::new(1024).unwrap();
    let window = arena.local(512).unwrap();
    for len in [513, isize::MAX as usize / 8, isize::MAX as usize, (1 << 61) + 1, usize::MAX / 8 + 2, usize::MAX] {
        let overflows = len.checked_mul(8).is_none_or(|bytes| bytes > isize::MAX as usize - 7);
        let errors = [
            arena.try_alloc_slice(0u64, len).map(|_| ()).unwrap_err().error(),
            arena.try_alloc_uninit_slice::<u64>(len).map(|_| ()).unwrap_err(),
            arena.try_alloc_slice_fill_with(len, |_| 0u64).map(|_| ()).unwrap_err().error(),
            window.try_alloc_slice(0u64, len).map(|_| ()).unwrap_err().error(),
            window.try_alloc_slice_fill_default::<u64>(len).map(|_| ()).unwrap_err(),
        ];
        for error in errors {
            assert_eq!((error.is_layout_overflow(), error.is_capacity()), (overflows, !overflows), "{len}: {error}");
        }
        assert!(arena.local(len).is_err());
        assert!(arena.try_alloc_slice(1u8, len).is_err());
        assert_eq!((arena.remaining(), window.remaining()), (512, 512));
    }
    let largest = Layout::from_size_align(isize::MAX as usize - 4095, 4096).unwrap();
    assert!(arena.try_alloc_layout(largest).is_err());
}

// Contract: C4, S1
#[test]
fn capacities_at_both_ends_are_results() {
    let empty = Bitena::new(0).unwrap();
    assert_eq!((empty.capacity(), empty.remaining(), empty.stats().reserved), (0, 0, 0));
    assert!(empty.try_alloc(1u8).is_err());
    assert_eq!(empty.alloc_str(""), "");
    assert!(Bitena::new(usize::MAX).unwrap_err().is_layout_overflow());
    assert!(Bitena::new(isize::MAX as usize + 1).unwrap_err().is_layout_overflow());
    assert!(Bitena::new(isize::MAX as usize).is_err());
    assert!(Bitena::new(1 << 46).unwrap_err().is_out_of_memory());
    for bytes in [1, 15, 16, 17, 4095, 4096, 4097] {
        let arena = Bitena::new(bytes).unwrap();
        assert_eq!(arena.alloc_slice(9u8, bytes).len(), bytes);
        assert!(arena.try_alloc(1u8).is_err());
    }
}

// Contract: C5
#[test]
fn zero_sized_values_take_nothing_and_are_aligned() {
    #[repr(align(256))]
    #[derive(Clone, Copy, Default)]
    struct Nothing;

    let arena = Bitena::new(0).unwrap();
    arena.alloc(());
    assert_eq!(address(arena.alloc_copy(Nothing)) % 256, 0);
    assert_eq!(arena.alloc_slice((), usize::MAX).len(), usize::MAX);
    assert_eq!(arena.alloc_slice_from_iter(std::iter::repeat_n((), 5)).len(), 5);
    let window = arena.local(0).unwrap();
    assert_eq!(address(window.alloc_slice(Nothing, 3)) % 256, 0);
    assert_eq!(window.alloc_slice_fill_with(7, |_| ()).len(), 7);
    assert_eq!((arena.used(), window.used()), (0, 0));
}

// Contract: S1
#[test]
fn every_way_in_stores_what_it_was_given() {
    let arena = Bitena::new(4096).unwrap();
    assert_eq!(*arena.alloc(7u16), 7);
    assert_eq!(*arena.alloc_copy('x'), 'x');
    assert_eq!(*arena.alloc_with(|| 8i64), 8);
    assert_eq!(*arena.alloc_uninit::<u32>().write(9), 9);
    for (i, place) in arena.alloc_uninit_slice::<u8>(3).iter_mut().enumerate() {
        place.write(i as u8);
    }
    let slice = arena.alloc_slice(0u32, 4);
    slice[3] = 4;
    assert_eq!(slice, [0, 0, 0, 4]);
    assert_eq!(arena.alloc_slice_copy(&["a", "b"]), ["a", "b"]);
    assert_eq!(arena.alloc_slice_clone(&[Some(1), None]), [Some(1), None]);
    assert_eq!(arena.alloc_slice_fill_with(3, |i| i * 2), [0, 2, 4]);
    assert_eq!(arena.alloc_slice_fill_default::<u8>(3), [0; 3]);
    assert_eq!(arena.alloc_slice_from_iter([1, 2, 3].map(|i| i * i)), [1, 4, 9]);
    assert_eq!(arena.alloc_fmt(format_args!("{}-{:?}", 1, "x")), "1-\"x\"");
    assert_eq!(arena.alloc_fmt(format_args!("plain")), "plain");
    assert_eq!(*arena.alloc_box(vec![1]), [1]);
    assert_eq!(*arena.alloc_box_with(|| String::from("s")), "s");
    assert_eq!(arena.alloc_box_slice_from_iter(vec![String::from("t")])[0], "t");
}

// Contract: S1
#[test]
fn texts_of_every_length_are_copied_whole() {
    let text: String = ('a'..='z').cycle().take(200).collect();
    let arena = Bitena::new(64 << 10).unwrap();
    let copies: Vec<&str> = (0..=200).map(|len| arena.alloc_str(&text[..len])).collect();
    for (len, copy) in copies.into_iter().enumerate() {
        assert_eq!(copy, &text[..len]);
    }
    assert_eq!(arena.used(), 200 * 201 / 2);
}

// Contract: C11
#[test]
fn the_statistics_add_up_and_remember_the_peak() {
    let mut arena = Bitena::new(1000).unwrap();
    arena.alloc(1u8);
    arena.alloc(1u64);
    let stats = arena.stats();
    assert_eq!((stats.used, stats.free, stats.padding, stats.metadata), (arena.used(), arena.remaining(), 0, 0));
    assert_eq!((stats.reserved, stats.allocations, stats.chunks), (1000, None, 1));
    arena.alloc_slice(0u8, 500);
    let peak = arena.used();
    arena.reset();
    let stats = arena.stats();
    assert_eq!((stats.used, stats.free, stats.peak_used), (0, 1000, peak));
    let window = arena.local(900).unwrap();
    drop(window);
    assert_eq!((arena.used(), arena.stats().peak_used), (0, 900));
}

// Contract: C11
#[test]
fn a_window_counts_as_used_in_its_arena_and_has_numbers_of_its_own() {
    let arena = Bitena::new(1024).unwrap();
    let window = arena.local(100).unwrap();
    window.alloc_slice(1u8, 30);
    let (inner, outer) = (window.stats(), arena.stats());
    assert_eq!((inner.used, inner.free, inner.reserved, inner.chunks), (30, 70, 100, 1));
    assert_eq!((outer.used, outer.free, outer.reserved), (100, 924, 1024));
    assert_eq!(arena.local(0).unwrap().stats().reserved, 0);
}
