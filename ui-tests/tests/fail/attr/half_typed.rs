//! An option that is still being typed is reported; the type and those after it work.

use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(store = FastArena, id)]
struct Node {
    #[arena(allow_)]
    next: Option<NodeIdx>,
}

#[derive(ArenaAlloc)]
struct Edge(NodeIdx, NodeIdx);

fn main() {
    let nodes = NodeStore::with_index();
    let mut edges = EdgeStore::with_index();
    let node: NodeIdx = nodes.alloc(Node { next: None });
    let _: EdgeIdx = edges.alloc(Edge(node, node));
}
