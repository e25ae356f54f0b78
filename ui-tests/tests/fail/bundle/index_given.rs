//! The index type is for the macro to add.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    struct Graph {
        nodes: Arena<Node, NodeIdx>,
    }
);

fn main() {
    let mut graph = Graph::new();
    let _: NodeIdx = graph.alloc(Node);
}
