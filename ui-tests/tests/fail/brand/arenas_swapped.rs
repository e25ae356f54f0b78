//! To swap two arenas would put a shorter one under the indices of a longer.

use arenas::Arena;

fn main() {
    let (mut long, mut short) = (Arena::<i32>::new(), Arena::<i32>::new());
    long.scope(|long| {
        short.scope(|short| std::mem::swap(long, short));
    });
}
