use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Head<I: Iterator> {
    first: Option<I::Item>,
}

fn keep(arena: &Bitena, head: Head<std::vec::IntoIter<String>>) {
    arena.alloc(head);
}

fn main() {}
