use std::fs;

use crate::run::{Tool, Verdict, cargo_tool, holds, nightly, root, skipped};

/// The programs in `tests/fuzz`.
const TARGETS: [&str; 9] =
    ["arena", "bitena", "blink", "bundle", "fast_arena", "offset_region", "region", "ring", "sync_blink"];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these programs.
    #[arg(value_parser = TARGETS)]
    targets: Vec<String>,
    /// For how long each of them runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// The longest input, in bytes.
    #[arg(long, default_value_t = 1024)]
    max_len: u32,
}

pub(crate) fn run(args: &Args) -> Verdict {
    if let Err(why) = nightly() {
        return skipped(why);
    }
    if let Err(why) = cargo_tool("fuzz", None) {
        return skipped(format!("{why} (`cargo install cargo-fuzz`)"));
    }
    let targets: Vec<&str> =
        if args.targets.is_empty() { TARGETS.to_vec() } else { args.targets.iter().map(String::as_str).collect() };
    for target in &targets {
        // What the fuzzer finds goes into the first folder; the second is in the repository and stays as it is.
        let corpus = format!("tests/fuzz/corpus/{target}");
        fs::create_dir_all(root().join(&corpus)).map_err(|error| format!("{corpus}: {error}"))?;
        Tool::nightly()
            .args(["fuzz", "run", "--fuzz-dir", "tests/fuzz", "--target-dir", "target/fuzz", target])
            .args([corpus, format!("tests/fuzz/seeds/{target}")])
            .arg("--")
            .arg(format!("-max_total_time={}", args.seconds))
            .arg(format!("-max_len={}", args.max_len))
            .args(["-print_final_stats=1", "-timeout=20"])
            .run()?;
    }
    holds(format!("{} s of each of {} fuzzers found nothing", args.seconds, targets.len()))
}
