//! The tables of `README.md`.

use core::fmt::Write as _;

use super::{CaseResult, machine};
use crate::{paired::Timing, table::Kind, workloads::w6::Space};

/// One table per case, the fastest first.
pub fn tables(results: &[CaseResult], space: &[Space]) -> String {
    let mut text = String::new();
    let machines: Vec<&machine::Facts> = results.iter().map(|result| &result.machine).collect();
    if let Some(facts) = machines.last() {
        let _ = writeln!(
            text,
            "\nMeasured on {} by `{}` on {}; {}.",
            facts.date, facts.compiler, facts.processor, facts.system
        );
        if !facts.flags.is_empty() {
            let _ = writeln!(text, "Built in release with `{}`.", facts.flags);
        }
        if machines.iter().any(|other| other != facts) {
            text.push_str("Some tables are from another day or machine; `results/` knows which.\n");
        }
    }
    let versions: Vec<String> =
        machine::peer_versions().into_iter().map(|(name, version)| format!("{name} {version}")).collect();
    let _ = writeln!(text, "\nPeers: {}.", versions.join(", "));
    for result in results {
        case(&mut text, result);
        if result.id == "w6" && !space.is_empty() {
            space_table(&mut text, space);
        }
    }
    text
}

fn case(text: &mut String, result: &CaseResult) {
    let _ = writeln!(text, "\n### {}: {}\n", result.id, result.title);
    let _ = writeln!(
        text,
        "| | ns per {} | quartiles | × best peer | instructions | mispredicts |\n|---|---:|---:|---:|---:|---:|",
        result.unit
    );
    let best = result.timings.best_peer();
    let mut rows: Vec<&Timing> = result.timings.peers.iter().collect();
    rows.sort_by(|a, b| a.quartiles()[1].total_cmp(&b.quartiles()[1]));
    for row in rows {
        let name = match row.kind {
            Kind::Ours => format!("**{}**", row.peer),
            Kind::Peer => row.peer.clone(),
            Kind::Floor => format!("*{}*", row.peer),
        };
        let [low, median, high] = row.quartiles();
        let ratio = match best {
            Some(best) if row.kind != Kind::Floor => format!("{:.2}", row.ratio_to(best)),
            _ => String::new(),
        };
        let (instructions, mispredicts) = match result.counts.get(&row.peer) {
            Some(count) => (format!("{:.1}", count.instructions), format!("{:.2}", count.mispredicts)),
            None => Default::default(),
        };
        let _ = writeln!(
            text,
            "| {name} | {} | {} to {} | {ratio} | {instructions} | {mispredicts} |",
            time(median),
            time(low),
            time(high)
        );
    }
    let rounds = result.timings.peers.first().map_or(0, |peer| peer.rounds.len());
    let _ = writeln!(text, "\n{rounds} rounds, {} turns dropped.", result.timings.dropped);
}

fn space_table(text: &mut String, space: &[Space]) {
    text.push_str("\n#### The smallest region that serves the trace of w6\n\n");
    text.push_str("| | smallest region / peak payload | largest free / all free, in 64 MiB |\n|---|---:|---:|\n");
    for row in space {
        let name = if row.ours { format!("**{}**", row.peer) } else { row.peer.clone() };
        let largest = row.largest_of_free.map_or(String::new(), |share| format!("{share:.2}"));
        let _ = writeln!(text, "| {name} | {:.3} | {largest} |", row.smallest);
    }
}

/// As many digits as mean something.
pub fn time(nanoseconds: f64) -> String {
    if nanoseconds < 100.0 { format!("{nanoseconds:.2}") } else { format!("{nanoseconds:.0}") }
}
