use arenas::ArenaAlloc;

macro_rules! node {
    ($field:ty) => {
        #[derive(ArenaAlloc)]
        #[arena(bitena)]
        struct Node {
            field: $field,
        }
    };
}

node!(Vec<u8>);

fn main() {}
