//! An invocation without a struct says what to put there.

arenas::arena_struct!();

fn main() {}
