//! There is no empty arena of a brand to leave in place of the full one.

use arenas::Arena;

fn main() {
    let mut arena: Arena<i32> = Arena::from_iter([1, 2, 3]);
    arena.scope(|arena| {
        std::mem::take(arena);
    });
}
