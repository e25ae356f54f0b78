use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(frobnicate(1, 2))]
struct Node;

fn main() {}
