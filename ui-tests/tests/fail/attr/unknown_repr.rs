use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(repr = u7)]
struct Node;

#[derive(ArenaAlloc)]
#[arena(repr = "C")]
struct Edge;

fn main() {}
