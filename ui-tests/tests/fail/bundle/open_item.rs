//! A type parameter may have any index, also that of the other store.

use arenas::{Arena, ArenaAlloc, ArenaItem, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    struct Pool<T: ArenaItem> {
        nodes: Arena<Node>,
        extra_items: Arena<T>,
    }
);

fn main() {}
