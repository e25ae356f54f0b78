use arenas::{Arena, ArenaItem, arena_struct};

arena_struct!(
    #[arena(any)]
    struct One<T: ArenaItem> {
        items: Arena<T>,
    }
);

fn main() {}
