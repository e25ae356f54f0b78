//! What a side table says moves with its item, and may hold indices.
use arenas::{Arena, ArenaAlloc, ArenaMap, arena_struct};

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Expr;

#[derive(Debug)]
struct Type;

arena_struct!(
    #[derive(Default)]
    struct Ast {
        exprs: Arena<Expr>,
        types: ArenaMap<ExprIdx, Type>,
    }
);

fn main() {
    let mut ast = Ast::default();
    ast.append(Ast::default());
}
