use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Guard<T> {
    id: T,
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {}
}

fn main() {}
