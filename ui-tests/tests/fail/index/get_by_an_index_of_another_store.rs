use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Node;

#[derive(ArenaAlloc)]
struct Edge;

fn get(nodes: &NodeStore, edge: EdgeIdx) -> &Node {
    nodes.get(edge)
}

fn main() {}
