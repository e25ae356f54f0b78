//! A compiler's tree with everything that a bundle has.

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc, Debug)]
pub enum Expr<'src> {
    Lit(i64),
    Name(&'src str),
    Bin(ExprIdx, char, ExprIdx),
    Block(Vec<StmtIdx>),
    Cast(ExprIdx, TyIdx),
}

#[derive(ArenaAlloc, Debug)]
pub enum Stmt {
    Let(ExprIdx, Option<TyIdx>),
    Expr(ExprIdx),
}

#[derive(ArenaAlloc, Debug)]
#[arena(idx = TyIdx)]
pub struct Type {
    pub name: String,
    pub args: Vec<TyIdx>,
}

#[derive(Debug)]
pub struct Slot(pub u32);

arena_struct!(
    /// All nodes of one source file.
    #[derive(Default)]
    pub struct Ast<'src> {
        /// Expressions.
        pub exprs: Arena<Expr<'src>>,
        pub stmts: Arena<Stmt>,
        pub types: Arena<Type>,
        #[arena(idx = LocalIdx)]
        pub locals: Arena<Slot>,
        #[arena(idx = GlobalIdx)]
        pub globals: Arena<Slot>,
        pub file: &'src str,
    }
);

#[derive(Debug, PartialEq)]
struct ParseError;

fn expect(present: bool) -> Result<(), ParseError> {
    if present { Ok(()) } else { Err(ParseError) }
}

fn statement(ast: &mut Ast<'_>, semicolon: bool) -> Result<ExprIdx, ParseError> {
    ast.transaction(|ast| {
        let a = ast.alloc(Expr::Lit(1));
        let s = ast.alloc(Stmt::Let(a, None));
        ast[s] = Stmt::Expr(a);
        expect(semicolon).map(|()| a)
    })
}

fn main() {
    let mut ast = Ast { file: "main.rs", ..Ast::default() };
    assert_eq!(statement(&mut ast, false), Err(ParseError));
    assert_eq!((ast.exprs.len(), ast.stmts.len()), (0, 0));
    let a = statement(&mut ast, true).unwrap();
    assert!(matches!(ast[a], Expr::Lit(1)));

    let local: LocalIdx = ast.locals.alloc(Slot(1));
    let global: GlobalIdx = ast.globals.alloc(Slot(2));
    assert_eq!(ast[local].0 + ast[global].0, 3);
    assert_eq!((size_of::<Option<LocalIdx>>(), format!("{global:?}")), (4, "GlobalIdx(0)".to_owned()));

    let Ast { exprs, types, .. } = &mut ast;
    let ty = types.alloc(Type { name: "i64".to_owned(), args: Vec::new() });
    let name = exprs.alloc(Expr::Name("x"));
    let cast = exprs.alloc(Expr::Cast(name, ty));
    ast.alloc(Expr::Bin(a, '+', cast));
    ast.alloc_with(|own| Expr::Bin(own, '+', own));
    let block = ast.alloc_batch([Stmt::Expr(a), Stmt::Expr(cast)]);
    assert_eq!((ast[block].len(), ast.get(block).len()), (2, 2));
    ast.alloc(Expr::Block(block.iter().collect()));
    assert!(ast.is_valid(cast) && ast.try_get(ExprIdx::from_raw(99)).is_none());

    let before: AstCheckpoint = ast.checkpoint();
    assert_eq!(ast.alloc_extend([Expr::Lit(1), Expr::Lit(2)]).map(ExprIdx::into_raw), Some(6));
    ast.rollback(before);
    assert_eq!(ast.exprs.len(), 6);

    let stats: AstStats = ast.stats();
    assert_eq!(stats.exprs.allocations, Some(6));
    assert_eq!(stats.total().used, stats.exprs.used + stats.stmts.used + stats.types.used + 8);
    ast.reset();
    assert!(ast.exprs.is_empty() && ast.file == "main.rs");
    drop(Ast::with_capacity(AstCapacity { exprs: 100, ..AstCapacity::default() }, "other.rs"));
}
