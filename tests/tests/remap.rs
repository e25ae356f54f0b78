//! Items that move, and the indices inside them that follow.

#![allow(dead_code, reason = "items that are only stored")]

use std::collections::{BTreeMap, HashMap};

use arenas::{Arena, ArenaAlloc, ArenaMap, FastArena, IdxRange, Remap, Remapper, arena_struct};
use arenas_tests::drops::{DropLog, Logged};
use arenas_tests::panics::panics;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Span(u32);

/// Of no arena of its own, but with indices.
#[derive(ArenaAlloc, Clone, Debug, PartialEq)]
#[arena(remap)]
struct Param<T> {
    ty: TyIdx,
    default: Option<T>,
}

#[derive(ArenaAlloc, Clone, Debug, PartialEq)]
#[arena(remap)]
enum Expr<'src> {
    Unit,
    Name(&'src str, NameIdx),
    Call {
        callee: ExprIdx,
        args: Vec<ExprIdx>,
        #[arena(remap = skip)]
        span: Span,
    },
    Deep(Option<(StmtIdx, u8)>, Box<[Param<ExprIdx>]>, [ExprIdx; 2]),
    Table(HashMap<ExprIdx, StmtIdx>, BTreeMap<u8, ExprIdx>),
    Block(IdxRange<StmtIdx>),
    Nested(Box<Expr<'src>>),
    By(#[arena(with = by_hand)] (Span, ExprIdx)),
}

fn by_hand(part: &mut (Span, ExprIdx), remapper: &mut Remapper<'_>) {
    remapper.index(&mut part.1);
}

#[derive(ArenaAlloc, Clone, Debug, PartialEq)]
#[arena(remap, store = FastArena)]
struct Stmt(ExprIdx);

#[derive(ArenaAlloc, Clone, Debug, PartialEq, Eq, Hash)]
#[arena(remap, idx = TyIdx)]
enum Type {
    Int,
    Named(NameIdx),
    List(TyIdx),
}

#[derive(ArenaAlloc, Clone, Debug, PartialEq, Eq, Hash)]
#[arena(remap)]
struct Name(String);

arena_struct!(
    #[derive(Clone, Debug, Default)]
    struct Ast<'src> {
        exprs: Arena<Expr<'src>>,
        stmts: FastArena<Stmt>,
        // Refers to a store that comes after it.
        #[arena(intern)]
        types: Arena<Type>,
        #[arena(intern)]
        names: FastArena<Name>,
        file: &'src str,
    }
);

fn name(text: &str) -> Name {
    Name(text.to_owned())
}

/// One of everything, about `text`.
fn filled<'s>(text: &'s str) -> (Ast<'s>, ExprIdx) {
    let mut ast = Ast::new(text);
    let own = ast.intern(name(text));
    let shared = ast.intern(name("shared"));
    let int = ast.intern(Type::Int);
    let named = ast.intern(Type::Named(shared));
    let list = ast.intern(Type::List(named));
    let unit = ast.alloc(Expr::Unit);
    let leaf = ast.alloc(Expr::Name(text, own));
    let block = ast.alloc_batch([Stmt(unit), Stmt(leaf)]);
    let stmt = block.first().unwrap();
    let call = ast.alloc(Expr::Call { callee: leaf, args: vec![unit, leaf], span: Span(7) });
    let params = [Param { ty: list, default: Some(leaf) }, Param { ty: int, default: None }];
    let deep = ast.alloc(Expr::Deep(Some((stmt, 3)), Box::new(params), [call, leaf]));
    let table = ast.alloc(Expr::Table([(deep, stmt)].into(), [(1, leaf)].into()));
    let block = ast.alloc(Expr::Block(block));
    let nested = ast.alloc(Expr::Nested(Box::new(Expr::Nested(Box::new(Expr::Name(text, shared))))));
    let by = ast.alloc(Expr::By((Span(1), nested)));
    // Refers to itself, and to what comes after it.
    let root = ast.alloc_with(|own| Expr::Call { callee: own, args: vec![table, block, by, deep], span: Span(8) });
    (ast, root)
}

/// What an expression is, with everything it leads to, but without a single index.
fn print(ast: &Ast<'_>, index: ExprIdx, depth: usize) -> String {
    if depth == 0 {
        return "..".to_owned();
    }
    let go = |index: &ExprIdx| print(ast, *index, depth - 1);
    let stmt = |index: StmtIdx| print(ast, ast[index].0, depth - 1);
    fn ty(ast: &Ast<'_>, index: TyIdx) -> String {
        match &ast[index] {
            Type::Int => "int".to_owned(),
            Type::Named(index) => ast[*index].0.clone(),
            Type::List(index) => format!("[{}]", ty(ast, *index)),
        }
    }
    fn expr(ast: &Ast<'_>, it: &Expr<'_>, go: &dyn Fn(&ExprIdx) -> String, stmt: &dyn Fn(StmtIdx) -> String) -> String {
        match it {
            Expr::Unit => "()".to_owned(),
            Expr::Name(text, index) => format!("{text}={}", ast[*index].0),
            Expr::Call { callee, args, span } => {
                format!("{}({}){}", go(callee), args.iter().map(go).collect::<String>(), span.0)
            }
            Expr::Deep(first, params, pair) => format!(
                "{:?} {:?} {:?}",
                first.map(|(index, n)| (stmt(index), n)),
                params.iter().map(|param| (ty(ast, param.ty), param.default.as_ref().map(go))).collect::<Vec<_>>(),
                pair.each_ref().map(go)
            ),
            Expr::Table(map, tree) => format!(
                "{:?} {:?}",
                map.iter().map(|(key, &value)| (go(key), stmt(value))).collect::<Vec<_>>(),
                tree.values().map(go).collect::<Vec<_>>()
            ),
            Expr::Block(range) => range.iter().map(stmt).collect(),
            Expr::Nested(inner) => format!("<{}>", expr(ast, inner, go, stmt)),
            Expr::By((span, index)) => format!("{}{}", span.0, go(index)),
        }
    }
    expr(ast, &ast[index], &go, &stmt)
}

#[test]
fn append_rewrites_every_index_at_any_depth() {
    let (mut a, root_a) = filled("a");
    let (b, root_b) = filled("b");
    let (before_a, before_b) = (print(&a, root_a, 6), print(&b, root_b, 6));
    let lengths = (a.exprs.len(), a.stmts.len(), b.exprs.len(), b.stmts.len());
    let offsets: AstOffsets = a.append(b);
    let moved = offsets.get(root_b).expect("everything moved");
    assert_ne!(moved, root_b);
    assert_eq!((print(&a, root_a, 6), print(&a, moved, 6)), (before_a, before_b));
    assert_eq!((a.exprs.len(), a.stmts.len()), (lengths.0 + lengths.2, lengths.1 + lengths.3));
    // What is interned is there once: two own names, the shared one, and three types.
    assert_eq!((a.names.len(), a.types.len()), (3, 3));
    assert_eq!(a.intern(name("shared")), offsets.get(NameIdx::from_raw(1)).unwrap());
    assert_eq!(a.file, "a");
}

#[test]
fn offsets_serve_side_tables_and_know_what_named_nothing() {
    let (mut a, _) = filled("a");
    let (b, root) = filled("b");
    let len = a.exprs.len();
    let mut facts = vec![(root, "the root"), (ExprIdx::from_raw(0), "unit")];
    let offsets = a.append(b);
    assert_eq!(offsets.get(ExprIdx::from_raw(1000)), None);
    offsets.apply(&mut facts);
    assert_eq!(facts, [(ExprIdx::from_raw(len + root.into_raw()), "the root"), (ExprIdx::from_raw(len), "unit")]);
    let mut nothing = Expr::Name("x", NameIdx::from_raw(1000));
    offsets.apply(&mut nothing);
    assert_eq!(nothing, Expr::Name("x", NameIdx::from_raw(1000)));
}

#[test]
fn bundles_of_many_threads_become_one() {
    let texts = ["a", "b", "c", "d"];
    let parts = std::thread::scope(|scope| {
        texts.map(|text| scope.spawn(move || filled(text))).map(|thread| thread.join().expect("no thread panics"))
    });
    let mut all = Ast::new("all");
    let mut roots = Vec::new();
    let expected = parts.each_ref().map(|(ast, root)| print(ast, *root, 6));
    for (ast, root) in parts {
        roots.extend(all.append(ast).get(root));
    }
    assert_eq!(roots.iter().map(|&root| print(&all, root, 6)).collect::<Vec<_>>(), expected);
    assert_eq!(all.names.len(), 5);
}

#[test]
fn compact_keeps_what_is_reached_and_renumbers_it() {
    let (ast, root) = filled("a");
    let before = print(&ast, root, 6);
    let lengths = (ast.exprs.len(), ast.stmts.len(), ast.names.len(), ast.types.len());
    // Garbage before, between and after.
    let (other, _) = filled("b");
    let mut both = other;
    let mut root = both.append(ast).get(root).unwrap();
    both.alloc(Expr::Unit);
    let lost = ExprIdx::from_raw(0);
    let old = root;
    let moved = both.compact(&mut root);
    assert_eq!(print(&both, root, 6), before);
    assert_eq!((both.exprs.len(), both.stmts.len(), both.names.len(), both.types.len()), lengths);
    assert_eq!((moved.get(old), moved.get(lost)), (Some(root), None));
    // Nothing more to do.
    let again = root;
    both.compact(&mut root);
    assert_eq!(root, again);
    // Without a root nothing stays.
    both.compact(&mut ());
    assert_eq!((both.exprs.len(), both.stmts.len(), both.names.len(), both.types.len()), (0, 0, 0, 0));
    assert_eq!(both.find(&name("a")), None);
}

#[derive(ArenaAlloc)]
#[arena(remap, repr = checked)]
struct Node {
    next: Option<NodeIdx>,
    #[arena(with = touchy)]
    value: Logged,
}

fn touchy(value: &mut Logged, _: &mut Remapper<'_>) {
    assert!(value.number() != 13, "on purpose");
}

arena_struct!(
    #[arena(checked)]
    #[derive(Default)]
    struct List {
        nodes: Arena<Node>,
    }

    struct Small {
        #[arena(idx = ByteIdx, capacity = 2)]
        bytes: FastArena<u8>,
    }
);

fn chain(log: &DropLog, numbers: impl IntoIterator<Item = u32>) -> (List, Option<NodeIdx>) {
    let mut list = List::default();
    let mut next = None;
    for number in numbers {
        next = Some(list.alloc(Node { next, value: log.value(number) }));
    }
    (list, next)
}

fn numbers(list: &List, mut next: Option<NodeIdx>) -> Vec<u32> {
    let mut numbers = Vec::new();
    while let Some(index) = next {
        numbers.push(list[index].value.number());
        next = list[index].next;
    }
    numbers
}

#[test]
fn checked_indices_get_their_new_stamps_and_stale_ones_stay_stale() {
    let log = DropLog::new();
    let (mut a, first) = chain(&log, [1, 2]);
    let (mut b, _) = chain(&log, [3]);
    let start = b.checkpoint();
    let stale = b.alloc(Node { next: None, value: log.value(4) });
    b.rollback(start);
    let last = b.alloc(Node { next: Some(stale), value: log.value(5) });
    let end = b.alloc(Node { next: Some(last), value: log.value(6) });
    let offsets = a.append(b);
    let (end, last) = (offsets.get(end).unwrap(), offsets.get(last).unwrap());
    assert_eq!((a[end].value.number(), a[end].next), (6, Some(last)));
    assert_eq!((offsets.get(stale), a.try_get(a[last].next.unwrap()).is_none()), (None, true));
    assert_eq!(numbers(&a, first), [2, 1]);
    drop(a);
    log.assert_all_dropped_once();
}

// Contract: C7
#[test]
fn what_panics_on_the_way_leaves_the_bundle_as_it_was() {
    let log = DropLog::new();
    let (mut a, first) = chain(&log, [1, 2]);
    let (b, _) = chain(&log, [12, 13, 14]);
    assert!(panics(|| a.append(b)));
    assert_eq!((numbers(&a, first), a.nodes.len()), (vec![2, 1], 2));
    assert_eq!(log.dropped(), 3);
    drop(a);
    log.assert_all_dropped_once();
}

// Contract: C7, C13
#[test]
fn compact_drops_the_unreached_once() {
    let log = DropLog::new();
    let (mut list, mut end) = chain(&log, [1, 2, 3]);
    let (other, _) = chain(&log, [4, 5]);
    list.append(other);
    list.compact(&mut end);
    assert_eq!(log.order(), [5, 4]);
    assert_eq!(numbers(&list, end), [3, 2, 1]);
    drop(list);
    log.assert_all_dropped_once();
}

#[test]
fn through_an_exclusive_reference_a_full_store_grows() {
    let (mut a, mut b) = (Small::new(), Small::new());
    a.alloc(1);
    b.alloc_batch([2, 3]);
    let offsets = a.append(b);
    assert_eq!(a.bytes.as_slice(), [1, 2, 3]);
    assert_eq!(offsets.get(ByteIdx::from_raw(1)), Some(ByteIdx::from_raw(2)));
}

proptest! {
    #![proptest_config(arenas_tests::models::config(30))]

    /// Lists through random graphs: every item refers to one that came before it, or to itself.
    #[test]
    fn append_and_compact_keep_every_path(
        left in prop::collection::vec(any::<prop::sample::Index>(), 1..30),
        right in prop::collection::vec(any::<prop::sample::Index>(), 1..30),
        root in any::<prop::sample::Index>(),
    ) {
        let build = |edges: &[prop::sample::Index], text: &'static str| {
            let mut ast = Ast::new(text);
            let mut stmts: Vec<StmtIdx> = Vec::new();
            for (n, edge) in edges.iter().enumerate() {
                let expr = match edge.index(n + 1) {
                    to if to < stmts.len() => Expr::Deep(Some((stmts[to], n as u8)), Box::new([]), [ExprIdx::from_raw(to); 2]),
                    _ => Expr::Name(text, ast.intern(name(&n.to_string()))),
                };
                let expr = ast.alloc(expr);
                stmts.push(ast.alloc(Stmt(expr)));
            }
            ast
        };
        let (mut a, b) = (build(&left, "left"), build(&right, "right"));
        let mut root = ExprIdx::from_raw(root.index(right.len()));
        let expected = print(&b, root, 5);
        let offsets = a.append(b);
        offsets.apply(&mut root);
        prop_assert_eq!(print(&a, root, 5), expected.clone());
        let mut table = ArenaMap::new();
        table.insert(root, ());
        a.compact(&mut root);
        prop_assert_eq!(print(&a, root, 5), expected);
    }
}

/// A type of which no derive knows.
struct Pair(ExprIdx, u8);

impl Remap for Pair {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        self.0.remap(remapper);
    }
}

#[test]
fn the_trait_can_be_written_by_hand() {
    let (mut a, root) = filled("a");
    let len = a.exprs.len();
    let offsets = a.append(filled("b").0);
    let mut pair = Pair(root, 1);
    offsets.apply(&mut pair);
    assert_eq!(pair.0.into_raw(), len + root.into_raw());
}
