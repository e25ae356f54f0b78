//! Instructions per operation, by valgrind: exact, and the same on a busy machine.
//!
//! The same program runs once with `n` operations and once with `2n`; the difference has no set-up in it.

use std::{ffi::OsStr, io, path::Path, process::Command, sync::Mutex, thread};

use serde::{Deserialize, Serialize};

use crate::worker;

/// What one operation costs on a simulated processor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Instructions.
    pub instructions: f64,
    /// Conditional and indirect branches that a simple predictor gets wrong.
    pub mispredicts: f64,
}

/// Whether valgrind can be run.
pub fn is_available() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Counts what one operation of `peer` costs in `program`, which must begin with [`worker::serve`].
///
/// # Errors
///
/// If valgrind cannot be run, or the worker fails, or the summary is not what it should be.
pub fn count(program: &Path, case: &str, peer: &str, ops: usize) -> io::Result<Count> {
    let short = totals(program, case, peer, ops)?;
    let long = totals(program, case, peer, 2 * ops)?;
    // Two runs may differ by a few instructions of the set-up, which is no reason to show a negative number.
    let per_op = |which: usize| long[which].saturating_sub(short[which]) as f64 / ops as f64;
    Ok(Count { instructions: per_op(0), mispredicts: per_op(1) })
}

/// Counts many peers, as many at once as there are processors. Calls `done` for each as it is ready, and returns the
/// counts in the order of `wanted`: case, peer, operations.
///
/// # Panics
///
/// If `done` does.
pub fn count_all(
    program: &Path,
    wanted: &[(&str, &str, usize)],
    done: impl Fn(usize, &io::Result<Count>) + Sync,
) -> Vec<io::Result<Count>> {
    let next = Mutex::new(0..wanted.len());
    let results: Vec<_> = wanted.iter().map(|_| Mutex::new(None)).collect();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, |processors| processors.get()) {
            scope.spawn(|| {
                loop {
                    let turn = next.lock().expect("no thread panics with the lock").next();
                    let Some(turn) = turn else { break };
                    let (case, peer, ops) = wanted[turn];
                    let result = count(program, case, peer, ops);
                    done(turn, &result);
                    *results[turn].lock().expect("no thread panics with the lock") = Some(result);
                }
            });
        }
    });
    let taken = |result: Mutex<Option<_>>| result.into_inner().ok().flatten();
    results
        .into_iter()
        .map(|result| taken(result).unwrap_or_else(|| Err(io::Error::other("a thread was lost"))))
        .collect()
}

/// Instructions and mispredicted branches of a worker.
fn totals(program: &Path, case: &str, peer: &str, ops: usize) -> io::Result<[u64; 2]> {
    events(program, worker::count_arguments(case, peer, ops))
        .map_err(|error| io::Error::other(format!("{case}, {peer}: {error}")))
}

/// Instructions and mispredicted branches of a whole run of any program.
///
/// # Errors
///
/// If valgrind cannot be run, or the program fails, or the summary is not what it should be.
pub fn events(program: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> io::Result<[u64; 2]> {
    let output = worker::quiet(&mut Command::new("valgrind"))
        .args(["--tool=callgrind", "--branch-sim=yes", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .output()?;
    let log = String::from_utf8_lossy(&output.stderr);
    let fail = |what: &str| Err(io::Error::other(format!("{what}\n{log}")));
    if !output.status.success() {
        return fail("the run failed");
    }
    // `==1== Events    : Ir Bc Bcm Bi Bim` names the columns of `==1== Collected : 1 2 3 4 5`.
    let row = |name: &str| log.lines().find_map(|line| line.split_once(name)?.1.split_once(':')).map(|(_, row)| row);
    let (Some(names), Some(values)) = (row("Events"), row("Collected")) else { return fail("no summary") };
    let column = |name: &str| {
        let place = names.split_whitespace().position(|event| event == name)?;
        values.split_whitespace().nth(place)?.parse::<u64>().ok()
    };
    match (column("Ir"), column("Bcm"), column("Bim")) {
        (Some(instructions), Some(conditional), Some(indirect)) => Ok([instructions, conditional + indirect]),
        _ => fail("a summary without the events asked for"),
    }
}
