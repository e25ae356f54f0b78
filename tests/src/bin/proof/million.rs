use crate::run::{Tool, Verdict, holds};

/// The random programs, each against its model.
const SUITES: [&str; 8] = [
    "bitena_model",
    "blink_model",
    "bundle_model",
    "fast_model",
    "intern",
    "region_model",
    "ring_model",
    "typed_model",
];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many operations of each model.
    #[arg(long, default_value_t = 1_000_000)]
    operations: u64,
}

pub(crate) fn run(args: &Args) -> Verdict {
    Tool::cargo()
        .env("ARENAS_MODEL_OPERATIONS", args.operations.to_string())
        .args(["test", "--release", "-p", "arenas-tests"])
        .args(SUITES.iter().flat_map(|suite| ["--test", suite]))
        .run()?;
    holds(format!("{} operations agreed with each model", args.operations))
}
