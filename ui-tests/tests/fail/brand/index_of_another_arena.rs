//! Two arenas of one type: an index of one is none of the other.

use arenas::Arena;

fn main() {
    let (mut one, mut two) = (Arena::<i32>::new(), Arena::<i32>::new());
    one.scope(|one| {
        two.scope(|two| {
            let index = one.alloc(4);
            two[index]
        })
    });
}
