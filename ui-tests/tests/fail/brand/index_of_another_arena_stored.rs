//! Nor may an index of the inner arena reach the outer one through a variable of its type.

use arenas::Arena;

fn main() {
    let (mut one, mut two) = (Arena::new(), Arena::new());
    one.scope(|one| {
        let mut newest = one.alloc(1);
        two.scope(|two| newest = two.alloc(2));
        one[newest]
    });
}
