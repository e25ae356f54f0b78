use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Node {
    #[arena(allow_leak, assert_dropless)]
    field: String,
}

fn main() {}
