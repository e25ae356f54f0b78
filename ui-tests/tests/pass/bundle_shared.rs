//! A bundle that many threads build at once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use arenas::{Arena, ArenaAlloc, Bitena, FastArena, arena_struct};

#[derive(ArenaAlloc)]
#[arena(store = FastArena)]
pub struct Node {
    pub name: String,
    pub degree: AtomicU32,
}

#[derive(ArenaAlloc)]
#[arena(store = FastArena)]
pub struct Edge<W> {
    pub from: NodeIdx,
    pub to: NodeIdx,
    pub weight: W,
}

arena_struct!(
    #[arena(shared)]
    pub struct Graph<W: Send + Sync> {
        pub nodes: FastArena<Node>,
        pub edges: FastArena<Edge<W>>,
        pub text: Bitena,
    }

    /// Not declared shared: the concurrent store is shared all the same.
    #[derive(Default)]
    struct Mixed {
        #[arena(capacity = 2)]
        nodes: FastArena<Node>,
        edges: Arena<Edge<()>>,
    }
);

fn node(name: &str) -> Node {
    Node { name: name.to_owned(), degree: AtomicU32::new(0) }
}

fn main() {
    let graph = Graph::<f64>::new();
    let hub = graph.alloc_shared(node("hub"));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let to = graph.alloc_shared(node("leaf"));
                    graph[hub].degree.fetch_add(1, Ordering::Relaxed);
                    let edge: EdgeIdx = graph.alloc_shared(Edge { from: hub, to, weight: 1.0 });
                    assert_eq!(graph[edge].to, to);
                }
            });
        }
    });
    assert_eq!((graph.nodes.len(), graph.edges.len()), (401, 400));
    let own = graph.alloc_shared_with(|own: EdgeIdx| Edge { from: hub, to: hub, weight: own.into_raw() as f64 });
    assert_eq!(graph[own].weight, 400.0);
    assert_eq!(graph[graph.alloc_shared_batch([node("a"), node("b")])].len(), 2);
    assert!(graph.text.alloc_str("text").len() == 4);

    let mut mixed = Mixed::new();
    let first = mixed.alloc_shared(node("first"));
    mixed.alloc_shared(node("second"));
    assert!(mixed.try_alloc_shared(node("third")).is_err());
    mixed.alloc(node("third"));
    mixed.alloc(Edge { from: first, to: first, weight: () });
    assert_eq!(mixed.nodes.len(), 3);
    assert_eq!(Mixed::default().nodes.capacity(), 2);
}
