use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky {
    rows: Vec<Vec<u32>>,
}

fn main() {}
