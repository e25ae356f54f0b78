//! Indexes the Rust sources of a tree: every item, and every use of a name.
//!
//! ```text
//! cargo run --release --example codemap -- [PATH…] [--find NAME] [--top K] [--threads N] [--compare]
//! ```
//!
//! This is the kind of program that arenas are for: threads produce millions of small records that refer to each other,
//! all of them live until the end, and none is freed on its own.
//!
//! ```text
//!   walk ──> crew: N threads ──> scan: tokens to items and uses ──> index: one shared bundle
//!                                                            └────> baseline: vectors, for --compare
//! ```
//!
//! [`index`] is the place to look for the arenas. Modules name each other by `super`, so that the benchmarks can take
//! them into a module of their own, and measure them on another allocator.

mod args;
mod baseline;
mod compare;
mod crew;
mod find;
mod index;
mod measure;
mod read;
mod recent;
mod report;
mod scan;
mod scratch;
mod summary;
mod walk;

use arenas::Bitena;
use args::Args;
use clap::Parser;
use find::Wanted;
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;
use walk::Tree;

fn main() -> ExitCode {
    let args = Args::parse();
    let start = Instant::now();
    let result = walk::walk(&args.roots(), args.threads());
    let tree = match result {
        Ok(tree) => tree,
        Err((path, error)) => {
            eprintln!("codemap: {}: {error}", path.display());
            return ExitCode::from(2);
        }
    };
    match run(&args, &tree, start) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has seen enough, as in `codemap | head`.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("codemap: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(args: &Args, tree: &Tree, start: Instant) -> Result<(), Box<dyn Error>> {
    let before = measure::resident();
    let out = &mut BufWriter::new(io::stdout().lock());
    if args.compare {
        compare::compare(out, args, &bar(args, 0, "{wide_bar} round {pos} of {len}"))?;
    } else if let Some(side) = args.measure {
        measure::measure(out, side, tree, args.threads(), (args.top, true), (start, before))?;
    } else {
        let progress =
            bar(args, tree.bytes(), "{wide_bar} {decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}");
        // The names are part of the files, so they fit. Of the pages only those are ever touched that names are put in.
        let texts = Bitena::new(usize::try_from(tree.bytes())?)?;
        let map = index::sized_for(tree, args.threads())?;
        let skipped = index::build(&map, &texts, tree, args.threads(), &progress);
        progress.finish_and_clear();
        let summary = index::summary(&map, args.top);
        let elapsed = start.elapsed();
        if let Some(name) = &args.find {
            let wanted = Wanted::new(name);
            let (items, usage) = index::find(&map, wanted);
            find::print(out, wanted, items, usage)?;
            report::skipped(out, &skipped)?;
        } else {
            report::summary(out, &summary, elapsed, args.threads())?;
            report::skipped(out, &skipped)?;
            report::memory(out, &map, &texts)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// A progress bar on stderr, or one that shows nothing where that is no terminal or nobody wants it.
fn bar(args: &Args, length: u64, template: &str) -> ProgressBar {
    if args.no_progress || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}
