//! A graph that all cores build at once into one shared bundle, and that is walked as plain slices afterwards.
//!
//! Each thread makes its part of the nodes through a writer, and edges to nodes of every thread; indices go straight
//! from one thread to another. The same is done with a `Mutex<Vec>` per table, and both results are compared.
//!
//! ```sh
//! cargo run --release --example parallel_graph -- [NODES] [THREADS]
//! ```

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use arenas::{ArenaAlloc, Bytes, FastArena, arena_struct};

#[derive(ArenaAlloc)]
#[arena(store = FastArena)]
struct Node {
    /// How many edges lead here.
    degree: AtomicU32,
    /// The number that the component of this node goes by: the least index in it.
    component: AtomicU32,
}

#[derive(ArenaAlloc)]
#[arena(store = FastArena)]
struct Edge {
    from: NodeIdx,
    to: NodeIdx,
}

arena_struct!(
    /// A graph that grows from any thread.
    #[arena(shared)]
    struct Graph {
        nodes: FastArena<Node>,
        edges: FastArena<Edge>,
    }
);

const EDGES_PER_NODE: usize = 3;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

fn build(graph: &Graph, nodes: usize, threads: usize) {
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                let mut random = Random(0x9E37_79B9 + thread as u64);
                let (made_nodes, made_edges) = (graph.nodes.writer(), graph.edges.writer());
                let mut seen: Vec<NodeIdx> = Vec::new();
                for number in 0..nodes / threads {
                    let node =
                        made_nodes.alloc(Node { degree: AtomicU32::new(0), component: AtomicU32::new(u32::MAX) });
                    seen.push(node);
                    // Every so often, a node that another thread has just published.
                    if number % 16 == 0 {
                        let published = graph.nodes.len();
                        seen.extend(graph.nodes.indices().nth(random.below(published.max(1))));
                    }
                    for _ in 0..EDGES_PER_NODE {
                        let to = seen[random.below(seen.len())];
                        graph.nodes[to].degree.fetch_add(1, Ordering::Relaxed);
                        made_edges.alloc(Edge { from: node, to });
                    }
                }
            });
        }
    });
}

fn build_with_locks(nodes: usize, threads: usize) -> (usize, usize) {
    struct Plain {
        degree: AtomicU32,
        _component: AtomicU32,
    }
    let (all_nodes, all_edges) = (Mutex::new(Vec::<Plain>::new()), Mutex::new(Vec::<(u32, u32)>::new()));
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (all_nodes, all_edges) = (&all_nodes, &all_edges);
            scope.spawn(move || {
                let mut random = Random(0x9E37_79B9 + thread as u64);
                let mut seen: Vec<u32> = Vec::new();
                for number in 0..nodes / threads {
                    let node = {
                        let mut all = all_nodes.lock().expect("no thread panics");
                        all.push(Plain { degree: AtomicU32::new(0), _component: AtomicU32::new(u32::MAX) });
                        all.len() as u32 - 1
                    };
                    seen.push(node);
                    if number % 16 == 0 {
                        let published = all_nodes.lock().expect("no thread panics").len();
                        seen.push(random.below(published) as u32);
                    }
                    for _ in 0..EDGES_PER_NODE {
                        let to = seen[random.below(seen.len())];
                        all_nodes.lock().expect("no thread panics")[to as usize].degree.fetch_add(1, Ordering::Relaxed);
                        all_edges.lock().expect("no thread panics").push((node, to));
                    }
                }
            });
        }
    });
    let degrees = all_nodes.into_inner().expect("no thread panics");
    let sum = degrees.iter().map(|node| node.degree.load(Ordering::Relaxed) as usize).sum();
    (sum, all_edges.into_inner().expect("no thread panics").len())
}

/// Spreads the least index of each component along the edges until nothing changes; returns how many there are.
fn components(graph: &Graph) -> usize {
    for (index, node) in graph.nodes.iter_indexed() {
        node.component.store(index.into_raw() as u32, Ordering::Relaxed);
    }
    loop {
        let mut changed = false;
        for edge in graph.edges.iter() {
            let (from, to) = (&graph.nodes[edge.from].component, &graph.nodes[edge.to].component);
            let least = from.load(Ordering::Relaxed).min(to.load(Ordering::Relaxed));
            changed |= from.fetch_min(least, Ordering::Relaxed) != least;
            changed |= to.fetch_min(least, Ordering::Relaxed) != least;
        }
        if !changed {
            break;
        }
    }
    graph.nodes.iter_indexed().filter(|(i, node)| node.component.load(Ordering::Relaxed) == i.into_raw() as u32).count()
}

fn timed<R>(code: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let result = code();
    (result, start.elapsed())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let nodes: usize = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let threads: usize = arguments.next().map_or(Ok(cores), |text| text.parse())?;
    let (nodes, threads) = (nodes - nodes % threads.max(1), threads.max(1));

    let mut graph = Graph::new();
    let ((), one) = timed(|| build(&graph, nodes, 1));
    graph.reset();
    let ((), all) = timed(|| build(&graph, nodes, threads));
    let ((degrees, edges), locked) = timed(|| build_with_locks(nodes, threads));

    let sum: usize = graph.nodes.iter().map(|node| node.degree.load(Ordering::Relaxed) as usize).sum();
    assert_eq!((graph.nodes.len(), graph.edges.len(), sum), (nodes, nodes * EDGES_PER_NODE, nodes * EDGES_PER_NODE));
    assert_eq!((degrees, edges), (sum, graph.edges.len()));
    let (components, walk) = timed(|| components(&graph));

    let per_value = |time: Duration| time.as_nanos() as f64 / (nodes * (1 + EDGES_PER_NODE)) as f64;
    println!("{nodes} nodes and {edges} edges");
    println!("  shared bundle, 1 thread    {:>8.1} ms  {:>6.1} ns per value", one.as_secs_f64() * 1e3, per_value(one));
    println!(
        "  shared bundle, {threads} threads   {:>8.1} ms  {:>6.1} ns per value",
        all.as_secs_f64() * 1e3,
        per_value(all)
    );
    println!(
        "  two `Mutex<Vec>`, {threads} threads{:>8.1} ms  {:>6.1} ns per value",
        locked.as_secs_f64() * 1e3,
        per_value(locked)
    );
    println!("  saved {:.0} % of the time of the locks", 100.0 * (1.0 - all.as_secs_f64() / locked.as_secs_f64()));
    println!("  {components} components, found in {:.1} ms", walk.as_secs_f64() * 1e3);
    println!("  an edge takes {} bytes; `Option<NodeIdx>` takes {}", size_of::<Edge>(), size_of::<Option<NodeIdx>>());
    println!("  used {}\n\n{}", Bytes(graph.stats().total().used), graph.stats());
    Ok(())
}
