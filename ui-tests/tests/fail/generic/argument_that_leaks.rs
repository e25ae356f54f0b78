use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Wrap<T> {
    value: T,
}

fn keep(arena: &Bitena) {
    arena.alloc(Wrap { value: 1 });
    arena.alloc(Wrap { value: String::new() });
}

fn main() {}
