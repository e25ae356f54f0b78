use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena, bound = "T: Clone")]
struct Wrap<T> {
    value: T,
}

fn main() {}
