use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(shared)]
struct Node {
    #[arena(capacity = 5)]
    field: u8,
}

fn main() {}
