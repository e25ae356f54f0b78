//! A capacity is a number.

use arenas::{Bitena, arena_struct};

arena_struct!(
    struct Worker {
        #[arena(capacity = 1.5)]
        request: Bitena,
    }
);

fn main() {}
