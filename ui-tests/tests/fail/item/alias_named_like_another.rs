use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(alias = Node)]
struct Node;

#[derive(ArenaAlloc)]
#[arena(idx = Link, alias = Link)]
struct Edge;

fn main() {}
