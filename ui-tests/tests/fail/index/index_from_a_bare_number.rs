use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Node;

#[derive(ArenaAlloc)]
struct Edge;

fn make() -> NodeIdx {
    NodeIdx(3)
}

fn get(nodes: &NodeStore) -> &Node {
    &nodes[3]
}

fn main() {}
