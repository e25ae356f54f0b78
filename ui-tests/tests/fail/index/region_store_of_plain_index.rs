use arenas::{ArenaAlloc, RegionStore};

#[derive(ArenaAlloc)]
struct Coin;

fn main() {
    let _ = RegionStore::<Coin, CoinIdx>::with_capacity_and_index(3);
}
