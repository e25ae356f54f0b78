//! An item type must have an index type.

use arenas::{Arena, arena_struct};

struct Plain;

arena_struct!(
    struct Graph {
        plain: Arena<Plain>,
    }
);

fn main() {}
