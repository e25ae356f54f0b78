//~ `W` cannot be sent between threads safely

//! A shared bundle promises for every choice of its parameters.

use arenas::{ArenaAlloc, FastArena, arena_struct};

#[derive(ArenaAlloc)]
struct Edge<W>(W);

arena_struct!(
    #[arena(shared)]
    struct Graph<W> {
        edges: FastArena<Edge<W>>,
    }
);

fn main() {}
