use std::rc::Rc;
use std::sync::Arc;

use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky {
    here: Rc<u8>,
    anywhere: Arc<u8>,
}

fn main() {}
