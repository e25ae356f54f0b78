//! What is half typed is reported, and the rest works.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    struct Ast {
        nodes: Arena<Node>,
        wor
    }

    struct Other {
        nodes: Arena<Node>,
    }
);

fn main() {
    let _: NodeIdx = Ast::new().alloc(Node);
    let _: NodeIdx = Other::new().alloc(Node);
}
