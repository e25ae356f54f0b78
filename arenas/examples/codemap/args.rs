//! The command line.

use super::measure::Side;
use clap::Parser;
use std::path::PathBuf;
use std::{env, thread};

/// Indexes the Rust sources of a tree: every item, and every use of a name.
#[derive(Parser, Debug)]
#[command(name = "codemap")]
pub(crate) struct Args {
    /// Files and folders to index; this workspace by default. Ignore files such as .gitignore are respected.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Threads that read and scan [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Print each definition of NAME, and how often it is used, instead of the summary.
    #[arg(long, value_name = "NAME", conflicts_with = "compare")]
    pub(crate) find: Option<String>,

    /// How many of the most used names to list.
    #[arg(long, value_name = "K", default_value_t = 10)]
    pub(crate) top: usize,

    /// Do the same job with and without arenas, each in its own process, and print both side by side.
    #[arg(long)]
    pub(crate) compare: bool,

    /// Show no progress bar. There is none anyway where stderr is not a terminal.
    #[arg(long)]
    pub(crate) no_progress: bool,

    /// Measure one side and print the figures for `--compare` to read.
    #[arg(long, hide = true, value_name = "SIDE", conflicts_with_all = ["compare", "find"])]
    pub(crate) measure: Option<Side>,
}

impl Args {
    pub(crate) fn threads(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from)
    }

    /// The roots to walk.
    pub(crate) fn roots(&self) -> Vec<PathBuf> {
        if self.paths.is_empty() { vec![workspace()] } else { self.paths.clone() }
    }
}

/// The workspace whose `cargo run` started this program, else the current folder.
fn workspace() -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    let Some(package) = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else { return PathBuf::from(".") };
    let Some(workspace) = package.parent() else { return package };
    // As short as it can be printed from here.
    match workspace.strip_prefix(&here) {
        Ok(rest) if rest.as_os_str().is_empty() => PathBuf::from("."),
        Ok(rest) => rest.to_owned(),
        Err(_) => workspace.to_owned(),
    }
}
