// The one error is all: the index, the store and the relation to `Bitena` exist nevertheless.
use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
#[arena(idxx = Link)]
struct Node {
    next: Option<NodeIdx>,
    name: String,
}

fn first(nodes: &NodeStore, index: NodeIdx) -> &Node {
    &nodes[index]
}

fn keep(arena: &Bitena, node: Node) -> &mut Node {
    arena.alloc(node)
}

fn main() {}
