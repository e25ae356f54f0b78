//! The closure that makes a value gets an ordinary index: a branded one would name nothing when it panics.

use arenas::{Arena, Brand, BrandedIdx};

struct Node<'b>(BrandedIdx<'b, Node<'b>>);

fn main() {
    Brand::with(|brand| {
        let mut ring = brand.own(Arena::new());
        let node = ring.alloc_with(Node);
        drop(ring[node].0);
    });
}
