//! `--find`: where a name is defined, and how often it is used.

use super::report::count;
use super::scan::Kind;
use arenas::{AllocError, RegionStore, Stamped};
use core::fmt;
use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::fs;
use std::io::Write;
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
///
/// # Errors
///
/// The output is closed, or there is no memory for texts.
pub(crate) fn print(
    out: &mut impl Write,
    wanted: Wanted<'_>,
    mut items: Vec<Definition<'_>>,
    usage: Usage,
) -> Result<(), Box<dyn Error>> {
    items.sort_unstable();
    let mut texts = Texts::new()?;
    let (impls, definitions): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.kind == Kind::Impl);
    for item in &definitions {
        let Definition { path, line, kind, parent, name } = *item;
        let (parent, colons) = parent.map_or(("", ""), |parent| (parent, "::"));
        writeln!(out, "{}:{line}: {} {parent}{colons}{name}", path.display(), kind.keyword())?;
        if let Some(text) = texts.line(path, line) {
            writeln!(out, "    {}", Short(text.trim()))?;
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
    writeln!(out, "{number}{impls}; `{}` is {used}", wanted.name)?;
    Ok(())
}

/// A text, cut off where a generated file has all of itself in one line.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHARS: usize = 200;
        match self.0.char_indices().nth(CHARS) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

/// How many texts are in memory at once, however many files define a name.
const TEXTS: usize = 8;

/// Source texts, read when a line of them is wanted. The oldest makes room for a new one.
struct Texts<'a> {
    store: RegionStore<Text>,
    /// What is in the store.
    oldest_first: VecDeque<Stamped<Text>>,
    /// What was ever in the store. A handle is stale when its text had to go, also when the slot has another text now,
    /// so that nothing has to be taken out here.
    by_path: HashMap<&'a Path, Stamped<Text>>,
}

impl<'a> Texts<'a> {
    fn new() -> Result<Self, AllocError> {
        let store = RegionStore::try_with_capacity(TEXTS)?;
        Ok(Self { store, oldest_first: VecDeque::with_capacity(TEXTS), by_path: HashMap::new() })
    }

    /// A line of a file; none when the file is not what it was when it was indexed.
    fn line(&mut self, path: &'a Path, line: u32) -> Option<&str> {
        let known = self.by_path.get(path).copied().filter(|&text| self.store.is_valid(text));
        let text = known.unwrap_or_else(|| self.read(path));
        self.store[text].line(line)
    }

    fn read(&mut self, path: &'a Path) -> Stamped<Text> {
        if self.store.len() == self.store.capacity() {
            if let Some(oldest) = self.oldest_first.pop_front() {
                self.store.free(oldest);
            }
        }
        let index = self.store.alloc(Text::new(fs::read_to_string(path).unwrap_or_default()));
        self.oldest_first.push_back(index);
        self.by_path.insert(path, index);
        index
    }
}

/// A text whose lines can be found.
struct Text {
    text: String,
    /// Where each line ends.
    ends: Vec<usize>,
}

impl Text {
    fn new(text: String) -> Self {
        let newlines = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at);
        let ends = newlines.chain([text.len()]).collect();
        Self { text, ends }
    }

    /// A line by its number, from 1 on.
    fn line(&self, number: u32) -> Option<&str> {
        let at = number.checked_sub(1)? as usize;
        let start = match at.checked_sub(1) {
            Some(before) => self.ends.get(before)? + 1,
            None => 0,
        };
        self.text.get(start..*self.ends.get(at)?)
    }
}
