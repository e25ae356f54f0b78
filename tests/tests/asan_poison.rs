//! Under `--cfg arenas_asan` AddressSanitizer ends each program that uses memory inside an arena after it was given up, or
//! that was never handed out, at the instruction; under `--cfg arenas_redzones` also one that reaches a neighbour.
#![cfg(arenas_asan)]

use std::process::Command;

use arenas_tests as _;

fn misuse(name: &str) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_misuse")).arg(name).output().expect("the program is built");
    (
        output.status.success(),
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat(),
    )
}

#[test]
fn every_misuse_is_reported_at_the_instruction() {
    let (_, names) = misuse("");
    let mut missed = Vec::new();
    let mut count = 0;
    for name in names.lines().filter(|&line| line != "survived") {
        let (success, report) = misuse(name);
        let at = report.contains("use-after-poison") && report.contains("misuse::misuses::read");
        if success || !at {
            missed.push(format!("{name}: {}", report.lines().take(4).collect::<Vec<_>>().join("\n  ")));
        }
        count += 1;
    }
    assert!(missed.is_empty(), "not reported:\n{}", missed.join("\n"));
    assert!(count >= 25, "only {count} programs");
}
