use std::mem::MaybeUninit;

use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky {
    later: MaybeUninit<Vec<u8>>,
}

fn main() {}
