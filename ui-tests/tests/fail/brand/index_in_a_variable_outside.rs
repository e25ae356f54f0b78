//! A variable outside cannot take one out.

use arenas::Arena;

fn main() {
    let mut arena = Arena::new();
    let mut kept = Vec::new();
    arena.scope(|arena| kept.push(arena.alloc(1)));
    arena.reset();
}
