#![deny(warnings)]
#![allow(dead_code)]

//! What a `Bitena` may hold, and where it takes the user's word.

use std::cell::{Cell, LazyCell, OnceCell, RefCell, UnsafeCell};
use std::cmp::{Ordering, Reverse};
use std::marker::{PhantomData, PhantomPinned};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, Saturating, Wrapping};
use std::ops::{Bound, ControlFlow, Range, RangeInclusive};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use arenas::{ArenaAlloc, Bitena, Checkpoint, Holds, Idx, IdxRange, Stamped};

/// Not `Copy`, so that each field is really looked up.
#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Item;

/// As a crate that knows nothing of arenas would have it.
#[derive(Clone, Copy)]
struct Foreign(u8);

struct ForeignButNotCopy(u8);

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Eager<'a, 'b> {
    reference: &'a String,
    exclusive: &'a mut String,
    object: &'a mut (dyn Fn() + 'b),
    constant: *const String,
    mutable: *mut [String],
    non_null: NonNull<String>,
    marker: PhantomData<String>,
    pinned: PhantomPinned,
    function: fn(String) -> Vec<u8>,
    higher: for<'x> fn(&'x mut String) -> &'x str,
    foreign_function: Option<unsafe extern "C" fn(*const u8, usize) -> i32>,
    atomics: (AtomicBool, AtomicU64, AtomicPtr<String>),
    cells: (Cell<Option<&'a Self>>, OnceCell<Item>, RefCell<Item>, UnsafeCell<Item>),
    lazy: LazyCell<Item>,
    maybe: (MaybeUninit<Item>, ManuallyDrop<Item>),
    number: NonZeroU32,
    ranges: (Range<Item>, RangeInclusive<u8>, Bound<Item>),
    wrapped: (Wrapping<u8>, Saturating<u8>, Reverse<Item>),
    enums: (Option<Item>, Result<Item, Item>, Poll<Item>, ControlFlow<Item, Item>, Ordering),
    time: (Duration, Instant, SystemTime),
    network: (IpAddr, SocketAddr),
    many: (u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, char, Item),
    arrays: [[Item; 3]; 2],
    unit: (),
    one: (Item,),
    handles: (Idx<String>, Stamped<String>, IdxRange<Idx<String>>, ItemIdx, Checkpoint<ItemIdx>),
    foreign: Foreign,
    foreigns: [Option<(Foreign, u8)>; 2],
    #[arena(assert_dropless)]
    asserted: ForeignButNotCopy,
    #[arena(assert_dropless)]
    asserted_with_lifetime: Option<(ForeignButNotCopy, &'a mut u8)>,
    #[arena(allow_leak)]
    leaked: Option<String>,
}

#[derive(ArenaAlloc)]
struct Leaks {
    #[arena(allow_leak)]
    leaked: Vec<u8>,
}

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct LeaksInside {
    inner: Option<[(u8, Leaks); 2]>,
}

#[derive(ArenaAlloc)]
struct LazyLeaksInside {
    inner: Option<Leaks>,
    #[arena(assert_dropless)]
    asserted: ForeignButNotCopy,
    #[arena(assert_dropless)]
    function: Option<for<'x> fn(&'x u8)>,
}

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Generic<T> {
    #[arena(assert_dropless)]
    value: T,
}

/// By hand.
struct ByHand<T>(T);
impl<T> Holds<ByHand<T>> for Bitena where Bitena: Holds<T> {}

mod text {
    use super::ArenaAlloc;

    /// The spelling decides nothing.
    #[derive(ArenaAlloc)]
    #[arena(bitena)]
    pub struct String(u8);

    #[derive(ArenaAlloc)]
    #[arena(bitena)]
    pub struct Vec<T>(pub T);

    #[derive(ArenaAlloc)]
    #[arena(bitena)]
    pub struct Named {
        name: String,
        list: Vec<String>,
    }
}

fn main() {
    let arena = Bitena::new(4096).unwrap();
    arena.alloc(LeaksInside { inner: None });
    arena.alloc(LazyLeaksInside { inner: None, asserted: ForeignButNotCopy(1), function: None });
    arena.alloc(Generic { value: ForeignButNotCopy(1) });
    arena.alloc(ByHand(ByHand(3)));
    arena.alloc(text::Vec(3));
    arena.alloc(fn_pointer as fn(u8) -> u8);
    arena.alloc([Some(("text", 1.5)), None]);
    arena.alloc(ItemIdx::from_raw(4));
    assert!(arena.used() > 0);

    fn held<T: ?Sized>()
    where
        Bitena: Holds<T>,
    {
    }
    held::<str>();
    held::<[Item]>();
    held::<Cell<[u8]>>();
    held::<std::path::Path>();
}

fn fn_pointer(number: u8) -> u8 {
    number
}
