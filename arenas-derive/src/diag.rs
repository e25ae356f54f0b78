//! Errors of the macros: all of one invocation are collected, each at the tokens that the user wrote.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

/// The errors of one invocation.
///
/// It must be turned into tokens in the end ([`Diagnostics::finish`]); a macro that forgets an error would accept
/// wrong input, so the debug build of the macro crate refuses to drop one.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Diagnostics {
    errors: Option<syn::Error>,
    finished: bool,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reports an error that is underlined over all of `tokens`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl core::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Reports an error at one span, for places that have no tokens of their own.
    pub(crate) fn at_span(&mut self, span: Span, message: impl core::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    /// The value, or `None` and a report.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.errors.is_some()
    }

    /// The `compile_error!` calls, in the order of the reports; nothing when there was none.
    pub(crate) fn finish(mut self) -> TokenStream {
        self.finished = true;
        self.errors.take().map(syn::Error::into_compile_error).unwrap_or_default()
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        debug_assert!(self.finished || std::thread::panicking(), "the errors of an invocation were dropped unread");
    }
}

/// The lints that generated items switch off: what they warn about was decided by the user's own item, whose warning
/// is enough, or is none of the user's business.
pub(crate) fn allow_lints() -> TokenStream {
    quote! {
        #[allow(
            dead_code,
            deprecated,
            non_camel_case_types,
            private_bounds,
            private_interfaces,
            single_use_lifetimes,
            unreachable_pub,
            unused_imports,
            unused_qualifications,
            clippy::all,
            clippy::nursery,
            clippy::pedantic,
            clippy::restriction,
            reason = "written by a macro of `arenas`"
        )]
    }
}

/// Tokens as one writes them.
pub(crate) fn readable(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in
        [(" < ", "<"), (" >", ">"), (" :: ", "::"), (":: ", "::"), ("& ", "&"), (" ,", ","), (" ;", ";"), ("* ", "*")]
    {
        text = text.replace(spaced, tight);
    }
    text
}

/// The known word that a misspelled one most likely means.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |candidate: &str| edit_distance(&word.to_lowercase(), &candidate.to_lowercase());
    known
        .into_iter()
        .map(|candidate| (distance(candidate), candidate))
        // A third of the letters may be wrong; beyond that a suggestion misleads more often than it helps.
        .filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b` and `c` ``
pub(crate) fn quoted_list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// The Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, changes, and swaps of two
/// neighbours.
fn edit_distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let change = last[j] + usize::from(a != b);
            let mut best = change.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = core::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_edits_and_swaps() {
        assert_eq!(edit_distance("idx", "idx"), 0);
        assert_eq!(edit_distance("idxx", "idx"), 1);
        assert_eq!(edit_distance("stroe", "store"), 1);
        assert_eq!(edit_distance("", "repr"), 4);
        assert_eq!(edit_distance("repr", ""), 4);
        assert_eq!(edit_distance("capacity", "checked"), 6);
    }

    #[test]
    fn the_nearest_word_is_found_only_when_it_is_near() {
        assert_eq!(nearest("stor", ["idx", "store"]), Some("store"));
        assert_eq!(nearest("fastarena", ["Arena", "FastArena"]), Some("FastArena"));
        assert_eq!(nearest("frobnicate", ["idx", "store"]), None);
        assert_eq!(nearest("", ["idx"]), None);
    }

    #[test]
    fn errors_come_out_in_order() {
        let mut diagnostics = Diagnostics::new();
        assert!(!diagnostics.has_errors());
        diagnostics.at(quote!(a), "first");
        diagnostics.at_span(Span::call_site(), "second");
        assert!(diagnostics.has_errors());
        let text = diagnostics.finish().to_string();
        assert!(text.find("first").unwrap() < text.find("second").unwrap());
    }

    #[test]
    fn a_list_reads_like_a_sentence() {
        assert_eq!(quoted_list(["a"]), "`a`");
        assert_eq!(quoted_list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
