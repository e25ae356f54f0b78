use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
#[arena(repr = checked)]
struct Node(u8);
#[derive(ArenaAlloc)]
struct Edge(u8);

arena_struct!(
    #[arena(checked)]
    struct Graph {
        nodes: Arena<Node>,
        edges: Arena<Edge>,
        #[arena(idx = WeightIdx)]
        weights: Arena<f32>,
    }
);

fn main() {}
