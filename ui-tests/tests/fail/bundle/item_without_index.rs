//! An item type must have an index type.

use arenas::{Arena, Bitena, arena_struct};

struct Plain;

arena_struct!(
    struct Graph {
        plain: Arena<Plain>,
    }

    #[derive(Default)]
    struct Named {
        text: Bitena,
        plain: Arena<Plain>,
        name: String,
    }
);

fn main() {}
