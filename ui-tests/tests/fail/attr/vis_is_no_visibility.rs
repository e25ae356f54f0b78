use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(vis = public)]
struct Node;

fn main() {}
