//! The threads that share the files among them.

use super::read::Unusable;
use super::walk::{Source, Tree};
use core::ops::AddAssign;
use core::sync::atomic::{AtomicUsize, Ordering};
use indicatif::ProgressBar;
use std::thread;

/// What one thread does with its share of the files.
pub(crate) trait Worker<'t> {
    /// What it leaves behind.
    type Output: Send;

    /// Reads and indexes one file.
    ///
    /// # Errors
    ///
    /// The file cannot be used; nothing is recorded of it then.
    fn file(&mut self, source: &'t Source) -> Result<(), Unusable>;

    /// Called when there are no more files.
    fn finish(self) -> Self::Output;
}

/// Files that were left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Skipped {
    /// Messages that name the file or folder and the error.
    pub(crate) unreadable: Vec<String>,
    /// Paths of files that are not UTF-8.
    pub(crate) not_utf8: Vec<String>,
}

impl AddAssign for Skipped {
    fn add_assign(&mut self, other: Self) {
        self.unreadable.extend(other.unreadable);
        self.not_utf8.extend(other.not_utf8);
    }
}

/// Gives every file of the tree to one of at most `threads` workers; returns what they leave behind and what they left
/// out.
///
/// Threads take the next file when they are done with one.
pub(crate) fn read_all<'t, W: Worker<'t>>(
    tree: &'t Tree,
    threads: usize,
    progress: &ProgressBar,
    worker: impl Fn() -> W + Sync,
) -> (Vec<W::Output>, Skipped) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut worker = worker();
        let mut skipped = Skipped::default();
        // ORDERING: relaxed, the counter only deals out numbers.
        while let Some(source) = tree.sources.get(next.fetch_add(1, Ordering::Relaxed)) {
            let path = source.path.display();
            match worker.file(source) {
                Ok(()) => {}
                Err(Unusable::NotUtf8) => skipped.not_utf8.push(path.to_string()),
                Err(Unusable::Unreadable(error)) => skipped.unreadable.push(format!("{path}: {error}")),
            }
            progress.inc(source.bytes);
        }
        (worker.finish(), skipped)
    };
    let mut outputs = Vec::new();
    let mut skipped = Skipped { unreadable: tree.unreadable.clone(), not_utf8: Vec::new() };
    thread::scope(|scope| {
        let crew: Vec<_> = (0..threads.min(tree.sources.len())).map(|_| scope.spawn(work)).collect();
        for member in crew {
            let (output, left_out) = member.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            outputs.push(output);
            skipped += left_out;
        }
    });
    skipped.unreadable.sort();
    skipped.not_utf8.sort();
    (outputs, skipped)
}
