use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idx = "node index")]
struct Node;

#[derive(ArenaAlloc)]
#[arena(idx = 7)]
struct Edge;

fn main() {}
