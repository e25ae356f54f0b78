//! Finds the unsafe blocks of the library, and what each says that it rests on.
//!
//! It looks at tokens, so that blocks in macros count, and those in comments and strings do not. Unit tests are left out.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// An unsafe block.
#[derive(Debug)]
pub struct UnsafeBlock {
    /// From the folder `arenas/src`.
    pub file: PathBuf,
    /// The function around it.
    pub function: String,
    /// From 1.
    pub line: usize,
    /// What follows `SAFETY:` above it; empty when nothing does.
    pub safety: String,
}

impl UnsafeBlock {
    /// Whether it is in the core.
    pub fn is_in_core(&self) -> bool {
        self.file.starts_with("raw")
    }
}

/// All unsafe blocks below `sources`, in order of files and lines.
///
/// # Panics
///
/// When the sources cannot be read or are not Rust.
pub fn unsafe_blocks(sources: &Path) -> Vec<UnsafeBlock> {
    let mut files = Vec::new();
    rust_files(sources, &mut files);
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let lines: Vec<&str> = text.lines().collect();
        let first = found.len();
        visit(tokens, "", &mut |function, line| {
            let safety = safety_above(&lines, line);
            found.push(UnsafeBlock { file: PathBuf::new(), function: function.to_owned(), line, safety });
        });
        let relative = file.strip_prefix(sources).unwrap();
        found[first..].iter_mut().for_each(|block| block.file = relative.to_owned());
    }
    found
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Calls `found` with the function and the line of every unsafe block.
fn visit(tokens: TokenStream, function: &str, found: &mut impl FnMut(&str, usize)) {
    // What the next brace belongs to.
    let (mut named, mut tests) = (None, false);
    let mut before = (String::new(), 0);
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let braces = group.delimiter() == Delimiter::Brace;
                if braces && before.0 == "unsafe" {
                    found(function, before.1);
                }
                let own = if braces { named.take() } else { None };
                if !(braces && std::mem::take(&mut tests)) {
                    visit(group.stream(), own.as_deref().unwrap_or(function), found);
                }
                before = (String::new(), 0);
            }
            TokenTree::Ident(ident) => {
                let text = ident.to_string();
                match (before.0.as_str(), text.as_str()) {
                    ("fn", _) => named = Some(text.clone()),
                    ("mod", "tests") => tests = true,
                    _ => {}
                }
                before = (text, ident.span().start().line);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => before = (String::new(), 0),
        }
    }
}

/// The comment that starts with `SAFETY:` above a line, in one line.
fn safety_above(lines: &[&str], line: usize) -> String {
    let comment = |index: &usize| lines[*index].trim_start().strip_prefix("// ");
    // The statement may have begun some lines before its block.
    let above = line.saturating_sub(8)..line;
    let Some(start) = above.rev().find(|index| comment(index).is_some_and(|text| text.starts_with("SAFETY:"))) else {
        return String::new();
    };
    let text: Vec<&str> = (start..line).map_while(|index| comment(&index)).collect();
    text.join(" ").trim_start_matches("SAFETY:").trim().to_owned()
}
