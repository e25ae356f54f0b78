//! `--find`: where a name is defined, and how often it is used.

use crate::report::count;
use crate::scan::Kind;
use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// What a user looks for: `name`, or `parent::name` as definitions are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) parent: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let bare = |name: &'a str| name.strip_prefix("r#").unwrap_or(name);
        match text.rsplit_once("::") {
            Some((parent, name)) => {
                let parent = parent.rsplit_once("::").map_or(parent, |(_, last)| last);
                Self { name: bare(name), parent: Some(bare(parent)) }
            }
            None => Self { name: bare(text), parent: None },
        }
    }
}

/// One item of the wanted name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Definition<'a> {
    pub(crate) path: &'a Path,
    pub(crate) line: u32,
    pub(crate) kind: Kind,
    pub(crate) parent: Option<&'a str>,
    pub(crate) name: &'a str,
}

/// How often a name is used, and in how many files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) uses: u64,
    pub(crate) files: u64,
}

/// Prints each definition with its source line, and the uses of the name.
///
/// An impl carries the name of its type but defines none, so it is counted and not listed.
pub(crate) fn print(
    out: &mut impl Write,
    wanted: Wanted<'_>,
    mut items: Vec<Definition<'_>>,
    usage: Usage,
) -> io::Result<()> {
    items.sort_unstable();
    let mut texts = Texts::default();
    let (impls, definitions): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.kind == Kind::Impl);
    for item in &definitions {
        let Definition { path, line, kind, parent, name } = *item;
        let (parent, colons) = parent.map_or(("", ""), |parent| (parent, "::"));
        writeln!(out, "{}:{line}: {} {parent}{colons}{name}", path.display(), kind.keyword())?;
        if let Some(text) = texts.line(path, line) {
            writeln!(out, "    {}", text.trim())?;
        }
    }
    if !definitions.is_empty() {
        writeln!(out)?;
    }
    let number = match definitions.len() {
        0 => "no definition".to_owned(),
        some => count(some as u64, "definition"),
    };
    let impls = match impls.len() {
        0 => String::new(),
        some => format!(", {}", count(some as u64, "impl block")),
    };
    let used = match usage {
        Usage { uses: 0, .. } => "not used".to_owned(),
        Usage { uses, files } => format!("used {} in {}", count(uses, "time"), count(files, "file")),
    };
    writeln!(out, "{number}{impls}; `{}` is {used}", wanted.name)
}

/// Source texts, read when a line of them is wanted.
#[derive(Default)]
struct Texts<'a> {
    /// None where a file cannot be read again.
    texts: HashMap<&'a Path, Option<String>>,
}

impl<'a> Texts<'a> {
    fn line(&mut self, path: &'a Path, line: u32) -> Option<&str> {
        let text = self.texts.entry(path).or_insert_with(|| fs::read_to_string(path).ok());
        text.as_ref()?.split('\n').nth(line.checked_sub(1)? as usize)
    }
}
