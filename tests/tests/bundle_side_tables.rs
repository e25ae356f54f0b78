//! Side tables that follow the checkpoints of a bundle: in fields of it by themselves, elsewhere by a call.

use arenas::{Arena, ArenaAlloc, ArenaIdx, ArenaMap, ArenaSet, FastArena, RegionStore, arena_struct};
use arenas_tests::drops::{DropLog, Logged};
use arenas_tests::panics::panics;
use proptest::prelude::*;

#[derive(ArenaAlloc)]
struct Expr;

#[derive(ArenaAlloc)]
#[arena(repr = checked, store = FastArena)]
struct Stmt;

arena_struct!(
    #[derive(Default)]
    struct Ast {
        exprs: Arena<Expr>,
        stmts: FastArena<Stmt>,
        #[arena(intern, idx = WordIdx)]
        words: Arena<&'static str>,
    }
);

#[derive(Default)]
struct Facts {
    types: ArenaMap<ExprIdx, &'static str>,
    lines: ArenaMap<StmtIdx, u32>,
    uses: ArenaMap<WordIdx, u32>,
}

impl Facts {
    /// Forgets what is said of items that are gone.
    fn follow(&mut self, ast: &Ast) {
        self.types.truncate_to(ast.exprs.checkpoint());
        self.lines.truncate_to(ast.stmts.checkpoint());
        self.uses.truncate_to(ast.words.checkpoint());
    }

    fn lengths(&self) -> [usize; 3] {
        [self.types.len(), self.lines.len(), self.uses.len()]
    }
}

fn one_of_each(ast: &mut Ast, facts: &mut Facts, word: &'static str) -> StmtIdx {
    facts.types.insert(ast.alloc(Expr), word);
    let stmt = ast.alloc(Stmt);
    facts.lines.insert(stmt, 1);
    *facts.uses.entry(ast.intern(word)).or_default() += 1;
    stmt
}

// Contract: S2
#[test]
fn tables_follow_a_rollback_of_the_bundle() {
    let (mut ast, mut facts) = (Ast::default(), Facts::default());
    one_of_each(&mut ast, &mut facts, "kept");
    let start = ast.checkpoint();
    let stale = one_of_each(&mut ast, &mut facts, "dropped");
    one_of_each(&mut ast, &mut facts, "kept");
    ast.rollback(start);
    facts.follow(&ast);
    assert_eq!(facts.lengths(), [1, 1, 1]);
    // A fact of before the checkpoint stays, as rollback undoes allocation only.
    assert_eq!(facts.uses[ast.find(&"kept").unwrap()], 2);
    let fresh = ast.alloc(Stmt);
    assert_eq!((stale.into_raw(), facts.lines.get(stale), facts.lines.get(fresh)), (fresh.into_raw(), None, None));
}

// Contract: S2
#[test]
fn tables_follow_nested_transactions_that_fail_and_that_panic() {
    let (mut ast, mut facts) = (Ast::default(), Facts::default());
    one_of_each(&mut ast, &mut facts, "a");
    let outer: Result<(), ()> = ast.transaction(|ast| {
        one_of_each(ast, &mut facts, "b");
        let inner: Result<(), ()> = ast.transaction(|ast| {
            one_of_each(ast, &mut facts, "c");
            Err(())
        });
        assert!(inner.is_err());
        facts.follow(ast);
        assert_eq!(facts.lengths(), [2, 2, 2]);
        assert!(panics(|| ast.transaction(|ast| -> Result<(), ()> {
            one_of_each(ast, &mut facts, "d");
            panic!("on purpose")
        })));
        assert_eq!(facts.lengths(), [3, 3, 3]);
        facts.follow(ast);
        assert_eq!(facts.lengths(), [2, 2, 2]);
        assert_eq!((ast.find(&"c"), ast.find(&"d")), (None, None));
        ast.transaction(|ast| {
            one_of_each(ast, &mut facts, "e");
            Ok::<_, ()>(())
        })?;
        facts.follow(ast);
        assert_eq!(facts.lengths(), [3, 3, 3]);
        Err(())
    });
    assert!(outer.is_err());
    facts.follow(&ast);
    assert_eq!(facts.lengths(), [1, 1, 1]);
}

#[derive(ArenaAlloc)]
#[arena(store = RegionStore)]
struct Coin;

/// Panics when it is dropped, if it says so and nothing else panics.
struct Fact(Option<Logged>, bool);

impl Drop for Fact {
    fn drop(&mut self) {
        self.0.take();
        assert!(!self.1 || std::thread::panicking(), "on purpose");
    }
}

arena_struct!(
    /// With a table of every sort, also before its store.
    #[derive(Default)]
    struct Known {
        types: ArenaMap<ExprIdx, Fact>,
        exprs: Arena<Expr>,
        stmts: FastArena<Stmt>,
        #[arena(intern, idx = TermIdx)]
        words: Arena<&'static str>,
        #[arena(capacity = 8)]
        coins: RegionStore<Coin>,
        lines: ArenaMap<StmtIdx, u32>,
        #[arena(capacity = 100)]
        loud: arenas::ArenaSet<TermIdx>,
        spent: ArenaSet<CoinIdx>,
        #[arena(no_checkpoint)]
        forever: ArenaMap<ExprIdx, u8>,
        #[cfg(any())]
        missing: ArenaMap<NoSuchIdx, NoSuchType>,
    }
);

/// One of each, and what is known of it.
fn one_known(known: &mut Known, word: &'static str, fact: Fact) -> (ExprIdx, StmtIdx, TermIdx, CoinIdx) {
    let (expr, stmt, coin) = (known.alloc(Expr), known.alloc(Stmt), known.alloc(Coin));
    let word = known.intern(word);
    known.types.insert(expr, fact);
    known.lines.insert(stmt, 1);
    known.loud.insert(word);
    known.spent.insert(coin);
    known.forever.insert(expr, 1);
    (expr, stmt, word, coin)
}

fn entries(known: &Known) -> [usize; 5] {
    [known.types.len(), known.lines.len(), known.loud.len(), known.spent.len(), known.forever.len()]
}

fn quiet() -> Fact {
    Fact(None, false)
}

// Contract: S2
#[test]
fn a_table_in_the_bundle_follows_a_rollback_by_itself() {
    let log = DropLog::new();
    let mut known = Known::default();
    assert!(known.loud.capacity() >= 100);
    one_known(&mut known, "a", Fact(Some(log.value(0)), false));
    let start = known.checkpoint();
    let (_, stale, ..) = one_known(&mut known, "b", Fact(Some(log.value(1)), false));
    one_known(&mut known, "a", Fact(Some(log.value(2)), false));
    known.rollback(start);
    // The store of coins is not rolled back, and one table is to be left alone.
    assert_eq!((entries(&known), log.order()), ([1, 1, 1, 3, 3], vec![1, 2]));
    let fresh = known.alloc(Stmt);
    assert_eq!((stale.into_raw(), known.lines.get(stale), known.lines.get(fresh)), (fresh.into_raw(), None, None));
    known.reset();
    assert_eq!(entries(&known), [0; 5]);
    assert_eq!(known.stats().types.allocations, Some(0));
    log.assert_all_dropped_once();
}

// Contract: S2
#[test]
fn tables_follow_nested_transactions_by_themselves() {
    let mut known = Known::default();
    one_known(&mut known, "a", quiet());
    let outer: Result<(), ()> = known.transaction(|known| {
        one_known(known, "b", quiet());
        assert!(panics(|| known.transaction(|known| -> Result<(), ()> {
            one_known(known, "c", quiet());
            panic!("on purpose")
        })));
        assert_eq!(entries(known)[..3], [2, 2, 2]);
        known.transaction(|known| {
            one_known(known, "d", quiet());
            Ok::<_, ()>(())
        })?;
        assert_eq!(entries(known)[..3], [3, 3, 3]);
        Err(())
    });
    assert!(outer.is_err());
    assert_eq!(entries(&known)[..3], [1, 1, 1]);
}

// Contract: S2
#[test]
fn a_refused_rollback_leaves_the_tables_alone() {
    let (mut known, mut other) = (Known::default(), Known::default());
    let start = known.checkpoint();
    one_known(&mut known, "a", quiet());
    assert!(known.try_rollback(other.checkpoint()).is_err());
    assert_eq!(entries(&known), [1; 5]);
    other.rollback(other.checkpoint());
    known.rollback(start);
    assert_eq!(entries(&known)[..3], [0; 3]);
}

// Contract: S2
#[test]
fn a_transaction_that_went_below_its_start_leaves_no_entry_of_what_is_gone() {
    let mut known = Known::default();
    let start = known.exprs.checkpoint();
    one_known(&mut known, "a", quiet());
    let failed: Result<(), ()> = known.transaction(|known| {
        // A store of its own, which nobody tells the tables.
        known.exprs.rollback(start);
        assert_eq!(known.types.len(), 1);
        Err(())
    });
    assert!(failed.is_err());
    assert_eq!(entries(&known)[..3], [0, 1, 1]);
}

// Contract: C7
#[test]
fn destructors_that_panic_keep_no_table_from_following() {
    let mut known = Known::default();
    let start = known.checkpoint();
    for n in 0..3 {
        one_known(&mut known, "a", Fact(None, n != 1));
    }
    assert!(panics(|| known.rollback(start)));
    assert_eq!(entries(&known)[..3], [0; 3]);
    one_known(&mut known, "b", Fact(None, true));
    let failed = panics(|| {
        known.transaction(|known| {
            one_known(known, "c", Fact(None, true));
            Err::<(), _>(())
        })
    });
    assert!(failed);
    assert_eq!(entries(&known)[..3], [1; 3]);
    assert!(panics(|| known.reset()));
    assert_eq!(entries(&known), [0; 5]);
}

// -- Items that move.

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Node(Option<NodeIdx>);

#[derive(ArenaAlloc, PartialEq, Eq, Hash)]
#[arena(remap)]
struct Name(u8);

arena_struct!(
    #[derive(Default)]
    struct Tree {
        nodes: Arena<Node>,
        #[arena(intern)]
        names: FastArena<Name>,
        /// What this leads to is reached through the node.
        named: ArenaMap<NodeIdx, (NameIdx, Option<NodeIdx>)>,
        counted: ArenaMap<NameIdx, u32>,
        marked: ArenaSet<NodeIdx>,
        #[arena(no_checkpoint)]
        other: ArenaMap<ExprIdx, NodeIdx>,
    }
);

fn named(tree: &mut Tree, name: u8, then: Option<NodeIdx>) -> NodeIdx {
    let (node, name) = (tree.alloc(Node(None)), tree.intern(Name(name)));
    tree.named.insert(node, (name, then));
    *tree.counted.entry(name).or_default() += 1;
    node
}

#[test]
fn entries_move_with_their_items_and_keep_alive_what_they_lead_to() {
    let mut tree = Tree::default();
    let lost = named(&mut tree, 1, None);
    let far = named(&mut tree, 2, None);
    let mut root = named(&mut tree, 3, Some(far));
    tree.marked.extend([lost, far]);
    tree.other.insert(ExprIdx::from_raw(5), far);
    tree.compact(&mut root);
    assert_eq!((tree.nodes.len(), tree.names.len(), tree.named.len(), tree.counted.len()), (2, 2, 2, 2));
    let (name, far) = tree.named[root];
    assert_eq!((tree[name].0, tree.counted[name]), (3, 1));
    assert_eq!(tree[tree.named[far.unwrap()].0].0, 2);
    assert!(tree.marked.iter().eq([far.unwrap()]));
    // One that says `no_checkpoint` takes part in nothing.
    assert_eq!(tree.other[ExprIdx::from_raw(5)].into_raw(), 1);
}

#[test]
fn entries_are_appended_and_what_is_said_already_stays() {
    let (mut a, mut b) = (Tree::default(), Tree::default());
    let first = named(&mut a, 1, None);
    let far = named(&mut b, 2, None);
    let near = named(&mut b, 1, Some(far));
    b.marked.insert(near);
    // Of nothing in particular.
    b.counted.insert(NameIdx::from_raw(77), 1);
    *b.counted.entry(b.named[near].0).or_default() += 10;
    let moved = a.append(&mut b);
    let (near, far) = (moved.get(near).unwrap(), moved.get(far).unwrap());
    assert_eq!((a.named[near].1, a[a.named[far].0].0), (Some(far), 2));
    assert_eq!((a.named[near].0, a.counted[a.named[first].0], a.counted.len()), (a.named[first].0, 1, 2));
    assert!(a.marked.iter().eq([near]));
    assert_eq!((b.named.len(), b.counted.len(), b.marked.len()), (0, 0, 0));
}

#[test]
fn a_table_elsewhere_follows_what_is_returned() {
    let mut tree = Tree::default();
    let lost = named(&mut tree, 1, None);
    let mut root = named(&mut tree, 2, None);
    let mut weights: ArenaMap<NodeIdx, (u8, NodeIdx)> = [(lost, (1, root)), (root, (2, root))].into();
    let mut seen: ArenaSet<NodeIdx> = [lost, root].into();
    let mut foreign: ArenaMap<ExprIdx, NodeIdx> = [(ExprIdx::from_raw(9), root)].into();
    let moved = tree.compact(&mut root);
    moved.apply(&mut weights);
    moved.apply(&mut seen);
    moved.apply(&mut foreign);
    assert!(weights.into_iter().eq([(root, (2, root))]) && seen.iter().eq([root]));
    assert!(foreign.into_iter().eq([(ExprIdx::from_raw(9), root)]));
    // As a root it keeps its keys.
    let other = named(&mut tree, 3, None);
    let mut kept: (ArenaMap<NodeIdx, ()>, ArenaSet<NodeIdx>) = ([(other, ())].into(), [root].into());
    tree.compact(&mut kept);
    assert_eq!(tree.nodes.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// After any rollback, the tables say of each item what was said, and nothing of what is gone.
    #[test]
    fn tables_are_as_a_model_says(steps in prop::collection::vec((0_u8..4, any::<prop::sample::Index>()), 1..60)) {
        let mut tree = Tree::default();
        let mut model: Vec<(NodeIdx, u8)> = Vec::new();
        let mut checkpoints = vec![(tree.checkpoint(), 0)];
        for (number, (step, which)) in steps.into_iter().enumerate() {
            match step {
                0 | 1 => model.push((named(&mut tree, number as u8, None), number as u8)),
                2 => checkpoints.push((tree.checkpoint(), model.len())),
                _ => {
                    let at = which.index(checkpoints.len());
                    let (checkpoint, len) = checkpoints[at];
                    checkpoints.truncate(at + 1);
                    tree.rollback(checkpoint);
                    model.truncate(len);
                }
            }
            prop_assert_eq!(tree.named.len(), model.len());
            prop_assert!(tree.named.iter().map(|(node, &(name, _))| (node, tree[name].0)).eq(model.iter().copied()));
            prop_assert!(tree.counted.keys().all(|name| name.slot() < tree.names.len()));
        }
    }
}
