//! A bundle makes its stores, so it says what they are over.

use arenas::{Blink, BlinkAlloc, Region, arena_struct};

arena_struct!(
    struct Frame<'a> {
        scratch: Blink<BlinkAlloc>,
        blocks: Region<'a>,
        more: Region<'static>,
        name: &'a str,
    }
);

fn main() {
    Frame::new("").reset();
}
