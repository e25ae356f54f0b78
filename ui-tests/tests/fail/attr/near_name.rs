use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idxx = Link)]
struct Node;

fn main() {}
