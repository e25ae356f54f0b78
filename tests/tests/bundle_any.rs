//! The index over all stores of a bundle.

#![allow(dead_code, reason = "items that are only stored")]

use std::collections::{BTreeSet, HashSet};

use arenas::{AnyIdxError, Arena, ArenaAlloc, FastArena, arena_struct};
use arenas_tests::panics::panic_message;

#[derive(ArenaAlloc, Debug, PartialEq)]
enum Expr<'src> {
    Name(&'src str),
    Call(Vec<ExprIdx>),
}

#[derive(ArenaAlloc, Debug, PartialEq)]
struct Stmt(ExprIdx);

#[derive(ArenaAlloc)]
#[arena(store = FastArena)]
struct Edge<W> {
    weight: W,
}

arena_struct!(
    #[arena(any)]
    #[derive(Default)]
    struct Ast<'src> {
        exprs: Arena<Expr<'src>>,
        stmts: Arena<Stmt>,
        #[arena(idx = LeftIdx)]
        left: Arena<u8>,
        #[arena(idx = RightIdx)]
        right: FastArena<u8>,
        file: &'src str,
    }

    #[arena(any)]
    struct Graph<'g, W: Clone, const N: usize>
    where
        W: 'g,
    {
        #[arena(idx = NameIdx)]
        names: FastArena<&'g str>,
        edges: FastArena<Edge<W>>,
        plain: [W; N],
    }

    #[arena(any)]
    struct Lone {
        #[arena(idx = LoneIdx)]
        only: Arena<u8>,
    }
);

#[test]
fn every_index_of_the_bundle_goes_in_and_comes_back() {
    let mut ast = Ast::new("file");
    let expr = ast.alloc(Expr::Name("a"));
    let call = ast.alloc(Expr::Call(vec![expr]));
    let stmt = ast.alloc(Stmt(call));
    let (left, right) = (ast.left.alloc(1), ast.right.alloc(2));
    let all = [AstAnyIdx::from(expr), call.into(), stmt.into(), left.into(), right.into()];
    assert_eq!(all.map(|any| any.as_exprs()), [Some(expr), Some(call), None, None, None]);
    assert_eq!(all.map(|any| any.as_right()), [None, None, None, None, Some(right)]);
    assert_eq!(
        all.map(|any| (any.store(), any.into_raw())),
        [("exprs", 0), ("exprs", 1), ("stmts", 0), ("left", 0), ("right", 0)]
    );
    assert_eq!(StmtIdx::try_from(all[2]), Ok(stmt));
    assert_eq!(StmtIdx::try_from(all[4]), Err(AnyIdxError::OtherStore { expected: "stmts", found: "right" }));
    assert_eq!(
        StmtIdx::try_from(all[4]).unwrap_err().to_string(),
        "the index is of store `right`, not of store `stmts`"
    );
}

#[test]
fn it_has_four_bytes_and_leaves_room_for_none() {
    fn plain<T: Copy + Ord + std::hash::Hash + Send + Sync + 'static>() {}
    plain::<AstAnyIdx>();
    plain::<GraphAnyIdx>();
    assert_eq!((size_of::<AstAnyIdx>(), size_of::<Option<AstAnyIdx>>()), (4, 4));
    assert_eq!((size_of::<GraphAnyIdx>(), size_of::<Option<GraphAnyIdx>>()), (4, 4));
}

#[test]
fn it_leads_to_a_reference_to_match_on() {
    let mut ast = Ast::new("file");
    let stmt = ast.alloc_with(|_| Stmt(ExprIdx::from_raw(7)));
    let expr = ast.alloc(Expr::Name("a"));
    let right = ast.right.alloc(9);
    let describe = |any| match ast.get_any(any) {
        AstRef::Exprs(Expr::Name(name)) => format!("name {name}"),
        AstRef::Exprs(Expr::Call(_)) => "call".to_owned(),
        AstRef::Stmts(Stmt(expr)) => format!("{expr:?}"),
        AstRef::Left(number) | AstRef::Right(number) => number.to_string(),
    };
    assert_eq!(describe(stmt.into()), "ExprIdx(7)");
    assert_eq!(describe(expr.into()), "name a");
    assert_eq!(describe(right.into()), "9");
    assert_eq!(format!("{:?}", ast.get_any(stmt.into())), "Stmts(Stmt(ExprIdx(7)))");
    let copy = ast.get_any(stmt.into());
    assert!(matches!((copy, copy), (AstRef::Stmts(a), AstRef::Stmts(b)) if a == b));
}

#[test]
fn an_index_that_leads_nowhere_is_none_or_a_panic_that_names_the_store() {
    let ast = Ast::new("file");
    let any = AstAnyIdx::from(StmtIdx::from_raw(5));
    assert!(ast.try_get_any(any).is_none());
    let message = panic_message(|| {
        let _ = ast.get_any(any);
    });
    assert_eq!(message, "index out of bounds: store `stmts` of `Ast` has no item for this index of slot 5");
}

#[test]
fn debug_names_the_store() {
    assert_eq!(format!("{:?}", AstAnyIdx::from(ExprIdx::from_raw(3))), "Ast::exprs(3)");
    assert_eq!(format!("{:?}", GraphAnyIdx::from(EdgeIdx::from_raw(3))), "Graph::edges(3)");
}

#[test]
fn it_is_ordered_by_store_and_slot_and_hashes() {
    let any = |store: usize, slot| -> AstAnyIdx {
        match store {
            0 => ExprIdx::from_raw(slot).into(),
            1 => StmtIdx::from_raw(slot).into(),
            2 => LeftIdx::from_raw(slot).into(),
            _ => RightIdx::from_raw(slot).into(),
        }
    };
    let keys = (0..4).flat_map(|store| [0, 1, 1000].map(|slot| any(store, slot))).collect::<Vec<_>>();
    assert!(keys.is_sorted());
    assert_eq!(
        keys.iter().rev().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
        keys.iter().collect::<Vec<_>>()
    );
    assert_eq!(keys.iter().chain(&keys).collect::<HashSet<_>>().len(), 12);
}

#[test]
fn what_does_not_fit_is_refused_with_its_numbers() {
    // Four stores leave 30 bits, and slots are counted from 1.
    assert_eq!(AstAnyIdx::MAX_SLOTS, (1 << 30) - 1);
    let last = RightIdx::from_raw(AstAnyIdx::MAX_SLOTS - 1);
    let any = AstAnyIdx::from(last);
    assert_eq!((any.as_right(), any.store()), (Some(last), "right"));
    let beyond = ExprIdx::from_raw(AstAnyIdx::MAX_SLOTS);
    let error = AstAnyIdx::try_pack(beyond).unwrap_err();
    assert_eq!(error, AnyIdxError::Beyond { store: "exprs", slot: (1 << 30) - 1, max_slots: (1 << 30) - 1 });
    let message = panic_message(|| {
        let _ = AstAnyIdx::from(beyond);
    });
    assert!(
        message.contains("Ast: slot 1073741823 of store `exprs`") && message.contains("1073741823 slots"),
        "{message}"
    );
    assert_eq!(AstAnyIdx::try_pack(last), Ok(any));
}

#[test]
fn a_bundle_of_one_store_packs_every_index() {
    assert_eq!(LoneAnyIdx::MAX_SLOTS, u32::MAX as usize);
    for slot in [0, 1, u32::MAX as usize - 1] {
        let any = LoneAnyIdx::from(LoneIdx::from_raw(slot));
        assert_eq!((any.as_only(), any.into_raw(), any.store()), (Some(LoneIdx::from_raw(slot)), slot, "only"));
    }
}

#[test]
fn a_generic_bundle_has_one_without_parameters() {
    let graph = Graph::<f32, 2>::new([0.5; 2]);
    let name = graph.names.alloc("hub");
    let edge = graph.alloc_shared(Edge { weight: 1.5 });
    let all: Vec<GraphAnyIdx> = vec![name.into(), edge.into()];
    assert!(matches!(graph.get_any(all[0]), GraphRef::Names(&"hub")));
    assert!(matches!(graph.get_any(all[1]), GraphRef::Edges(edge) if edge.weight == 1.5));
}
