//! A reference into the bundle does not live over an allocation.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node(u8);

arena_struct!(
    struct Ast {
        nodes: Arena<Node>,
    }
);

fn main() {
    let mut ast = Ast::new();
    let first = ast.alloc(Node(1));
    let kept = &ast[first];
    ast.alloc(Node(2));
    let _ = kept.0;
}
