//! .. and not drain, of either kind of arena.

use arenas::FastArena;

fn main() {
    let mut arena: FastArena<i32> = FastArena::from_iter([1, 2, 3]);
    arena.scope_mut(|arena| arena.drain().count());
}
