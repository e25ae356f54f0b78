//! The example `codemap` of the crate `arenas`, taken whole, so that programs of this package can run it on any global
//! allocator.
//!
//! A program calls [`serve`] first; started with the arguments of [`Job::arguments`], it is a worker, which indexes the
//! sources of a tree in one of the ways of [`Job::side`] and prints one line.

#![allow(
    dead_code,
    clippy::collapsible_if,
    clippy::manual_is_multiple_of,
    reason = "the example answers queries too, and is written for an older compiler than this package"
)]

#[path = "../../arenas/examples/codemap/baseline.rs"]
mod baseline;
#[path = "../../arenas/examples/codemap/crew.rs"]
mod crew;
#[path = "../../arenas/examples/codemap/find.rs"]
mod find;
#[path = "../../arenas/examples/codemap/index.rs"]
mod index;
#[path = "../../arenas/examples/codemap/measure.rs"]
mod measure;
#[path = "../../arenas/examples/codemap/read.rs"]
mod read;
#[path = "../../arenas/examples/codemap/recent.rs"]
mod recent;
#[path = "../../arenas/examples/codemap/report.rs"]
mod report;
#[path = "../../arenas/examples/codemap/scan.rs"]
mod scan;
#[path = "../../arenas/examples/codemap/scratch.rs"]
mod scratch;
#[path = "../../arenas/examples/codemap/summary.rs"]
mod summary;
#[path = "../../arenas/examples/codemap/walk.rs"]
mod walk;

use std::{
    env,
    error::Error,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use clap::ValueEnum as _;

use crate::clock;

/// The option that makes a program a worker.
const WORK: &str = "--codemap";

/// The way of a worker that only walks the tree.
const WALK: &str = "walk";

/// What a worker does.
#[derive(Clone, Debug)]
pub struct Job {
    /// `arenas`, `baseline`, or `walk` for what both do before.
    pub side: &'static str,
    /// Threads that read and scan.
    pub threads: usize,
    /// About how many bytes to take, spread evenly over files of all sizes; `None` for all.
    pub sample: Option<u64>,
    /// Files and folders.
    pub roots: Vec<PathBuf>,
}

impl Job {
    /// The sides of the comparison, and the walk that both begin with.
    pub const SIDES: [&str; 3] = ["arenas", "baseline", WALK];

    /// The command line of the worker.
    pub fn arguments(&self) -> Vec<std::ffi::OsString> {
        let sample = self.sample.unwrap_or(u64::MAX).to_string();
        let words = [WORK, self.side, &self.threads.to_string(), &sample].map(Into::into);
        words.into_iter().chain(self.roots.iter().map(Into::into)).collect()
    }

    /// Runs `program` as a worker, and measures it.
    ///
    /// # Errors
    ///
    /// If the program cannot be started, fails, or prints something else.
    pub fn run(&self, program: &Path) -> io::Result<Outcome> {
        let mut child = Command::new(program).args(self.arguments()).stdout(Stdio::piped()).spawn()?;
        let mut output = String::new();
        if let Some(mut pipe) = child.stdout.take() {
            pipe.read_to_string(&mut output)?;
        }
        let usage = clock::wait(child.id())?;
        let run = measure::Run::parse(&output).filter(|_| usage.succeeded);
        let run = run.ok_or_else(|| io::Error::other(format!("{} failed at {self:?}", program.display())))?;
        Ok(Outcome {
            seconds: run.seconds,
            user: usage.user.as_secs_f64(),
            system: usage.system.as_secs_f64(),
            peak: usage.peak_resident,
            items: run.items,
            uses: run.uses,
            result: run.result,
        })
    }
}

/// What a run took and found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// From the beginning of the walk until the summary is made.
    pub seconds: f64,
    /// Seconds of all threads outside the system, of the whole process.
    pub user: f64,
    /// Seconds of all threads inside the system, of the whole process.
    pub system: f64,
    /// The most memory that was resident at once, in bytes.
    pub peak: u64,
    /// Items found.
    pub items: u64,
    /// Uses of names found.
    pub uses: u64,
    /// Stands for everything that was found: equal where that is.
    pub result: String,
}

/// The bytes of all sources below the roots.
///
/// # Errors
///
/// If a root cannot be looked at.
pub fn bytes(roots: &[PathBuf]) -> io::Result<(usize, u64)> {
    let tree =
        walk::walk(roots, 2).map_err(|(path, error)| io::Error::other(format!("{}: {error}", path.display())))?;
    Ok((tree.sources.len(), tree.bytes()))
}

/// Does the work that the command line asks for, if it asks for any, and ends the process then.
pub fn serve() {
    let start = Instant::now();
    let words: Vec<_> = env::args_os().skip(1).collect();
    let [mark, side, threads, sample, roots @ ..] = &words[..] else { return };
    if mark != WORK {
        return;
    }
    let text = |word: &std::ffi::OsString| word.to_string_lossy().into_owned();
    let result = work(&text(side), &text(threads), &text(sample), roots.iter().map(PathBuf::from).collect(), start);
    std::process::exit(match result {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("{error}");
            1
        }
    });
}

fn work(side: &str, threads: &str, sample: &str, roots: Vec<PathBuf>, start: Instant) -> Result<(), Box<dyn Error>> {
    let before = measure::resident();
    let (threads, sample) = (threads.parse()?, sample.parse::<u64>()?);
    let tree = walk::walk(&roots, threads).map_err(|(path, error)| format!("{}: {error}", path.display()))?;
    // A part of the tree is for counting instructions, of which none should be spent on the comparison.
    let verified = sample == u64::MAX;
    let tree = thinned(tree, sample);
    if side == WALK {
        return Ok(());
    }
    let side = measure::Side::from_str(side, false)?;
    measure::measure(&mut io::stdout().lock(), side, &tree, threads, (10, verified), (start, before))
}

/// Every so manieth file of the tree. They are in the order of their sizes, so that small and large ones stay.
fn thinned(mut tree: walk::Tree, sample: u64) -> walk::Tree {
    let step = usize::try_from(tree.bytes() / sample.max(1)).unwrap_or(usize::MAX).max(1);
    let mut number = step / 2;
    tree.sources.retain(|_| {
        number += 1;
        number % step == 0
    });
    tree
}
