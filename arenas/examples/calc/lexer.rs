//! From text to tokens.
//!
//! All tokens are made before the parser runs. The parser backtracks, and going back is then to set a number: nothing
//! is read twice, and a wrong character is reported once, however often the parser passes by. Names and strings are
//! kept in the tree, each distinct one once.
//!
//! What is wrong is reported and becomes [`Token::Wrong`], and reading goes on: one run shows the mistakes of both.

use crate::ast::{Ast, NameIdx};
use crate::diagnostics::{Diagnostic, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Int(i64),
    /// A string literal.
    Text(NameIdx),
    Name(NameIdx),
    /// A keyword or symbol, one of [`KEYWORDS`] and [`SYMBOLS`].
    Fixed(&'static str),
    /// What was reported, and is nothing.
    Wrong,
    /// Stands after the last token, so that there is always a next one.
    End,
}

pub(crate) const KEYWORDS: [&str; 8] = ["let", "fn", "print", "if", "else", "while", "true", "false"];

/// Those that begin like another one come before it.
pub(crate) const SYMBOLS: [&str; 23] = [
    "->", "==", "!=", "<=", ">=", "&&", "||", "=", "!", "<", ">", "+", "-", "*", "/", "%", "(", ")", "{", "}", ",",
    ";", ":",
];

/// The tokens of `source[from..]`, at least one. The spans count from the start of the source.
pub(crate) fn tokens(source: &str, from: usize, ast: &mut Ast, errors: &mut Vec<Diagnostic>) -> Vec<(Token, Span)> {
    let mut tokens = Vec::new();
    let mut at = from;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        let while_true = |is_part: fn(char) -> bool| rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (length, token) = if first.is_whitespace() {
            (first.len_utf8(), None)
        } else if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), None)
        } else if first.is_ascii_digit() {
            let length = while_true(|c| c.is_alphanumeric() || c == '_');
            let digits = rest[..length].replace('_', "");
            let value = digits.parse().unwrap_or_else(|_| {
                let span = Span::new(at, at + length);
                errors.push(if digits.bytes().all(|b| b.is_ascii_digit()) {
                    let largest = format!("the largest number is {}", i64::MAX);
                    Diagnostic::error(span, "this number is too large").note(largest)
                } else {
                    Diagnostic::error(span, "a number consists of digits").note("and `_` between them, as in 1_000")
                });
                0
            });
            (length, Some(Token::Int(value)))
        } else if first.is_alphabetic() || first == '_' {
            let length = while_true(|c| c.is_alphanumeric() || c == '_');
            let word = &rest[..length];
            let keyword = KEYWORDS.into_iter().find(|keyword| *keyword == word);
            (length, Some(keyword.map_or_else(|| Token::Name(ast.name(word)), Token::Fixed)))
        } else if first == '"' {
            let inside = &rest[1..];
            let length = inside.find(['"', '\n']).unwrap_or(inside.len());
            let closed = inside[length..].starts_with('"');
            if !closed {
                let error = Diagnostic::error(Span::new(at, at + 1 + length), "this string has no end");
                errors.push(error.note("a string ends with `\"` on the line on which it starts"));
            }
            let token = if closed { Token::Text(ast.name(&inside[..length])) } else { Token::Wrong };
            (1 + length + usize::from(closed), Some(token))
        } else if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            (symbol.len(), Some(Token::Fixed(symbol)))
        } else {
            let span = Span::new(at, at + first.len_utf8());
            errors.push(Diagnostic::error(span, format!("no token begins with `{}`", first.escape_debug())));
            (first.len_utf8(), Some(Token::Wrong))
        };
        tokens.extend(token.map(|token| (token, Span::new(at, at + length))));
        at += length;
    }
    // The end is shown behind the last token, not below the empty lines that may follow.
    let end = from + source[from..].trim_end().len();
    tokens.push((Token::End, Span::new(end, end)));
    tokens
}
