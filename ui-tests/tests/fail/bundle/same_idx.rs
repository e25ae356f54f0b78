//! One index type cannot lead to two stores.

use arenas::{Arena, arena_struct};

struct Slot;

arena_struct!(
    struct Frame {
        #[arena(idx = XIdx)]
        locals: Arena<Slot>,
        #[arena(idx = XIdx)]
        globals: Arena<Slot>,
    }
);

fn main() {
    let frame = Frame::new();
    let _: FrameCheckpoint = frame.checkpoint();
}
