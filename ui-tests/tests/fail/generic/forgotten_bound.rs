use arenas::Bitena;

fn keep<T>(arena: &Bitena, value: T) -> &mut T {
    arena.alloc(value)
}

fn main() {}
