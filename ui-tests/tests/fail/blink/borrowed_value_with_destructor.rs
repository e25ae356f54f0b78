//! A value that is dropped by the arena borrows nothing: what it borrows may be gone by then.

use arenas::Blink;

fn main() {
    let blink = Blink::new();
    let text = String::from("short");
    blink.put(vec![text.as_str()]);
}
