use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idx_derive(Hash, Debug))]
struct Node;

#[derive(ArenaAlloc)]
#[arena(idx_derive = Hash)]
struct Edge;

fn main() {}
