// Not a word about borrowing the string.
use arenas::Bitena;

fn keep(arena: &Bitena) {
    arena.alloc(String::new());
}

fn main() {}
