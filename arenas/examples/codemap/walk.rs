//! Finds the `.rs` files below the given paths, as the ignore files among them allow.

use ignore::{DirEntry, WalkBuilder, WalkState};
use std::collections::HashSet;
use std::fs::FileType;
use std::path::PathBuf;
use std::sync::Mutex;
use std::{fs, io};

/// A file to index.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// Its size when it was found.
    pub(crate) bytes: u64,
}

/// Threads that walk, at most. Idle ones look for work all the time, and keep the others from theirs when they are many.
const WALKERS: usize = 8;

/// What a walk found.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The largest file first, so that no thread starts on one while the others have run out of work.
    pub(crate) sources: Vec<Source>,
    /// Folders and files that could not be looked at, as messages that name them.
    pub(crate) unreadable: Vec<String>,
}

impl Tree {
    /// The bytes of all files, as they were when they were found.
    pub(crate) fn bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.bytes).sum()
    }
}

/// Walks all roots.
///
/// # Errors
///
/// A root that cannot be looked at, most often because there is nothing of that name.
pub(crate) fn walk(roots: &[PathBuf], threads: usize) -> Result<Tree, (PathBuf, io::Error)> {
    for root in roots {
        fs::metadata(root).map_err(|error| (root.clone(), error))?;
    }
    let Some((first, others)) = roots.split_first() else { return Ok(Tree::default()) };
    let mut builder = WalkBuilder::new(first);
    others.iter().for_each(|root| _ = builder.add(root));
    // A .gitignore counts also in an unpacked archive, which has no repository around it.
    builder.require_git(false).threads(threads.min(WALKERS));

    let found = Mutex::new(Tree::default());
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let source = entry.and_then(|entry| rust_source(&entry)).map_err(|error| message(&error));
            let mut tree = found.lock().expect("no other thread panicked");
            match source {
                Ok(source) => tree.sources.extend(source),
                Err(message) => tree.unreadable.push(message),
            }
            WalkState::Continue
        })
    });
    let mut tree = found.into_inner().expect("no thread panicked");
    if roots.len() > 1 {
        // One root may lie inside another.
        let mut seen = HashSet::new();
        tree.sources.sort_by(|a, b| a.path.cmp(&b.path));
        tree.sources.retain(|source| seen.insert(fs::canonicalize(&source.path).unwrap_or(source.path.clone())));
    }
    tree.sources.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    Ok(tree)
}

/// An error with the path that it is about, as paths are printed.
fn message(error: &ignore::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}

fn rust_source(entry: &DirEntry) -> Result<Option<Source>, ignore::Error> {
    let path = entry.path();
    // A root is indexed whatever it is called: the user named it.
    let named_so = entry.depth() == 0 || path.extension().is_some_and(|extension| extension == "rs");
    let is = |what: fn(&FileType) -> bool| entry.file_type().as_ref().is_some_and(what);
    if entry.depth() == 0 && !is(FileType::is_file) && !is(FileType::is_dir) {
        let error = io::Error::other("neither a file nor a folder");
        return Err(ignore::Error::WithPath { path: path.to_owned(), err: Box::new(error.into()) });
    }
    if !named_so || !is(FileType::is_file) {
        return Ok(None);
    }
    let bytes = entry.metadata()?.len();
    Ok(Some(Source { path: path.strip_prefix("./").unwrap_or(path).to_owned(), bytes }))
}
