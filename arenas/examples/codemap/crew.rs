//! The threads that read the files and hand their texts to whoever indexes them.

use crate::walk::{Source, Tree};
use core::ops::AddAssign;
use core::sync::atomic::{AtomicUsize, Ordering};
use indicatif::ProgressBar;
use std::fs::File;
use std::io::{self, Read};
use std::thread;

/// What one thread does with its share of the files.
pub(crate) trait Worker<'t> {
    /// What it leaves behind.
    type Output: Send;

    /// Takes the text of one file.
    fn file(&mut self, source: &'t Source, text: &str);

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
/// Threads take the next file when they are done with one. A thread reads into one buffer, again and again.
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
        let mut bytes = Vec::new();
        // ORDERING: relaxed, the counter only deals out numbers.
        while let Some(source) = tree.sources.get(next.fetch_add(1, Ordering::Relaxed)) {
            match read(source, &mut bytes).map(|()| core::str::from_utf8(&bytes)) {
                Ok(Ok(text)) => worker.file(source, text),
                Ok(Err(_)) => skipped.not_utf8.push(source.path.display().to_string()),
                Err(error) => skipped.unreadable.push(format!("{}: {error}", source.path.display())),
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

/// Reads a file into `bytes`, replacing what is there.
fn read(source: &Source, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    // One byte more, so that the end of the file is seen without growing.
    let expected = usize::try_from(source.bytes.saturating_add(1)).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(expected)?;
    let read = File::open(&source.path)?.take(source.bytes.saturating_add(1)).read_to_end(bytes)?;
    // The index was sized by what the walk saw.
    if read as u64 > source.bytes { Err(io::Error::other("grew while it was read")) } else { Ok(()) }
}
