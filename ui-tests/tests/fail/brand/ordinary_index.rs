//! An ordinary index was not looked at yet.

use arenas::Arena;

fn main() {
    let mut arena = Arena::new();
    let index = arena.alloc(1);
    arena.scope(|arena| arena[index]);
}
