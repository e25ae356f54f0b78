//! What never takes part need not be told so.

use arenas::{ArenaAlloc, Region, RegionStore, arena_struct};

#[derive(ArenaAlloc)]
#[arena(store = RegionStore)]
struct Coin;

arena_struct!(
    struct Cache {
        #[arena(no_checkpoint)]
        coins: RegionStore<Coin>,
        #[arena(no_checkpoint)]
        blocks: Region,
    }
);

fn main() {}
