//! A shared bundle has only stores that allocate through `&self`.

use arenas::{Arena, ArenaAlloc, Bitena, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    #[arena(shared)]
    struct Graph {
        nodes: Arena<Node>,
        text: Bitena,
    }
);

fn main() {
    let mut graph = Graph::new();
    let _: NodeIdx = graph.alloc(Node);
}
