use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena]
struct Node;

#[derive(ArenaAlloc)]
#[arena = "bitena"]
struct Edge {
    #[arena]
    field: u8,
}

fn main() {}
