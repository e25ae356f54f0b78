//! `alloc` goes by the type of the value.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    struct G {
        nodes: Arena<Node>,
    }
);

fn main() {
    let mut g = G::new();
    g.alloc(5u8);
}
