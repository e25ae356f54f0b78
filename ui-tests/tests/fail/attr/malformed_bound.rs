use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bound = "T Copy")]
struct Node<T>(T);

fn main() {}
