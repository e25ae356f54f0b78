use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
enum Node {
    #[arena(allow_leak)]
    Leaf(u8),
}

fn main() {}
