use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(crate = 1)]
struct Node;

fn main() {}
