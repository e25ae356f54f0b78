//! An item without an index type is reported once, whatever else the bundle holds.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

#[derive(ArenaAlloc)]
struct Edge {
    from: NodeIdx,
}

struct Plain;

arena_struct!(
    #[derive(Default)]
    struct Graph {
        nodes: Arena<Node>,
        plain: Arena<Plain>,
        edges: Arena<Edge>,
        name: String,
    }
);

fn grow(graph: &mut Graph) {
    let from = graph.alloc(Node);
    graph.alloc(Edge { from });
}

fn main() {}
