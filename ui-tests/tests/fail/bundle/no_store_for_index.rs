//! An index that leads to no store of the bundle.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

#[derive(ArenaAlloc)]
struct Edge;

arena_struct!(
    struct Graph {
        nodes: Arena<Node>,
    }
);

fn main() {
    let graph = Graph::new();
    let edge = EdgeIdx::from_raw(0);
    let _ = graph.get(edge);
    let _ = &graph[edge];
}
