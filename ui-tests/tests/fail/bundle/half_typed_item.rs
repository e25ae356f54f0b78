//! A struct that is no struct yet is reported; those before and after it work.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    struct Before {
        nodes: Arena<Node>,
    }

    pub str Typing {
        nodes: Arena<Node>,
    }

    struct After {
        nodes: Arena<Node>,
    }
);

fn main() {
    let _: NodeIdx = Before::new().alloc(Node);
    let _: NodeIdx = After::new().alloc(Node);
}
