use std::collections::HashMap;

use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky {
    cache: HashMap<u32, u32>,
}

fn main() {}
