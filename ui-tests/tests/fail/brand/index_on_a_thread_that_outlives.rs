//! A thread that nobody waits for would use an index after its brand.

use arenas::Arena;

fn main() {
    let mut arena = Arena::new();
    arena.scope(|arena| {
        let index = arena.alloc(1);
        std::thread::spawn(move || index.into_raw());
    });
}
