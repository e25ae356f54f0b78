use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(store = RegionStore, repr = u16)]
struct Coin;

fn main() {
    let coins = CoinStore::default();
    let _: Option<CoinIdx> = coins.indices().next();
}
