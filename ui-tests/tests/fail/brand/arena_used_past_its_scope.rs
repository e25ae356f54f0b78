//! The arena itself is borrowed for as long as its brand.

use arenas::Arena;

fn main() {
    let mut arena: Arena<i32> = Arena::from_iter([1, 2, 3]);
    arena.scope(|branded| {
        let index = branded.alloc(4);
        arena.reset();
        branded[index]
    });
}
