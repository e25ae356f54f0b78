//! A channel from outside cannot take one out.

use arenas::Arena;

fn main() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut arena = Arena::new();
    arena.scope(|arena| sender.send(arena.alloc(1)).unwrap());
    drop(receiver);
}
