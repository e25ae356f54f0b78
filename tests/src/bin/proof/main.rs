//! The long proofs, one named command each: `cargo run -p arenas-tests --bin proof -- <command>`.
//!
//! A command prints what it runs and how long that took. It fails when what it checks does not hold. Where a tool or a
//! toolchain is absent it says `skipped:` and why, and succeeds; with `--require` it fails then.
//!
//! A new command is a file with an `Args` (see `clap::Args`) and `fn run(&Args) -> Verdict`, and a line in the list below.

mod run;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use run::{Proof, Verdict};

/// The commands: `module Variant`, with the module's `Args` and `run`.
macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $module:ident $variant:ident;)+) => {
        $(mod $module;)+

        #[derive(Debug, clap::Subcommand)]
        enum Command {
            $($(#[doc = $doc])+ $variant($module::Args),)+
        }

        impl Command {
            fn run(&self) -> Verdict {
                match self { $(Self::$variant(args) => $module::run(args),)+ }
            }
        }
    };
}

commands! {
    /// The whole suite under AddressSanitizer, with leak detection.
    asan Asan;
    /// AddressSanitizer inside arenas: what is free there is forbidden, and misuse is reported at the instruction.
    asan_poison AsanPoison;
    /// The suites that use threads under ThreadSanitizer.
    tsan Tsan;
    /// The release build of the suite under valgrind's memcheck.
    valgrind Valgrind;
    /// The suite under Miri: strict provenance, symbolic alignment, both aliasing models, debug and release.
    miri Miri;
    /// The concurrent protocols under loom: every interleaving up to a bound of preemptions.
    loom Loom;
    /// Whether the models notice: each mutation of the protocols must make its model fail.
    loom_mutations LoomMutations;
    /// The random programs against their models, a million operations of each.
    million Million;
    /// The fuzzers, each for a time: random programs that look for new code.
    fuzz Fuzz;
    /// Every step at which user code or the heap can fail, failing once.
    faults Faults;
    /// What the defects do in the published originals, as a table.
    originals Originals;
    /// Whether the tests notice changes of the core: cargo-mutants on it.
    mutants Mutants;
    /// The listing of the interface in `tests/api`: cargo-public-api.
    api Api;
    /// Whether anything that a `try_` method reaches could panic, by the machine code.
    no_panic NoPanic;
    /// The listing of unsafe blocks in `tests/UNSAFE.md`, with what each rests on.
    unsafe_audit UnsafeAudit;
    /// Whether the interface is compatible with that of an earlier revision: cargo-semver-checks.
    semver Semver;
}

#[derive(Debug, Parser)]
#[command(name = "proof", about = "Evidence for the arenas library, one command each")]
struct Args {
    /// Fail where a tool or toolchain is absent, instead of skipping.
    #[arg(long, global = true)]
    require: bool,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let start = Instant::now();
    let verdict = args.command.run();
    let seconds = start.elapsed().as_secs_f64();
    match verdict {
        Ok(Proof::Holds(what)) => {
            println!("\nproof: {what} ({seconds:.0} s)");
            ExitCode::SUCCESS
        }
        Ok(Proof::Skipped(why)) if args.require => {
            eprintln!("\nproof: required, but skipped: {why}");
            ExitCode::FAILURE
        }
        Ok(Proof::Skipped(why)) => {
            println!("\nproof: skipped: {why}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("\nproof: FAILED: {why} ({seconds:.0} s)");
            ExitCode::FAILURE
        }
    }
}
