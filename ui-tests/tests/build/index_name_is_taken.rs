//~ the name `NodeIdx` is defined multiple times
use arenas::ArenaAlloc;

struct NodeIdx;

#[derive(ArenaAlloc)]
struct Node;

fn main() {}
