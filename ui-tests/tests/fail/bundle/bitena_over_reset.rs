//! Values of a `Bitena` store do not live over a reset of the bundle.

use arenas::{Bitena, arena_struct};

arena_struct!(
    struct Worker {
        request: Bitena,
    }
);

fn main() {
    let mut worker = Worker::new();
    let path = worker.request.alloc_str("/");
    worker.reset();
    let _ = path.len();
}
