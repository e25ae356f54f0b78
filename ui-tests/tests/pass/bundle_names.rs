#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

//! A bundle where every name that it could need means something else.

mod std {}
mod core {}
struct Option;
struct Some;
struct None;
struct Result;
struct Ok;
struct Err;
struct Vec;
struct String;
struct Default;
struct Drop;
struct Sized;
trait Clone {}
trait Copy {}
trait Debug {}
trait Display {}
trait Index {}
trait FnOnce {}
trait IntoIterator {}
trait Stores {}

#[derive(::arenas::ArenaAlloc)]
struct Node(u8);

#[derive(::arenas::ArenaAlloc)]
struct r#struct(u8);

::arenas::arena_struct!(
    #[arena(any)]
    struct Graph<'a, T, F, It, I, R, E, const N: usize> {
        nodes: ::arenas::Arena<Node>,
        r#type: ::arenas::Arena<r#struct>,
        #[arena(idx = r#match)]
        r#loop: ::arenas::Arena<[T; N]>,
        text: ::arenas::Bitena,
        capacity: &'a str,
        checkpoint: (F, It, I, R, E),
    }

    #[arena(any)]
    struct r#fn {
        r#enum: ::arenas::Arena<Node>,
    }
);

fn main() {
    let mut graph = Graph::<u8, (), (), (), (), (), 2>::new("plain", ((), (), (), (), ()));
    let node = graph.alloc(Node(1));
    let keyword = graph.alloc(r#struct(2));
    let array: r#match = graph.alloc([3, 4]);
    let before: GraphCheckpoint = graph.checkpoint();
    graph.alloc(Node(5));
    graph.rollback(before);
    ::std::assert_eq!(graph[node].0 + graph[keyword].0 + graph[array][1], 7);
    ::std::assert_eq!((graph.nodes.len(), graph.stats().r#type.allocations), (1, ::std::option::Option::Some(1)));
    let _: ::std::result::Result<(), ()> = graph.transaction(|_| ::std::result::Result::Ok(()));

    let any: GraphAnyIdx = ::std::convert::Into::into(keyword);
    ::std::assert!(::std::matches!(graph.get_any(any), GraphRef::Type(r#struct(2))));
    ::std::assert_eq!(any.as_loop(), ::std::option::Option::None);

    let mut other = r#fn::with_capacity(fnCapacity { r#enum: 4 });
    other.alloc(Node(1));
    let _: fnStats = other.stats();
}
