//! A guard gives no exclusive reference: it could reset what is older than the scope.

use arenas::Blink;

fn main() {
    let mut blink = Blink::new();
    let mut scope = blink.scope_guard();
    Blink::drop_all(&mut scope);
}
