//~ this field is marked `assert_dropless`, but its type `T` needs `Drop`
use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Wrap<T> {
    #[arena(assert_dropless)]
    value: T,
}

fn main() {
    let arena = Bitena::new(64).unwrap();
    arena.alloc(Wrap { value: String::new() });
}
