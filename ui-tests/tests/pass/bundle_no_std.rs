#![deny(warnings)]
#![no_std]

//! Without the standard library in scope.

use arenas::{Arena, ArenaAlloc, Bitena, arena_struct};

#[derive(ArenaAlloc, Debug)]
enum Expr<'src> {
    Name(&'src str),
    Add(ExprIdx, ExprIdx),
}

arena_struct!(
    #[arena(any)]
    #[derive(Debug, Default)]
    struct Ast<'src> {
        exprs: Arena<Expr<'src>>,
        text: Bitena,
        file: &'src str,
    }
);

fn main() {
    let mut ast = Ast::default();
    let one = ast.alloc(Expr::Name("one"));
    let sum = ast.alloc(Expr::Add(one, one));
    let Expr::Add(left, _) = ast[sum] else { panic!("it is a sum") };
    assert!(matches!(&ast[left], Expr::Name("one")));
    assert_eq!((ast.text.alloc_str("x"), ast.file), ("x", ""));
    assert!(matches!(ast.get_any(sum.into()), AstRef::Exprs(Expr::Add(..))));
    let outcome: Result<(), ()> = ast.transaction(|_| Err(()));
    assert_eq!(outcome, Err(()));
}
