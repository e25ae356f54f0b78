use arenas::ArenaAlloc;

type Text = String;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky {
    name: Text,
}

fn main() {}
