use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Node;

#[derive(ArenaAlloc)]
struct Edge;

fn is_first(node: NodeIdx) -> bool {
    node == 0
}

fn main() {}
