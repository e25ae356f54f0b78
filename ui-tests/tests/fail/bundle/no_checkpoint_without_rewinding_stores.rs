//! A bundle of which every value is freed by itself has nothing to roll back.

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
    let cache = Cache::new();
    let _ = cache.checkpoint();
}
