use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(store = Bitena)]
struct Node;

#[derive(ArenaAlloc)]
#[arena(store = Blink)]
struct Edge;

fn main() {}
