//! What `#[derive(ArenaAlloc)]` makes, at work, in a crate that denies every lint group that its users may deny.

#![deny(missing_docs, unreachable_pub, private_bounds, private_interfaces, missing_debug_implementations)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::allow_attributes_without_reason)]

use std::collections::{BTreeSet, HashSet};
use std::fmt::Debug;
use std::hash::Hash;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use arenas::{ArenaAlloc, ArenaIdx, ArenaItem, Bitena, Holds};

/// An expression, without a lifetime in the handles that it holds.
#[derive(ArenaAlloc, Debug, PartialEq, Eq)]
pub enum Expr<'src> {
    /// A number.
    Literal(i64),
    /// A name.
    Name(&'src str),
    /// A sum.
    Add(ExprIdx, ExprIdx),
    /// Statements.
    Block(Vec<StmtIdx>),
}

/// A statement.
#[derive(ArenaAlloc, Debug, PartialEq, Eq)]
#[arena(repr = u16)]
pub struct Stmt {
    /// What it computes.
    pub expr: ExprIdx,
}

/// A node that threads share.
#[derive(ArenaAlloc, Debug)]
#[arena(store = FastArena)]
pub struct Node {
    /// How many edges end here.
    pub degree: AtomicU32,
}

/// An edge.
#[derive(ArenaAlloc, Debug)]
#[arena(store = FastArena, repr = checked)]
pub struct Edge<W> {
    /// Where it ends.
    pub to: NodeIdx,
    /// Its weight.
    pub weight: W,
}

/// Not `Send`, not `Copy`, not `Debug`.
#[derive(ArenaAlloc)]
#[arena(repr = u64)]
struct Local(Rc<u8>);

/// What only this file sees may be inside of what everybody sees.
#[derive(Debug)]
struct Hidden;

/// Public, with private fields.
#[derive(ArenaAlloc, Debug)]
pub struct Public<T> {
    hidden: Option<Hidden>,
    value: T,
}

/// Of a request.
#[derive(ArenaAlloc, Debug)]
#[arena(bitena)]
pub struct Request<'r> {
    /// The path.
    pub path: &'r str,
    /// The parent.
    pub parent: Option<&'r Self>,
    /// Something that owns memory.
    #[arena(allow_leak)]
    pub note: Option<Rc<u8>>,
}

// Contract: S2
#[test]
fn a_derived_index_is_small_and_leaves_room_for_none() {
    assert_eq!((size_of::<ExprIdx>(), size_of::<Option<ExprIdx>>()), (4, 4));
    assert_eq!((size_of::<StmtIdx>(), size_of::<Option<StmtIdx>>()), (2, 2));
    assert_eq!((size_of::<LocalIdx>(), size_of::<Option<LocalIdx>>()), (8, 8));
    assert_eq!((size_of::<EdgeIdx>(), size_of::<Option<EdgeIdx>>()), (8, 8));
}

// Contract: C10, S2
#[test]
fn a_derived_index_has_the_traits_of_a_number_whatever_it_names() {
    fn check<I: ArenaIdx + Copy + Eq + Ord + Hash + Debug + Send + Sync + Unpin + 'static>() {}
    check::<ExprIdx>();
    check::<LocalIdx>();
    check::<<Edge<Rc<u8>> as ArenaItem>::Idx>();

    let (low, high) = (ExprIdx::from_raw(3), ExprIdx::from_raw(40));
    assert!(low < high && low != high && low.max(high) == high);
    assert_eq!(format!("{low:?} {high:#?}"), "ExprIdx(3) ExprIdx(40)");
    assert_eq!(BTreeSet::from([high, low]).first(), Some(&low));
    assert_eq!(HashSet::from([high, low, high]).len(), 2);
}

// Contract: S2
#[test]
fn a_derived_index_names_exactly_the_slots_of_its_width() {
    assert_eq!(StmtIdx::MAX_SLOTS, 65_535);
    assert_eq!(StmtIdx::from_slot(65_534, ()).map(StmtIdx::into_raw), Some(65_534));
    assert_eq!(StmtIdx::from_slot(65_535, ()), None);
    assert!(std::panic::catch_unwind(|| StmtIdx::from_raw(65_535)).is_err());
}

// Contract: S2
#[test]
fn a_store_that_is_full_by_the_width_of_its_index_gives_the_value_back() {
    let mut store = StmtStore::with_index();
    let expr = ExprIdx::from_raw(0);
    for _ in 0..65_535 {
        store.alloc(Stmt { expr });
    }
    let rejected = store.try_alloc(Stmt { expr: ExprIdx::from_raw(9) }).unwrap_err();
    assert!(rejected.error().is_limit());
    assert_eq!(rejected.into_inner().expr, ExprIdx::from_raw(9));
}

// Contract: S2
#[test]
fn items_refer_to_each_other_by_indices_without_parameters() {
    let text = String::from("x");
    let mut exprs = ExprStore::with_index();
    let mut stmts = StmtStore::default();
    let name = exprs.alloc(Expr::Name(&text));
    let one = exprs.alloc(Expr::Literal(1));
    let sum = exprs.alloc(Expr::Add(name, one));
    let stmt = stmts.alloc(Stmt { expr: sum });
    let block = exprs.alloc(Expr::Block(vec![stmt]));
    let Expr::Block(statements) = &exprs[block] else { panic!("it is a block") };
    assert_eq!(exprs[stmts[statements[0]].expr], Expr::Add(name, one));
}

// Contract: F1, S2
#[test]
fn threads_share_a_derived_store() {
    let nodes = NodeStore::with_capacity_and_index(400);
    let edges: EdgeStore<f64> = EdgeStore::with_capacity_and_index(400);
    let hub = nodes.alloc(Node { degree: AtomicU32::new(0) });
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    nodes[hub].degree.fetch_add(1, Ordering::Relaxed);
                    let edge = edges.alloc(Edge { to: hub, weight: 0.5 });
                    assert_eq!(edges[edge].to, hub);
                }
            });
        }
    });
    assert_eq!((nodes[hub].degree.load(Ordering::Relaxed), edges.len()), (200, 200));
}

// Contract: C12, S2
#[test]
fn a_checked_index_is_refused_by_another_store_and_after_a_reset() {
    let mut store: EdgeStore<u8> = EdgeStore::with_capacity_and_index(4);
    let other: EdgeStore<u8> = EdgeStore::with_capacity_and_index(4);
    let to = NodeIdx::from_raw(0);
    let old = store.alloc(Edge { to, weight: 1 });
    other.alloc(Edge { to, weight: 2 });
    assert!(other.try_get(old).is_none());
    store.reset();
    let new = store.alloc(Edge { to, weight: 3 });
    assert_eq!(old.into_raw(), new.into_raw());
    assert!(store.try_get(old).is_none());
    assert_eq!(store.try_get(new).map(|edge| edge.weight), Some(3));
}

#[test]
fn a_bitena_holds_what_owns_nothing_and_loses_only_what_it_may() {
    let counter = Rc::new(0);
    let mut arena = Bitena::new(256).unwrap();
    let root = arena.alloc(Request { path: "/", parent: None, note: None });
    let leaf = arena.alloc(Request { path: "/a", parent: Some(root), note: Some(Rc::clone(&counter)) });
    assert_eq!(leaf.parent.map(|parent| parent.path), Some("/"));
    arena.reset();
    // `allow_leak` was the user's word for this.
    assert_eq!(Rc::strong_count(&counter), 2);
    // SAFETY: the count of the value that the arena forgot is still held, and is given up here, so that a leak checker
    // finds nothing.
    unsafe { Rc::decrement_strong_count(Rc::as_ptr(&counter)) };
}

#[test]
fn a_type_without_the_option_is_held_as_far_as_its_parameters_allow() {
    fn held<T>()
    where
        Bitena: Holds<T>,
    {
    }
    #[derive(ArenaAlloc)]
    struct Pair<A, B>(A, Option<B>);
    held::<Pair<u8, &str>>();
    held::<Pair<NodeIdx, [Pair<char, ExprIdx>; 3]>>();
    let arena = Bitena::new(64).unwrap();
    let pair = arena.alloc(Pair(1u8, Some('x')));
    assert_eq!((pair.0, pair.1), (1, Some('x')));
}

#[test]
fn private_things_stay_private_in_what_is_made() {
    let mut store: PublicStore<u8> = PublicStore::default();
    let index = store.alloc(Public { hidden: Some(Hidden), value: 7 });
    assert!(store[index].hidden.is_some() && store[index].value == 7);
    let mut locals = LocalStore::default();
    let index = locals.alloc(Local(Rc::new(3)));
    assert_eq!(*locals[index].0, 3);
}
