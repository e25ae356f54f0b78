//! An arena without a brand does not fit in its place, also not through `Deref`.

use arenas::Arena;

fn main() {
    let mut arena: Arena<i32> = Arena::from_iter([1, 2, 3]);
    arena.scope(|arena| **arena = Arena::new());
}
