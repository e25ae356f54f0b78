use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Guard {
    id: u32,
}

impl Drop for Guard {
    fn drop(&mut self) {}
}

fn main() {}
