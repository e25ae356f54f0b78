use arenas::Bitena;

fn keep(arena: &Bitena) {
    arena.alloc_slice_fill_with(3, |_| String::new());
}

fn main() {}
