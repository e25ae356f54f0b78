//! User code that runs inside an allocator and comes back to the same allocator, lies, or panics: what it finds is whole.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use arenas::{ArenaBox, Bitena, FastArena, Region};
use arenas_tests::checking::losing;
use arenas_tests::panics::panics;

// Contract: C8
#[test]
fn a_clone_may_allocate_in_the_arena_that_is_being_cloned() {
    thread_local!(static ARENA: RefCell<Option<&'static FastArena<Sprouting>>> = const { RefCell::new(None) });

    struct Sprouting(Box<usize>);

    impl Clone for Sprouting {
        fn clone(&self) -> Self {
            ARENA.with_borrow(|arena| arena.map(|arena| drop(arena.try_alloc(Self(Box::new(100))))));
            Self(self.0.clone())
        }
    }

    let arena: &'static FastArena<Sprouting> = losing(|| Box::leak(Box::new(FastArena::with_capacity(20))));
    for n in 0..5 {
        arena.alloc(Sprouting(Box::new(n)));
    }
    ARENA.set(Some(arena));
    let clone = arena.clone();
    ARENA.set(None);
    assert!(clone.iter().take(5).map(|value| *value.0).eq(0..5));
    assert!(clone.len() <= arena.len());
}

// Contract: C8
#[test]
fn a_display_may_allocate_in_the_arena_that_formats_it() {
    struct Inner<'a>(&'a Bitena);

    impl fmt::Display for Inner<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0.alloc_str("inner"))
        }
    }

    let arena = Bitena::new(64).unwrap();
    let text = arena.alloc_fmt(format_args!("<{}>", Inner(&arena)));
    assert_eq!((text, arena.alloc_str("after")), ("<inner>", "after"));
}

// Contract: C8, F7
#[test]
fn a_constructor_that_panics_after_using_its_own_writer_loses_no_slot() {
    let arena = FastArena::with_capacity(20);
    let writer = arena.writer_with_run(3);
    for _ in 0..3 {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            writer.alloc_with(|_| -> Box<u8> {
                writer.alloc(Box::new(1));
                writer.alloc(Box::new(2));
                writer.flush();
                writer.alloc(Box::new(3));
                panic!("no value")
            })
        }));
        assert!(caught.is_err());
    }
    drop(writer);
    while arena.try_alloc(Box::new(0)).is_ok() {}
    assert_eq!(arena.len(), 20);
    assert_eq!(arena.iter().filter(|value| ***value == 0).count(), 20 - 9);
}

/// Says another length each time it is asked.
struct Longer(Cell<usize>, u64);

impl Iterator for Longer {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.1 += 1;
        Some(self.1)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.set(self.0.get() + 1000);
        (self.0.get(), Some(self.0.get()))
    }
}

impl ExactSizeIterator for Longer {}

// Contract: C8
#[test]
fn a_length_that_grows_while_it_is_asked_overruns_nothing() {
    let bytes = Bitena::new(80_000).unwrap();
    let slice = bytes.alloc_slice_from_iter(Longer(Cell::new(0), 0));
    assert!(slice.iter().copied().eq(1..=slice.len() as u64));
    let slots = FastArena::with_capacity(10_000);
    let range = slots.alloc_batch(Longer(Cell::new(0), 0));
    assert!(slots[range].iter().copied().eq(1..=range.len() as u64));
    assert_eq!(slots.len(), range.len());
}

// Contract: C9
#[test]
fn a_box_changes_its_type_only_as_a_whole() {
    let arena = Bitena::new(256).unwrap();
    assert!(panics(|| drop::<ArenaBox<'_, [u8]>>(arena.alloc_box([1u8; 4]).unsize(|all| &mut all[..2]))));
    assert!(panics(|| drop::<ArenaBox<'_, str>>(
        arena.alloc_box(String::from("text")).unsize(|text| text.as_mut_str())
    )));
    let boxed: ArenaBox<'_, [u8]> = arena.alloc_box([1u8; 4]).unsize(|all| all);
    assert_eq!(*boxed, [1; 4]);
}

// Contract: R6a
#[test]
fn a_region_inside_another_is_closed_by_that_one_alone() {
    let (mut one, mut two) = (vec![std::mem::MaybeUninit::uninit(); 4096], vec![std::mem::MaybeUninit::uninit(); 4096]);
    let (mut outer, mut other) = (Region::new(&mut one, 16).unwrap(), Region::new(&mut two, 16).unwrap());
    // At the same place of each.
    let (inner, foreign) = (outer.sub_region(512).unwrap(), other.sub_region(512).unwrap());
    let Err((foreign, _)) = outer.close_sub_region(foreign) else { panic!("it is of another region") };
    assert!(outer.close_sub_region(inner).is_ok() && other.close_sub_region(foreign).is_ok());

    let mut inner = outer.sub_region(1024).unwrap();
    let innermost = inner.sub_region(256).unwrap();
    let Err((mut inner, _)) = outer.close_sub_region(inner) else { panic!("there is a region inside") };
    assert!(inner.close_sub_region(innermost).is_ok());
    // Swapped, the outer one is not a part of the inner.
    std::mem::swap(&mut outer, &mut inner);
    assert!(outer.close_sub_region(inner).is_err());
}

// Contract: C9, F2
#[test]
fn every_way_to_take_slots_and_to_give_them_back_goes_together() {
    let mut arena = FastArena::<Box<usize>>::with_capacity(30_000);
    thread::scope(|scope| {
        for thread in 0..4 {
            let arena = &arena;
            scope.spawn(move || {
                for n in 0..400 {
                    match (thread + n) % 5 {
                        0 => {
                            let writer = arena.writer_with_run(7);
                            (0..3).for_each(|k| _ = writer.alloc(Box::new(k)));
                        }
                        1 => {
                            let slot = arena.reserve();
                            if n % 2 == 0 {
                                slot.fill(Box::new(n));
                            }
                        }
                        2 => assert_eq!(arena[arena.alloc_batch((0..4).map(Box::new))].len(), 4),
                        3 => assert!(arena.alloc_extend((0..3).map(Box::new)).is_some()),
                        _ => assert!(panics(|| arena.alloc_with(|_| panic!("no value")))),
                    }
                    assert!(arena.as_slice().iter().all(|value| **value < 400));
                }
            });
        }
    });
    // A writer, a batch and an extension of 3, 4 and 3 values, each every fifth time, and half of the reserved slots.
    assert_eq!(arena.iter_complete().count(), 4 * (80 * (3 + 4 + 3) + 40));
    let complete = arena.iter_complete().count();
    assert_eq!(arena.drain().count(), complete);
}
