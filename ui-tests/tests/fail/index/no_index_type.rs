use arenas::{Arena, ArenaItem};

struct Plain;

fn store<T: ArenaItem>(item: T) -> Arena<T, T::Idx> {
    let mut store = Arena::with_index();
    store.alloc(item);
    store
}

fn main() {
    store(Plain);
}
