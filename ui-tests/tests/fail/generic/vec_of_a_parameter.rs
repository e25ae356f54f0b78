use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Bad<T> {
    value: T,
    items: Vec<T>,
}

fn main() {}
