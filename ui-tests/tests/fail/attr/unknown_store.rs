use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(store = fast_arena)]
struct Node;

#[derive(ArenaAlloc)]
#[arena(store = HashMap)]
struct Edge;

fn main() {}
