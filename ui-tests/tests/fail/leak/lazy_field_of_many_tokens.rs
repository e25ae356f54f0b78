use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
enum Node {
    Leaf,
    List(u8, Vec<(u8, u8)>),
}

fn keep(arena: &Bitena, node: Node) -> &mut Node {
    arena.alloc(node)
}

fn main() {}
