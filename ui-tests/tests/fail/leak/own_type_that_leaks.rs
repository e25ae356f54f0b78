use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Inner {
    id: u32,
    name: String,
}

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Outer {
    inner: Inner,
}

fn main() {}
