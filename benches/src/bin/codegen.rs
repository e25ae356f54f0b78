//! Counts the instructions of this workspace's hot paths as different builds make them: one codegen unit, sixteen, and
//! whole-program optimisation. They must be the same, because users build as they like.

use std::{
    env, io,
    path::PathBuf,
    process::{Command, ExitCode},
};

use arenas_benches::{callgrind, report, table::Kind, worker, workloads};
use clap::Parser;

/// Compares instruction counts across build settings.
#[derive(Parser)]
struct Options {
    /// Short names of cases or workloads: w1c, W4. All of them, if there is none.
    cases: Vec<String>,
    /// The other crates too.
    #[arg(long)]
    peers: bool,
}

/// Name, codegen units, `lto`. Sixteen units and `false` are what cargo does by itself in release: each crate is optimised
/// across its own units.
const BUILDS: [(&str, &str, &str); 3] = [("1 unit", "1", "off"), ("16 units", "16", "false"), ("LTO", "16", "fat")];

fn main() -> ExitCode {
    worker::serve();
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    if !callgrind::is_available() {
        return Err(io::Error::other("valgrind is not there, and nothing else counts instructions"));
    }
    let cases = workloads::cases();
    let chosen = |names: [&str; 2]| {
        options.cases.is_empty() || options.cases.iter().any(|name| names.iter().any(|n| name.eq_ignore_ascii_case(n)))
    };
    let wanted: Vec<(&str, &str, usize)> = cases
        .iter()
        .filter(|case| chosen([case.id, case.workload]))
        .flat_map(|case| {
            let peers = case.peers.iter().filter(|peer| options.peers || peer.kind == Kind::Ours);
            peers.filter_map(|peer| Some((case.id, peer.name, case.counted?)))
        })
        .collect();
    let mut columns = Vec::new();
    for (name, units, lto) in BUILDS {
        eprintln!("{name}");
        columns.push(callgrind::count_all(&build(units, lto)?, &wanted, |_, _| ()));
    }
    let mut text = String::from("\n| case | | 1 unit | 16 units | LTO | |\n|---|---|---:|---:|---:|---|\n");
    for (row, (case, peer, _)) in wanted.iter().enumerate() {
        let mut counts = Vec::new();
        for column in &columns {
            match &column[row] {
                Ok(count) => counts.push(count.instructions),
                Err(error) => return Err(io::Error::other(error.to_string())),
            }
        }
        let (low, high) =
            counts.iter().fold((f64::MAX, 0.0_f64), |(low, high), count| (low.min(*count), high.max(*count)));
        let verdict = if high <= low * 1.01 + 0.02 { "" } else { "differs" };
        let cells: Vec<String> = counts.iter().map(|count| format!("{count:.2}")).collect();
        text += &format!("| {case} | {peer} | {} | {verdict} |\n", cells.join(" | "));
    }
    println!("{text}");
    if options.cases.is_empty() && !options.peers {
        report::replace_section("codegen", &text)?;
    }
    Ok(())
}

/// Builds this program in a target folder for these settings, and returns where it is.
fn build(units: &str, lto: &str) -> io::Result<PathBuf> {
    let target = report::home().join(format!("../target/codegen-{units}-{lto}"));
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--release", "-p", "arenas-benches", "--bin", "codegen", "--target-dir"])
        .arg(&target)
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", units)
        .env("CARGO_PROFILE_RELEASE_LTO", lto)
        .current_dir(report::home())
        .status()?;
    if !status.success() {
        return Err(io::Error::other("the build failed"));
    }
    Ok(target.join("release/codegen"))
}
