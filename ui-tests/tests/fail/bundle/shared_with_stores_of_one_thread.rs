//! What allocates through `&mut self` is not shared.

use arenas::{ArenaAlloc, Blink, Region, RegionStore, arena_struct};

#[derive(ArenaAlloc)]
#[arena(store = RegionStore)]
struct Coin;

arena_struct!(
    #[arena(shared)]
    struct Cache {
        coins: RegionStore<Coin>,
        blocks: Region,
        scratch: Blink,
    }
);

fn main() {}
