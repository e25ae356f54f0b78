//! A checkpoint is of its own type of bundle.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    struct A {
        nodes: Arena<Node>,
    }

    struct B {
        nodes: Arena<Node>,
    }
);

fn main() {
    let (a, mut b) = (A::new(), B::new());
    b.rollback(a.checkpoint());
}
