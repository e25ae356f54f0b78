use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
#[arena(bitena)]
struct Node;

fn main() {}
