//! The paired harness: peers take turns within each round, so that a change in the machine's mood meets all of them.
//!
//! A turn in which the process was preempted is thrown away, counted and taken again. Criterion runs one benchmark
//! to its end before it starts the next, which is why ratios do not come from it.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::{
    clock,
    table::{Case, Clock, Kind},
};

/// How often a turn is taken again.
const TRIES: usize = 4;

/// What one peer's rounds came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Timing {
    /// The name of the peer.
    pub peer: String,
    /// Whose code it is.
    pub kind: Kind,
    /// Nanoseconds per operation of every round that counts, in the order in which they ran.
    pub rounds: Vec<f64>,
}

/// One case, timed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Timings {
    /// Everybody, in the order of the case.
    pub peers: Vec<Timing>,
    /// Turns that were thrown away because another process took the processor.
    pub dropped: usize,
}

impl Timing {
    /// Lower quartile, median and upper quartile of the rounds.
    pub fn quartiles(&self) -> [f64; 3] {
        quartiles(self.rounds.clone())
    }

    /// The median of this peer's time over another's, round by round.
    pub fn ratio_to(&self, other: &Self) -> f64 {
        quartiles(self.rounds.iter().zip(&other.rounds).map(|(own, other)| own / other).collect())[1]
    }
}

impl Timings {
    /// The peer of another crate with the lowest median.
    pub fn best_peer(&self) -> Option<&Timing> {
        self.peers
            .iter()
            .filter(|timing| timing.kind == Kind::Peer)
            .min_by(|a, b| a.quartiles()[1].total_cmp(&b.quartiles()[1]))
    }
}

/// Lower quartile, median and upper quartile, by linear interpolation.
pub fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (values.len().saturating_sub(1)) as f64;
        let (low, high) = (place.floor() as usize, place.ceil() as usize);
        match (values.get(low), values.get(high)) {
            (Some(low), Some(high)) => low + (high - low) * place.fract(),
            _ => f64::NAN,
        }
    };
    [at(0.25), at(0.5), at(0.75)]
}

/// Times every peer of `case` in `rounds` rounds of `ops` operations.
///
/// # Panics
///
/// If two peers do not agree about the result: then they did not do the same work.
pub fn time(case: &Case, rounds: usize, ops: usize) -> Timings {
    let mut runs: Vec<_> = case.peers.iter().map(|peer| (peer.start)()).collect();
    let mut results: Vec<Timing> = case
        .peers
        .iter()
        .map(|peer| Timing { peer: peer.name.to_owned(), kind: peer.kind, rounds: Vec::with_capacity(rounds) })
        .collect();

    // Twice, because some arenas reach their steady state in the second round only.
    let checks: Vec<u64> = runs
        .iter_mut()
        .map(|run| {
            run(ops);
            run(ops)
        })
        .collect();
    // What has no allocator may overwrite what it has written.
    let first = case.peers.iter().position(|peer| peer.kind != Kind::Floor).unwrap_or(0);
    for (peer, check) in case.peers.iter().zip(&checks) {
        let same = *check == checks[first] || peer.kind == Kind::Floor;
        assert!(same, "{}: {} does other work than {}", case.id, peer.name, case.peers[first].name);
    }

    let mut dropped = 0;
    for round in 0..rounds {
        for step in 0..runs.len() {
            // Another one starts each time, and every other round goes backwards: nobody always follows the same one.
            let turn = (step + round) % runs.len();
            let who = if round % 2 == 0 { turn } else { runs.len() - 1 - turn };
            let mut tries = 0;
            let time = loop {
                let before = clock::preemptions();
                let (check, time) = timed(case.clock, || runs[who](ops));
                let same = check == checks[who] || case.peers[who].kind == Kind::Floor;
                assert!(same, "{}: {} changed its result", case.id, case.peers[who].name);
                // A machine that is never quiet gives what it can.
                if clock::preemptions() == before || tries == TRIES {
                    break time;
                }
                tries += 1;
                dropped += 1;
            };
            results[who].rounds.push(time.as_nanos() as f64 / ops as f64);
        }
    }
    Timings { peers: results, dropped }
}

fn timed(which: Clock, work: impl FnOnce() -> u64) -> (u64, Duration) {
    let (threads_time, wall) = (clock::thread_time(), Instant::now());
    let check = work();
    let time = match which {
        Clock::Thread => clock::thread_time() - threads_time,
        Clock::Wall => wall.elapsed(),
        Clock::Crew => clock::crew_time(),
    };
    (check, time)
}
