use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena = true)]
struct Node;

fn main() {}
