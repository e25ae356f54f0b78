//! A bundle is a struct; what is not keeps its name.

use arenas::arena_struct;

arena_struct!(
    enum Shape {
        Circle,
        Square,
    }
);

fn main() {
    let _ = (Shape::Circle, Shape::Square);
}
