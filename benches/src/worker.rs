//! The processes that the programs of this package start: each program is its own worker.
//!
//! A program that is started with `--work` does one piece of work and ends, before it looks at its own options. So a
//! command needs no second binary, which `cargo run --bin` would not have built.

use std::{env, io, path::PathBuf, process::Command};

use crate::{clock, paired, table::Case, workloads};

/// The option that makes a program a worker.
const WORK: &str = "--work";

/// Does the work that the command line asks for, if it asks for any. First thing in each `main`.
///
/// # Panics
///
/// If the command line does not fit, or peers do not agree about their results.
pub fn serve() {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((&WORK, task)) = words.split_first() else { return };
    clock::keep_freed_memory();
    match *task {
        ["count", case, peer, ops] => {
            let case = find(case);
            let peer = case.peer(peer).unwrap_or_else(|| panic!("{} has no peer called {peer}", case.id));
            println!("{}", (peer.start)()(number(ops)));
        }
        ["time", case, rounds, ops] => {
            let timings = paired::time(&find(case), number(rounds), number(ops));
            println!("{}", serde_json::to_string(&timings).expect("numbers and names are JSON"));
        }
        _ => panic!("no such work: {task:?}"),
    }
    std::process::exit(0);
}

fn find(id: &str) -> Case {
    workloads::case(id).unwrap_or_else(|| panic!("no case is called {id}"))
}

fn number(text: &str) -> usize {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// This program, to be started as a worker.
///
/// # Errors
///
/// If the system does not say where it is.
pub fn program() -> io::Result<PathBuf> {
    env::current_exe()
}

/// The arguments that make a program let one peer do `ops` operations.
pub fn count_arguments(case: &str, peer: &str, ops: usize) -> [String; 5] {
    [WORK, "count", case, peer, &ops.to_string()].map(str::to_owned)
}

/// Times `case` in a process of its own, so that no case finds a heap that another one has left.
///
/// # Errors
///
/// If the process cannot be started or fails.
pub fn time(case: &Case, rounds: usize, ops: usize) -> io::Result<paired::Timings> {
    let output = quiet(&mut Command::new(program()?))
        .args([WORK, "time", case.id, &rounds.to_string(), &ops.to_string()])
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("{}: {}", case.id, String::from_utf8_lossy(&output.stderr))));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Tells mimalloc to keep freed memory in the process, as [`clock::keep_freed_memory`] tells the system's heap.
pub fn quiet(command: &mut Command) -> &mut Command {
    command.env("MIMALLOC_PURGE_DELAY", "-1")
}
