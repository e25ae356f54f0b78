//! An index is made by its arena only.

use arenas::BrandedIdx;

fn main() {
    let _ = BrandedIdx::<u8>::from_raw(7);
}
