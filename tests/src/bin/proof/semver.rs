use crate::run::{Tool, Verdict, cargo_tool, holds, skipped};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The revision to compare with: a tag or a commit.
    #[arg(long, default_value = "HEAD")]
    baseline: String,
}

pub(crate) fn run(args: &Args) -> Verdict {
    if let Err(why) = cargo_tool("semver-checks", None) {
        return skipped(format!("{why} (`cargo install cargo-semver-checks`)"));
    }
    Tool::cargo()
        .args(["semver-checks", "-p", "arenas", "--features", "allocator-api2"])
        .args(["--baseline-rev", &args.baseline])
        .run()?;
    holds(format!("the interface is compatible with that of {}", args.baseline))
}
