//~ this type needs to be dropped, which a `Bitena` never does
use arenas::{AssertDropless, Bitena};

fn main() {
    let arena = Bitena::new(64).unwrap();
    arena.alloc(AssertDropless(String::new()));
}
