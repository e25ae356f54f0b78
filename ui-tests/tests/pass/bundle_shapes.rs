#![deny(warnings)]
#![allow(dead_code)]

//! Generics, where clauses, lifetimes, conditions, several structs in one call.

use std::collections::HashMap;
use std::fmt::Debug;

use arenas::{Arena, ArenaAlloc, ArenaItem, arena_struct};

#[derive(ArenaAlloc, Clone, Debug, PartialEq)]
pub struct Edge<W> {
    pub weight: W,
}

#[derive(ArenaAlloc, Clone, Debug)]
pub struct Name<'n>(&'n str);

arena_struct! {
    /// Parameters of every kind.
    #[derive(Clone, Debug, Default)]
    pub struct Graph<'n, W, const N: usize = 2>
    where
        W: Debug,
    {
        pub edges: Arena<Edge<W>>,
        pub names: Arena<Name<'n>>,
        #[arena(idx = RowIdx)]
        pub rows: Arena<[u8; N]>,
        #[arena(idx = WeightIdx)]
        pub weights: Arena<W>,
        pub by_name: HashMap<&'n str, EdgeIdx>,
    }

    /// The item is a parameter, with whatever index it has.
    pub struct Pool<T: ArenaItem> {
        pub items: Arena<T>,
    }

    /// Fields and a struct that are not there.
    #[arena(any)]
    #[derive(Default)]
    pub struct Conditional {
        #[cfg(all())]
        #[arena(idx = HereIdx)]
        pub here: Arena<u8>,
        #[cfg(any())]
        #[arena(idx = HereIdx)]
        pub here: Arena<u16>,
        #[cfg(any())]
        pub missing: Arena<Missing>,
        #[cfg(any())]
        pub absent: Missing,
        #[cfg(all())]
        pub present: u8,
    }

    #[cfg(any())]
    #[arena(any, checked)]
    pub struct Nothing {
        pub missing: Arena<Missing>,
        #[arena(idx = MissingIdx)]
        pub others: Arena<u8>,
    }

    /// The same type in different stores, for some parameters.
    pub struct Unclear<A, B> {
        #[arena(idx = FirstIdx)]
        pub first: Arena<A>,
        #[arena(idx = SecondIdx)]
        pub second: Arena<B>,
        #[arena(idx = ThirdIdx)]
        pub third: Arena<u8>,
    }
}

struct NoDefault;

fn main() {
    let mut graph = Graph::<f32, 3>::new(HashMap::new());
    let edge = graph.alloc(Edge { weight: 1.5 });
    let row: RowIdx = graph.alloc([1, 2, 3]);
    let name = graph.alloc(Name("a"));
    let weight = graph.weights.alloc(2.0);
    graph.by_name.insert(graph[name].0, edge);
    assert_eq!((graph[row][2], graph[weight], graph[edge].weight), (3, 2.0, 1.5));
    let copy = graph.clone();
    assert_eq!(copy.edges, graph.edges);
    assert!(format!("{copy:?}").contains("EdgeIdx(0)"));

    let mut pool = Pool::<Edge<NoDefault>>::new();
    let in_pool: EdgeIdx = pool.alloc(Edge { weight: NoDefault });
    assert!(pool.is_valid(in_pool));
    assert!(pool.try_get(in_pool).is_some());

    let mut conditional = Conditional::new(7);
    let here: HereIdx = conditional.alloc(1);
    let before = conditional.checkpoint();
    conditional.alloc(2);
    conditional.rollback(before);
    assert_eq!((conditional[here], conditional.here.len(), conditional.present), (1, 1, 7));
    assert_eq!(Conditional::default().present, 0);
    assert_eq!(conditional.stats().total().allocations, Some(1));

    let mut unclear = Unclear::<u8, u8>::new();
    let first: FirstIdx = unclear.first.alloc(1);
    let second: SecondIdx = unclear.second.alloc(2);
    assert_eq!(unclear[first] + unclear[second], 3);
}
