//! Measures every case, and writes the tables of `README.md`, the charts and the raw results.
//!
//! ```text
//! cargo run --release -p arenas-benches --bin report -- --workload W1
//! ```

use std::{
    collections::BTreeMap,
    env, io,
    process::{Command, ExitCode},
};

use arenas_benches::{
    callgrind, paired,
    report::{self, CaseResult, chart, machine, markdown},
    table::Case,
    worker, workloads,
};
use clap::Parser;

/// Flags that make equal loops equally fast: without them, where a loop happens to lie can cost half of its speed.
const FLAGS: &str = "-C llvm-args=-align-loops=64 -C codegen-units=1";

/// Measures the workloads and writes the report.
#[derive(Parser)]
struct Options {
    /// Only these: W1, or w1c. What is known of the others stays in the report.
    #[arg(long)]
    workload: Vec<String>,
    /// Fewer rounds: to see that everything works, not to believe the numbers.
    #[arg(long)]
    quick: bool,
    /// Do not count instructions, which takes most of the time.
    #[arg(long)]
    no_instructions: bool,
    /// Measure nothing, and write tables and charts of the results that are there.
    #[arg(long)]
    render: bool,
    /// Measure this very program, however it was built, instead of building one with aligned loops.
    #[arg(long)]
    as_built: bool,
}

fn main() -> ExitCode {
    worker::serve();
    let options = Options::parse();
    let done = if options.as_built || options.render { measure(&options) } else { rebuild() };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Builds this program with [`FLAGS`], in a target folder of its own, and lets that one do the work.
fn rebuild() -> io::Result<ExitCode> {
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--release", "-p", "arenas-benches", "--bin", "report", "--target-dir"])
        .arg(report::home().join("../target/report"))
        .args(["--", "--as-built"])
        .args(env::args_os().skip(1))
        .env("RUSTFLAGS", FLAGS)
        .env("ARENAS_BENCHES_FLAGS", FLAGS)
        .current_dir(report::home())
        .status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn measure(options: &Options) -> io::Result<ExitCode> {
    let cases = workloads::cases();
    let chosen = |case: &Case| {
        options.workload.is_empty()
            || options.workload.iter().any(|name| name.eq_ignore_ascii_case(case.workload) || name == case.id)
    };
    let count = !options.no_instructions && callgrind::is_available();
    if !count && !options.no_instructions {
        eprintln!("valgrind is not there: the report has no new instruction counts");
    }
    if !options.render {
        // Times first, alone; the counts may share the machine with each other.
        for case in cases.iter().filter(|case| chosen(case)) {
            time(case, if options.quick { 5 } else { 21 })?;
        }
        if cases.iter().any(|case| case.id == "w6" && chosen(case)) {
            eprintln!("w6: the smallest region");
            report::save("w6-space", &workloads::w6::space())?;
        }
        if count {
            for case in cases.iter().filter(|case| chosen(case)) {
                instructions(case)?;
            }
        }
    }
    write(&cases)?;
    Ok(ExitCode::SUCCESS)
}

fn time(case: &Case, rounds: usize) -> io::Result<()> {
    eprint!("{:8} {}", case.id, case.title);
    let timings = worker::time(case, rounds, case.ops)?;
    eprintln!(", {} turns dropped", timings.dropped);
    let known: Option<CaseResult> = report::load(case.id);
    report::save(
        case.id,
        &CaseResult {
            id: case.id.to_owned(),
            workload: case.workload.to_owned(),
            title: case.title.to_owned(),
            unit: case.unit.to_owned(),
            machine: machine::facts(),
            timings,
            counts: known.map_or_else(BTreeMap::new, |known| known.counts),
        },
    )
}

fn instructions(case: &Case) -> io::Result<()> {
    let Some(ops) = case.counted else { return Ok(()) };
    let Some(mut result) = report::load::<CaseResult>(case.id) else { return Ok(()) };
    let wanted: Vec<_> = case.peers.iter().map(|peer| (case.id, peer.name, ops)).collect();
    eprintln!("{:8} instructions of {} peers", case.id, wanted.len());
    let counts = callgrind::count_all(&worker::program()?, &wanted, |_, _| ());
    result.counts = BTreeMap::new();
    for ((_, peer, _), count) in wanted.iter().zip(counts) {
        result.counts.insert((*peer).to_owned(), count?);
    }
    report::save(case.id, &result)
}

/// A picture of one allocator.
struct Picture {
    file: &'static str,
    title: &'static str,
    /// Cases, in the order in which they are shown.
    cases: &'static [&'static str],
    /// Leaves out peers whose names begin with one of these: another kind of allocator, which would stretch the axis.
    without: &'static [&'static str],
}

/// The arenas for one thread, which are no match for those for many.
const ONE_THREAD: [&str; 8] =
    ["Arena", "Vec", "la-arena", "id-arena", "safe-bump Arena", "slotmap", "typed-arena", "one bumpalo"];

const PICTURES: [Picture; 6] = [
    Picture {
        file: "blink",
        title: "Blink: ns per operation, lower is better",
        cases: &["w1c", "w1n", "w2c", "w2r", "w3"],
        without: &["Bitena", "LocalBitena", "bitena", "SyncBlink", "blink-alloc Sync", "system malloc", "mimalloc"],
    },
    Picture {
        file: "bitena",
        title: "Bitena: ns per operation, lower is better",
        cases: &["w5t1", "w5t2"],
        without: &["FastArena", "Writer", "append-only", "safe-bump", "boxcar"],
    },
    Picture {
        file: "arena",
        title: "Arena: ns per operation, lower is better",
        cases: &["w4alloc", "w4rndc", "w4rnd"],
        without: &["FastArena", "boxcar", "append-only", "safe-bump Shared"],
    },
    Picture {
        file: "fast_arena",
        title: "FastArena: ns per operation on one thread, lower is better",
        cases: &["w4alloc", "w4rndc", "w4rnd", "w4iter"],
        without: &ONE_THREAD,
    },
    Picture { file: "region", title: "Region: ns per alloc or free, lower is better", cases: &["w6"], without: &[] },
    Picture {
        file: "ring",
        title: "RingAl: ns per buffer, lower is better",
        cases: &["w7h", "w7", "w7x"],
        without: &[],
    },
];

fn write(cases: &[Case]) -> io::Result<()> {
    let results: Vec<CaseResult> = cases.iter().filter_map(|case| report::load(case.id)).collect();
    let space: Vec<workloads::w6::Space> = report::load("w6-space").unwrap_or_default();
    report::replace_section("tables", &markdown::tables(&results, &space))?;
    for picture in PICTURES {
        let mut shown: Vec<CaseResult> =
            picture.cases.iter().filter_map(|id| results.iter().find(|result| result.id == *id)).cloned().collect();
        for result in &mut shown {
            result.timings.peers.retain(|peer| !picture.without.iter().any(|start| peer.peer.starts_with(start)));
        }
        if !shown.is_empty() {
            chart::bars(&report::home().join(format!("charts/{}.svg", picture.file)), picture.title, &shown)?;
        }
    }
    for result in &results {
        let ours = result.timings.peers.iter().filter(|peer| peer.kind == arenas_benches::table::Kind::Ours);
        let best = result.timings.best_peer();
        for own in ours {
            let ratio = best.map_or(f64::NAN, |best| own.ratio_to(best));
            let [_, median, _] = paired::quartiles(own.rounds.clone());
            println!("{:8} {:36} {median:8.2} ns, {ratio:.2} of the best peer", result.id, own.peer);
        }
    }
    Ok(())
}
