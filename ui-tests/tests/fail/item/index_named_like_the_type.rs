use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idx = Node)]
struct Node;

fn main() {}
