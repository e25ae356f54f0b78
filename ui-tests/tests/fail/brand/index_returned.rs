//! The result of the closure cannot name the brand.

use arenas::Arena;

fn main() {
    let mut arena = Arena::new();
    let _index = arena.scope(|arena| arena.alloc(1));
}
