use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky {
    next: Option<u8>,
    text: Box<str>,
}

fn main() {}
