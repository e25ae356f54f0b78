//! `ArenaBox`: an owner of a value in an arena, which behaves as a box does.

use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::future::{Future, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use arenas::{ArenaBox, Bitena, unsize_box};
use arenas_tests as _;

// Contract: C9
#[test]
fn the_value_is_dropped_with_the_box_and_only_then() {
    let owned = Rc::new(());
    let arena = Bitena::new(1024).unwrap();
    let boxed = arena.alloc_box(owned.clone());
    assert_eq!(Rc::strong_count(&owned), 2);
    drop(boxed);
    assert_eq!(Rc::strong_count(&owned), 1);
    let list = arena.alloc_box_slice_from_iter((0..10).map(|_| owned.clone()).collect::<Vec<_>>());
    assert_eq!((list.len(), Rc::strong_count(&owned)), (10, 11));
    drop(list);
    assert_eq!(Rc::strong_count(&owned), 1);
    let window = arena.local(256).unwrap();
    let boxed = window.alloc_box_with(|| owned.clone());
    drop(window);
    assert_eq!(Rc::strong_count(&boxed), 2);
}

// Contract: C9
#[test]
fn a_value_that_is_moved_out_is_the_callers_to_drop() {
    let owned = Rc::new(7);
    let arena = Bitena::new(1024).unwrap();
    let moved = arena.alloc_box(owned.clone()).into_inner();
    assert_eq!((Rc::strong_count(&owned), *moved), (2, 7));
    let leaked: &mut Rc<i32> = ArenaBox::leak(arena.alloc_box(owned.clone()));
    assert_eq!((Rc::strong_count(leaked), **leaked), (3, 7));
    // SAFETY: the value was leaked, so nobody else drops it.
    unsafe { std::ptr::drop_in_place(leaked) };
    assert_eq!(Rc::strong_count(&owned), 2);
}

// Contract: C5
#[test]
fn zero_sized_values_are_dropped_as_often_as_they_were_made() {
    thread_local!(static DROPS: Cell<usize> = const { Cell::new(0) });
    struct Nothing;
    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }
    let arena = Bitena::new(0).unwrap();
    drop(arena.alloc_box(Nothing));
    drop(arena.alloc_box_slice_from_iter((0..5).map(|_| Nothing)));
    assert_eq!((DROPS.get(), arena.used()), (6, 0));
}

// Contract: C7
#[test]
fn a_destructor_that_panics_lets_the_others_run() {
    struct Bomb<'a>(&'a Cell<u32>, bool);
    impl Drop for Bomb<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
            assert!(!self.1, "as it should");
        }
    }
    let drops = Cell::new(0);
    let arena = Bitena::new(1024).unwrap();
    let list = arena.alloc_box_slice_from_iter((0..4).map(|i| Bomb(&drops, i == 1)));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(list))).is_err());
    assert_eq!(drops.get(), 4);
    assert_eq!(*arena.alloc(7u8), 7);
}

// Contract: S1
#[test]
fn a_box_is_one_pointer_wide() {
    assert_eq!(size_of::<ArenaBox<u64>>(), size_of::<usize>());
    assert_eq!(size_of::<Option<ArenaBox<u64>>>(), size_of::<usize>());
    assert_eq!(size_of::<ArenaBox<[u64]>>(), 2 * size_of::<usize>());
    assert_eq!(size_of::<ArenaBox<dyn Any>>(), 2 * size_of::<usize>());
}

// Contract: S1
#[test]
fn a_box_behaves_as_its_value() {
    let arena = Bitena::new(4096).unwrap();
    let mut text = arena.alloc_box(String::from("b"));
    text.push('c');
    assert_eq!((format!("{text}"), format!("{text:?}"), text.len()), ("bc".into(), "\"bc\"".into(), 2));
    assert!(arena.alloc_box(1) < arena.alloc_box(2) && arena.alloc_box(1) == arena.alloc_box(1));
    let mut map = HashMap::new();
    map.insert(arena.alloc_box(7u32), "seven");
    assert_eq!(map[&7], "seven");
    let mut numbers = arena.alloc_box(0..10);
    assert_eq!((numbers.next(), numbers.next_back(), numbers.len()), (Some(0), Some(9), 8));
    assert_eq!(numbers.sum::<i32>(), 36);
    let list = arena.alloc_box([1, 2, 3]).unsize::<[i32]>(|array| array);
    assert_eq!((&list).into_iter().sum::<i32>(), 6);
    assert_eq!(format!("{:p}", list), format!("{:p}", ArenaBox::as_ptr(&list)));
    let mut answer = arena.alloc_box(ready(42));
    let poll = std::pin::Pin::new(&mut answer).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(poll, Poll::Ready(42));
}

// Contract: S1
#[test]
fn a_box_of_a_trait_object_drops_the_value_behind_it() {
    let owned = Rc::new(7);
    let arena = Bitena::new(1024).unwrap();
    let boxed = unsize_box!(arena.alloc_box(owned.clone()) => dyn Display);
    assert_eq!((boxed.to_string(), Rc::strong_count(&owned)), ("7".into(), 2));
    drop(boxed);
    assert_eq!(Rc::strong_count(&owned), 1);
    let slice: ArenaBox<[Rc<i32>]> = arena.alloc_box([owned.clone(), owned.clone()]).unsize(|array| array);
    assert_eq!(Rc::strong_count(&slice[1]), 3);
    drop(slice);
    assert_eq!(Rc::strong_count(&owned), 1);
}

// Contract: S1
#[test]
fn a_trait_object_may_borrow() {
    let arena = Bitena::new(1024).unwrap();
    let local = String::from("borrowed");
    let boxed = unsize_box!(arena.alloc_box(&local) => dyn Debug + '_);
    assert_eq!(format!("{boxed:?}"), "\"borrowed\"");
    let mut count = 0;
    let mut step = unsize_box!(arena.alloc_box(|| count += 1) => dyn FnMut() + '_);
    step();
    step();
    drop(step);
    assert_eq!(count, 2);
}

// Contract: S1
#[test]
fn any_can_be_downcast() {
    let arena = Bitena::new(1024).unwrap();
    let any = unsize_box!(arena.alloc_box(String::from("text")) => dyn Any);
    let any = any.downcast::<u32>().unwrap_err();
    assert_eq!(*any.downcast::<String>().unwrap(), "text");
}

// Contract: S1, C1
#[test]
fn a_coercion_to_something_else_is_refused_and_the_value_dropped() {
    static OTHER: std::sync::Mutex<Option<&'static mut u64>> = std::sync::Mutex::new(None);
    *OTHER.lock().unwrap() = Some(arenas_tests::checking::losing(|| Box::leak(Box::new(5))));

    let arena = Bitena::new(1024).unwrap();
    let another_address = arena.alloc_box(7u64);
    let refused = catch_unwind(AssertUnwindSafe(|| {
        drop(another_address.unsize::<u64>(|_| OTHER.lock().unwrap().take().unwrap()));
    }));
    let message = *refused.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("must return its argument"), "{message}");

    let owned = Rc::new(());
    let part = arena.alloc_box((owned.clone(), owned.clone()));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(part.unsize::<Rc<()>>(|pair| &mut pair.0)))).is_err());
    let smaller = arena.alloc_box([owned.clone(), owned.clone()]);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(smaller.unsize::<[Rc<()>]>(|array| &mut array[..1])))).is_err());
    let panicking = arena.alloc_box([owned.clone()]);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(panicking.unsize::<[Rc<()>]>(|_| panic!("as it should"))))).is_err());
    assert_eq!(Rc::strong_count(&owned), 1);
}
