use crate::run::{Tool, Verdict, holds, host, nightly, skipped};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this test program.
    #[arg(long)]
    test: Option<String>,
}

pub(crate) fn run(args: &Args) -> Verdict {
    if let Err(why) = nightly() {
        return skipped(why);
    }
    let target = host()?;
    let only = args.test.iter().flat_map(|test| ["--test", test]);
    Tool::nightly()
        .env("ASAN_OPTIONS", "allocator_may_return_null=1:detect_leaks=1")
        .env("RUSTFLAGS", "-Zsanitizer=address")
        .args(["test", "-p", "arenas-tests", "--target", &target, "--target-dir", "target/asan"])
        .args(only)
        .run()?;
    holds("AddressSanitizer and its leak detection found nothing")
}
