use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(store = RegionStore)]
struct Coin;

#[derive(ArenaAlloc)]
#[arena(store = RegionStore)]
struct Output;

fn spend(coins: &mut CoinStore, output: OutputIdx) -> Coin {
    coins.free(output)
}

fn main() {}
