//! The root of a frozen arena comes from the arena, and no reference to it gets out of the closure.

use arenas::Blink;

fn main() {
    let mut stolen = None;
    let frozen = Blink::new().freeze(|blink| {
        let root: &u32 = blink.put(7);
        stolen = Some(root);
        root
    });
    drop(frozen);
    println!("{stolen:?}");
}
