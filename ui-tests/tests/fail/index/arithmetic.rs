use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Node;

#[derive(ArenaAlloc)]
struct Edge;

fn next(node: NodeIdx) -> NodeIdx {
    node + 1
}

fn main() {}
