use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arenas_tests::mutations::{self, Mutation};

use crate::loom::models;
use crate::run::{Captured, Tool, Verdict, holds, root, test_programs};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only mutations whose list, file, model or reason contains this.
    #[arg(default_value = "")]
    only: String,
    /// How many preemptions an interleaving may have.
    #[arg(long, default_value_t = 2)]
    preemptions: u32,
    /// How many seconds a model may take.
    #[arg(long, default_value_t = 300)]
    timeout: u64,
}

pub(crate) fn run(args: &Args) -> Verdict {
    let lists = mutations::lists(&root())?;
    let chosen: Vec<(&str, &Mutation)> = lists
        .iter()
        .flat_map(|(name, list)| list.iter().map(move |mutation| (name.as_str(), mutation)))
        .filter(|(name, mutation)| {
            [*name, &mutation.file.to_string_lossy(), &mutation.caught_by, &mutation.why]
                .iter()
                .any(|text| text.contains(&args.only))
        })
        .collect();
    // All of them must apply, before any of them takes its time.
    for (name, mutation) in &chosen {
        let source = read(&root().join(&mutation.file))?;
        mutation.apply(&source).map_err(|why| format!("{name}: {}: {why}", mutation.why))?;
    }
    let scratch = Scratch::new(args)?;
    println!("the models, on the code as it is:");
    let mut tests: Vec<(&str, &str)> =
        chosen.iter().map(|(_, mutation)| mutation.model()).collect::<Result<_, _>>()?;
    tests.sort_unstable();
    tests.dedup();
    for (program, test) in tests {
        let start = Instant::now();
        match scratch.explore(program, test)? {
            Explored::Passed => println!("  {program}::{test} holds ({:.1} s)", start.elapsed().as_secs_f64()),
            Explored::Failed(how) => return Err(format!("{program}::{test} fails on the code as it is: {how}")),
        }
    }
    println!("\neach mutation, and how its model fails:");
    let mut missed = Vec::new();
    for (name, mutation) in &chosen {
        let (program, test) = mutation.model()?;
        let start = Instant::now();
        let explored = scratch.with(mutation, || scratch.explore(program, test));
        let what = format!("{name}: {} [{}]", mutation.why, mutation.caught_by);
        match explored {
            Ok(Explored::Failed(how)) => {
                println!("  caught  {what}\n          {how} ({:.0} s)", start.elapsed().as_secs_f64());
            }
            Ok(Explored::Passed) => {
                println!("  MISSED  {what}");
                missed.push(what);
            }
            Err(why) => {
                println!("  ERROR   {what}\n          {why}");
                missed.push(what);
            }
        }
    }
    if missed.is_empty() {
        holds(format!("{} mutations, each caught by its model", chosen.len()))
    } else {
        Err(format!("{} of {} mutations were not caught:\n{}", missed.len(), chosen.len(), missed.join("\n")))
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// What became of a model.
enum Explored {
    Passed,
    /// With what it said.
    Failed(String),
}

/// A copy of the sources that may be broken.
struct Scratch {
    top: PathBuf,
    preemptions: u32,
    timeout: Duration,
}

impl Scratch {
    fn new(args: &Args) -> Result<Self, String> {
        let top = root().join("target/mutations/sources");
        if top.exists() {
            fs::remove_dir_all(&top).map_err(|error| format!("{}: {error}", top.display()))?;
        }
        copy(&root(), &top, 0).map_err(|error| format!("{}: {error}", top.display()))?;
        // The models use nothing of the harness and its programs; without these they build faster.
        let programs = top.join("tests/src/bin");
        fs::remove_dir_all(&programs).map_err(|error| format!("{}: {error}", programs.display()))?;
        write(&top.join("tests/src/lib.rs"), "//! Empty.\n")?;
        Ok(Self { top, preemptions: args.preemptions, timeout: Duration::from_secs(args.timeout) })
    }

    /// Runs `code` while the mutation is in place.
    fn with<R>(&self, mutation: &Mutation, code: impl FnOnce() -> Result<R, String>) -> Result<R, String> {
        let path = self.top.join(&mutation.file);
        let source = read(&path)?;
        write(&path, &mutation.apply(&source)?)?;
        let result = code();
        write(&path, &source)?;
        result
    }

    /// Builds a test program, and runs one test of it.
    fn explore(&self, program: &str, test: &str) -> Result<Explored, String> {
        let build = models(self.preemptions, program)
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .args(["--target-dir", "../target", "--quiet"])
            .dir(&self.top);
        let built = test_programs(build)?;
        let executable = built.first().ok_or_else(|| format!("{program} was not built"))?;
        let ran = Tool::new(executable)
            .env("LOOM_MAX_PREEMPTIONS", self.preemptions.to_string())
            .args(["--exact", test])
            .capture(Some(self.timeout))?;
        if !ran.stdout.contains("running 1 test\n") {
            return Err(format!("there is no test `{test}` in {program}"));
        }
        Ok(if ran.success { Explored::Passed } else { Explored::Failed(reason(&ran)) })
    }
}

/// The first line of what a failing test said.
fn reason(ran: &Captured) -> String {
    let text = format!("{}\n{}", ran.stdout, ran.stderr);
    let mut lines = text.lines().skip_while(|line| !line.contains("panicked at")).skip(1);
    lines.find(|line| !line.trim().is_empty()).map_or_else(|| ran.status.clone(), |line| line.trim().to_owned())
}

/// Copies the sources: all but what is built, what is hidden, and what fuzzers found.
fn copy(from: &Path, to: &Path, depth: u32) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.starts_with('.') || text == "target" || (depth == 1 && text == "fuzz") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(&name), depth + 1)?;
        } else {
            fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}
