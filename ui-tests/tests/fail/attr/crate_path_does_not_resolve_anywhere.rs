use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(crate = Self::arenas)]
struct Node;

#[derive(ArenaAlloc)]
#[arena(crate = outer::super::arenas)]
struct Edge;

fn main() {}
