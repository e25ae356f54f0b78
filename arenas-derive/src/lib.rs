//! The macros of the `arenas` crate. Use them through it: `arenas::ArenaAlloc` and `arenas::arena_struct`.

mod diag;
mod options;
