use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idx)]
struct Node;

#[derive(ArenaAlloc)]
#[arena(idx(EdgeIndex))]
struct Edge;

fn main() {}
