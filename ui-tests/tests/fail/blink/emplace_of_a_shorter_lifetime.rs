//! `Emplace` is invariant in its type: one of `&'static str` takes no shorter borrow.

use arenas::{Blink, BlinkAlloc, Emplace};

fn shorten<'a, 's>(
    emplace: Emplace<'a, BlinkAlloc, Vec<&'static str>>,
) -> Emplace<'a, BlinkAlloc, Vec<&'s str>, &'a mut Vec<&'static str>, &'a mut [Vec<&'static str>]> {
    emplace
}

fn main() {
    let blink = Blink::new();
    shorten(blink.emplace());
}
