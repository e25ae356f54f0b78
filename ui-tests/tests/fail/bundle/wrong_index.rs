//! An index of one store is not one of another.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

#[derive(ArenaAlloc)]
struct Edge;

arena_struct!(
    struct Graph {
        nodes: Arena<Node>,
        edges: Arena<Edge>,
    }
);

fn main() {
    let mut graph = Graph::new();
    let edge = graph.alloc(Edge);
    let _: &Node = graph.get(edge);
    let _: NodeIdx = graph.alloc(Edge);
}
