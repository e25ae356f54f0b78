use arenas::{ArenaAlloc, Bitena};

#[derive(ArenaAlloc)]
struct Node {
    id: u32,
}

fn main() {
    let arena = Bitena::new(64).unwrap();
    assert_eq!(arena.alloc(Node { id: 7 }).id, 7);
}
