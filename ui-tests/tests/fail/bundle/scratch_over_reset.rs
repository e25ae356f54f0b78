//! Values of a `Blink` store do not live over a reset of the bundle.

use arenas::{Blink, arena_struct};

arena_struct!(
    struct Frame {
        scratch: Blink,
    }
);

fn main() {
    let mut frame = Frame::new();
    let text = frame.scratch.put(String::new());
    frame.reset();
    text.clear();
}
