//! Defects of the original bump arena that must not exist here, by their number in the list of defects.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::rc::Rc;

use arenas::Bitena;
use arenas_tests::panics::panic_message;

/// Whether `alloc_slice` and the other filling methods take a type, as a constant: their bound is `Copy`.
macro_rules! is_copy {
    ($type:ty) => {{
        #[allow(dead_code, reason = "hidden where the bound holds")]
        trait No {
            const HAS: bool = false;
        }
        impl<T> No for T {}
        struct Probe<T>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "used only where the bound holds")]
        impl<T: Copy> Probe<T> {
            const HAS: bool = true;
        }
        <Probe<$type>>::HAS
    }};
}

/// Whether a Bitena may hold a type, as a constant.
macro_rules! is_held {
    ($type:ty) => {{
        #[allow(dead_code, reason = "hidden where the bound holds")]
        trait No {
            const HAS: bool = false;
        }
        impl<T> No for T {}
        struct Probe<T>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "used only where the bound holds")]
        impl<T> Probe<T>
        where
            Bitena: arenas::Holds<T>,
        {
            const HAS: bool = true;
        }
        <Probe<$type>>::HAS
    }};
}

// Contract: C1, C9
#[test]
fn defect_01_a_slice_of_strings_holds_strings_of_its_own() {
    const { assert!(!is_copy!(String) && is_copy!(&str)) };
    let arena = Bitena::new(1024).unwrap();
    let init = String::from("a heap string long enough");
    let slice = arena.alloc_box_slice_from_iter(std::iter::repeat_n(&init, 3).cloned());
    drop(init);
    assert_eq!(*slice, ["a heap string long enough"; 3]);
}

// Contract: C1, C9
#[test]
fn defect_02_nothing_that_has_one_owner_is_copied() {
    const { assert!(!is_copy!(Box<i32>) && !is_copy!(&mut u32)) };
    let drops = Cell::new(0);
    struct Counted<'a>(&'a Cell<u32>);
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let arena = Bitena::new(1024).unwrap();
    let mut slice = arena.alloc_box_slice_from_iter((0..2).map(|_| Box::new(Counted(&drops))));
    drop(std::mem::replace(&mut slice[0], Box::new(Counted(&drops))));
    drop(slice);
    assert_eq!(drops.get(), 3);
}

// Contract: C1, C4
#[test]
fn defect_03_a_length_that_overflows_is_refused_in_every_build() {
    let arena = Bitena::new(1024).unwrap();
    for len in [(1 << 61) + 1, 1 << 61, usize::MAX] {
        assert!(arena.try_alloc_slice(0u64, len).unwrap_err().error().is_layout_overflow());
    }
    assert_eq!(arena.remaining(), 1024);
}

// Contract: C1, C5
#[test]
fn defect_04_a_value_of_no_size_is_taken_in_every_build() {
    let arena = Bitena::new(8).unwrap();
    arena.alloc(());
    assert_eq!(arena.alloc_slice((), 3).len(), 3);
    assert_eq!(arena.remaining(), 8);
}

// Contract: S1
#[test]
fn defect_05_an_arena_of_no_bytes_is_an_arena() {
    let arena = Bitena::new(0).unwrap();
    assert!(arena.try_alloc(1u8).is_err());
}

// Contract: C1
#[test]
fn defect_06_uninitialised_memory_is_copied_and_not_read() {
    #[derive(Clone, Copy)]
    struct Padded {
        _a: u8,
        _b: u64,
    }
    let arena = Bitena::new(4096).unwrap();
    // What is checked is that no branch depends on these bytes; a tool that tracks them would say so.
    let slice = arena.alloc_slice(MaybeUninit::<[u64; 8]>::uninit(), 4);
    assert_eq!(slice.len(), 4);
    assert_eq!(arena.alloc_slice(Padded { _a: 0, _b: 0 }, 4).len(), 4);
    assert_eq!(arena.alloc_slice_copy(&[MaybeUninit::<u8>::uninit(); 40]).len(), 40);
}

// Contract: C9, S1
#[test]
fn defect_07_boxed_values_are_refused() {
    const { assert!(!is_held!(Box<i32>) && !is_held!(Rc<i32>) && !is_held!(String) && is_held!(&str)) };
    let owned = Rc::new(7);
    let mut arena = Bitena::new(1024).unwrap();
    assert_eq!(**arena.alloc_box(owned.clone()), 7);
    arena.reset();
    assert_eq!(Rc::strong_count(&owned), 1);
}

// Contract: B1, C6
#[test]
fn defect_08_large_alignment_does_not_depend_on_luck() {
    #[repr(align(64))]
    #[derive(Clone, Copy)]
    struct Line(#[allow(dead_code, reason = "there for its size")] [u8; 64]);
    // Blocks of odd sizes between them, so that the addresses differ.
    let mut between = Vec::new();
    for round in 0..1000usize {
        let arena = Bitena::new(64).unwrap();
        assert!(arena.try_alloc_copy(Line([1; 64])).is_ok(), "round {round}");
        between.push(vec![0u8; round % 97]);
    }
}

// Contract: C2, C3
#[test]
fn defect_09_a_refused_value_comes_back_and_the_error_does_not_depend_on_the_address() {
    let arena = Bitena::new(64).unwrap();
    let owned = Rc::new(());
    let full = arena.alloc_box([0u8; 60]);
    let refused = arena.try_alloc_box(owned.clone()).unwrap_err();
    assert_eq!(Rc::strong_count(&owned), 2);
    assert!(Rc::ptr_eq(&refused.into_inner(), &owned));
    drop(full);
    for offset in 0..64 {
        let mut memory = [MaybeUninit::uninit(); 128];
        let arena = Bitena::over(&mut memory[offset..][..64]);
        for len in [65, 1 << 40, isize::MAX as usize] {
            assert!(arena.try_alloc_slice(0u8, len).unwrap_err().error().is_capacity());
        }
        assert!(arena.try_alloc_slice(0u8, usize::MAX).unwrap_err().error().is_layout_overflow());
    }
    assert!(panic_message(|| arena.alloc_slice(0u8, 65).len()).contains("out of memory"));
}
