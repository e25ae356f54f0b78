//! A reset ends the borrow of what was put in.

use arenas::Blink;

fn main() {
    let mut blink = Blink::new();
    let value = blink.put(42);
    blink.reset();
    println!("{value}");
}
