//! A whole program with and without arenas: the example `codemap`, on the allocator of the system and on mimalloc.
//!
//! ```text
//! cargo run --release -p arenas-benches --bin codemap -- ~/.cargo/registry/src [--write]
//! ```
//!
//! Every run is a process of its own, and the three forms take turns. Instructions are those of a sample of the files,
//! on one thread, without what it takes to find the files.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use arenas_benches::{
    callgrind,
    codemap::{self, Job, Outcome},
    paired::quartiles,
    report::{self, machine},
};
use clap::Parser;

/// Indexes a tree of Rust sources with and without arenas, and prints what each way took.
#[derive(Parser)]
struct Options {
    /// Files and folders with Rust sources; the sources in the local cargo registry, if there is none.
    paths: Vec<PathBuf>,
    /// How often each form runs.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Threads that read and scan.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Bytes of source that are indexed under valgrind.
    #[arg(long, default_value_t = 8_000_000)]
    sample: u64,
    /// Leave out the instructions.
    #[arg(long)]
    no_instructions: bool,
    /// Put the table into benches/README.md.
    #[arg(long)]
    write: bool,
}

/// What is asked for in bytes, and what to do where there are fewer.
const ENOUGH: u64 = 200_000_000;
const GATHER: &str = "less than 200 MB of source. To have more in the registry: in an empty folder, `cargo init`, \
                      `cargo add windows windows-sys web-sys aws-sdk-ec2 libc`, `cargo fetch`";

/// A program, and what it does there.
struct Form {
    title: &'static str,
    side: &'static str,
    program: PathBuf,
}

fn main() -> ExitCode {
    codemap::serve();
    match compare(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &Options) -> io::Result<()> {
    let roots = if options.paths.is_empty() { vec![registry()?] } else { options.paths.clone() };
    let (files, bytes) = codemap::bytes(&roots)?;
    if bytes < ENOUGH {
        eprintln!("{} MB of source: {GATHER}", bytes / 1_000_000);
    }
    let own = env::current_exe()?;
    let forms = [
        Form { title: "arenas", side: "arenas", program: own.clone() },
        Form { title: "`Vec`, `Arc<str>`, the system's `malloc`", side: "baseline", program: own.clone() },
        Form { title: "`Vec`, `Arc<str>`, mimalloc", side: "baseline", program: with_mimalloc(&own)? },
    ];
    let job = |form: &Form| Job { side: form.side, threads: options.threads, sample: None, roots: roots.clone() };

    // Not counted: brings the files into the memory of the system.
    let first = job(&forms[0]).run(&forms[0].program)?;
    let mut outcomes = forms.each_ref().map(|_| Vec::new());
    for round in 0..options.rounds {
        for turn in 0..forms.len() {
            let which = (round + turn) % forms.len();
            let outcome = job(&forms[which]).run(&forms[which].program)?;
            if outcome.result != first.result {
                return Err(io::Error::other(format!("{} found something else", forms[which].title)));
            }
            outcomes[which].push(outcome);
        }
        eprintln!("round {} of {}", round + 1, options.rounds);
    }
    let counted = !options.no_instructions && callgrind::is_available();
    let instructions = if counted { Some(instructions(&forms, options, &roots)?) } else { None };

    let mut table = format!(
        "{} MB of source in {files} files: {} items and {} uses of names, found alike by all. Medians of {} rounds on {} \
         threads; each ratio is the median of the rounds' own ratios. Instructions: a sample of {} MB, one thread.\n{}.\n\n",
        bytes / 1_000_000,
        first.items,
        first.uses,
        options.rounds,
        options.threads,
        options.sample / 1_000_000,
        machine::summary(),
    );
    table += "| | time, s | user, s | system, s | peak memory, MB | instructions per byte | \
              time, times arenas | user | memory | instructions |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
    for (which, form) in forms.iter().enumerate() {
        let median = |value: fn(&Outcome) -> f64| quartiles(outcomes[which].iter().map(value).collect())[1];
        let ratio = |value: fn(&Outcome) -> f64| {
            let pairs = outcomes[which].iter().zip(&outcomes[0]);
            quartiles(pairs.map(|(own, arenas)| value(own) / value(arenas)).collect())[1]
        };
        let [count, count_ratio] = match &instructions {
            Some(counts) => [format!("{:.1}", counts[which]), format!("{:.2}", counts[which] / counts[0])],
            None => [const { String::new() }; 2],
        };
        table += &format!(
            "| {} | {:.2} | {:.2} | {:.2} | {:.0} | {count} | {:.2} | {:.2} | {:.2} | {count_ratio} |\n",
            form.title,
            median(|run| run.seconds),
            median(|run| run.user),
            median(|run| run.system),
            median(|run| run.peak as f64 / 1e6),
            ratio(|run| run.seconds),
            ratio(|run| run.user),
            ratio(|run| run.peak as f64),
        );
    }
    print!("{table}");
    if options.write { report::replace_section("codemap", &table) } else { Ok(()) }
}

/// Instructions per byte of the sample, by form.
fn instructions(forms: &[Form; 3], options: &Options, roots: &[PathBuf]) -> io::Result<[f64; 3]> {
    let count = |side, program: &Path| {
        let job = Job { side, threads: 1, sample: Some(options.sample), roots: roots.to_vec() };
        callgrind::events(program, job.arguments()).map(|[instructions, _]| instructions)
    };
    let mut counts = [0.0; 3];
    for (place, form) in counts.iter_mut().zip(forms) {
        eprintln!("counting the instructions of {}", form.title);
        let all = count(form.side, &form.program)?;
        let walk = count("walk", &form.program)?;
        *place = all.saturating_sub(walk) as f64 / options.sample as f64;
    }
    Ok(counts)
}

/// The worker on mimalloc. It lies beside this program once it is built, which `cargo run --bin codemap` alone does not.
fn with_mimalloc(own: &Path) -> io::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--release", "-p", "arenas-benches", "--bin", "codemap_mimalloc"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    let program = own.with_file_name(format!("codemap_mimalloc{}", env::consts::EXE_SUFFIX));
    if built.success() && program.exists() {
        Ok(program)
    } else {
        Err(io::Error::other(format!("{} is not there; build with --release", program.display())))
    }
}

/// The sources that cargo has unpacked.
fn registry() -> io::Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let sources = home.map(|home| home.join("registry").join("src")).filter(|sources| sources.exists());
    sources.ok_or_else(|| io::Error::other("where are Rust sources? Name a folder"))
}
