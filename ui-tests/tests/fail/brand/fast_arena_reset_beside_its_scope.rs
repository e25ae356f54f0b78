//! A shared scope lets others share the arena, and nobody have it for himself.

use arenas::FastArena;

fn main() {
    let mut arena: FastArena<i32> = FastArena::from_iter([1, 2, 3]);
    arena.scope(|branded| {
        let index = branded.alloc(4);
        arena.reset();
        branded[index]
    });
}
