//! A function that takes an arena and an index of one brand cannot be given two.

use arenas::{Arena, BrandedIdx, Scoped};

fn read<'b>(arena: &Scoped<'b, Arena<i32>>, index: BrandedIdx<'b, i32>) -> i32 {
    arena[index]
}

fn main() {
    let (mut one, mut two) = (Arena::new(), Arena::new());
    one.scope(|one| {
        let index = one.alloc(3);
        two.scope(|two| read(two, index))
    });
}
