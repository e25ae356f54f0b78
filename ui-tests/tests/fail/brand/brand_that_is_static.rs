//! No closure may choose its brand.

use arenas::{Arena, BrandedIdx, Scoped};

fn main() {
    let mut kept: Option<BrandedIdx<'static, u8>> = None;
    let mut arena = Arena::new();
    arena.scope(|arena: &mut Scoped<'static, Arena<u8>>| kept = Some(arena.alloc(1)));
}
