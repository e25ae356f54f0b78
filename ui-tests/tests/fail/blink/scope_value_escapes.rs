//! Nothing that is put into a scope outlives it.

use arenas::Blink;

fn main() {
    let mut blink = Blink::new();
    let escaped = blink.scope(|inner| inner.put(String::from("short")));
    println!("{escaped}");
}
