use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
#[arena(repr = checked)]
struct Node(u8);

arena_struct!(
    #[arena(any)]
    struct Tree {
        nodes: Arena<Node>,
    }
);

fn main() {}
