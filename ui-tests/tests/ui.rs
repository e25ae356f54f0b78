//! Programs that must not compile, with the messages that the user reads, and programs that must.
//!
//! - `fail/`: what `cargo check` shows, by topic; one idea and one phase of the compiler per file. The message is
//!   compared as a whole.
//! - `build/`: errors that only `cargo build` shows, or that bring others along. A line `//~ text` at the top says what
//!   the output must contain.
//! - `pass/`: programs that compile without a warning and run.
//!
//! The words around ours belong to one compiler: messages are compared on Rust 1.95 only. On any other the same programs
//! must still fail, and those with a `//~` must still say it.
//!
//! To bless new output: `TRYBUILD=overwrite cargo test -p arenas-ui-tests` on that compiler, then read the difference.
//! Never edit a `.stderr` file by hand.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PINNED: &str = "rustc 1.95.";

/// Where the copies of the cases are, in a process that [`run_copies`] started.
const COPIES: &str = "ARENAS_UI_COPIES";

#[test]
fn programs_that_must_not_check() {
    if let Some(copies) = env::var_os(COPIES) {
        trybuild::TestCases::new().compile_fail(Path::new(&copies).join("**/*.rs"));
    } else if version().starts_with(PINNED) {
        trybuild::TestCases::new().compile_fail("tests/fail/**/*.rs");
    } else {
        println!("the messages are not compared: they are those of {PINNED}x, and this is {}", version());
        run_copies("programs_that_must_not_check", "tests/fail");
    }
}

#[test]
fn programs_that_must_not_build() {
    if let Some(copies) = env::var_os(COPIES) {
        let cases = trybuild::TestCases::new();
        // A runner with a case that passes builds the others, where one without only checks them.
        cases.pass("tests/pass/kept_in_a_bitena.rs");
        cases.compile_fail(Path::new(&copies).join("*.rs"));
        return;
    }
    for program in run_copies("programs_that_must_not_build", "tests/build") {
        let text = fs::read_to_string(&program).expect("a case is text");
        let output = fs::read_to_string(program.with_extension("stderr")).expect("the output was written");
        let expected = text.lines().next().and_then(|line| line.strip_prefix("//~ "));
        let expected = expected.unwrap_or_else(|| panic!("{} begins with no `//~ text`", program.display()));
        assert!(output.contains(expected), "{} does not say {expected:?}, but:\n{output}", program.display());
    }
}

#[test]
fn programs_that_must_run() {
    trybuild::TestCases::new().pass("tests/pass/*.rs");
}

#[test]
fn every_message_belongs_to_a_program() {
    let messages = files(Path::new("tests"), "stderr");
    assert!(!messages.is_empty());
    for message in messages {
        assert!(message.with_extension("rs").exists(), "{} has no program", message.display());
    }
}

/// Runs a test over copies of the programs, for which trybuild writes whatever the compiler says. It fails where one
/// compiles.
///
/// Trybuild is told so by an environment variable, hence the process of its own.
fn run_copies(test: &str, folder: &str) -> Vec<PathBuf> {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&target);
    let mut copies = Vec::new();
    for program in files(Path::new(folder), "rs") {
        let copy = target.join(program.strip_prefix(folder).expect("it was found there"));
        fs::create_dir_all(copy.parent().expect("it is in a folder")).expect("the folder can be made");
        fs::copy(&program, &copy).expect("a case can be copied");
        copies.push(copy);
    }
    let output = Command::new(env::current_exe().expect("a test runs from a file"))
        .args(["--exact", test, "--nocapture"])
        .env(COPIES, &target)
        .env("TRYBUILD", "overwrite")
        .output()
        .expect("this test can start itself");
    assert!(
        output.status.success(),
        "a program that must fail does not:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    copies
}

fn version() -> String {
    let output = Command::new("rustc").arg("--version").output().expect("rustc runs");
    String::from_utf8(output.stdout).expect("rustc speaks UTF-8")
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the cases are here") {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}
