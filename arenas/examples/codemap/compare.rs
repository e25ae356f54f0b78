//! `--compare`: the same job with and without arenas.
//!
//! Each run is a process of its own, so that neither side sees the other's peak or warm heap. The sides take turns, so
//! that a slow moment of the machine hits both, and the medians are compared.

use crate::args::{Args, Side};
use crate::report::{Grouped, count};
use crate::summary::{Fingerprint, Summary};
use core::time::Duration;
use indicatif::ProgressBar;
use std::error::Error;
use std::io::{self, Write};
use std::process::Command;
use std::{env, fs};

/// Runs of each side. Odd, so that there is one in the middle.
const ROUNDS: usize = 7;

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
    progress.set_length(2 * ROUNDS as u64 + 1);
    // Not counted: it brings the files into the page cache.
    let first = Run::of(Side::Arenas, args)?;
    progress.inc(1);
    let mut arenas = Vec::new();
    let mut baseline = Vec::new();
    for round in 0..ROUNDS {
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
            progress.inc(1);
        }
    }
    progress.finish_and_clear();

    let Run { items, uses, .. } = first;
    let records = items + uses;
    writeln!(
        out,
        "{} and {} of names, found alike by both; medians of {ROUNDS} runs on {}\n",
        count(items, "item"),
        count(uses, "use"),
        count(args.threads() as u64, "thread")
    )?;
    writeln!(out, "{:<28}{:>14}{:>14}{:>14}", "", "arenas", "without", "ratio")?;
    let seconds = |runs: &[Run]| median(runs.iter().map(|run| run.seconds));
    row(out, "time", seconds(&arenas), seconds(&baseline), |seconds| format!("{:.1} ms", seconds * 1e3))?;
    let peak = |runs: &[Run]| median(runs.iter().filter_map(|run| run.peak).map(|peak| peak as f64));
    row(out, "peak resident memory", peak(&arenas), peak(&baseline), |bytes| {
        format!("{} kB", Grouped((bytes / 1e3).round() as u64))
    })?;
    let each = |runs: &[Run]| {
        let grown = median(runs.iter().filter_map(|run| run.grown).map(|grown| grown as f64));
        grown.filter(|_| records > 0).map(|grown| grown / records as f64)
    };
    row(out, "bytes per item or use", each(&arenas), each(&baseline), |bytes| format!("{bytes:.1}"))?;
    Ok(())
}

fn row(
    out: &mut impl Write,
    what: &str,
    arenas: Option<f64>,
    baseline: Option<f64>,
    print: impl Fn(f64) -> String,
) -> io::Result<()> {
    let print = |value: Option<f64>| value.map_or("-".to_owned(), &print);
    let ratio = arenas.zip(baseline).map_or("-".to_owned(), |(arenas, baseline)| format!("{:.2}", arenas / baseline));
    writeln!(out, "{what:<28}{:>14}{:>14}{ratio:>14}", print(arenas), print(baseline))
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
