use crate::run::{Tool, Verdict, cargo_tool, holds, output, skipped, test_programs};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this test program.
    #[arg(long)]
    test: Option<String>,
}

/// Not about memory: they read the sources, or run other programs.
const LEFT_OUT: [&str; 3] = ["contract_index", "codemap_cli", "unsafe_share"];

pub(crate) fn run(args: &Args) -> Verdict {
    if output("valgrind", ["--version"]).is_none() {
        return skipped("valgrind is not installed");
    }
    cargo_tool("--version", None)?;
    let mut build = Tool::cargo().args(["test", "--release", "-p", "arenas-tests"]);
    build = match &args.test {
        Some(test) => build.args(["--test", test]),
        None => build.args(["--test", "*"]),
    };
    println!("\n$ {}", build.shown());
    let mut ran = 0;
    for program in test_programs(build)? {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if LEFT_OUT.iter().any(|out| name.starts_with(out)) {
            continue;
        }
        // Fewer random programs: valgrind is thirty times slower.
        Tool::new("valgrind")
            .env("ARENAS_MODEL_CASES", "8")
            .args(["--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite", "--error-exitcode=99"])
            .arg(&program)
            .args(["--test-threads=1", "--quiet"])
            .run()?;
        ran += 1;
    }
    holds(format!("memcheck found nothing in {ran} test programs"))
}
