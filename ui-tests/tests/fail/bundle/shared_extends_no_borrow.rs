//! A shared bundle takes values through `&self`, so it cannot be seen as one of shorter-lived values.

use arenas::{ArenaAlloc, FastArena, arena_struct};

#[derive(ArenaAlloc)]
struct Name<'n>(&'n str);

arena_struct!(
    #[arena(shared)]
    struct Names<'n> {
        names: FastArena<Name<'n>>,
    }
);

fn shorten<'a, 'n>(names: &'a Names<'static>, _: &'n str) -> &'a Names<'n> {
    names
}

fn main() {}
