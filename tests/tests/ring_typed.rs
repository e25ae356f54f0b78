//! Typed buffers and single values in a ring.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use arenas::{GenericBufMut, RingAl, RingBox, RingStore, TypedBufMut};

/// Counts its drops, and panics in one of them when told to.
struct Counted(Rc<Cell<usize>>, bool);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
        assert!(!self.1, "this destructor panics");
    }
}

// Contract: G4
#[test]
fn what_does_not_fit_comes_back() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.typed::<String>(2).unwrap();
    assert_eq!((buffer.capacity(), buffer.spare()), (2, 2));
    assert_eq!(buffer.insert("far".into(), 1), Some("far".into()));
    assert_eq!(buffer.push("b".into()), None);
    assert_eq!(buffer.insert("a".into(), 0), None);
    assert_eq!(buffer.push("c".into()), Some("c".into()));
    assert_eq!(buffer.insert("c".into(), 0), Some("c".into()));
    let rejected = buffer.try_push("c".into()).unwrap_err();
    assert!(rejected.error().is_capacity());
    assert_eq!(rejected.into_inner(), "c");
    assert_eq!(*buffer, ["a", "b"]);
    assert_eq!(buffer, ["a".to_string(), "b".to_string()]);
}

// Contract: G4
#[test]
fn values_come_out_in_the_order_of_a_vec() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.typed::<u32>(8).unwrap();
    let mut model = Vec::new();
    for value in 0..8 {
        assert_eq!(buffer.push(value), None);
        model.push(value);
    }
    assert_eq!(buffer.remove(2), Some(model.remove(2)));
    assert_eq!(buffer.swap_remove(1), Some(model.swap_remove(1)));
    assert_eq!(buffer.pop(), model.pop());
    assert_eq!(buffer.insert(77, 3), None);
    model.insert(3, 77);
    assert_eq!(buffer, model);
    assert_eq!((buffer.remove(6), buffer.swap_remove(6), buffer.remove(usize::MAX)), (None, None, None));
    for value in &mut buffer {
        *value += 1;
    }
    assert_eq!((&buffer).into_iter().sum::<u32>(), model.iter().sum::<u32>() + 6);
    buffer.truncate(2);
    assert_eq!(buffer.len(), 2);
    buffer.clear();
    assert_eq!((buffer.pop(), buffer.remove(0), buffer.swap_remove(0)), (None, None, None));
}

// Contract: G4, C9
#[test]
fn what_is_left_is_dropped_once_with_the_buffer() {
    let drops = Rc::new(Cell::new(0));
    let ring = RingAl::new(1024);
    let mut buffer = ring.typed::<Counted>(6).unwrap();
    for _ in 0..6 {
        assert!(buffer.push(Counted(drops.clone(), false)).is_none());
    }
    drop(buffer.pop());
    drop(buffer.swap_remove(0));
    buffer.truncate(3);
    assert_eq!(drops.get(), 3);
    drop(buffer);
    assert_eq!(drops.get(), 6);
}

// Contract: G4, C7
#[test]
fn a_destructor_that_panics_leaves_no_value_and_no_room_behind() {
    let drops = Rc::new(Cell::new(0));
    let ring = RingAl::new(1024);
    let fill = || {
        let mut buffer = ring.typed::<Counted>(4).unwrap();
        for i in 0..4 {
            assert!(buffer.push(Counted(drops.clone(), i == 1)).is_none());
        }
        buffer
    };
    let buffer = fill();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(buffer))).is_err());
    assert_eq!(drops.get(), 4);

    let mut buffer = fill();
    assert!(catch_unwind(AssertUnwindSafe(|| buffer.clear())).is_err());
    assert_eq!((drops.get(), buffer.len()), (8, 0));
    assert!(buffer.push(Counted(drops.clone(), false)).is_none());
    drop(buffer);
    assert_eq!(drops.get(), 9);
    assert_eq!(ring.stats().used, 0);
    assert!(ring.fixed(ring.capacity()).is_some());
}

// Contract: G4, C5
#[test]
fn values_of_no_size_are_counted_and_dropped() {
    thread_local!(static DROPS: Cell<usize> = const { Cell::new(0) });
    struct Nothing;
    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }
    let ring = RingAl::new(1024);
    let mut buffer = ring.typed::<Nothing>(1000).unwrap();
    for _ in 0..1000 {
        assert!(buffer.push(Nothing).is_none());
    }
    assert!(buffer.push(Nothing).is_some());
    assert_eq!((buffer.len(), DROPS.get()), (1000, 1));
    drop(buffer.remove(500));
    assert!(buffer.insert(Nothing, 0).is_none());
    drop(buffer);
    assert_eq!(DROPS.get(), 1002);
    assert_eq!(ring.typed::<()>(u32::MAX as usize).unwrap().capacity(), u32::MAX as usize);
    assert!(ring.typed::<()>(u32::MAX as usize + 1).is_none());
}

macro_rules! aligned {
    ($($name:ident = $align:literal),*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[repr(align($align))]
        struct $name(u8);
    )*
    // Contract: G4, C6
    #[test]
    fn alignments_up_to_a_page_hold_and_spare_the_neighbours() {
        $({
            let ring = RingAl::new(32 << 10);
            for shift in 0..40 {
                let mut before = ring.fixed(shift).unwrap();
                let mut values = ring.typed::<$name>(2).unwrap();
                let mut after = ring.fixed(shift).unwrap();
                assert!(values.as_ptr().is_aligned());
                before.extend_from_slice(&vec![0xbe; shift]);
                after.extend_from_slice(&vec![0xaf; shift]);
                assert_eq!((values.push($name(1)), values.push($name(2))), (None, None));
                assert_eq!(before, vec![0xbe; shift]);
                assert_eq!(after, vec![0xaf; shift]);
                assert_eq!(*values, [$name(1), $name(2)]);
                ring.check();
            }
            let store = RingStore::<$name>::new(3);
            let boxes: Vec<_> = (0..3).map(|i| store.alloc($name(i)).unwrap()).collect();
            assert!(store.alloc($name(9)).is_err());
            for (i, value) in boxes.iter().enumerate() {
                assert!((&raw const **value).is_aligned());
                assert_eq!(**value, $name(i as u8));
            }
            store.check();
        })*
    }};
}

aligned!(
    A1 = 1,
    A2 = 2,
    A4 = 4,
    A8 = 8,
    A16 = 16,
    A32 = 32,
    A64 = 64,
    A128 = 128,
    A256 = 256,
    A512 = 512,
    A1024 = 1024,
    A2048 = 2048,
    A4096 = 4096
);

// Contract: G4, G6
#[test]
fn whether_a_large_alignment_fits_is_no_matter_of_luck() {
    #[repr(align(1024))]
    struct Page([u8; 1024]);
    let others: Vec<_> = (0..200).map(|i| (RingAl::new(4096), vec![0u8; i * 24])).collect();
    for (ring, _) in &others {
        for _ in 0..100 {
            let mut pages = ring.typed::<Page>(3).unwrap();
            assert!(pages.push(Page([1; 1024])).is_none());
            assert_eq!(pages[0].0[1023], 1);
        }
    }
}

// Contract: G4, S7
#[test]
fn values_may_borrow() {
    let text = String::from("borrowed");
    let ring = RingAl::new(1024);
    let mut buffer: GenericBufMut<&str> = ring.generic(2).unwrap();
    assert_eq!(buffer.push(&text), None);
    assert_eq!(*buffer, ["borrowed"]);
}

// Contract: G4
#[test]
fn buffers_can_hold_buffers_of_the_same_ring() {
    fn cycle<I: Copy + PartialEq + std::fmt::Debug + TryFrom<usize>>() {
        let number = |i: usize| I::try_from(i).ok().unwrap();
        let ring = RingAl::new(4096);
        let mut text = ring.fixed(64).unwrap();
        text.extend_from_slice(b"hello world");
        let text = text.freeze();
        let mut buffer = ring.generic::<(I, arenas::FixedBuf)>(7).unwrap();
        for i in 0..7 {
            assert!(buffer.push((number(i), text.clone())).is_none());
        }
        for i in (0..7).rev() {
            let element = buffer.pop().unwrap();
            assert_eq!(element, (number(i), text.clone()));
            assert!(buffer.insert(element, 0).is_none());
        }
        for i in 0..7 {
            let element = buffer.swap_remove(0).unwrap();
            assert_eq!(element.1, text);
            assert!(buffer.push(element).is_none(), "{i}");
        }
        let mut seen: Vec<_> = (0..7).map(|_| buffer.remove(0).unwrap().0).collect();
        assert!(buffer.is_empty());
        for i in 0..7 {
            let at = seen.iter().position(|n| *n == number(i)).unwrap();
            seen.remove(at);
        }
        drop(ring);
        assert_eq!(text, b"hello world");
    }
    cycle::<u8>();
    cycle::<u16>();
    cycle::<u32>();
    cycle::<u64>();
    cycle::<u128>();
}

// Contract: G11
#[test]
fn a_store_has_exactly_its_slots() {
    for slots in [0, 1, 5, 1000] {
        let store = RingStore::<[u8; 20]>::with_capacity(slots);
        let mut boxes = Vec::new();
        for i in 0..slots {
            boxes.push(store.alloc([i as u8; 20]).unwrap());
            store.check();
        }
        let refused = store.try_alloc([9; 20]).unwrap_err();
        assert!(refused.error().is_capacity());
        assert_eq!(refused.into_inner(), [9; 20]);
        assert_eq!(store.stats().allocations, Some(slots as u64));
        // Released in any order, every slot can be taken again.
        for round in 0..slots {
            boxes.swap_remove((round * 7) % boxes.len());
            boxes.push(store.alloc([round as u8; 20]).unwrap());
        }
    }
}

// Contract: G11, C9
#[test]
fn a_boxed_value_is_dropped_once() {
    let drops = Rc::new(Cell::new(0));
    let store = RingStore::new(4);
    let mut boxed = store.alloc(Counted(drops.clone(), false)).unwrap();
    boxed.1 = false;
    let other = store.alloc(Counted(drops.clone(), false)).unwrap();
    drop(boxed);
    assert_eq!(drops.get(), 1);
    drop(store);
    let value = RingBox::into_inner(other);
    assert_eq!(drops.get(), 1);
    drop(value);
    assert_eq!(drops.get(), 2);
}

// Contract: G11, C7
#[test]
fn a_boxed_value_whose_destructor_panics_gives_its_slot_back() {
    let drops = Rc::new(Cell::new(0));
    let store = RingStore::new(1);
    let boxed = store.alloc(Counted(drops.clone(), true)).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(boxed))).is_err());
    assert_eq!(drops.get(), 1);
    assert!(store.alloc(Counted(drops.clone(), false)).is_ok());
}

// Contract: G11
#[test]
fn a_boxed_value_looks_like_the_value() {
    let store = RingStore::new(2);
    let boxed = store.alloc(String::from("text")).unwrap();
    assert_eq!(format!("{boxed} {boxed:?}"), "text \"text\"");
    assert_eq!(boxed.len(), 4);
    assert!(boxed == store.alloc(String::from("text")).unwrap());
    assert_eq!(size_of::<RingBox<String>>(), size_of::<usize>());
}

// Contract: G11, C4
#[test]
fn a_store_of_absurd_size_is_an_error() {
    assert!(RingStore::<u64>::try_new(usize::MAX).unwrap_err().is_layout_overflow());
    assert!(RingStore::<u64>::try_with_capacity(isize::MAX as usize / 16).is_err());
    assert!(RingStore::<[u8; 1 << 40]>::try_new(1).unwrap_err().is_limit());
}

// Contract: G3, G4
#[test]
fn handles_are_two_words() {
    assert_eq!(size_of::<arenas::FixedBufMut>(), 16);
    assert_eq!(size_of::<Option<arenas::FixedBufMut>>(), 16);
    assert_eq!(size_of::<arenas::FixedBuf>(), 16);
    assert_eq!(size_of::<TypedBufMut<String>>(), 16);
}
