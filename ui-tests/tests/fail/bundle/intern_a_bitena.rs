use arenas::{Arena, ArenaAlloc, Bitena, RegionStore, arena_struct};

#[derive(ArenaAlloc)]
#[arena(store = RegionStore)]
struct Coin(u8);

arena_struct!(
    struct Names {
        #[arena(intern)]
        text: Bitena,
        #[arena(intern)]
        coins: RegionStore<Coin>,
        #[arena(intern)]
        plain: u8,
        #[arena(idx = ByteIdx)]
        bytes: Arena<u8>,
    }
);

fn main() {}
