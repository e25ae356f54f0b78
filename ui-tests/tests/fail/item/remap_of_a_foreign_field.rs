use arenas::ArenaAlloc;

struct Foreign;

#[derive(ArenaAlloc)]
#[arena(remap)]
enum Node {
    Leaf,
    Inner { next: NodeIdx, other: Vec<Foreign> },
}

fn main() {}
