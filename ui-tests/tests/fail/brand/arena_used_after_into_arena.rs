//! Whoever takes the brand off an arena has no use for its indices.

use arenas::{Arena, Brand};

fn main() {
    Brand::with(|brand| {
        let mut branded = brand.own(Arena::new());
        let index = branded.alloc(1);
        let mut plain = branded.into_arena();
        plain.reset();
        branded[index]
    });
}
