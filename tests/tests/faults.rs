//! Every step at which user code or the heap can fail, failing once: see [`arenas_tests::faults`].
#![cfg(not(arenas_loom))]

use std::panic::catch_unwind;

use arenas_tests::faults::{Survived, scenarios, table};

// Contract: C2, C7, C8, C9, K5
#[test]
fn every_step_of_every_scenario_may_fail() {
    let scenarios = scenarios();
    let survived: Vec<_> = scenarios.iter().filter_map(|scenario| catch_unwind(|| scenario.inject()).ok()).collect();
    print!("{}", table(&survived));
    assert_eq!(survived.len(), scenarios.len(), "the lines above say which did not");
    assert!(survived.iter().all(|survived| survived.total() > 0), "a scenario without a step shows nothing");
    // The number in the README.
    assert!(Survived::sum(&survived).total() >= 5800);
}
