use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(store = RegionSotre)]
struct Coin;

#[derive(ArenaAlloc)]
#[arena(store = ring_store)]
struct Packet;

#[derive(ArenaAlloc)]
#[arena(store = RingAl)]
struct Frame;

fn main() {}
