//! The `calc` example over a corpus of programs, and what its parser leaves behind.
//!
//! Beside each `tests/corpus/calc/good/NAME.calc` is `NAME.expected` with all that it prints, beside each
//! `bad/NAME.calc` the exact diagnostics after what was printed before. With `CALC_BLESS=1` in the environment the
//! files are written instead of compared.

#![allow(dead_code, reason = "the example also uses what these tests do not need")]

#[path = "../../arenas/examples/calc/ast.rs"]
mod ast;
#[path = "../../arenas/examples/calc/check.rs"]
mod check;
#[path = "../../arenas/examples/calc/diagnostics.rs"]
mod diagnostics;
#[path = "../../arenas/examples/calc/eval.rs"]
mod eval;
#[path = "../../arenas/examples/calc/lexer.rs"]
mod lexer;
#[path = "../../arenas/examples/calc/parser.rs"]
mod parser;
#[path = "../../arenas/examples/calc/session.rs"]
mod session;

use std::cell::Cell;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs, thread};

use arenas::ArenaSet;
use ast::{
    Ast, Block, ExprIdx, ExprKind, FunctionIdx, PatternIdx, PatternKind, Stmt, StmtIdx, TypeExprIdx, TypeExprKind,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use session::Session;

/// Runs on a stack of the size that the example gives itself.
fn on_large_stack<R: Send>(body: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(eval::STACK_BYTES).spawn_scoped(scope, body);
        thread.expect("a thread").join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Whether all went well, and all that was printed and reported.
fn run(name: &str, source: &str) -> (bool, String) {
    let mut session = Session::new(name);
    entry(&mut session, source)
}

fn entry(session: &mut Session, source: &str) -> (bool, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let went_well = session.run(source, &mut out, &mut err).expect("a vector takes all");
    out.extend(err);
    (went_well, String::from_utf8(out).expect("text"))
}

// -- The corpus.

fn programs(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/calc").join(kind);
    let files = fs::read_dir(folder).expect("the corpus").map(|file| file.expect("a file").path());
    let mut programs: Vec<PathBuf> = files.filter(|path| path.extension() == Some(OsStr::new("calc"))).collect();
    programs.sort();
    assert!(programs.len() >= 8, "{programs:?}");
    programs
}

fn compare_all(kind: &str, well: bool) {
    let mut different = Vec::new();
    for path in programs(kind) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let source = fs::read_to_string(&path).expect("text");
        let (went_well, text) = on_large_stack(|| run(&name, &source));
        assert_eq!(went_well, well, "{name}:\n{text}");
        let expected = path.with_extension("expected");
        if env::var_os("CALC_BLESS").is_some() {
            fs::write(expected, text).expect("the expected output is written");
        } else if fs::read_to_string(expected).ok().as_deref() != Some(&text) {
            different.push(format!("== {name}\n{text}"));
        }
    }
    assert!(different.is_empty(), "not as expected:\n{}", different.join("\n"));
}

#[test]
fn good_programs_print_what_is_expected() {
    compare_all("good", true);
}

#[test]
fn bad_programs_are_told_exactly_what_is_wrong() {
    compare_all("bad", false);
}

#[test]
fn every_expected_output_has_a_program() {
    for kind in ["good", "bad"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/calc").join(kind);
        for file in fs::read_dir(folder).expect("the corpus") {
            let program = file.expect("a file").path().with_extension("calc");
            assert!(program.exists(), "{} is missing", program.display());
        }
    }
}

// -- What parsing leaves behind.

/// How many nodes there are in each store.
fn lengths(ast: &Ast) -> [usize; 5] {
    [ast.exprs.len(), ast.stmts.len(), ast.patterns.len(), ast.functions.len(), ast.types.len()]
}

/// Collects the nodes that a program consists of.
struct Reachable<'a> {
    ast: &'a Ast,
    exprs: ArenaSet<ExprIdx>,
    stmts: ArenaSet<StmtIdx>,
    patterns: ArenaSet<PatternIdx>,
    functions: ArenaSet<FunctionIdx>,
    types: ArenaSet<TypeExprIdx>,
}

impl<'a> Reachable<'a> {
    fn lengths(ast: &'a Ast, program: &Block) -> [usize; 5] {
        let mut all = Self {
            ast,
            exprs: ArenaSet::new(),
            stmts: ArenaSet::new(),
            patterns: ArenaSet::new(),
            functions: ArenaSet::new(),
            types: ArenaSet::new(),
        };
        all.block(program);
        [all.exprs.len(), all.stmts.len(), all.patterns.len(), all.functions.len(), all.types.len()]
    }

    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|&stmt| self.stmt(stmt));
        block.tail.iter().for_each(|&tail| self.expr(tail));
    }

    fn stmt(&mut self, stmt: StmtIdx) {
        assert!(self.stmts.insert(stmt), "a node has one parent");
        match self.ast[stmt] {
            Stmt::Let(pattern, ty, value) => {
                self.pattern(pattern);
                ty.iter().for_each(|&ty| self.ty(ty));
                self.expr(value);
            }
            Stmt::Assign(pattern, value) => {
                self.pattern(pattern);
                self.expr(value);
            }
            Stmt::Fn(name, function) => {
                self.pattern(name);
                self.function(function);
            }
            Stmt::Print(value) | Stmt::Expr(value) => self.expr(value),
        }
    }

    fn pattern(&mut self, pattern: PatternIdx) {
        assert!(self.patterns.insert(pattern), "a node has one parent");
        if let PatternKind::Tuple(parts) = &self.ast[pattern].kind {
            parts.iter().for_each(|&part| self.pattern(part));
        }
    }

    fn ty(&mut self, ty: TypeExprIdx) {
        assert!(self.types.insert(ty), "a node has one parent");
        match &self.ast[ty].kind {
            TypeExprKind::Name(_) => {}
            TypeExprKind::Tuple(parts) => parts.iter().for_each(|&part| self.ty(part)),
            TypeExprKind::Function(params, result) => params.iter().chain([result]).for_each(|&part| self.ty(part)),
        }
    }

    fn function(&mut self, function: FunctionIdx) {
        assert!(self.functions.insert(function), "a node has one parent");
        let function = &self.ast[function];
        for &(pattern, ty) in &function.params {
            self.pattern(pattern);
            ty.iter().for_each(|&ty| self.ty(ty));
        }
        function.result.iter().for_each(|&ty| self.ty(ty));
        self.expr(function.body);
    }

    fn expr(&mut self, expr: ExprIdx) {
        assert!(self.exprs.insert(expr), "a node has one parent");
        match &self.ast[expr].kind {
            ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Text(_) | ExprKind::Name(_) => {}
            ExprKind::Unary(_, operand) => self.expr(*operand),
            ExprKind::Binary(_, left, right) | ExprKind::While(left, right) => {
                self.expr(*left);
                self.expr(*right);
            }
            ExprKind::Tuple(items) => items.iter().for_each(|&item| self.expr(item)),
            ExprKind::Lambda(function) => self.function(*function),
            ExprKind::Call(callee, arguments) => [callee].into_iter().chain(arguments).for_each(|&e| self.expr(e)),
            ExprKind::If(condition, then, otherwise) => {
                [condition, then].into_iter().chain(otherwise).for_each(|&e| self.expr(e));
            }
            ExprKind::Block(block) => self.block(block),
        }
    }
}

/// Parses into a tree that may hold something already.
fn parse(ast: &mut Ast, source: &str) -> Option<Block> {
    let mut errors = Vec::new();
    let tokens = lexer::tokens(source, 0, ast, &mut errors);
    parser::parse(ast, &tokens, errors).ok()
}

#[track_caller]
fn lengths_after(source: &str) -> [usize; 5] {
    let mut ast = Ast::default();
    let program = parse(&mut ast, source).expect("a right program");
    assert_eq!(lengths(&ast), Reachable::lengths(&ast, &program), "only nodes of the program are in the stores");
    lengths(&ast)
}

#[test]
fn what_looked_like_parameters_leaves_no_pattern_behind() {
    // exprs, stmts, patterns, functions, types
    assert_eq!(lengths_after("(a, (b, c));"), [5, 1, 0, 0, 0]);
    assert_eq!(lengths_after("((((((a))))));"), [1, 1, 0, 0, 0]);
    assert_eq!(lengths_after("print (a, f((b, c)));"), [7, 1, 0, 0, 0]);
}

#[test]
fn parameters_with_types_that_are_followed_by_an_arrow_stay() {
    assert_eq!(lengths_after("((a, b): (int, int)) -> a;"), [2, 1, 3, 1, 3]);
    assert_eq!(lengths_after("(f: (int) -> int) -> f(1);"), [4, 1, 1, 1, 3]);
}

#[test]
fn what_looked_like_an_assignment_leaves_no_pattern_behind() {
    assert_eq!(lengths_after("(a, b) == c;"), [5, 1, 0, 0, 0]);
    assert_eq!(lengths_after("(a, b) = c;"), [1, 1, 3, 0, 0]);
}

#[test]
fn a_wrong_statement_takes_back_the_right_ones_around_it() {
    let mut ast = Ast::default();
    assert!(parse(&mut ast, "let a = 1; fn f(x: int) -> int { x }").is_some());
    let before = lengths(&ast);
    for source in
        ["let b = (1, 2); let c = ;", "let b = 1; { let c = 2; let d }", "print (a: int) -> {", "(a: int, (b)"]
    {
        assert!(parse(&mut ast, source).is_none(), "{source}");
        assert_eq!(lengths(&ast), before, "{source}");
    }
}

fn vocabulary() -> impl Strategy<Value = &'static str> {
    let fixed = lexer::KEYWORDS.into_iter().chain(lexer::SYMBOLS);
    // The words that begin much come often, or no soup would get far.
    let others = ["a", "a", "b", "1", "2", "int", "\"t\"", "(", "(", ")", ")", ",", ";", ";", "=", "$", "\n"];
    select(fixed.chain(others).collect::<Vec<_>>())
}

/// Statements that are right where `a`, `b` and `f` are known.
fn statement() -> impl Strategy<Value = String> {
    let leaf = select(vec!["a", "b", "f(b)", "0", "7", "9223372036854775807"]).prop_map(str::to_owned);
    let int = leaf.prop_recursive(5, 40, 3, |inner| {
        let (two, three) = ((inner.clone(), inner.clone()), (inner.clone(), inner.clone(), inner.clone()));
        prop_oneof![
            (inner, select(vec!["+", "-", "*", "/", "%"]), two.clone())
                .prop_map(|(l, operator, (m, r))| format!("({l}) {operator} -({m} - ({r}))")),
            two.clone().prop_map(|(l, r)| format!("((a: int, b: int) -> {l})({r}, 1)")),
            two.prop_map(|(l, r)| format!("{{ let (a, (b, _c)) = ({l}, ({r}, a)); a }}")),
            three.prop_map(|(c, l, r)| format!("if {c} < 5 && b != 3 {{ {l} }} else {{ {r} }}")),
        ]
    });
    (int, 0..6).prop_map(|(int, kind)| match kind {
        0 => format!("let a = {int};"),
        1 => format!("print ({int}, (a, \"t\"), ((b)));"),
        2 => format!("(a, b) = ({int}, a);"),
        3 => format!("fn f(a: int) -> int {{ {int} }}"),
        4 => format!("print ((c, d): (int, int)) -> ({int}, c + d);"),
        _ => format!("while {int} < a {{ a = a - 1; }}"),
    })
}

fn check_parse(source: &str) -> Result<bool, TestCaseError> {
    let mut ast = Ast::default();
    prop_assert!(parse(&mut ast, "let a = ((a: int) -> a)(1); (b, c);").is_some());
    let before = lengths(&ast);
    match parse(&mut ast, source) {
        None => prop_assert_eq!(lengths(&ast), before),
        Some(program) => {
            let added = Reachable::lengths(&ast, &program);
            prop_assert_eq!(lengths(&ast), core::array::from_fn(|store| before[store] + added[store]));
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn parsing_any_soup_of_tokens_leaves_the_program_or_nothing() {
    let soup = proptest::collection::vec(vocabulary(), 0..60).prop_map(|words| words.join(" "));
    TestRunner::new(Config::with_cases(1000)).run(&soup, |source| check_parse(&source).map(drop)).unwrap();
}

#[test]
fn parsing_damaged_programs_leaves_the_program_or_nothing() {
    let damaged = (proptest::collection::vec(statement(), 1..5), any::<prop::sample::Index>(), vocabulary(), 0..3);
    let counts = [Cell::new(0), Cell::new(0)];
    let test = |(statements, place, word, kind): (Vec<String>, prop::sample::Index, &str, i32)| {
        let source = statements.join("\n");
        let mut words: Vec<&str> = source.split(' ').collect();
        let place = place.index(words.len());
        match kind {
            0 => {}
            1 => words[place] = word,
            _ => words.insert(place, word),
        }
        let was_right = check_parse(&words.join(" "))?;
        let count = &counts[usize::from(was_right)];
        count.set(count.get() + 1);
        Ok(())
    };
    TestRunner::new(Config::with_cases(500)).run(&damaged, test).unwrap();
    assert!(counts.iter().all(|count| count.get() > 50), "{counts:?}");
}

#[test]
fn no_program_makes_any_phase_panic() {
    on_large_stack(|| {
        let text = prop_oneof![
            proptest::collection::vec(vocabulary(), 0..60).prop_map(|words| words.join(" ")),
            proptest::collection::vec(statement(), 1..6).prop_map(|statements| statements.join("\n")),
            "\\PC{0,40}",
        ];
        let entries = proptest::collection::vec(text, 1..4);
        let evaluated = Cell::new(0);
        let test = |entries: Vec<String>| {
            let mut session = Session::new("soup");
            session.max_steps = 1000;
            assert!(entry(&mut session, "let (a, b) = (1, 2); fn f(n: int) -> int { f(n + a) }").0);
            for source in &entries {
                let before = sizes(&session);
                let (went_well, text) = entry(&mut session, source);
                let was_run = went_well || sizes(&session) != before;
                evaluated.set(evaluated.get() + u32::from(was_run));
                prop_assert_eq!(went_well, !text.contains("error: "));
            }
            Ok(())
        };
        TestRunner::new(Config::with_cases(500)).run(&entries, test).unwrap();
        assert!(evaluated.get() > 100, "only {} entries came to be evaluated", evaluated.get());
    });
}

// -- A session.

/// How many nodes and facts there are.
fn sizes(session: &Session) -> ([usize; 5], [usize; 4]) {
    let facts = &session.facts;
    (lengths(&session.ast), [facts.locals.len(), facts.type_of.len(), facts.meaning.len(), facts.target.len()])
}

#[test]
fn an_entry_that_does_not_parse_or_check_leaves_nothing_behind() {
    let mut session = Session::new("input");
    assert!(entry(&mut session, "let a = 1; fn f(n: int) -> int { n + a }").0);
    let before = sizes(&session);
    for wrong in ["let b = (2, ;", "let b = 2; b + true", "fn f() { let g = (x: int) -> x; missing }", "$"] {
        assert!(!entry(&mut session, wrong).0, "{wrong}");
        assert_eq!(sizes(&session), before, "{wrong}");
    }
    assert_eq!(entry(&mut session, "f(2)"), (true, "3: int\n".to_owned()));
    assert!(entry(&mut session, "b").1.starts_with("error: there is no variable `b`"));
}

#[test]
fn an_entry_uses_what_earlier_ones_have_made() {
    let mut session = Session::new("input");
    assert!(entry(&mut session, "let n = 1;").0);
    assert!(entry(&mut session, "fn next() -> int { n = n + 1; n }").0);
    assert!(entry(&mut session, "let f = next;").0);
    assert_eq!(entry(&mut session, "(f(), next(), n)"), (true, "(2, 3, 3): (int, int, int)\n".to_owned()));
    assert_eq!(entry(&mut session, "let n = true;"), (true, String::new()));
    assert_eq!(entry(&mut session, "(f(), n)"), (true, "(4, true): (int, bool)\n".to_owned()));
}

#[test]
fn variables_of_later_entries_do_not_take_the_place_of_earlier_ones() {
    let mut session = Session::new("input");
    assert!(entry(&mut session, "let x = { let (p, q) = (1, true); if q { p } else { 0 } };").0);
    assert!(entry(&mut session, "let (u, v, w) = (\"u\", \"v\", \"w\");").0);
    assert_eq!(entry(&mut session, "(x, u, v, w)").1, "(1, u, v, w): (int, text, text, text)\n");
}

#[test]
fn an_error_in_a_function_of_an_earlier_entry_shows_its_source() {
    let mut session = Session::new("input");
    assert!(entry(&mut session, "fn inverse(n: int) -> int { 100 / n }").0);
    let (went_well, text) = entry(&mut session, "inverse(0)");
    assert!(!went_well);
    assert!(text.starts_with("error: division by zero\n --> input:1:29\n"), "{text}");
    let (_, text) = entry(&mut session, "let x = 1 / 0;");
    assert!(text.contains("input:3:9"), "{text}");
    assert!(entry(&mut session, "x").1.starts_with("error: `x` has no value yet"));
}

#[test]
fn only_calls_that_make_a_function_keep_their_frames() {
    let mut session = Session::new("input");
    let sum = "fn sum(n: int) -> int { if n == 0 { 0 } else { n + sum(n - 1) } } let i = 0;";
    assert!(entry(&mut session, sum).0);
    assert!(entry(&mut session, "while i < 100 { sum(20); i = i + 1; }").0);
    assert_eq!(session.heap.frames.len(), 1, "that of the program");
    assert!(entry(&mut session, "fn constant(n: int) -> () -> int { () -> n } let three = constant(3); sum(5)").0);
    assert_eq!(session.heap.frames.len(), 2, "`three` remembers `n`");
    assert_eq!(entry(&mut session, "three()"), (true, "3: int\n".to_owned()));
}
