//! A brand is for one arena.

use arenas::{Arena, Brand};

fn main() {
    Brand::with(|brand| {
        let mut long = brand.own(Arena::from_iter([1, 2, 3]));
        let mut short = brand.own(Arena::new());
        std::mem::swap(&mut long, &mut short);
    });
}
