use crate::run::{Tool, Verdict, holds, host, nightly, root, skipped};

/// The suites that use threads, `scope` and the library's atomics only: the standard library is not instrumented, and
/// what its locks and channels order would be reported.
const SUITES: [&str; 4] = ["fast_threads", "ring_threads", "bitena_threads", "blink_sync"];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args) -> Verdict {
    if let Err(why) = nightly() {
        return skipped(why);
    }
    let target = host()?;
    Tool::nightly()
        .env("TSAN_OPTIONS", format!("suppressions={}", root().join("tests/tsan.supp").display()))
        .env("RUSTFLAGS", "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer")
        .args(["test", "-p", "arenas-tests", "--target", &target, "--target-dir", "target/tsan"])
        .args(SUITES.iter().flat_map(|suite| ["--test", suite]))
        .run()?;
    holds("ThreadSanitizer found nothing")
}
