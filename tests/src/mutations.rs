//! The lists of `tests/mutations`: changes of the code that a loom model must notice.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A change of the code that a model must notice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutation {
    /// From the top of the repository.
    pub file: PathBuf,
    /// Text that is in the file exactly once.
    pub find: String,
    /// What it becomes.
    pub replace: String,
    /// The test program and the test in it: `loom_fast::a_hole_is_taken_once`.
    pub caught_by: String,
    /// What is weaker then.
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    mutation: Vec<Mutation>,
}

impl Mutation {
    /// The source with the change.
    ///
    /// # Errors
    ///
    /// When the text is not in the source exactly once.
    pub fn apply(&self, source: &str) -> Result<String, String> {
        match source.matches(&self.find).count() {
            1 => Ok(source.replacen(&self.find, &self.replace, 1)),
            count => Err(format!("does not apply: its text is {count} times in {}", self.file.display())),
        }
    }

    /// The test program and the test that must fail.
    ///
    /// # Errors
    ///
    /// When `caught_by` is not such a pair.
    pub fn model(&self) -> Result<(&str, &str), String> {
        self.caught_by.split_once("::").ok_or_else(|| format!("`{}` names no test of a program", self.caught_by))
    }
}

/// All lists below the top of the repository, by name.
///
/// # Errors
///
/// When one cannot be read.
pub fn lists(top: &Path) -> Result<Vec<(String, Vec<Mutation>)>, String> {
    let folder = top.join("tests/mutations");
    let mut lists = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let list: List = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            lists.push((name, list.mutation));
        }
    }
    lists.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(lists)
}
