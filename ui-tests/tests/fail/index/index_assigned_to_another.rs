use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Node;

#[derive(ArenaAlloc)]
struct Edge;

fn set(node: &mut NodeIdx, edge: EdgeIdx) {
    *node = edge;
}

fn main() {}
