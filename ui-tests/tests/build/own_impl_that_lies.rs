//~ this type needs to be dropped, which a `Bitena` never does
use arenas::{Bitena, Holds};

struct Owner(String);
impl Holds<Owner> for Bitena {}

fn main() {
    let arena = Bitena::new(64).unwrap();
    arena.alloc(Owner(String::new()));
}
