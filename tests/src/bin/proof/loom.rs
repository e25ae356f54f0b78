use crate::run::{Tool, Verdict, holds};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many preemptions an interleaving may have.
    #[arg(long, default_value_t = 2)]
    preemptions: u32,
    /// The test programs.
    #[arg(long, default_value = "loom_*")]
    test: String,
}

/// `cargo test` of one or more loom models.
pub(crate) fn models(preemptions: u32, test: &str) -> Tool {
    Tool::cargo()
        .env("RUSTFLAGS", "--cfg arenas_loom")
        .env("LOOM_MAX_PREEMPTIONS", preemptions.to_string())
        .args(["test", "--release", "-p", "arenas-tests", "--test", test])
}

pub(crate) fn run(args: &Args) -> Verdict {
    models(args.preemptions, &args.test).args(["--target-dir", "target/loom"]).run()?;
    holds(format!("every interleaving up to {} preemptions keeps its property", args.preemptions))
}
