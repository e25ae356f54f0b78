use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
struct Node {
    id: u32,
    name: String,
}

fn keep(arena: &Bitena, node: Node) -> &mut Node {
    arena.alloc(node)
}

fn main() {}
