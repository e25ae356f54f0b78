//! The clone of a branded arena has no brand: one of the two would shrink.

use arenas::{Arena, Scoped};

fn twice<'b>(arena: &Scoped<'b, Arena<i32>>) -> Scoped<'b, Arena<i32>> {
    arena.clone()
}

fn main() {
    let mut arena: Arena<i32> = Arena::from_iter([1, 2, 3]);
    arena.scope(|arena| {
        let index = arena.alloc(4);
        twice(arena)[index]
    });
}
