//! Nothing that makes values go away is to be had inside: not reset ..

use arenas::Arena;

fn main() {
    let mut arena: Arena<i32> = Arena::from_iter([1, 2, 3]);
    arena.scope(|arena| arena.reset());
}
