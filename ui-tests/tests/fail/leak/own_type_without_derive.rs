use arenas::ArenaAlloc;

struct Inner;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Outer {
    inner: Inner,
}

fn main() {}
