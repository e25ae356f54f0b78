//! `--compare`: the same job with and without arenas.
//!
//! Each run is a process of its own, so that neither side sees the other's peak or warm heap. A round is one run of
//! each side, so that a slow moment of the machine hits both; a ratio is the median of the ratios of all rounds.

use crate::args::{Args, Side};
use crate::report::{Grouped, count};
use crate::summary::{Fingerprint, Summary};
use core::ops::RangeInclusive;
use core::time::Duration;
use indicatif::ProgressBar;
use std::error::Error;
use std::io::{self, Write};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

/// Runs of each side, at least and at most: many where a run is short, and so easily disturbed.
const ROUNDS: RangeInclusive<usize> = 7..=61;

/// What all runs together may take, unless there would be too few.
const PATIENCE: f64 = 6.0;

/// The first field of the line in which a child reports.
const MARK: &str = "codemap-measured";

/// What one run took and found.
struct Run {
    seconds: f64,
    /// Peak resident memory in bytes, where the system tells it.
    peak: Option<u64>,
    /// How far that is above what was resident before the index was begun.
    grown: Option<u64>,
    items: u64,
    uses: u64,
    /// Everything that must be equal on both sides, as text.
    result: String,
}

/// In a child process: prints what the parent reads with [`Run::parse`].
///
/// # Errors
///
/// The output is closed.
pub(crate) fn report(
    out: &mut impl Write,
    elapsed: Duration,
    memory: [Option<u64>; 2],
    summary: &Summary,
    fingerprint: impl FnOnce() -> Fingerprint,
) -> io::Result<()> {
    let (seconds, items, uses) = (elapsed.as_secs_f64(), summary.all_items(), summary.uses);
    let [before, peak] = memory.map(Option::unwrap_or_default);
    writeln!(out, "{MARK}\t{seconds}\t{before}\t{peak}\t{items}\t{uses}\t{:?}", (summary, fingerprint()))
}

impl Run {
    fn parse(output: &str) -> Option<Self> {
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

    fn of(side: Side, args: &Args) -> Result<Self, Box<dyn Error>> {
        let child = Command::new(env::current_exe()?)
            .args(["--measure", side.flag(), "--top", &args.top.to_string(), "--threads", &args.threads().to_string()])
            .arg("--")
            .args(args.roots())
            .output()?;
        let output = String::from_utf8_lossy(&child.stdout);
        Self::parse(&output).filter(|_| child.status.success()).ok_or_else(|| {
            let messages = String::from_utf8_lossy(&child.stderr);
            format!("the {} run ended with {}: {}", side.flag(), child.status, messages.trim()).into()
        })
    }
}

/// Measures both sides and prints them beside each other.
///
/// # Errors
///
/// A child fails, the two sides find different things, or the output is closed.
pub(crate) fn compare(out: &mut impl Write, args: &Args, progress: &ProgressBar) -> Result<(), Box<dyn Error>> {
    // Not counted: it brings the files into the page cache.
    let start = Instant::now();
    let first = Run::of(Side::Arenas, args)?;
    let fitting = (PATIENCE / start.elapsed().as_secs_f64()) as usize / 2;
    // Odd, so that there is one in the middle.
    let rounds = fitting.clamp(*ROUNDS.start(), *ROUNDS.end()) | 1;
    progress.set_length(rounds as u64);
    let mut arenas = Vec::new();
    let mut baseline = Vec::new();
    for round in 0..rounds {
        let order = if round % 2 == 0 { [Side::Arenas, Side::Baseline] } else { [Side::Baseline, Side::Arenas] };
        for side in order {
            let run = Run::of(side, args)?;
            if run.result != first.result {
                return Err(format!("the sides disagree:\n{}\n{}", first.result, run.result).into());
            }
            match side {
                Side::Arenas => arenas.push(run),
                Side::Baseline => baseline.push(run),
            }
        }
        progress.inc(1);
    }
    progress.finish_and_clear();

    let Run { items, uses, .. } = first;
    let records = (items + uses) as f64;
    writeln!(
        out,
        "{} and {} of names, found alike by both\nmedians of {rounds} rounds on {}\n",
        count(items, "item"),
        count(uses, "use"),
        count(args.threads() as u64, "thread")
    )?;
    writeln!(out, "{:<28}{:>14}{:>14}{:>14}", "", "arenas", "without", "ratio")?;
    let mut row = |what: &str, value: &dyn Fn(&Run) -> Option<f64>, print: &dyn Fn(f64) -> String| {
        let print = |value: Option<f64>| value.map_or("-".to_owned(), print);
        let median_of = |runs: &[Run]| median(runs.iter().filter_map(value));
        let ratios = arenas.iter().zip(&baseline).filter_map(|(a, b)| Some(value(a)? / value(b)?));
        let ratio = median(ratios).map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        writeln!(out, "{what:<28}{:>14}{:>14}{ratio:>14}", print(median_of(&arenas)), print(median_of(&baseline)))
    };
    row("time", &|run| Some(run.seconds), &|seconds| format!("{:.1} ms", seconds * 1e3))?;
    row("peak resident memory", &|run| Some(run.peak? as f64), &|bytes| {
        format!("{} kB", Grouped((bytes / 1e3).round() as u64))
    })?;
    let each = |run: &Run| run.grown.filter(|_| records > 0.0).map(|grown| grown as f64 / records);
    row("bytes per item or use", &each, &|bytes| format!("{bytes:.1}"))?;
    Ok(())
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The memory that this process has resident now, in bytes; known on Linux.
pub(crate) fn resident() -> Option<u64> {
    status("VmRSS:")
}

/// The most memory that this process had resident at once, in bytes; known on Linux.
pub(crate) fn peak_resident() -> Option<u64> {
    status("VmHWM:")
}

fn status(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix(field))?.trim().strip_suffix(" kB")?;
    Some(kibibytes.trim().parse::<u64>().ok()? * 1024)
}
