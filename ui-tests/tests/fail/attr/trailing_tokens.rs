use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idx = Link Other, bitena)]
struct Node;

#[derive(ArenaAlloc)]
#[arena(= 5)]
struct Edge;

fn main() {}
