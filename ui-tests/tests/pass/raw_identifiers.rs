#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

//! Raw identifiers, as names of types, fields, parameters and indices.

use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
struct r#type<'r#fn, r#T> {
    r#struct: &'r#fn r#T,
}

#[derive(ArenaAlloc)]
#[arena(idx = r#enum, alias = r#loop, bitena)]
enum r#match {
    r#if { r#else: u8 },
}

fn main() {
    assert_eq!(format!("{:?}", typeIdx::from_raw(3)), "typeIdx(3)");
    assert_eq!(format!("{:?}", r#enum::from_raw(4)), "enum(4)");
    let mut store = r#loop::default();
    let index: r#enum = store.alloc(r#match::r#if { r#else: 1 });
    assert_eq!(index.into_raw(), 0);
}
