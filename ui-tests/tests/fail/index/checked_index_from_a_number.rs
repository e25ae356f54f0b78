use arenas::{ArenaAlloc, ArenaIdx};

#[derive(ArenaAlloc)]
#[arena(repr = checked)]
struct Node;

fn forge() -> Option<NodeIdx> {
    NodeIdx::from_slot(3, ())
}

fn main() {}
