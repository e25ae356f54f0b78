//! Scenarios of `Bitena` and its windows.

use std::cell::RefCell;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use allocator_api2::alloc::Allocator;
use allocator_api2::boxed::Box as BoxIn;
use allocator_api2::vec::Vec as VecIn;
use arenas::{Bitena, Holds};
use hashbrown::HashMap;

use super::{Blocks, Faults, Scenario};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "Bitena: values, slices, texts, boxes", run: arena },
    Scenario { name: "Bitena over borrowed memory", run: borrowed },
    Scenario { name: "LocalBitena", run: window },
    Scenario { name: "Bitena: scopes, checkpoints", run: scopes },
    Scenario { name: "Bitena: a full arena hands back", run: full },
    Scenario { name: "Bitena: boxes that allocate when they go", run: reentrant_boxes },
    Scenario { name: "Bitena: Vec, Box, HashMap in it", run: collections },
];

/// A value without a destructor whose `Clone` may panic.
struct Plain<'f>(u64, &'f Faults);

impl Holds<Plain<'_>> for Bitena {}

impl Clone for Plain<'_> {
    fn clone(&self) -> Self {
        self.1.may_panic();
        Plain(self.0, self.1)
    }
}

/// Takes note of a value that was checked, and whose bytes may be used.
pub(super) fn hold<T: ?Sized>(blocks: &RefCell<Blocks>, value: &mut T) {
    let bytes = size_of_val(value);
    blocks.borrow_mut().add(NonNull::slice_from_raw_parts(NonNull::from(value).cast(), bytes));
}

/// Every allocating method of an arena or a window, with user code that fails. What is refused comes back whole.
macro_rules! everything {
    ($arena:expr, $faults:expr) => {{
        let (arena, faults): (_, &Faults) = ($arena, $faults);
        let blocks = &RefCell::new(Blocks::default());
        let inner = |n: u64| {
            faults.may_panic();
            faults.reenter(|| hold(blocks, arena.try_alloc(n).expect("room")));
            n
        };
        if let Some(value) = faults.attempt(|| arena.try_alloc_with(|| inner(7)).expect("room")) {
            assert_eq!(*value, 7);
            hold(blocks, value);
        }
        if let Some(values) = faults
            .attempt(|| arena.try_alloc_slice_fill_with(5, |n| inner(n as u64)).map_err(|_| "refused").expect("room"))
        {
            assert!(values.iter().copied().eq(0..5));
            hold(blocks, values);
        }
        let numbers = || faults.iter((0..6u32).map(|n| inner(u64::from(n))));
        if let Some(Ok(values)) = faults.attempt(|| arena.try_alloc_slice_from_iter(numbers())) {
            assert!(values.len() <= 6 && values.iter().copied().eq(0..values.len() as u64));
            hold(blocks, values);
        }
        if let Some(values) =
            faults.attempt(|| arena.try_alloc_slice_clone(&[Plain(1, faults), Plain(2, faults)]).expect("room"))
        {
            assert_eq!((values[0].0, values[1].0), (1, 2));
            hold(blocks, values);
        }
        let item = faults.item(1);
        if let Some(text) = faults.attempt(|| arena.try_alloc_fmt(format_args!("<{item} {item}>")).expect("room")) {
            assert_eq!(text, "<item 1 item 1>");
        }
        let first = faults.attempt(|| arena.try_alloc_box(faults.item(2)).expect("room"));
        let second = faults.attempt(|| {
            let make = || {
                inner(0);
                faults.make(3)
            };
            arena.try_alloc_box_with(make).map_err(|_| "refused").expect("room")
        });
        let third = faults.attempt(|| arena.try_alloc_box_slice_from_iter(faults.items(0..4)));
        if let Some(value) = &first {
            assert_eq!(value.number(), 2);
        }
        if let Some(value) = second {
            assert_eq!(value.number(), 3);
            faults.attempt(|| drop(value.into_inner()));
        }
        if let Some(Ok(values)) = third {
            assert!(values.len() <= 4 && values.iter().map(|item| item.number()).eq(0..values.len() as u32));
            faults.attempt(|| drop(values));
        }
        hold(blocks, arena.try_alloc_slice(1u8, 33).expect("room"));
        blocks.borrow().check();
        faults.attempt(|| drop(first));
        faults.attempt(|| drop(item));
        // Whatever has happened, it works.
        for n in 0..10u64 {
            hold(blocks, arena.try_alloc(n).expect("room"));
        }
        assert_eq!(arena.try_alloc_str("text").expect("room"), "text");
        blocks.borrow_mut().clear();
    }};
}

fn arena(faults: &Faults) {
    let Ok(mut arena) = faults.heap(|| Bitena::new(8192)) else { return };
    for _ in 0..2 {
        everything!(&arena, faults);
        arena.reset();
        assert_eq!(arena.remaining(), 8192);
    }
}

fn borrowed(faults: &Faults) {
    let mut memory = [MaybeUninit::uninit(); 8192];
    let mut arena = Bitena::over(&mut memory);
    everything!(&*arena, faults);
    arena.reset();
    assert_eq!(arena.remaining(), 8192);
}

fn window(faults: &Faults) {
    let Ok(mut arena) = faults.heap(|| Bitena::new(16384)) else { return };
    let before = arena.try_alloc(1u64).expect("room");
    {
        let window = arena.local(8192).expect("room");
        everything!(&window, faults);
    }
    assert_eq!(*before, 1);
    everything!(&arena, faults);
    arena.reset();
    assert_eq!(arena.remaining(), 16384);
}

fn scopes(faults: &Faults) {
    let Ok(mut arena) = faults.heap(|| Bitena::new(8192)) else { return };
    arena.try_alloc_str("kept").expect("room");
    let used = arena.used();
    for _ in 0..2 {
        faults.attempt(|| {
            arena.scope(|inner| {
                everything!(inner, faults);
                faults.may_panic();
            })
        });
        assert_eq!(arena.used(), used);
        let checkpoint = arena.checkpoint();
        everything!(&arena, faults);
        arena.rollback(checkpoint);
        assert_eq!(arena.used(), used);
    }
}

fn full(faults: &Faults) {
    let Ok(arena) = faults.heap(|| Bitena::new(64)) else { return };
    while arena.try_alloc(1u64).is_ok() {}
    let remaining = arena.remaining();
    faults.attempt(|| {
        let item = arena.try_alloc_box(faults.item(1)).expect_err("full").into_inner();
        assert_eq!(item.number(), 1);
    });
    faults.attempt(|| {
        let make = arena.try_alloc_box_with(|| faults.make(2)).expect_err("full").into_inner();
        assert_eq!(make().number(), 2);
    });
    faults.attempt(|| {
        if let Err(items) = arena.try_alloc_box_slice_from_iter(faults.items(0..40)) {
            assert!(items.into_inner().map(|item| item.number()).eq(0..40));
        }
    });
    assert_eq!(arena.remaining(), remaining);
}

fn reentrant_boxes(faults: &Faults) {
    let Ok(arena) = faults.heap(|| Bitena::new(4096)) else { return };
    // What a box holds may not outlive the arena that its destructor uses, and here does not.
    let arena = std::rc::Rc::new(arena);
    let blocks = std::rc::Rc::new(RefCell::new(Blocks::default()));
    let mut boxes = Vec::new();
    for number in 0..4 {
        let (inside, seen) = (std::rc::Rc::downgrade(&arena), blocks.clone());
        boxes.push(arena.alloc_box(faults.reentrant(number, move || {
            let arena = inside.upgrade().expect("the boxes borrow it");
            hold(&seen, arena.alloc(u64::from(number)));
        })));
    }
    for value in boxes {
        assert!(value.number() < 4);
        faults.attempt(|| drop(value));
        hold(&blocks, arena.alloc(0u64));
    }
    blocks.borrow_mut().clear();
}

/// A key whose `Hash` and `Eq` may panic.
#[derive(Clone)]
struct Key(u32, Faults);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.1.may_panic();
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.1.may_panic();
        self.0.hash(state);
    }
}

/// Collections of other crates in an allocator, whose values fail. The memory must be enough for them.
pub(super) fn churn_collections<A: Allocator + Copy>(allocator: A, faults: &Faults) {
    let mut list = VecIn::new_in(allocator);
    faults.attempt(|| list.extend((0..9).map(|n| faults.make(n))));
    let clone = faults.attempt(|| list.clone());
    assert!(list.iter().map(|item| item.number()).eq(0..list.len() as u32));
    faults.attempt(|| list.truncate(2));
    list.shrink_to_fit();
    list.push(faults.item(100));
    assert_eq!(list.last().map(|item| item.number()), Some(100));
    let boxed = BoxIn::new_in(faults.item(5), allocator);
    let mut map = HashMap::with_hasher_in(BuildHasherDefault::<DefaultHasher>::default(), allocator);
    for n in 0..20 {
        faults.attempt(|| map.insert(Key(n % 15, faults.clone()), n));
    }
    faults.attempt(|| map.remove(&Key(3, faults.clone())));
    faults.attempt(|| map.shrink_to_fit());
    assert!(map.iter().all(|(key, &n)| key.0 == n % 15));
    assert_eq!(boxed.number(), 5);
    if let Some(clone) = clone {
        assert!(clone.iter().map(|item| item.number()).eq(0..clone.len() as u32));
        faults.attempt(|| drop(clone));
    }
    faults.attempt(|| drop(boxed));
    faults.attempt(|| drop(list));
}

fn collections(faults: &Faults) {
    let Ok(mut arena) = faults.heap(|| Bitena::new(64 << 10)) else { return };
    churn_collections(&arena, faults);
    {
        let window = arena.local(32 << 10).expect("room");
        churn_collections(&window, faults);
    }
    arena.reset();
    assert_eq!(arena.remaining(), 64 << 10);
}
