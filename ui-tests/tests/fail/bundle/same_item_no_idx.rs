//! Two stores of one item type need two index types.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Slot(u8);

arena_struct!(
    struct Frame {
        locals: Arena<Slot>,
        globals: Arena<Slot>,
    }
);

fn main() {
    let mut frame = Frame::new();
    let local: SlotIdx = frame.locals.alloc(Slot(1));
    let _ = frame[local].0;
}
