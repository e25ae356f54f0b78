//! A ring belongs to one thread.

use arenas::{FastArena, RingAl, RingStore, arena_struct};

arena_struct!(
    #[arena(shared)]
    struct Worker {
        #[arena(idx = ByteIdx)]
        bytes: FastArena<u8>,
        packets: RingAl,
        jobs: RingStore<u8>,
    }
);

fn main() {}
