//! A store of items says which; a `Bitena` takes any.

use arenas::{Arena, Bitena, arena_struct};

arena_struct!(
    struct Ast {
        nodes: Arena,
        text: Bitena<str>,
    }
);

fn main() {}
