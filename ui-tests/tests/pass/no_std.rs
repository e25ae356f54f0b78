#![deny(warnings)]
#![no_std]
#![allow(dead_code)]

//! Without the standard library in scope.

use arenas::ArenaAlloc;

#[derive(ArenaAlloc, Debug)]
#[arena(bitena)]
enum Expr<'src> {
    Name(&'src str),
    Add(ExprIdx, ExprIdx),
}

#[derive(ArenaAlloc)]
struct Generic<T> {
    value: T,
    next: Option<GenericIdx>,
}

fn main() {
    let mut store = ExprStore::with_index();
    let one = store.alloc(Expr::Name("one"));
    store.alloc(Expr::Add(one, one));
    assert_eq!(store.len(), 2);
}
