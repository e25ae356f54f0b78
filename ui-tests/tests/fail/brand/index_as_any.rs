//! What forgets its type must be static, and no brand is.

use std::any::Any;

use arenas::Arena;

fn main() {
    let mut arena = Arena::new();
    let _index = arena.scope(|arena| {
        let index = arena.alloc(1);
        Box::new(index) as Box<dyn Any>
    });
}
