//! Nor can a future.

use arenas::Arena;

fn main() {
    let mut arena = Arena::new();
    let _later = arena.scope(|arena| {
        let index = arena.alloc(1);
        async move { index }
    });
}
