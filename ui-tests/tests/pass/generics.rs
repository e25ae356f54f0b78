#![deny(warnings)]
#![allow(dead_code)]

//! Lifetimes, type and const parameters, defaults, bounds, unsized tails, `Self`, and fields that are not there.

use std::cell::Cell;
use std::fmt::Debug;

use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Buffer<'a: 'b, 'b, T: Debug + 'a = u8, const N: usize = 4>
where
    T: Clone,
{
    values: [T; N],
    long: &'a [T],
    short: &'b T,
    #[cfg(any())]
    gone: NoSuchType,
}

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Tree<'a> {
    parent: Cell<Option<&'a Self>>,
    children: &'a [Self],
}

#[derive(ArenaAlloc)]
struct LazyTree<'a> {
    parent: Cell<Option<&'a Self>>,
    owned: Option<Box<Self>>,
}

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Head<I: Iterator> {
    first: Option<I::Item>,
    second: <I as Iterator>::Item,
}

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Plain<T: Copy, U>(T, U)
where
    U: Copy;

#[derive(ArenaAlloc)]
struct LazyPlain<T: Copy>(T);

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Tail<T: ?Sized> {
    len: usize,
    tail: T,
}

#[derive(ArenaAlloc)]
#[arena(bitena, bound = "")]
struct Unbound<T>(std::sync::atomic::AtomicPtr<T>);

#[derive(ArenaAlloc)]
#[arena(bitena, bound = "T: Copy")]
struct Bound<T>(T);

#[derive(ArenaAlloc)]
struct Pointers<T: ?Sized> {
    constant: *const T,
    mutable: *mut T,
    marker: std::marker::PhantomData<T>,
    function: for<'x> fn(&'x T) -> &'x T,
}

struct NotDerived;

fn main() {
    let arena = Bitena::new(1024).unwrap();
    let buffer: &mut Buffer<'_, '_> = arena.alloc(Buffer { values: [1; 4], long: &[2], short: &3 });
    assert_eq!(buffer.values[0], 1);
    arena.alloc(Buffer::<u16, 2> { values: [1; 2], long: &[], short: &3 });
    arena.alloc(Head::<std::ops::Range<u8>> { first: None, second: 3 });
    arena.alloc(Plain(1, 2));
    #[derive(Clone, Copy)]
    struct Foreign;
    arena.alloc(Plain(Foreign, 'x'));
    arena.alloc(LazyPlain(Foreign));
    arena.alloc(Bound(Foreign));
    arena.alloc(Unbound::<String>(Default::default()));
    let root = arena.alloc(Tree { parent: Cell::new(None), children: &[] });
    arena.alloc(Tree { parent: Cell::new(Some(root)), children: std::slice::from_ref(root) });
    fn same(text: &str) -> &str {
        text
    }
    let pointers: &mut Pointers<str> = arena.alloc(Pointers {
        constant: "x",
        mutable: &mut *String::new(),
        marker: std::marker::PhantomData,
        function: same,
    });
    assert_eq!((pointers.function)("y"), "y");

    // An index is `Copy`, `Send` and `Sync` whatever the item is.
    struct NotSend(std::rc::Rc<u8>);
    #[derive(ArenaAlloc)]
    struct Item<T> {
        value: T,
        not_send: NotSend,
    }
    fn check<T: Copy + Send + Sync + Ord + std::hash::Hash + Debug + 'static>(_: T) {}
    let mut items: ItemStore<Vec<NotDerived>> = ItemStore::with_index();
    check(items.alloc(Item { value: Vec::new(), not_send: NotSend(Default::default()) }));
}
