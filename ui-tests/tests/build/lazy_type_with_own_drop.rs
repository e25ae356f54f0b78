//~ this type needs to be dropped, which a `Bitena` never does
use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
struct Guard {
    id: u32,
}

impl Drop for Guard {
    fn drop(&mut self) {}
}

fn main() {
    let arena = Bitena::new(64).unwrap();
    arena.alloc(Guard { id: 7 });
}
