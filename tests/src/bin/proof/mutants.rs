use crate::run::{Tool, Verdict, cargo_tool, holds, skipped};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The files to change, as cargo-mutants takes them.
    #[arg(default_values_t = [
        "arenas/src/raw/**".to_owned(),
        "arenas/src/typed/**".to_owned(),
        "arenas/src/bitena/**".to_owned(),
        "arenas/src/ring/**".to_owned(),
        "arenas/src/region/**".to_owned(),
    ])]
    files: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Verdict {
    if let Err(why) = cargo_tool("mutants", None) {
        return skipped(format!("{why} (`cargo install cargo-mutants`)"));
    }
    Tool::cargo()
        .env("ARENAS_MODEL_CASES", "64")
        .args(["mutants", "-j1", "-o", "target", "--package", "arenas", "--test-package", "arenas,arenas-tests"])
        .args(args.files.iter().flat_map(|file| ["--file", file]))
        .run()?;
    holds("every mutant was caught")
}
