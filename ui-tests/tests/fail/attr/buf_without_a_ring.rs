use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(buf = NodeHandle)]
struct Node;

#[derive(ArenaAlloc)]
#[arena(store = RegionStore, buf = CoinHandle)]
struct Coin;

fn main() {
    let _: Option<(NodeIdx, CoinIdx)> = None;
}
