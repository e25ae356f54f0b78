//! What is static outlives every brand.

use std::cell::Cell;

use arenas::{Arena, BrandedIdx};

thread_local! {
    static KEPT: Cell<Option<BrandedIdx<'static, u8>>> = const { Cell::new(None) };
}

fn main() {
    let mut arena = Arena::new();
    arena.scope(|arena| KEPT.set(Some(arena.alloc(1))));
}
