//~ the name `Link` is defined multiple times
use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idx = Link)]
struct Node;

#[derive(ArenaAlloc)]
#[arena(idx = Link)]
struct Edge;

fn main() {}
