#![deny(warnings)]
#![allow(dead_code)]

//! Every shape of a struct and an enum.

use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct Unit;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Tuple(u8, &'static str);

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Empty {}

#[derive(ArenaAlloc)]
#[arena(bitena)]
enum Never {}

#[derive(ArenaAlloc)]
#[arena(bitena)]
enum Mixed {
    Unit,
    Tuple(u8, char),
    Named { x: u8 },
}

fn main() {
    let mut units = UnitStore::with_index();
    let index: UnitIdx = units.alloc(Unit);
    assert_eq!(index.into_raw(), 0);
    assert!(NeverStore::default().is_empty());
}
