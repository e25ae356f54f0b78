use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky {
    name: String,
}

fn main() {}
