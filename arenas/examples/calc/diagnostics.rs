//! Where in the source something is, and how it is told to the user.
//!
//! Every phase reports in the same form, a [`Diagnostic`]: what is wrong, at which [`Span`] of the source, and what
//! helps if that is known. A span is two byte offsets; lines and columns are computed only for the few that are shown.
//!
//! ```text
//! error: expected `)` or `,`, found `;`
//!  --> sum.calc:1:15
//!   |
//! 1 | let a = (1 + 2;
//!   |               ^
//! ```

use std::fmt::Write;

/// A part of the source, in bytes. Each node has one, so it takes 8 bytes and not 16: a source ends below 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let offset = |at: usize| u32::try_from(at).expect("a source is shorter than 4 GiB");
        Self { start: offset(start), end: offset(end) }
    }

    pub(crate) fn start(self) -> u32 {
        self.start
    }

    /// From the start of this one to the end of the other.
    pub(crate) fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Diagnostic {
    severity: &'static str,
    pub(crate) message: String,
    pub(crate) span: Span,
    note: Option<String>,
}

impl Diagnostic {
    pub(crate) fn error(span: Span, message: impl Into<String>) -> Self {
        Self { severity: "error", message: message.into(), span, note: None }
    }

    pub(crate) fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { severity: "warning", ..Self::error(span, message) }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The whole message, with the line of the source. Of a span of several lines the first is shown.
    pub(crate) fn render(&self, name: &str, source: &str) -> String {
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line = source[line_start..].lines().next().unwrap_or("");
        let number = source[..start].matches('\n').count() + 1;
        let before = &source[line_start..start];
        let marked = source[start..end].lines().next().unwrap_or("").chars().count().max(1);
        // Tabs stay tabs, so that the carets stand below what they mean.
        let indent: String = before.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let margin = " ".repeat(number.to_string().len());

        let mut text = format!("{}: {}\n", self.severity, self.message);
        let mut add = |line: String| writeln!(text, "{}", line.trim_end()).expect("a string takes all");
        add(format!("{margin}--> {name}:{number}:{}", before.chars().count() + 1));
        add(format!("{margin} |"));
        add(format!("{number} | {line}"));
        add(format!("{margin} | {indent}{}", "^".repeat(marked)));
        if let Some(note) = &self.note {
            add(format!("{margin} = {note}"));
        }
        text
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn one_of(choices: &[String]) -> String {
    match choices {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
