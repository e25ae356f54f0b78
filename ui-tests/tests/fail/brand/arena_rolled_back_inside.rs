//! .. not rollback ..

use arenas::Arena;

fn main() {
    let mut arena: Arena<i32> = Arena::from_iter([1, 2, 3]);
    let checkpoint = arena.checkpoint();
    arena.scope(|arena| {
        arena.alloc(4);
        arena.rollback(checkpoint);
    });
}
