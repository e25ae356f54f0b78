//! Nor can a range of indices, which would outlive the arena's values.

use arenas::FastArena;

fn main() {
    let arena = FastArena::new();
    let _indices = arena.scope(|arena| arena.alloc_batch([1, 2, 3]));
}
