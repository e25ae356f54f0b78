//! The phases, one after the other, for one program or for line after line.
//!
//! A session has one tree, one set of facts and one heap, to which each entry adds. An entry that is wrong leaves
//! nothing behind: parser and checker run in one transaction of the tree, and the checker in one of the facts inside of
//! it. An entry that fails while it runs stays, because others may already use what it has made.

use crate::ast::Ast;
use crate::check::{Facts, check};
use crate::diagnostics::Diagnostic;
use crate::eval::{Evaluator, Heap, Value};
use crate::lexer::{self, Token};
use crate::parser::parse;
use std::io::{self, Write};

/// More messages would hide the first ones.
const MAX_REPORTED: usize = 20;

#[derive(Debug)]
pub(crate) struct Session {
    /// What the source is called in messages.
    name: String,
    /// All entries, one after the other: a function may fail long after the entry that has made it.
    source: String,
    pub(crate) ast: Ast,
    pub(crate) facts: Facts,
    pub(crate) heap: Heap,
    /// How many expressions each entry may evaluate.
    pub(crate) max_steps: u64,
}

impl Session {
    /// A session of a source of this name.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            source: String::new(),
            ast: Ast::default(),
            facts: Facts::default(),
            heap: Heap::default(),
            max_steps: 10_000_000,
        }
    }

    /// Runs an entry: prints to `out`, reports to `err`, and returns whether all went well.
    pub(crate) fn run(&mut self, entry: &str, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<bool> {
        let start = self.source.len();
        if u32::try_from(start + entry.len() + 1).is_err() {
            writeln!(err, "error: a source must be shorter than 4 GiB")?;
            return Ok(false);
        }
        self.source.push_str(entry);
        self.source.push('\n');

        let mut errors = Vec::new();
        let tokens = lexer::tokens(&self.source, start, &mut self.ast, &mut errors);
        let checked = self.ast.transaction(|ast| {
            let program = parse(ast, &tokens, errors)?;
            let warnings = self.facts.transaction(|facts| check(ast, facts, &program))?;
            Ok((program, warnings))
        });
        let (program, warnings) = match checked {
            Ok(checked) => checked,
            Err(errors) => {
                self.facts.follow(&self.ast);
                self.report(errors, err)?;
                return Ok(false);
            }
        };
        self.report(warnings, err)?;

        let Self { ast, facts, heap, max_steps, .. } = &mut *self;
        let mut evaluator = Evaluator { ast, facts, heap, out, steps: 0, max_steps: *max_steps, depth: 0 };
        match (evaluator.program(&program), program.tail) {
            // What gives nothing, like a loop at the end, says nothing.
            (Ok(Value::Tuple(items)), _) if items.is_empty() => {}
            (Ok(value), Some(tail)) => {
                let text = evaluator.show(value);
                writeln!(out, "{text}: {}", self.facts.show(self.facts.type_of[tail], 4))?;
            }
            (Ok(_), None) => {}
            (Err(error), _) => {
                self.report(vec![error], err)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes messages in the order of the source.
    fn report(&self, mut messages: Vec<Diagnostic>, err: &mut dyn Write) -> io::Result<()> {
        messages.sort_by_key(|message| message.span.start());
        for message in messages.iter().take(MAX_REPORTED) {
            writeln!(err, "{}", message.render(&self.name, &self.source))?;
        }
        match messages.len().saturating_sub(MAX_REPORTED) {
            0 => Ok(()),
            more => writeln!(err, "and {more} more"),
        }
    }

    /// Whether a bracket is open at the end of an entry, so that more must follow.
    pub(crate) fn is_open(&mut self, entry: &str) -> bool {
        let tokens = lexer::tokens(entry, 0, &mut self.ast, &mut Vec::new());
        let count = |wanted: [&str; 2]| {
            tokens.iter().filter(|(token, _)| matches!(token, Token::Fixed(text) if wanted.contains(text))).count()
        };
        count(["(", "{"]) > count([")", "}"])
    }
}
