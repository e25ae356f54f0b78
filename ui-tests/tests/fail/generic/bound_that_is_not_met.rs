use arenas::{ArenaAlloc, Bitena};

trait Plain {}

#[derive(ArenaAlloc)]
#[arena(bound = "T: Plain")]
struct Wrap<T> {
    value: T,
}

fn keep(arena: &Bitena, wrap: Wrap<u8>) {
    arena.alloc(wrap);
}

fn main() {}
