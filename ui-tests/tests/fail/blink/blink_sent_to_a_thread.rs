//! A `Blink` may hold values that are not `Send`.

use arenas::Blink;

fn main() {
    let blink = Blink::new();
    blink.put(std::rc::Rc::new(1));
    std::thread::spawn(move || drop(blink));
}
