#![deny(warnings)]
#![no_implicit_prelude]
#![allow(dead_code, unused_imports, non_camel_case_types)]

//! Nothing in scope, and everything that could be in scope means something else.

mod shadowed {
    pub(super) struct Arena;
    pub(super) struct Bitena;
    pub(super) struct Clone;
    pub(super) struct Copy;
    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct Some;
    pub(super) struct usize;
    pub(super) struct u32;
    pub(super) struct bool;
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod alloc {}
    pub(super) trait Holds<T> {}
    pub(super) trait ArenaItem {}
    pub(super) trait Probe {}
}
use shadowed::*;

macro_rules! assert {
    () => {};
}

#[derive(::arenas::ArenaAlloc)]
#[arena(bitena, repr = u16)]
struct Node<'a> {
    text: &'a str,
    wide: u64,
    #[arena(assert_dropless)]
    range: ::std::ops::Range<u64>,
}

#[derive(::arenas::ArenaAlloc)]
#[arena(repr = checked)]
struct Owner {
    text: ::std::string::String,
    node: ::core::option::Option<NodeIdx>,
}

#[derive(::arenas::ArenaAlloc)]
enum Clear<T> {
    None,
    Some(T),
}

fn main() {
    assert!();
}
