//! A brand is not shortened or lengthened to that of another arena: it is invariant.

use arenas::{Arena, Brand, BrandedIdx, BrandedRange, Scoped, ScopedWriter};

fn index<'short, 'long: 'short>(index: BrandedIdx<'long, u8>) -> BrandedIdx<'short, u8> {
    index
}

fn range<'short, 'long: 'short>(range: BrandedRange<'short, u8>) -> BrandedRange<'long, u8> {
    range
}

fn arena<'a, 'short, 'long: 'short>(arena: &'a Scoped<'long, Arena<u8>>) -> &'a Scoped<'short, Arena<u8>> {
    arena
}

fn token<'short, 'long: 'short>(brand: Brand<'long>) -> Brand<'short> {
    brand
}

fn writer<'a, 'short, 'long: 'short>(writer: ScopedWriter<'long, 'a, u8>) -> ScopedWriter<'short, 'a, u8> {
    writer
}

fn one_index_as_a_range<'one, 'other: 'one>(index: BrandedIdx<'one, u8>) -> BrandedRange<'other, u8> {
    index.into()
}

fn main() {
    let _ = (index, range, arena, token, writer, one_index_as_a_range);
}
