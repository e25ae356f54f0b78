use arenas::ArenaAlloc;

struct NodeStore;

#[derive(ArenaAlloc)]
struct Node;

fn main() {}
