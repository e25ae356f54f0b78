#![deny(warnings)]
#![allow(dead_code)]

//! The crate under other names.

extern crate arenas as renamed;

mod inner {
    pub(super) mod facade {
        pub(crate) use ::arenas as hidden;
    }

    #[derive(super::renamed::ArenaAlloc)]
    #[arena(crate = super::renamed, bitena)]
    struct BySuper(u8);

    #[derive(super::renamed::ArenaAlloc)]
    #[arena(crate = self::facade::hidden)]
    struct BySelf(String);
}

#[derive(renamed::ArenaAlloc)]
#[arena(crate = renamed, bitena)]
struct Renamed<'a> {
    text: &'a str,
    #[arena(assert_dropless)]
    number: u8,
}

#[derive(renamed::ArenaAlloc)]
#[arena(crate = crate::inner::facade::hidden)]
struct ByCrate;

#[derive(renamed::ArenaAlloc)]
#[arena(crate = "::arenas")]
struct Quoted;

fn main() {
    let arena = renamed::Bitena::new(64).unwrap();
    assert_eq!(arena.alloc(Renamed { text: "x", number: 1 }).text, "x");
}
