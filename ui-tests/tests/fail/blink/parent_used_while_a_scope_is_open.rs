//! The arena is borrowed exclusively while a scope is open.

use arenas::Blink;

fn main() {
    let mut blink = Blink::new();
    let scope = blink.scope_guard();
    blink.put(1);
    drop(scope);
}
