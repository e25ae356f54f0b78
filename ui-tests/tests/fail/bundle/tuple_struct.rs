//! A store needs a name.

use arenas::{Arena, arena_struct};

arena_struct!(
    struct Ast(Arena<u8>);
);

fn main() {
    // The type exists all the same.
    let _: Option<Ast> = None;
}
