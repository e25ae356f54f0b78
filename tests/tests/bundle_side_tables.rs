//! Side tables that follow the checkpoints of a bundle.

use arenas::{Arena, ArenaAlloc, ArenaMap, FastArena, arena_struct};
use arenas_tests::panics::panics;

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
