//! The same index without arenas, for `--compare`: as one would write it with `Vec`, `Arc<str>` and a sharded map.
//!
//! Every file has its own vectors of items and uses, so that threads share nothing but the set of names, and nothing
//! has to be merged but the list of files. Each distinct name is in memory once; a record holds a counted reference to
//! it.

use super::crew::{self, Skipped, Worker};
use super::read::{self, Unusable};
use super::recent::Recent;
use super::scan::{self, Kind, Sink};
use super::summary::{Fingerprint, Summary, most_used};
use super::walk::{Source, Tree};
use core::mem;
use dashmap::DashMap;
use indicatif::ProgressBar;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::sync::Arc;

struct Item {
    name: Arc<str>,
    line: u32,
    /// Position in the items of the same file.
    parent: Option<u32>,
    kind: Kind,
}

struct Use {
    name: Arc<str>,
    line: u32,
}

struct File<'t> {
    source: &'t Source,
    bytes: u64,
    lines: u32,
    items: Vec<Item>,
    uses: Vec<Use>,
}

/// An index of a tree, in vectors.
pub(crate) struct Baseline<'t> {
    files: Vec<File<'t>>,
    names: DashMap<Arc<str>, (), FxBuildHasher>,
}

impl<'t> Baseline<'t> {
    /// Reads and indexes all files of `tree`.
    pub(crate) fn build(tree: &'t Tree, threads: usize, progress: &ProgressBar) -> (Self, Skipped) {
        let names = DashMap::with_hasher(FxBuildHasher);
        let recorder = || Recorder {
            names: &names,
            recent: Recent::new(),
            files: Vec::new(),
            bytes: Vec::new(),
            items: Vec::new(),
            uses: Vec::new(),
            scopes: Vec::new(),
        };
        let (shares, skipped) = crew::read_all(tree, threads, progress, recorder);
        (Self { files: shares.into_iter().flatten().collect(), names }, skipped)
    }

    pub(crate) fn summary(&self, top: usize) -> Summary {
        let mut summary = Summary { names: self.names.len() as u64, ..Summary::default() };
        // Equal names are one allocation, so its address tells them apart faster than the text would.
        let mut counts: FxHashMap<*const u8, (&str, u64)> = FxHashMap::default();
        for file in &self.files {
            summary.files += 1;
            summary.bytes += file.bytes;
            summary.lines += u64::from(file.lines);
            summary.uses += file.uses.len() as u64;
            for item in &file.items {
                summary.items[item.kind as usize] += 1;
            }
            for each in &file.uses {
                counts.entry(each.name.as_ptr()).or_insert((&each.name, 0)).1 += 1;
            }
        }
        summary.top = most_used(counts.into_values(), top);
        summary
    }

    /// Stands for every item and every use.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut all = Fingerprint::default();
        for file in &self.files {
            let path = file.source.path.as_os_str().as_encoded_bytes();
            for item in &file.items {
                let parent = item.parent.map(|parent| &file.items[parent as usize]);
                let parent = parent.map(|parent| (&*parent.name, parent.line));
                all.add((path, item.kind, &*item.name, item.line, parent));
            }
            for each in &file.uses {
                all.add((path, &*each.name, each.line));
            }
        }
        all
    }
}

/// Indexes the files of one thread.
struct Recorder<'n, 't> {
    names: &'n DashMap<Arc<str>, (), FxBuildHasher>,
    recent: Recent<Arc<str>>,
    files: Vec<File<'t>>,
    /// Of the current file, as all that follow.
    bytes: Vec<u8>,
    items: Vec<Item>,
    uses: Vec<Use>,
    scopes: Vec<Option<u32>>,
}

impl Recorder<'_, '_> {
    /// The shared copy of `text`.
    fn name(&mut self, text: &str) -> Arc<str> {
        let names = self.names;
        let look_up = || match names.get(text) {
            Some(name) => Arc::clone(name.key()),
            // If another thread was faster, its copy stays.
            None => Arc::clone(names.entry(Arc::from(text)).or_default().key()),
        };
        Arc::clone(self.recent.get_or(text, look_up))
    }
}

impl<'t> Worker<'t> for Recorder<'_, 't> {
    type Output = Vec<File<'t>>;

    fn file(&mut self, source: &'t Source) -> Result<(), Unusable> {
        // Out of `self` while it records, and back for the next file.
        let mut bytes = mem::take(&mut self.bytes);
        let indexed = read::read_into(source, &mut bytes).map_err(Unusable::from).and_then(|()| {
            self.text(source, core::str::from_utf8(&bytes)?);
            Ok(())
        });
        self.bytes = bytes;
        indexed
    }

    fn finish(self) -> Vec<File<'t>> {
        self.files
    }
}

impl<'t> Recorder<'_, 't> {
    fn text(&mut self, source: &'t Source, text: &str) {
        let mut scopes = mem::take(&mut self.scopes);
        scopes.clear();
        let lines = scan::scan(text, &mut scopes, self);
        self.scopes = scopes;
        // Vectors that were filled before are taken over at their exact size: no slack stays behind.
        let items = self.items.drain(..).collect();
        let uses = self.uses.drain(..).collect();
        self.files.push(File { source, bytes: text.len() as u64, lines, items, uses });
    }
}

impl Sink for Recorder<'_, '_> {
    type Item = u32;

    fn item(&mut self, kind: Kind, name: &str, line: u32, parent: Option<u32>) -> u32 {
        let index = u32::try_from(self.items.len()).expect("fewer items than bytes in a file");
        let name = self.name(name);
        self.items.push(Item { name, line, parent, kind });
        index
    }

    fn name_use(&mut self, name: &str, line: u32) {
        let name = self.name(name);
        self.uses.push(Use { name, line });
    }
}
