//! `--compare`: the same job with and without arenas.
//!
//! Each run is a process of its own, so that neither side sees the other's peak or warm heap. A round is one run of
//! each side, so that a slow moment of the machine hits both; a ratio is the median of the ratios of all rounds.

use super::args::Args;
use super::measure::{Run, Side};
use super::report::{Grouped, count};
use core::ops::RangeInclusive;
use indicatif::ProgressBar;
use std::env;
use std::error::Error;
use std::io::Write;
use std::process::Command;
use std::time::Instant;

/// Runs of each side, at least and at most: many where a run is short, and so easily disturbed.
const ROUNDS: RangeInclusive<usize> = 7..=61;

/// What all runs together may take, unless there would be too few.
const PATIENCE: f64 = 6.0;

/// Measures one side in a process of its own.
fn run(side: Side, args: &Args) -> Result<Run, Box<dyn Error>> {
    let child = Command::new(env::current_exe()?)
        .args(["--measure", side.flag(), "--top", &args.top.to_string(), "--threads", &args.threads().to_string()])
        .arg("--")
        .args(args.roots())
        .output()?;
    let output = String::from_utf8_lossy(&child.stdout);
    Run::parse(&output).filter(|_| child.status.success()).ok_or_else(|| {
        let messages = String::from_utf8_lossy(&child.stderr);
        format!("the {} run ended with {}: {}", side.flag(), child.status, messages.trim()).into()
    })
}

/// Measures both sides and prints them beside each other.
///
/// # Errors
///
/// A child fails, the two sides find different things, or the output is closed.
pub(crate) fn compare(out: &mut impl Write, args: &Args, progress: &ProgressBar) -> Result<(), Box<dyn Error>> {
    // Not counted: it brings the files into the page cache.
    let start = Instant::now();
    let first = run(Side::Arenas, args)?;
    let fitting = (PATIENCE / start.elapsed().as_secs_f64()) as usize / 2;
    // Odd, so that there is one in the middle.
    let rounds = fitting.clamp(*ROUNDS.start(), *ROUNDS.end()) | 1;
    progress.set_length(rounds as u64);
    let mut arenas = Vec::new();
    let mut baseline = Vec::new();
    for round in 0..rounds {
        let order = if round % 2 == 0 { [Side::Arenas, Side::Baseline] } else { [Side::Baseline, Side::Arenas] };
        for side in order {
            let run = run(side, args)?;
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
