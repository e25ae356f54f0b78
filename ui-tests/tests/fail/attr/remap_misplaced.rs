use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Node {
    #[arena(remap = skip)]
    first: u8,
    #[arena(with = by_hand)]
    second: u8,
}

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Edge {
    #[arena(remap = skp)]
    first: u8,
    #[arena(remap)]
    second: u8,
}

fn main() {}
