//! Runs a checked program, by walking the tree.
//!
//! What a program makes while it runs is in a third bundle, the [`Heap`]; a [`Value`] is an integer or an index, and
//! `Copy`. Each call has a frame with its variables. A function that is made inside of the call may outlive it and
//! keeps the frame, in a circle if it is kept there itself; with counted references that would be a leak, with an index
//! it is nothing to think about. The heap goes as a whole.
//!
//! ```text
//!   fn adder(n: int) -> (int) -> int { (m: int) -> n + m }         let add2 = adder(2);
//!
//!   frames     [ 0: adder, add2 | 1: n = 2, outer 0 | … ]
//!   closures   [ 0: fn adder, frame 0 | 1: lambda, frame 1 ]       add2 is closure 1
//! ```
//!
//! A program cannot harm its host: a run has a number of steps, with which its time and memory are limited, and the
//! depth of calls is limited as well. What goes wrong is reported like any other error, at the place in the source.

use crate::ast::{Ast, Block, Expr, ExprIdx, ExprKind, Function, FunctionIdx, NameIdx, PatternIdx, PatternKind, Stmt};
use crate::check::{Facts, LocalIdx};
use crate::diagnostics::{Diagnostic, Span};
use arenas::{Arena, ArenaAlloc, IdxRange, arena_struct};
use std::io::Write;

/// How many expressions may wait for the value of an inner one, over all calls: the evaluator calls itself for each.
const MAX_DEPTH: usize = 10_000;

/// The stack that this takes, with much to spare. Only what is used of it is ever in memory.
pub(crate) const STACK_BYTES: usize = 256 << 20;

/// How much of a value is printed: tuples share parts, and may be far larger than the memory.
const MAX_PRINTED: usize = 1000;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Int(i64),
    Bool(bool),
    Text(NameIdx),
    Tuple(IdxRange<ItemIdx>),
    Closure(ClosureIdx),
}

/// A value in a tuple.
#[derive(ArenaAlloc, Debug)]
pub(crate) struct Item(Value);

/// A function, and the frame in which it was made.
#[derive(ArenaAlloc, Clone, Copy, Debug)]
pub(crate) struct Closure {
    function: FunctionIdx,
    outer: FrameIdx,
}

/// The variables of a call, by slot; `None` before they are set.
#[derive(ArenaAlloc, Debug, Default)]
pub(crate) struct Frame {
    values: Vec<Option<Value>>,
    /// That of the function around this one, and how many there are.
    outer: Option<FrameIdx>,
    level: usize,
}

arena_struct!(
    /// What programs have made while they ran.
    #[derive(Debug, Default)]
    pub(crate) struct Heap {
        pub(crate) frames: Arena<Frame>,
        closures: Arena<Closure>,
        items: Arena<Item>,
    }
);

/// What statements and loops give: the tuple without items.
const NOTHING: Value = Value::Tuple(IdxRange::EMPTY);

/// Why a run has ended.
type Stop = Diagnostic;

pub(crate) struct Evaluator<'e> {
    pub(crate) ast: &'e Ast,
    pub(crate) facts: &'e Facts,
    pub(crate) heap: &'e mut Heap,
    pub(crate) out: &'e mut dyn Write,
    /// Of this run, up to now and at the most.
    pub(crate) steps: u64,
    pub(crate) max_steps: u64,
    pub(crate) depth: usize,
}

impl Evaluator<'_> {
    /// Runs a program in the first frame, which keeps its variables for the next.
    pub(crate) fn program(&mut self, program: &Block) -> Result<Value, Stop> {
        let first = self.heap.frames.indices().next();
        let globals = first.unwrap_or_else(|| self.heap.alloc(Frame::default()));
        self.block(program, globals)
    }

    // -- Variables.

    /// The frame in which a variable is: so many levels out as functions lie between.
    fn home(&self, local: LocalIdx, mut frame: FrameIdx) -> FrameIdx {
        for _ in self.facts.locals[local].level..self.heap[frame].level {
            frame = self.heap[frame].outer.expect("each function is made in a frame");
        }
        frame
    }

    fn set(&mut self, pattern: PatternIdx, value: Value, frame: FrameIdx) {
        match (&self.ast[pattern].kind, value) {
            (PatternKind::Tuple(parts), Value::Tuple(items)) => {
                for (&part, item) in parts.iter().zip(items) {
                    let Item(value) = self.heap[item];
                    self.set(part, value, frame);
                }
            }
            _ => {
                let local = self.facts.target[pattern];
                let (slot, home) = (self.facts.locals[local].slot, self.home(local, frame));
                let values = &mut self.heap[home].values;
                if values.len() <= slot {
                    // A frame may be large because of variables that this call never sets: room counts, too.
                    self.steps += (slot + 1 - values.len()) as u64;
                    values.resize(slot + 1, None);
                }
                values[slot] = Some(value);
            }
        }
    }

    // -- The tree.

    fn block(&mut self, block: &Block, frame: FrameIdx) -> Result<Value, Stop> {
        let ast = self.ast;
        for &stmt in &block.stmts {
            if let Stmt::Fn(name, function) = ast[stmt] {
                self.steps += 1;
                let closure = self.heap.alloc(Closure { function, outer: frame });
                self.set(name, Value::Closure(closure), frame);
            }
        }
        for &stmt in &block.stmts {
            match ast[stmt] {
                Stmt::Let(pattern, _, value) | Stmt::Assign(pattern, value) => {
                    let value = self.expr(value, frame)?;
                    self.set(pattern, value, frame);
                }
                Stmt::Fn(..) => {}
                Stmt::Print(expr) => {
                    let value = self.expr(expr, frame)?;
                    let text = self.show(value);
                    let failed = |error| Diagnostic::error(ast[expr].span, format!("this cannot be printed: {error}"));
                    writeln!(self.out, "{text}").map_err(failed)?;
                }
                Stmt::Expr(expr) => {
                    self.expr(expr, frame)?;
                }
            }
        }
        block.tail.map_or(Ok(NOTHING), |tail| self.expr(tail, frame))
    }

    fn expr(&mut self, expr: ExprIdx, frame: FrameIdx) -> Result<Value, Stop> {
        let span = self.ast[expr].span;
        if self.steps >= self.max_steps {
            return Err(Diagnostic::error(span, format!("stopped here after {} steps", self.max_steps)));
        }
        if self.depth == MAX_DEPTH {
            let note = "does a function call itself without end?";
            return Err(Diagnostic::error(span, "calls are nested too deeply").note(note));
        }
        self.steps += 1;
        self.depth += 1;
        let value = self.kind(expr, frame)?;
        self.depth -= 1;
        Ok(value)
    }

    fn kind(&mut self, expr: ExprIdx, frame: FrameIdx) -> Result<Value, Stop> {
        let Expr { kind, span } = &self.ast[expr];
        Ok(match kind {
            ExprKind::Int(value) => Value::Int(*value),
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Text(text) => Value::Text(*text),
            ExprKind::Name(name) => {
                let local = self.facts.meaning[expr];
                let values = &self.heap[self.home(local, frame)].values;
                let value = values.get(self.facts.locals[local].slot).copied().flatten();
                value.ok_or_else(|| Diagnostic::error(*span, format!("`{}` has no value yet", self.ast.text(*name))))?
            }
            ExprKind::Unary(operator, operand) => match self.expr(*operand, frame)? {
                Value::Int(value) => Value::Int(value.checked_neg().ok_or_else(|| overflow(*span, operator))?),
                Value::Bool(value) => Value::Bool(!value),
                other => other,
            },
            ExprKind::Binary(operator @ ("&&" | "||"), left, right) => {
                let left = self.expr(*left, frame)?;
                let decided = matches!(left, Value::Bool(value) if value == (*operator == "||"));
                if decided { left } else { self.expr(*right, frame)? }
            }
            ExprKind::Binary(operator, left, right) => {
                let (left, right) = (self.expr(*left, frame)?, self.expr(*right, frame)?);
                binary(*span, operator, left, right)?
            }
            ExprKind::Tuple(items) => {
                let items =
                    items.iter().map(|&item| self.expr(item, frame).map(Item)).collect::<Result<Vec<_>, _>>()?;
                Value::Tuple(self.heap.alloc_batch(items))
            }
            ExprKind::Lambda(function) => {
                Value::Closure(self.heap.alloc(Closure { function: *function, outer: frame }))
            }
            ExprKind::Call(callee, arguments) => {
                let callee = self.expr(*callee, frame)?;
                let arguments =
                    arguments.iter().map(|&argument| self.expr(argument, frame)).collect::<Result<_, _>>()?;
                let Value::Closure(closure) = callee else { unreachable!("the checker lets only functions be called") };
                self.call(closure, arguments)?
            }
            ExprKind::If(condition, then, otherwise) => match (self.truth(*condition, frame)?, otherwise) {
                (true, _) => self.expr(*then, frame)?,
                (false, Some(otherwise)) => self.expr(*otherwise, frame)?,
                (false, None) => NOTHING,
            },
            ExprKind::While(condition, body) => {
                while self.truth(*condition, frame)? {
                    self.expr(*body, frame)?;
                }
                NOTHING
            }
            ExprKind::Block(block) => self.block(block, frame)?,
        })
    }

    fn truth(&mut self, condition: ExprIdx, frame: FrameIdx) -> Result<bool, Stop> {
        Ok(matches!(self.expr(condition, frame)?, Value::Bool(true)))
    }

    fn call(&mut self, closure: ClosureIdx, arguments: Vec<Value>) -> Result<Value, Stop> {
        let Closure { function, outer } = self.heap[closure];
        let Function { params, body, .. } = &self.ast[function];
        let (before, closures) = (self.heap.frames.checkpoint(), self.heap.closures.len());
        let level = self.heap[outer].level + 1;
        let frame = self.heap.alloc(Frame { values: Vec::new(), outer: Some(outer), level });
        for (&(pattern, _), value) in params.iter().zip(arguments) {
            self.set(pattern, value, frame);
        }
        let value = self.expr(*body, frame)?;
        // Only closures remember frames. Where none was made since, the frames of this call and of those inside can go.
        if self.heap.closures.len() == closures {
            self.heap.frames.rollback(before);
        }
        Ok(value)
    }

    // -- Printing.

    /// The value as one writes it, cut short where it is very long.
    pub(crate) fn show(&self, value: Value) -> String {
        let mut text = String::new();
        self.show_in(value, &mut text, 0);
        text
    }

    fn show_in(&self, value: Value, text: &mut String, depth: usize) {
        match value {
            _ if text.len() > MAX_PRINTED || depth == 20 => text.push_str(".."),
            Value::Int(value) => text.push_str(&value.to_string()),
            Value::Bool(value) => text.push_str(&value.to_string()),
            Value::Text(name) => text.push_str(self.ast.text(name)),
            Value::Closure(_) => text.push_str("function"),
            Value::Tuple(items) => {
                for (nth, item) in items.iter().enumerate().take(MAX_PRINTED) {
                    text.push_str(if nth == 0 { "(" } else { ", " });
                    self.show_in(self.heap[item].0, text, depth + 1);
                }
                text.push_str(if items.is_empty() { "()" } else { ")" });
            }
        }
    }
}

fn binary(span: Span, operator: &str, left: Value, right: Value) -> Result<Value, Stop> {
    let (left, right) = match (left, right) {
        (Value::Int(left), Value::Int(right)) => (left, right),
        (Value::Bool(left), Value::Bool(right)) => (left.into(), right.into()),
        (Value::Text(left), Value::Text(right)) => return Ok(Value::Bool((left == right) == (operator == "=="))),
        _ => unreachable!("the checker lets only equal types meet"),
    };
    let result = match operator {
        "==" => return Ok(Value::Bool(left == right)),
        "!=" => return Ok(Value::Bool(left != right)),
        "<" => return Ok(Value::Bool(left < right)),
        "<=" => return Ok(Value::Bool(left <= right)),
        ">" => return Ok(Value::Bool(left > right)),
        ">=" => return Ok(Value::Bool(left >= right)),
        "/" | "%" if right == 0 => return Err(Diagnostic::error(span, "division by zero")),
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "/" => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.map(Value::Int).ok_or_else(|| overflow(span, operator))
}

fn overflow(span: Span, operator: &str) -> Stop {
    let note = format!("numbers go from {} to {}", i64::MIN, i64::MAX);
    Diagnostic::error(span, format!("the result of `{operator}` is too large")).note(note)
}
