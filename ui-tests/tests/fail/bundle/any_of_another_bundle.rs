use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node(u8);
#[derive(ArenaAlloc)]
struct Edge(u8);

arena_struct!(
    #[arena(any)]
    struct Tree {
        nodes: Arena<Node>,
    }
);

fn main() {
    let _ = TreeAnyIdx::try_pack(EdgeIdx::from_raw(0));
}
