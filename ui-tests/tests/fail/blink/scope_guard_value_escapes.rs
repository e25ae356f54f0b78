//! Nothing that is put in through a guard outlives the guard.

use arenas::Blink;

fn main() {
    let mut blink = Blink::new();
    let escaped;
    {
        let scope = blink.scope_guard();
        escaped = scope.put(1);
    }
    println!("{escaped}");
}
