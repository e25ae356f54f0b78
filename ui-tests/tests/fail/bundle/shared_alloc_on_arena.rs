//! An `Arena` does not allocate through `&self`.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    struct G {
        nodes: Arena<Node>,
    }
);

fn main() {
    let g = G::new();
    g.alloc_shared(Node);
}
