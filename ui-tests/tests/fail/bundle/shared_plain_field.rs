//! A shared bundle may be used from many threads, so each of its fields may.

use std::cell::Cell;

use arenas::{Bitena, arena_struct};

arena_struct!(
    #[arena(shared)]
    struct Log {
        text: Bitena,
        lines: Cell<u32>,
    }
);

fn main() {}
