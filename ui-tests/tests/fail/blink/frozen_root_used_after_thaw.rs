//! A reference to the root ends when the arena thaws.

use arenas::Blink;

fn main() {
    let frozen = Blink::new().freeze(|blink| blink.copy_str("root"));
    let root: &str = &frozen;
    let blink = frozen.thaw();
    println!("{root}");
    drop(blink);
}
