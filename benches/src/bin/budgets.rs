//! Compares the instruction counts of the hot paths with `budgets.toml`, and fails if one is exceeded.
//!
//! Instruction counts do not depend on how busy the machine is, so this can run wherever valgrind is.

use std::{collections::BTreeMap, fs, io, process::ExitCode};

use arenas_benches::{callgrind, report, worker, workloads};
use clap::Parser;
use serde::Deserialize;

/// Checks instruction counts against recorded budgets.
#[derive(Parser)]
struct Options {}

/// `budgets.toml`.
#[derive(Deserialize)]
struct Budgets {
    /// How much above a budget is still no news, as a share of it.
    slack: f64,
    /// Instructions per operation, by case and peer.
    budget: BTreeMap<String, BTreeMap<String, f64>>,
}

fn main() -> ExitCode {
    worker::serve();
    let _ = Options::parse();
    match check() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn check() -> io::Result<bool> {
    if !callgrind::is_available() {
        println!("budgets: not checked, because valgrind is not there to count instructions");
        return Ok(true);
    }
    let budgets: Budgets =
        toml::from_str(&fs::read_to_string(report::home().join("budgets.toml"))?).map_err(io::Error::other)?;
    let mut wanted = Vec::new();
    for (case, peers) in &budgets.budget {
        let known = workloads::case(case).ok_or_else(|| io::Error::other(format!("no case is called {case}")))?;
        for (peer, budget) in peers {
            let Some(ops) = known.counted.filter(|_| known.peer(peer).is_some()) else {
                return Err(io::Error::other(format!("{case} has no peer called {peer} whose instructions count")));
            };
            wanted.push(((case.as_str(), peer.as_str(), ops), *budget));
        }
    }
    let runs: Vec<_> = wanted.iter().map(|(run, _)| *run).collect();
    let counts = callgrind::count_all(&worker::program()?, &runs, |_, _| ());
    let mut all_good = true;
    println!("{:8} {:36} {:>9} {:>9}", "case", "peer", "budget", "counted");
    for (((case, peer, _), budget), count) in wanted.into_iter().zip(counts) {
        let counted = count?.instructions;
        let verdict = if counted > budget * (1.0 + budgets.slack) + 0.25 {
            all_good = false;
            "EXCEEDED"
        } else if counted < budget * (1.0 - 2.0 * budgets.slack) - 1.0 {
            "less than recorded: lower the budget"
        } else {
            ""
        };
        println!("{case:8} {peer:36} {budget:9.1} {counted:9.2} {verdict}");
    }
    if !all_good {
        println!("a hot path has become longer; if it must, record the new number in benches/budgets.toml and say why");
    }
    Ok(all_good)
}
