use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(allow_leak)]
struct Node {
    field: String,
}

fn main() {}
