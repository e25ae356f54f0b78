//! A generated name that is taken is reported at the name of the bundle.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

struct AstCheckpoint;

arena_struct!(
    struct Ast {
        nodes: Arena<Node>,
    }
);

fn main() {}
