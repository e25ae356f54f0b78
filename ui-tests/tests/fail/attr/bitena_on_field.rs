use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Node {
    #[arena(bitena)]
    field: u8,
}

fn main() {}
