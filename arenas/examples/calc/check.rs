//! What names mean and which types expressions have.
//!
//! The checker changes no node. What it finds out is in [`Facts`]: a second bundle, for the types and variables that it
//! makes, with *side tables* keyed by the indices of the tree. A side table is dense, so a lookup is an array access.
//!
//! ```text
//!   ast.exprs            [ 0: Name f      | 1: Int 2 | 2: Call 0 [1] ]
//!   facts.type_of        [ (int) -> text  | int      | text ]          ArenaMap<ExprIdx, TypeIdx>
//!   facts.meaning        [ local 7        | -        | - ]             ArenaMap<ExprIdx, LocalIdx>
//! ```
//!
//! Equal types have one index (`intern`), so that to compare types is to compare integers, however large they are.
//!
//! When a program is wrong, a transaction drops what was made for it. A table about items of the same bundle goes with them
//! by itself. One about nodes of the tree, which is another bundle, says `no_checkpoint`, and [`Facts::follow`] cuts it to
//! where the tree stands now.

use crate::ast::{
    Ast, Block, Expr, ExprIdx, ExprKind, Function, FunctionIdx, NameIdx, Pattern, PatternIdx, PatternKind, Stmt,
    TypeExprIdx, TypeExprKind,
};
use crate::diagnostics::{Diagnostic, Span};
use arenas::{Arena, ArenaAlloc, ArenaMap, ArenaSet, arena_struct};

/// How high a tree may be: the checker and the evaluator call themselves for each level.
const MAX_HEIGHT: usize = 1000;

#[derive(ArenaAlloc, Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Type {
    Int,
    Bool,
    Text,
    /// The empty one is that of statements.
    Tuple(Vec<TypeIdx>),
    Function(Vec<TypeIdx>, TypeIdx),
    /// Of what is wrong, and was reported: it fits everywhere.
    Wrong,
}

/// A variable, parameter or named function.
#[derive(ArenaAlloc, Debug)]
pub(crate) struct Local {
    pub(crate) name: NameIdx,
    span: Span,
    ty: TypeIdx,
    /// How many functions are around it.
    pub(crate) level: usize,
    /// Its place among all variables of that function.
    pub(crate) slot: usize,
}

arena_struct!(
    /// What is known about a tree: two stores, four side tables, and two plain fields.
    #[derive(Debug, Default)]
    pub(crate) struct Facts {
        #[arena(intern)]
        types: Arena<Type>,
        pub(crate) locals: Arena<Local>,
        used: ArenaSet<LocalIdx>,
        #[arena(no_checkpoint)]
        pub(crate) type_of: ArenaMap<ExprIdx, TypeIdx>,
        /// Which variable a name in an expression is.
        #[arena(no_checkpoint)]
        pub(crate) meaning: ArenaMap<ExprIdx, LocalIdx>,
        /// Which variable a name in a pattern declares or sets.
        #[arena(no_checkpoint)]
        pub(crate) target: ArenaMap<PatternIdx, LocalIdx>,
        /// The variables that are visible, the innermost last.
        scope: Vec<LocalIdx>,
        /// How many variables of the program there have been, those of its blocks included.
        globals: usize,
    }
);

impl Facts {
    /// Forgets what is about nodes and variables that a rollback has dropped.
    pub(crate) fn follow(&mut self, ast: &Ast) {
        let Facts { locals, scope, .. } = self;
        self.type_of.truncate_to(ast.exprs.checkpoint());
        self.meaning.truncate_to(ast.exprs.checkpoint());
        self.target.truncate_to(ast.patterns.checkpoint());
        scope.retain(|&local| locals.is_valid(local));
    }

    /// The one index of a type. What has a wrong part is wrong.
    fn ty(&mut self, ty: Type) -> TypeIdx {
        let Facts { types, .. } = self;
        let mut parts = match &ty {
            Type::Tuple(parts) => parts.iter(),
            Type::Function(params, _) => params.iter(),
            _ => [].iter(),
        };
        let result_is_wrong = matches!(&ty, Type::Function(_, result) if types[*result] == Type::Wrong);
        let is_wrong = result_is_wrong || parts.any(|&part| types[part] == Type::Wrong);
        self.intern(if is_wrong { Type::Wrong } else { ty })
    }

    /// The type as one writes it, down to a few levels: types share parts, and may be far larger than the program.
    pub(crate) fn show(&self, ty: TypeIdx, levels: usize) -> String {
        if levels == 0 {
            return "..".to_owned();
        }
        let list = |types: &[TypeIdx]| {
            let types: Vec<String> = types.iter().map(|&ty| self.show(ty, levels - 1)).collect();
            format!("({})", types.join(", "))
        };
        match &self[ty] {
            Type::Int => "int".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Text => "text".to_owned(),
            Type::Tuple(parts) => list(parts),
            Type::Function(params, result) => format!("{} -> {}", list(params), self.show(*result, levels - 1)),
            Type::Wrong => "?".to_owned(),
        }
    }
}

/// Checks a program that [`parse`](crate::parser::parse) has read, and returns its warnings or its errors.
pub(crate) fn check(ast: &Ast, facts: &mut Facts, program: &Block) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let slots = vec![facts.globals];
    let mut checker = Checker { ast, facts, slots, height: 0, errors: Vec::new(), warnings: Vec::new() };
    checker.block(program);
    checker.facts.globals = checker.slots[0];
    if checker.errors.is_empty() { Ok(checker.warnings) } else { Err(checker.errors) }
}

struct Checker<'c> {
    ast: &'c Ast,
    facts: &'c mut Facts,
    /// How many variables each function around the current place has, the program being the first.
    slots: Vec<usize>,
    height: usize,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn error(&mut self, span: Span, message: impl Into<String>) -> TypeIdx {
        self.errors.push(Diagnostic::error(span, message));
        self.facts.ty(Type::Wrong)
    }

    // -- Types.

    /// Reports two types that should be the same and are not.
    fn same(&mut self, expected: TypeIdx, found: TypeIdx, span: Span) {
        let wrong = self.facts.ty(Type::Wrong);
        if expected != found && expected != wrong && found != wrong {
            let (expected, found) = (self.facts.show(expected, 4), self.facts.show(found, 4));
            self.error(span, format!("expected `{expected}`, found `{found}`"));
        }
    }

    fn annotation(&mut self, ty: TypeExprIdx) -> TypeIdx {
        let node = &self.ast[ty];
        let ty = match &node.kind {
            TypeExprKind::Name(name) => match self.ast.text(*name) {
                "int" => Type::Int,
                "bool" => Type::Bool,
                "text" => Type::Text,
                other => {
                    let error = Diagnostic::error(node.span, format!("there is no type `{other}`"));
                    self.errors.push(error.note("types are `int`, `bool`, `text`, `(int, bool)` and `(int) -> bool`"));
                    Type::Wrong
                }
            },
            TypeExprKind::Tuple(parts) => Type::Tuple(parts.iter().map(|&part| self.annotation(part)).collect()),
            TypeExprKind::Function(params, result) => {
                let params = params.iter().map(|&param| self.annotation(param)).collect();
                Type::Function(params, self.annotation(*result))
            }
        };
        self.facts.ty(ty)
    }

    fn params(&mut self, params: &[(PatternIdx, Option<TypeExprIdx>)]) -> Vec<TypeIdx> {
        let mut param = |&(pattern, ty): &(PatternIdx, Option<TypeExprIdx>)| match ty {
            Some(ty) => self.annotation(ty),
            None => self.error(self.ast[pattern].span, "a parameter needs a type, as in `(a: int)`"),
        };
        params.iter().map(&mut param).collect()
    }

    // -- Names.

    fn find(&mut self, name: NameIdx, span: Span) -> Option<LocalIdx> {
        let found = self.facts.scope.iter().rev().copied().find(|&local| self.facts[local].name == name);
        if found.is_none() {
            self.error(span, format!("there is no variable `{}`", self.ast.text(name)));
        }
        found
    }

    /// Declares the names of a pattern that takes values of a type apart.
    fn declare(&mut self, pattern: PatternIdx, ty: TypeIdx) {
        let Pattern { kind, span } = &self.ast[pattern];
        match kind {
            PatternKind::Name(name) => {
                let level = self.slots.len() - 1;
                let slot = self.slots[level];
                self.slots[level] += 1;
                let local = self.facts.alloc(Local { name: *name, span: *span, ty, level, slot });
                self.facts.scope.push(local);
                self.facts.target.insert(pattern, local);
            }
            PatternKind::Tuple(parts) => {
                let wrong = self.facts.ty(Type::Wrong);
                let types = match &self.facts[ty] {
                    Type::Tuple(types) if types.len() == parts.len() => types.clone(),
                    Type::Wrong => vec![wrong; parts.len()],
                    _ => {
                        let ty = self.facts.show(ty, 4);
                        self.error(*span, format!("this takes a tuple of {} apart, not `{ty}`", parts.len()));
                        vec![wrong; parts.len()]
                    }
                };
                parts.iter().zip(types).for_each(|(&part, ty)| self.declare(part, ty));
            }
        }
    }

    /// The type of what can be assigned to a pattern of known variables.
    fn assignable(&mut self, pattern: PatternIdx) -> TypeIdx {
        let Pattern { kind, span } = &self.ast[pattern];
        match kind {
            PatternKind::Name(name) => {
                let Some(local) = self.find(*name, *span) else { return self.facts.ty(Type::Wrong) };
                self.facts.target.insert(pattern, local);
                self.facts[local].ty
            }
            PatternKind::Tuple(parts) => {
                let parts = parts.iter().map(|&part| self.assignable(part)).collect();
                self.facts.ty(Type::Tuple(parts))
            }
        }
    }

    /// Leaves the variables of a block or function, and warns of those that nobody has looked at.
    fn leave(&mut self, outer: usize) {
        for local in self.facts.scope.split_off(outer) {
            let name = self.ast.text(self.facts[local].name);
            if !self.facts.used.contains(local) && !name.starts_with('_') {
                let warning = Diagnostic::warning(self.facts[local].span, format!("`{name}` is never used"));
                self.warnings.push(warning.note(format!("if that is right, call it `_{name}`")));
            }
        }
    }

    // -- The tree.

    /// Checks the body of a function whose parameters have these types, and returns its type.
    fn body(&mut self, function: FunctionIdx, types: &[TypeIdx]) -> TypeIdx {
        let Function { params, body, .. } = &self.ast[function];
        let outer = self.facts.scope.len();
        self.slots.push(0);
        params.iter().zip(types).for_each(|(&(pattern, _), &ty)| self.declare(pattern, ty));
        let result = self.expr(*body);
        self.slots.pop();
        self.leave(outer);
        result
    }

    /// The type of the value of a block. Its variables stay visible until somebody calls [`Self::leave`].
    fn block(&mut self, block: &Block) -> TypeIdx {
        let ast = self.ast;
        // Functions may call each other whatever their order is.
        let mut signatures = Vec::new();
        for &stmt in &block.stmts {
            if let Stmt::Fn(name, function) = ast[stmt] {
                let Function { params, result, .. } = &ast[function];
                let params = self.params(params);
                let result = match result {
                    Some(ty) => self.annotation(*ty),
                    None => self.facts.ty(Type::Tuple(Vec::new())),
                };
                let ty = self.facts.ty(Type::Function(params.clone(), result));
                self.declare(name, ty);
                signatures.push((params, result));
            }
        }
        let mut signatures = signatures.into_iter();
        for &stmt in &block.stmts {
            match ast[stmt] {
                Stmt::Let(pattern, ty, value) => {
                    let found = self.expr(value);
                    let ty = ty.map(|ty| self.annotation(ty));
                    ty.into_iter().for_each(|ty| self.same(ty, found, ast[value].span));
                    self.declare(pattern, ty.unwrap_or(found));
                }
                Stmt::Assign(pattern, value) => {
                    let expected = self.assignable(pattern);
                    self.expect(value, expected);
                }
                Stmt::Fn(_, function) => {
                    let (params, result) = signatures.next().expect("there is one for each function");
                    let found = self.body(function, &params);
                    self.same(result, found, self.value_span(ast[function].body));
                }
                Stmt::Print(value) | Stmt::Expr(value) => {
                    self.expr(value);
                }
            }
        }
        match block.tail {
            Some(tail) => self.expr(tail),
            None => self.facts.ty(Type::Tuple(Vec::new())),
        }
    }

    /// Where the value of an expression comes from: the end of a block.
    fn value_span(&self, expr: ExprIdx) -> Span {
        match &self.ast[expr].kind {
            ExprKind::Block(Block { tail: Some(tail), .. }) => self.value_span(*tail),
            _ => self.ast[expr].span,
        }
    }

    fn expect(&mut self, expr: ExprIdx, expected: TypeIdx) {
        let found = self.expr(expr);
        self.same(expected, found, self.value_span(expr));
    }

    fn expr(&mut self, expr: ExprIdx) -> TypeIdx {
        if self.height == MAX_HEIGHT {
            return self.error(self.ast[expr].span, format!("more than {MAX_HEIGHT} expressions are around this one"));
        }
        self.height += 1;
        let ty = self.kind(expr);
        self.height -= 1;
        self.facts.type_of.insert(expr, ty);
        ty
    }

    fn kind(&mut self, expr: ExprIdx) -> TypeIdx {
        let Expr { kind, span } = &self.ast[expr];
        let (int, bool) = (self.facts.ty(Type::Int), self.facts.ty(Type::Bool));
        match kind {
            ExprKind::Int(_) => int,
            ExprKind::Bool(_) => bool,
            ExprKind::Text(_) => self.facts.ty(Type::Text),
            ExprKind::Name(name) => {
                let Some(local) = self.find(*name, *span) else { return self.facts.ty(Type::Wrong) };
                self.facts.meaning.insert(expr, local);
                self.facts.used.insert(local);
                self.facts[local].ty
            }
            ExprKind::Unary(operator, operand) => {
                let expected = if *operator == "!" { bool } else { int };
                self.expect(*operand, expected);
                expected
            }
            ExprKind::Binary(operator @ ("==" | "!="), left, right) => {
                let ty = self.expr(*left);
                if matches!(self.facts[ty], Type::Tuple(_) | Type::Function(..)) {
                    let ty = self.facts.show(ty, 4);
                    self.error(self.ast[*left].span, format!("`{operator}` does not compare values of type `{ty}`"));
                }
                self.expect(*right, ty);
                bool
            }
            ExprKind::Binary(operator, left, right) => {
                let (operands, result) = match *operator {
                    "&&" | "||" => (bool, bool),
                    "<" | "<=" | ">" | ">=" => (int, bool),
                    _ => (int, int),
                };
                self.expect(*left, operands);
                self.expect(*right, operands);
                result
            }
            ExprKind::Tuple(items) => {
                let items = items.iter().map(|&item| self.expr(item)).collect();
                self.facts.ty(Type::Tuple(items))
            }
            ExprKind::Lambda(function) => {
                let params = self.params(&self.ast[*function].params);
                let result = self.body(*function, &params);
                self.facts.ty(Type::Function(params, result))
            }
            ExprKind::Call(callee, arguments) => {
                let ty = self.expr(*callee);
                let found: Vec<TypeIdx> = arguments.iter().map(|&argument| self.expr(argument)).collect();
                let (params, result) = match self.facts[ty].clone() {
                    Type::Function(params, result) => (params, result),
                    Type::Wrong => return ty,
                    _ => {
                        let ty = self.facts.show(ty, 4);
                        return self.error(self.ast[*callee].span, format!("`{ty}` is no function"));
                    }
                };
                if params.len() != found.len() {
                    let text = format!("wrong number of arguments: expected {}, found {}", params.len(), found.len());
                    self.error(*span, text);
                }
                for ((&argument, found), param) in arguments.iter().zip(found).zip(params) {
                    self.same(param, found, self.ast[argument].span);
                }
                result
            }
            ExprKind::If(condition, then, otherwise) => {
                self.expect(*condition, bool);
                let ty = self.expr(*then);
                if let Some(otherwise) = otherwise {
                    self.expect(*otherwise, ty);
                } else {
                    let nothing = self.facts.ty(Type::Tuple(Vec::new()));
                    self.same(nothing, ty, self.value_span(*then));
                }
                ty
            }
            ExprKind::While(condition, body) => {
                self.expect(*condition, bool);
                self.expr(*body);
                self.facts.ty(Type::Tuple(Vec::new()))
            }
            ExprKind::Block(block) => {
                let outer = self.facts.scope.len();
                let ty = self.block(block);
                self.leave(outer);
                ty
            }
        }
    }
}
