use std::mem::ManuallyDrop;

use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky {
    hidden: ManuallyDrop<String>,
}

fn main() {}
