use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Node {
    #[arena(alow_leak)]
    near: u8,
    #[arena(transient)]
    far: u8,
}

fn main() {}
