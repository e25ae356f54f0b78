//! One run of one side, in a process of its own, and the line in which that process says what it took and found.

use super::baseline::Baseline;
use super::index;
use super::summary::{Fingerprint, Summary};
use super::walk::Tree;
use arenas::Bitena;
use clap::ValueEnum;
use core::time::Duration;
use indicatif::ProgressBar;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::time::Instant;

/// The two ways to do the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// One shared bundle of typed arenas.
    Arenas,
    /// `Vec`, `Arc<str>` and the global allocator.
    Baseline,
}

impl Side {
    /// As the flag spells it.
    pub(crate) const fn flag(self) -> &'static str {
        match self {
            Self::Arenas => "arenas",
            Self::Baseline => "baseline",
        }
    }
}

/// The first field of the line in which a process reports.
const MARK: &str = "codemap-measured";

/// What one run took and found.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// Peak resident memory in bytes, where the system tells it.
    pub(crate) peak: Option<u64>,
    /// How far that is above what was resident before the index was begun.
    pub(crate) grown: Option<u64>,
    pub(crate) items: u64,
    pub(crate) uses: u64,
    /// Everything that must be equal on both sides, as text.
    pub(crate) result: String,
}

impl Run {
    /// Reads what [`measure`] printed.
    pub(crate) fn parse(output: &str) -> Option<Self> {
        let mut fields = output.lines().find(|line| line.starts_with(MARK))?.splitn(7, '\t').skip(1);
        let seconds = fields.next()?.parse().ok()?;
        let before: u64 = fields.next()?.parse().ok()?;
        let peak = Some(fields.next()?.parse().ok()?).filter(|&peak| peak > 0);
        Some(Self {
            seconds,
            peak,
            grown: peak.map(|peak| peak.saturating_sub(before)),
            items: fields.next()?.parse().ok()?,
            uses: fields.next()?.parse().ok()?,
            result: fields.next()?.to_owned(),
        })
    }
}

/// Indexes `tree` on one side and prints the figures. `start` is when the walk began, and `before` what was resident
/// then. `verified` is whether the line says all that was found, which is not timed.
///
/// # Errors
///
/// The memory is not to be had, or the output is closed.
pub(crate) fn measure(
    out: &mut impl Write,
    side: Side,
    tree: &Tree,
    threads: usize,
    (top, verified): (usize, bool),
    (start, before): (Instant, Option<u64>),
) -> Result<(), Box<dyn Error>> {
    let hidden = ProgressBar::hidden();
    match side {
        Side::Arenas => {
            let texts = Bitena::new(usize::try_from(tree.bytes())?)?;
            let map = index::sized_for(tree, threads)?;
            index::build(&map, &texts, tree, threads, &hidden);
            let summary = index::summary(&map, top);
            let (elapsed, memory) = (start.elapsed(), [before, peak_resident()]);
            report(out, elapsed, memory, &summary, verified.then(|| index::fingerprint(&map)))?;
        }
        Side::Baseline => {
            let (map, _) = Baseline::build(tree, threads, &hidden);
            let summary = map.summary(top);
            let (elapsed, memory) = (start.elapsed(), [before, peak_resident()]);
            report(out, elapsed, memory, &summary, verified.then(|| map.fingerprint()))?;
        }
    }
    Ok(())
}

/// Prints what [`Run::parse`] reads.
fn report(
    out: &mut impl Write,
    elapsed: Duration,
    memory: [Option<u64>; 2],
    summary: &Summary,
    fingerprint: Option<Fingerprint>,
) -> io::Result<()> {
    let (seconds, items, uses) = (elapsed.as_secs_f64(), summary.all_items(), summary.uses);
    let [before, peak] = memory.map(Option::unwrap_or_default);
    writeln!(out, "{MARK}\t{seconds}\t{before}\t{peak}\t{items}\t{uses}\t{:?}", (summary, fingerprint))
}

/// The memory that this process has resident now, in bytes; known on Linux.
pub(crate) fn resident() -> Option<u64> {
    status("VmRSS:")
}

/// The most memory that this process had resident at once, in bytes; known on Linux.
fn peak_resident() -> Option<u64> {
    status("VmHWM:")
}

fn status(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix(field))?.trim().strip_suffix(" kB")?;
    Some(kibibytes.trim().parse::<u64>().ok()? * 1024)
}
