use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Leaky {
    #[arena(assert_dropless)]
    lie: String,
}

fn main() {}
