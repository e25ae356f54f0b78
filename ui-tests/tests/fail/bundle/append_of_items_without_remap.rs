use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Node(Option<NodeIdx>);

arena_struct!(
    struct Tree {
        nodes: Arena<Node>,
    }
);

fn main() {
    let mut tree = Tree::new();
    tree.append(Tree::new());
}
