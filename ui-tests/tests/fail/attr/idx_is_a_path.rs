use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idx = index::Node)]
struct Node;

fn main() {}
