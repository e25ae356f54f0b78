//! From tokens to the tree, by recursive descent with backtracking.
//!
//! ```text
//! block     = { statement } [ expr ]
//! statement = "let" pattern [ ":" type ] "=" expr ";"  |  "fn" name params [ "->" type ] "{" block "}"
//!           | "print" expr ";"  |  pattern "=" expr ";"  |  expr ";"  |  blocklike
//! expr      = lambda | operators over: literal, name, tuple, call, blocklike
//! lambda    = params "->" expr               params = "(" { pattern [ ":" type ] "," } ")"
//! tuple     = "(" { expr "," } ")"           blocklike = "if" … "else" … | "while" … | "{" block "}"
//! ```
//!
//! `(a, (b, c)) -> a` is a lambda and `(a, (b, c))` a tuple; `(a, b) = (b, a);` assigns and `(a, b);` does not. What
//! decides comes after any number of tokens. The parser does not guess: it *tries* to read parameters and the arrow,
//! and when that fails takes back what was made and reads a tuple. All of the taking back is in [`Parser::attempt`]:
//! the position is a number, and `Ast::transaction` drops the nodes that a failed try has left, in every store.
//!
//! The same transaction around each statement recovers from mistakes: a wrong statement is reported, its nodes go, and
//! the parser reads on behind it. When there was any mistake, the tree is as it was before.
//!
//! The tree is not in the `Parser` but beside it, a parameter of each method. So the two can be borrowed apart: in
//! `ast.transaction(|ast| self.statement(ast))` the bundle lends itself to the closure while the closure moves the
//! position.

use crate::ast::{
    Ast, Block, Expr, ExprIdx, ExprKind, Function, Pattern, PatternIdx, PatternKind, Stmt, StmtIdx, TypeExpr,
    TypeExprIdx, TypeExprKind,
};
use crate::diagnostics::{Diagnostic, Span, one_of};
use crate::lexer::{KEYWORDS, SYMBOLS, Token};

/// How deep brackets, blocks, signs and types may nest: the parser calls itself for each.
const MAX_NESTING: usize = 100;

/// Reads a program. When there are mistakes, here or before in the tokens, they are all in `errors` in the end, and the
/// tree is as it was.
pub(crate) fn parse(
    ast: &mut Ast,
    tokens: &[(Token, Span)],
    errors: Vec<Diagnostic>,
) -> Result<Block, Vec<Diagnostic>> {
    let mut parser = Parser { tokens, next: 0, nesting: 0, furthest: 0, expected: Vec::new(), errors };
    ast.transaction(|ast| {
        let program = parser.block(ast, Token::End);
        if parser.errors.is_empty() { Ok(program) } else { Err(parser.errors) }
    })
}

/// Why something was not read. What would have been right is in [`Parser::expected`].
enum Failed {
    Unexpected,
    TooDeep(Span),
}

type Parsed<T> = Result<T, Failed>;

enum Line {
    Stmt(StmtIdx),
    Tail(ExprIdx),
}

struct Parser<'p> {
    tokens: &'p [(Token, Span)],
    /// The position: how many tokens are read.
    next: usize,
    nesting: usize,
    /// The furthest token at which something else was expected, and what: the best guess at what the user meant,
    /// whichever try got there.
    furthest: usize,
    expected: Vec<&'static str>,
    errors: Vec<Diagnostic>,
}

impl Parser<'_> {
    // -- Tokens.

    fn peek(&self) -> Token {
        self.tokens[self.next].0
    }

    fn at(&self, token: &'static str) -> bool {
        self.peek() == Token::Fixed(token)
    }

    fn span(&self) -> Span {
        self.tokens[self.next].1
    }

    /// From `start` to the last token that was read.
    fn since(&self, start: Span) -> Span {
        start.to(self.tokens[self.next.saturating_sub(1)].1)
    }

    /// Never passes the end.
    fn advance(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    /// Reads `token` if it comes next; if not, notes that it would have been right.
    fn eat(&mut self, token: &'static str) -> bool {
        let found = self.at(token);
        if found {
            self.advance();
        } else {
            self.miss(token);
        }
        found
    }

    fn expect(&mut self, token: &'static str) -> Parsed<()> {
        if self.eat(token) { Ok(()) } else { Err(Failed::Unexpected) }
    }

    fn miss(&mut self, what: &'static str) -> Failed {
        if self.next > self.furthest {
            self.furthest = self.next;
            self.expected.clear();
        }
        if self.next == self.furthest && !self.expected.contains(&what) {
            self.expected.push(what);
        }
        Failed::Unexpected
    }

    // -- Going back, and going on.

    /// Tries `parse`. When it fails, the position and every store of the tree are as they were.
    fn attempt<T>(&mut self, ast: &mut Ast, parse: impl FnOnce(&mut Self, &mut Ast) -> Parsed<T>) -> Option<T> {
        let start = self.next;
        let result = ast.transaction(|ast| parse(self, ast));
        if result.is_err() {
            self.next = start;
        }
        result.ok()
    }

    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.nesting == MAX_NESTING {
            return Err(Failed::TooDeep(self.span()));
        }
        self.nesting += 1;
        let result = parse(self);
        self.nesting -= 1;
        result
    }

    /// Reports what went wrong, and skips to where a statement may begin.
    fn recover(&mut self, ast: &Ast, failed: Failed) {
        let error = match failed {
            Failed::TooDeep(span) => Diagnostic::error(span, format!("nested more than {MAX_NESTING} levels deep")),
            Failed::Unexpected => {
                self.next = self.furthest;
                let found = match self.peek() {
                    Token::Int(value) => format!("`{value}`"),
                    Token::Name(name) => format!("`{}`", ast.text(name)),
                    Token::Text(text) => format!("\"{}\"", ast.text(text)),
                    Token::Fixed(token) => format!("`{token}`"),
                    Token::Wrong | Token::End => "the end of the input".to_owned(),
                };
                let is_token = |what| KEYWORDS.contains(what) || SYMBOLS.contains(what);
                let quoted = |what| if is_token(what) { format!("`{what}`") } else { (*what).to_owned() };
                let expected: Vec<String> = self.expected.iter().map(quoted).collect();
                Diagnostic::error(self.span(), format!("expected {}, found {found}", one_of(&expected)))
            }
        };
        // Not what the lexer has reported, nor what stops the blocks around as well.
        let is_last = self.errors.last().is_some_and(|last| last.span == error.span);
        if self.peek() != Token::Wrong && !is_last {
            self.errors.push(error);
        }
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Token::End => break,
                Token::Fixed(";") if open == 0 => {
                    self.advance();
                    break;
                }
                Token::Fixed("let" | "fn" | "print" | "while") if open == 0 && self.next > self.furthest => break,
                Token::Fixed("{") => open += 1,
                // The end of the block that the statement is in, or of one inside of it.
                Token::Fixed("}") if open == 0 => break,
                Token::Fixed("}") => {
                    open -= 1;
                    let is_end =
                        open == 0 && !matches!(self.tokens.get(self.next + 1), Some((Token::Fixed("else"), _)));
                    if is_end {
                        self.advance();
                        break;
                    }
                }
                _ => {}
            }
            self.advance();
        }
        self.furthest = self.next;
        self.expected.clear();
    }

    // -- Statements.

    /// Statements up to `end`, which is not read.
    fn block(&mut self, ast: &mut Ast, end: Token) -> Block {
        let mut block = Block::default();
        while self.peek() != end && self.peek() != Token::End {
            let start = self.next;
            match ast.transaction(|ast| self.statement(ast, end)) {
                Ok(Line::Stmt(stmt)) => block.stmts.push(stmt),
                Ok(Line::Tail(tail)) => block.tail = Some(tail),
                Err(failed) => {
                    self.recover(ast, failed);
                    // A `}` that closes nothing.
                    if self.next == start {
                        self.advance();
                    }
                }
            }
        }
        block
    }

    fn statement(&mut self, ast: &mut Ast, end: Token) -> Parsed<Line> {
        let stmt = match self.peek() {
            Token::Fixed("let") => {
                self.advance();
                let pattern = self.pattern(ast)?;
                let ty = self.type_after(ast, ":")?;
                self.expect("=")?;
                let value = self.expr(ast)?;
                self.expect(";")?;
                Stmt::Let(pattern, ty, value)
            }
            Token::Fixed("fn") => {
                self.advance();
                let name = self.name(ast)?;
                let params = self.params(ast)?;
                let result = self.type_after(ast, "->")?;
                let body = self.braced(ast)?;
                Stmt::Fn(name, ast.alloc(Function { params, result, body }))
            }
            Token::Fixed("print") => {
                self.advance();
                let value = self.expr(ast)?;
                self.expect(";")?;
                Stmt::Print(value)
            }
            Token::Fixed("if" | "while" | "{") => {
                let expr = self.blocklike(ast)?;
                if self.peek() == end {
                    return Ok(Line::Tail(expr));
                }
                Stmt::Expr(expr)
            }
            _ => {
                let target = self.attempt(ast, |parser, ast| {
                    if !matches!(parser.peek(), Token::Name(_) | Token::Fixed("(")) {
                        return Err(Failed::Unexpected);
                    }
                    let pattern = parser.pattern(ast)?;
                    parser.expect("=").map(|()| pattern)
                });
                let expr = self.expr(ast)?;
                if !self.eat(";") {
                    let is_tail = target.is_none() && self.peek() == end;
                    return if is_tail { Ok(Line::Tail(expr)) } else { Err(Failed::Unexpected) };
                }
                target.map_or(Stmt::Expr(expr), |target| Stmt::Assign(target, expr))
            }
        };
        Ok(Line::Stmt(ast.alloc(stmt)))
    }

    // -- Patterns and types.

    /// `( item, item )`, with or without a comma before the end.
    fn list<T>(&mut self, ast: &mut Ast, mut item: impl FnMut(&mut Self, &mut Ast) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect("(")?;
        let mut items = Vec::new();
        while !self.eat(")") {
            items.push(item(self, ast)?);
            if !self.eat(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(items)
    }

    fn name(&mut self, ast: &mut Ast) -> Parsed<PatternIdx> {
        let Token::Name(name) = self.peek() else { return Err(self.miss("a name")) };
        let pattern = Pattern { kind: PatternKind::Name(name), span: self.span() };
        self.advance();
        Ok(ast.alloc(pattern))
    }

    fn pattern(&mut self, ast: &mut Ast) -> Parsed<PatternIdx> {
        let start = self.span();
        if !self.at("(") {
            return self.name(ast);
        }
        let parts = self.nested(|parser| parser.list(ast, Self::pattern))?;
        if let [only] = parts[..] {
            return Ok(only);
        }
        Ok(ast.alloc(Pattern { kind: PatternKind::Tuple(parts), span: self.since(start) }))
    }

    fn params(&mut self, ast: &mut Ast) -> Parsed<Vec<(PatternIdx, Option<TypeExprIdx>)>> {
        self.list(ast, |parser, ast| Ok((parser.pattern(ast)?, parser.type_after(ast, ":")?)))
    }

    fn type_after(&mut self, ast: &mut Ast, token: &'static str) -> Parsed<Option<TypeExprIdx>> {
        if self.eat(token) { self.type_expr(ast).map(Some) } else { Ok(None) }
    }

    fn type_expr(&mut self, ast: &mut Ast) -> Parsed<TypeExprIdx> {
        let start = self.span();
        let kind = match self.peek() {
            Token::Name(name) => {
                self.advance();
                TypeExprKind::Name(name)
            }
            Token::Fixed("(") => {
                let parts = self.nested(|parser| parser.list(ast, Self::type_expr))?;
                if self.eat("->") {
                    TypeExprKind::Function(parts, self.nested(|parser| parser.type_expr(ast))?)
                } else if let [only] = parts[..] {
                    return Ok(only);
                } else {
                    TypeExprKind::Tuple(parts)
                }
            }
            _ => return Err(self.miss("a type")),
        };
        Ok(ast.alloc(TypeExpr { kind, span: self.since(start) }))
    }

    // -- Expressions.

    fn expr(&mut self, ast: &mut Ast) -> Parsed<ExprIdx> {
        self.nested(|parser| parser.binary(ast, 0))
    }

    /// Operators that bind at least as strongly as `least`.
    fn binary(&mut self, ast: &mut Ast, least: u8) -> Parsed<ExprIdx> {
        let start = self.span();
        let mut left = self.unary(ast)?;
        while let Some((operator, strength)) = self.operator().filter(|(_, strength)| *strength >= least) {
            self.advance();
            let right = self.binary(ast, strength + 1)?;
            left = ast.alloc(Expr { kind: ExprKind::Binary(operator, left, right), span: self.since(start) });
        }
        Ok(left)
    }

    fn operator(&mut self) -> Option<(&'static str, u8)> {
        let (token, strength) = match self.peek() {
            Token::Fixed(token @ "||") => (token, 0),
            Token::Fixed(token @ "&&") => (token, 1),
            Token::Fixed(token @ ("==" | "!=" | "<" | "<=" | ">" | ">=")) => (token, 2),
            Token::Fixed(token @ ("+" | "-")) => (token, 3),
            Token::Fixed(token @ ("*" | "/" | "%")) => (token, 4),
            _ => {
                self.miss("an operator");
                return None;
            }
        };
        Some((token, strength))
    }

    fn unary(&mut self, ast: &mut Ast) -> Parsed<ExprIdx> {
        let start = self.span();
        let Token::Fixed(operator @ ("-" | "!")) = self.peek() else { return self.call(ast) };
        self.advance();
        let operand = self.nested(|parser| parser.unary(ast))?;
        Ok(ast.alloc(Expr { kind: ExprKind::Unary(operator, operand), span: self.since(start) }))
    }

    fn call(&mut self, ast: &mut Ast) -> Parsed<ExprIdx> {
        let start = self.span();
        let mut callee = self.primary(ast)?;
        while self.at("(") {
            let arguments = self.list(ast, Self::expr)?;
            callee = ast.alloc(Expr { kind: ExprKind::Call(callee, arguments), span: self.since(start) });
        }
        Ok(callee)
    }

    fn primary(&mut self, ast: &mut Ast) -> Parsed<ExprIdx> {
        let start = self.span();
        let kind = match self.peek() {
            Token::Fixed("if" | "while" | "{") => return self.blocklike(ast),
            Token::Fixed("(") => {
                // The arrow settles it: a mistake in the body is a mistake in a lambda, and is reported as that.
                let head = self.attempt(ast, |parser, ast| {
                    let params = parser.params(ast)?;
                    parser.expect("->").map(|()| params)
                });
                if let Some(params) = head {
                    let body = self.expr(ast)?;
                    ExprKind::Lambda(ast.alloc(Function { params, result: None, body }))
                } else {
                    let items = self.list(ast, Self::expr)?;
                    if let [only] = items[..] {
                        return Ok(only);
                    }
                    ExprKind::Tuple(items)
                }
            }
            Token::Int(value) => self.leaf(ExprKind::Int(value)),
            Token::Text(text) => self.leaf(ExprKind::Text(text)),
            Token::Name(name) => self.leaf(ExprKind::Name(name)),
            Token::Fixed("true") => self.leaf(ExprKind::Bool(true)),
            Token::Fixed("false") => self.leaf(ExprKind::Bool(false)),
            _ => return Err(self.miss("an expression")),
        };
        Ok(ast.alloc(Expr { kind, span: self.since(start) }))
    }

    fn leaf(&mut self, kind: ExprKind) -> ExprKind {
        self.advance();
        kind
    }

    fn braced(&mut self, ast: &mut Ast) -> Parsed<ExprIdx> {
        let start = self.span();
        self.expect("{")?;
        let block = self.nested(|parser| Ok(parser.block(ast, Token::Fixed("}"))))?;
        self.expect("}")?;
        Ok(ast.alloc(Expr { kind: ExprKind::Block(block), span: self.since(start) }))
    }

    fn blocklike(&mut self, ast: &mut Ast) -> Parsed<ExprIdx> {
        let start = self.span();
        let kind = match self.peek() {
            Token::Fixed("if") => {
                self.advance();
                let condition = self.expr(ast)?;
                let then = self.braced(ast)?;
                let otherwise = match self.eat("else") {
                    true if self.at("if") => Some(self.nested(|parser| parser.blocklike(ast))?),
                    true => Some(self.braced(ast)?),
                    false => None,
                };
                ExprKind::If(condition, then, otherwise)
            }
            Token::Fixed("while") => {
                self.advance();
                let condition = self.expr(ast)?;
                ExprKind::While(condition, self.braced(ast)?)
            }
            _ => return self.braced(ast),
        };
        Ok(ast.alloc(Expr { kind, span: self.since(start) }))
    }
}
