//! A store whose item is still to be typed is reported; the other stores work.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    struct Graph {
        edges: Arena<>,
        nodes: Arena<Node>,
        names: Arena,
    }
);

fn main() {
    let mut graph = Graph::new();
    let node: NodeIdx = graph.alloc(Node);
    let _: &Node = &graph[node];
}
