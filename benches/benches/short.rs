//! The everyday form: criterion over the cases that stand for the hot paths.
//!
//! Criterion runs each peer to its end before the next one, so ratios of these numbers shift with the mood of the
//! machine; the `report` program takes turns instead.

use std::time::{Duration, Instant};

use arenas_benches::{
    clock,
    table::{Clock, Kind},
    workloads,
};
use criterion::Criterion;

fn main() {
    clock::keep_freed_memory();
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400))
        .configure_from_args();
    for case in workloads::cases() {
        if !["w1c", "w2c", "w2r", "w3", "w4alloc", "w4rndc", "w5t1", "w6", "w7h"].contains(&case.id) {
            continue;
        }
        let mut group = criterion.benchmark_group(case.id);
        group.throughput(criterion::Throughput::Elements(1));
        for peer in case.peers.iter().filter(|peer| peer.kind != Kind::Floor) {
            group.bench_function(peer.name, |bencher| {
                let mut run = (peer.start)();
                bencher.iter_custom(|wanted| {
                    // A call costs more than one operation: never fewer than these.
                    let operations = wanted.max(1000);
                    let start = Instant::now();
                    run(operations as usize);
                    let time = match case.clock {
                        Clock::Crew => clock::crew_time(),
                        Clock::Thread | Clock::Wall => start.elapsed(),
                    };
                    time.mul_f64(wanted as f64 / operations as f64)
                });
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
