use crate::run::{Tool, Verdict, holds, host, nightly, skipped};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this test program, and not the zones.
    #[arg(long)]
    test: Option<String>,
}

pub(crate) fn run(args: &Args) -> Verdict {
    if let Err(why) = nightly() {
        return skipped(why);
    }
    let target = host()?;
    let build = |cfgs: &str| {
        Tool::nightly()
            .env("ASAN_OPTIONS", "allocator_may_return_null=1:detect_leaks=1")
            .env("RUSTFLAGS", format!("-Zsanitizer=address {cfgs}"))
            .args(["test", "-p", "arenas-tests", "--target", &target, "--target-dir", "target/asan-poison"])
    };
    let only = args.test.iter().flat_map(|test| ["--test", test]);
    build("--cfg arenas_asan").args(only).run()?;
    if args.test.is_none() {
        // Those that do not say where bytes lie or how many are left, which zones change.
        let programs = ["asan_poison", "faults"];
        let programs = programs.into_iter().flat_map(|program| ["--test", program]);
        build("--cfg arenas_asan --cfg arenas_redzones").args(programs).run()?;
    }
    holds("what is free inside arenas cannot be touched: the suite does not, and every program that does is reported")
}
