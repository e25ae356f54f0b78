use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Outer {
    pair: Option<(u8, String)>,
}

fn main() {}
