use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
struct Name(u8);

arena_struct!(
    struct Names {
        #[arena(intern)]
        names: Arena<Name>,
    }
);

fn main() {}
