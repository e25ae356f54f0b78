//! The syntax tree: one bundle with a store per kind of node.
//!
//! A node names its children by index, not by `Box` or reference. An index is four bytes and `Copy`; each kind of node
//! has its own index type, so that a statement cannot stand where an expression is meant. Nodes have no lifetime:
//! whoever has the `Ast` may read all of it, whoever has it `mut` may add to it, and nobody owns a part.
//!
//! ```text
//!   1 + f(2)             exprs      [ 0: Int 1 | 1: Name f | 2: Int 2 | 3: Call 1 [2] | 4: Binary + 0 3 ]
//! ```
//!
//! What the later phases find out about a node (its type, what its name means) is not in the node. It goes into side
//! tables that are keyed by the index (`check.rs`), so that the tree is written once and each phase adds its own table.
//!
//! Names are a store, too, and one that interns: each distinct text is kept once, and stands for itself as a number of
//! four bytes. The lexer turns every identifier and every string into a [`NameIdx`]; from there on, to compare two names is
//! to compare two integers. When a statement fails to parse, its nodes must go, but a name that was met on the way does
//! no harm, and tokens that are still to be read may hold it: so names take no part in checkpoints (`no_checkpoint`).
//!
//! Dropping a tree walks six arrays; there is no recursion, however deep the tree is.

use crate::diagnostics::Span;
use arenas::{Arena, ArenaAlloc, arena_struct};
use std::borrow::Borrow;

arena_struct!(
    /// All nodes. `ast.alloc(node)` picks the store by the type of the node, `ast[index]` by the type of the index.
    #[derive(Debug, Default)]
    pub(crate) struct Ast {
        pub(crate) exprs: Arena<Expr>,
        pub(crate) stmts: Arena<Stmt>,
        pub(crate) patterns: Arena<Pattern>,
        pub(crate) functions: Arena<Function>,
        pub(crate) types: Arena<TypeExpr>,
        #[arena(intern, no_checkpoint)]
        pub(crate) names: Arena<Name>,
    }
);

impl Ast {
    /// The one index of this text, which is copied where it is new.
    pub(crate) fn name(&mut self, text: &str) -> NameIdx {
        self.names.intern_with(text, |text| Name(text.into()))
    }

    pub(crate) fn text(&self, name: NameIdx) -> &str {
        &self[name].0
    }
}

/// A distinct identifier or string.
#[derive(ArenaAlloc, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name(Box<str>);

/// So that a name is found by its text.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[derive(ArenaAlloc, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum ExprKind {
    Int(i64),
    Bool(bool),
    Text(NameIdx),
    Name(NameIdx),
    /// An operator is kept as it is written.
    Unary(&'static str, ExprIdx),
    Binary(&'static str, ExprIdx, ExprIdx),
    /// `(a, b)`; without items the one value that says nothing, `()`.
    Tuple(Vec<ExprIdx>),
    /// `(a, b) -> a + b`
    Lambda(FunctionIdx),
    Call(ExprIdx, Vec<ExprIdx>),
    If(ExprIdx, ExprIdx, Option<ExprIdx>),
    While(ExprIdx, ExprIdx),
    Block(Block),
}

/// Statements, and an expression without `;` after them that is the value of the block.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) stmts: Vec<StmtIdx>,
    pub(crate) tail: Option<ExprIdx>,
}

#[derive(ArenaAlloc, Debug)]
pub(crate) enum Stmt {
    /// `let pattern: ty = value;`
    Let(PatternIdx, Option<TypeExprIdx>, ExprIdx),
    /// `pattern = value;`
    Assign(PatternIdx, ExprIdx),
    /// `fn name(..) { .. }`; the pattern is the name.
    Fn(PatternIdx, FunctionIdx),
    Print(ExprIdx),
    Expr(ExprIdx),
}

/// What a value is taken apart by: `a`, `(a, (b, c))`.
#[derive(ArenaAlloc, Debug)]
pub(crate) struct Pattern {
    pub(crate) kind: PatternKind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum PatternKind {
    Name(NameIdx),
    Tuple(Vec<PatternIdx>),
}

/// A function with a name or without.
#[derive(ArenaAlloc, Debug)]
pub(crate) struct Function {
    pub(crate) params: Vec<(PatternIdx, Option<TypeExprIdx>)>,
    pub(crate) result: Option<TypeExprIdx>,
    pub(crate) body: ExprIdx,
}

/// A type that somebody wrote. What the checker finds out are `Type`s.
#[derive(ArenaAlloc, Debug)]
pub(crate) struct TypeExpr {
    pub(crate) kind: TypeExprKind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum TypeExprKind {
    Name(NameIdx),
    Tuple(Vec<TypeExprIdx>),
    Function(Vec<TypeExprIdx>, TypeExprIdx),
}
