//! Nor does the token get out, to be used again.

use arenas::Brand;

fn main() {
    let _brand = Brand::with(|brand| brand);
}
