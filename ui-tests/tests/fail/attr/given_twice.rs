use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idx = A, bitena, idx = B)]
struct Node;

fn main() {}
