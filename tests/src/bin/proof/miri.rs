use crate::run::{Tool, Verdict, cargo_tool, holds, nightly, skipped};

/// What memory is made of: the suites that see every primitive, without those that reserve huge address ranges, run
/// other programs, or spin on many threads for long.
const SUITES: [&str; 24] = [
    "bitena_boxed",
    "bitena_bytes",
    "bitena_collections",
    "bitena_model",
    "bitena_scopes",
    "bitena_user_code",
    "blink_alloc",
    "blink_hints",
    "blink_interop",
    "blink_model",
    "blink_rewinds",
    "blink_values",
    "fast_arena",
    "fast_model",
    "region",
    "region_model",
    "region_store",
    "ring_buffers",
    "ring_lifetime",
    "ring_typed",
    "typed_arena",
    "typed_checkpoints",
    "typed_model",
    "typed_panics",
];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this test program.
    #[arg(long)]
    test: Option<String>,
    /// How many schedules to try of each test.
    #[arg(long, default_value_t = 1)]
    seeds: u32,
}

pub(crate) fn run(args: &Args) -> Verdict {
    if let Err(why) = nightly() {
        return skipped(why);
    }
    if let Err(why) = cargo_tool("miri", Some("nightly")) {
        return skipped(format!("{why} for the nightly toolchain (`rustup +nightly component add miri rust-src`)"));
    }
    let suites: Vec<&str> = args.test.as_deref().map_or_else(|| SUITES.to_vec(), |test| vec![test]);
    let common = format!(
        "-Zmiri-strict-provenance -Zmiri-symbolic-alignment-check -Zmiri-disable-isolation -Zmiri-many-seeds=0..{}",
        args.seeds
    );
    let ways = [("", None), ("-Zmiri-tree-borrows", None), ("-Zmiri-tree-borrows", Some("--release"))];
    for (model, profile) in ways {
        Tool::nightly()
            .env("MIRIFLAGS", format!("{common} {model}"))
            .env("ARENAS_MODEL_CASES", "4")
            .args(["miri", "test", "-p", "arenas-tests", "--target-dir", "target/miri"])
            .args(profile)
            .args(suites.iter().flat_map(|suite| ["--test", suite]))
            .run()?;
    }
    holds(format!("Miri found nothing in {} test programs, under Stacked Borrows, Tree Borrows and in release", suites.len()))
}
