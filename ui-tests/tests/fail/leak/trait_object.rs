use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky {
    callback: Box<dyn Fn()>,
}

fn main() {}
