//! The items of a region store are where there was room: nothing names several of them.

use arenas::{ArenaAlloc, RegionStore, arena_struct};

#[derive(ArenaAlloc)]
#[arena(store = RegionStore)]
struct Coin;

arena_struct!(
    struct Cache {
        coins: RegionStore<Coin>,
    }
);

fn main() {
    let mut cache = Cache::new();
    cache.alloc_batch([Coin, Coin]);
}
