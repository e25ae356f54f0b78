use arenas::{Bitena, arena_struct};

arena_struct!(
    #[arena(any)]
    struct Texts {
        text: Bitena,
    }
);

fn main() {}
