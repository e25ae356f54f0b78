//! A closure that has one inside cannot get out, boxed or not.

use arenas::Arena;

fn main() {
    let mut arena = Arena::new();
    let _again = arena.scope(|arena| {
        let index = arena.alloc(1);
        Box::new(move || index.into_raw() + usize::from(index == index)) as Box<dyn Fn() -> usize>
    });
}
