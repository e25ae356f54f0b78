//! A struct without a store is no bundle.

use arenas::arena_struct;

arena_struct!(
    struct Settings {
        name: &'static str,
    }

    struct Unit;
);

fn main() {
    let _ = (Settings { name: "" }, Unit);
}
