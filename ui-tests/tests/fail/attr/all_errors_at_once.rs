use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(idxx = A, repr = u32, stor = FastArena)]
struct Node {
    #[arena(drop)]
    field: u8,
}

fn main() {}
