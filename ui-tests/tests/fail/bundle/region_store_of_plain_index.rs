//! A freed slot is used again, so its index must find out that it is stale.

use arenas::{ArenaAlloc, RegionStore, arena_struct};

#[derive(ArenaAlloc)]
struct Coin;

arena_struct!(
    struct Cache {
        coins: RegionStore<Coin>,
    }
);

fn main() {}
