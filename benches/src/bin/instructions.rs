//! Counts the instructions of peers with valgrind, and prints them: for a change that is just being made.
//!
//! ```text
//! cargo run --release -p arenas-benches --bin instructions -- w1c w4rnd --peer Blink --peer bumpalo
//! ```

use std::process::ExitCode;

use arenas_benches::{callgrind, table::Kind, worker, workloads};
use clap::Parser;

/// Counts instructions and mispredicted branches per operation.
#[derive(Parser)]
struct Options {
    /// Short names of cases or workloads: w1c, W4. All of them, if there is none.
    cases: Vec<String>,
    /// Only peers whose name contains one of these.
    #[arg(long)]
    peer: Vec<String>,
    /// Only the allocators of this workspace.
    #[arg(long)]
    ours: bool,
    /// Only show which cases and peers there are.
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    worker::serve();
    let options = Options::parse();
    let cases = workloads::cases();
    let mut wanted = Vec::new();
    for case in &cases {
        if !options.cases.is_empty() && !options.cases.iter().any(|name| name == case.id || name == case.workload) {
            continue;
        }
        if options.list {
            println!("{:8} {}", case.id, case.title);
        }
        for peer in &case.peers {
            let chosen = options.peer.is_empty() || options.peer.iter().any(|part| peer.name.contains(part));
            if !chosen || (options.ours && peer.kind != Kind::Ours) {
                continue;
            }
            if options.list {
                println!("         {}", peer.name);
            }
            wanted.extend(case.counted.map(|ops| (case.id, peer.name, ops)));
        }
    }
    if options.list {
        return ExitCode::SUCCESS;
    }
    if wanted.is_empty() {
        eprintln!("no case of this name is counted; see --list");
        return ExitCode::FAILURE;
    }
    if !callgrind::is_available() {
        eprintln!("valgrind is not there, and nothing else counts instructions");
        return ExitCode::FAILURE;
    }
    let program = match worker::program() {
        Ok(program) => program,
        Err(error) => {
            eprintln!("where is this program? {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{:8} {:36} {:>12} {:>12}", "case", "peer", "instructions", "mispredicts");
    let results = callgrind::count_all(&program, &wanted, |turn, result| {
        let (case, peer, _) = wanted[turn];
        match result {
            Ok(count) => println!("{case:8} {peer:36} {:12.2} {:12.3}", count.instructions, count.mispredicts),
            Err(error) => eprintln!("{error}"),
        }
    });
    if results.iter().any(Result::is_err) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
