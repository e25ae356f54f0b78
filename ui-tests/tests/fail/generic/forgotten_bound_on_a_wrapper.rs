use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
struct Wrap<T> {
    value: T,
}

fn keep<T>(arena: &Bitena, value: T) -> &mut Wrap<T> {
    arena.alloc(Wrap { value })
}

fn main() {}
