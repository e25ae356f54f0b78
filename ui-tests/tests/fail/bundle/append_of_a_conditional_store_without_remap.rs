//! A store under a `cfg` takes part where it is there.
use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Expr;

#[derive(ArenaAlloc)]
struct Stmt(ExprIdx);

arena_struct!(
    #[derive(Default)]
    struct Ast {
        exprs: Arena<Expr>,
        #[cfg(all())]
        stmts: Arena<Stmt>,
    }
);

fn main() {
    let mut ast = Ast::default();
    ast.compact(&mut ());
}
