//! Runs the snippets, each in a process of its own, and says how it ended.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::snippets::{ALL, NOT_RUN, Snippet};

const LONGEST: Duration = Duration::from_secs(20);

/// What the text of a process that died says about it.
fn death(stderr: &str, status: &str) -> String {
    if let Some((_, report)) = stderr.split_once("ERROR: AddressSanitizer: ") {
        let mut words = report.split_whitespace();
        let kind = words.by_ref().find(|word| *word != "attempting").unwrap_or("");
        return format!("AddressSanitizer: {kind}");
    }
    if stderr.contains("LeakSanitizer: detected memory leaks") {
        let bytes = stderr.lines().find_map(|line| line.strip_prefix("SUMMARY: AddressSanitizer: "));
        return format!("LeakSanitizer: {}", bytes.unwrap_or("leaks"));
    }
    let mut lines = stderr.lines().filter(|line| !line.trim().is_empty());
    if let Some(line) = stderr.lines().find(|line| line.contains("panicked at")) {
        let message = stderr.lines().skip_while(|other| *other != line).nth(1).unwrap_or("");
        return format!("panics: {}", message.chars().take(80).collect::<String>());
    }
    let line: String = lines.next().unwrap_or("").chars().take(80).collect();
    format!("{status} {line}")
}

fn run(program: &str, snippet: &Snippet) -> String {
    let child = Command::new(program)
        .arg(snippet.number.to_string())
        .env("RUST_BACKTRACE", "0")
        .env("ASAN_OPTIONS", "detect_leaks=1:allocator_may_return_null=1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else { return "could not be started".into() };
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < LONGEST => std::thread::sleep(Duration::from_millis(20)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return format!("hangs (killed after {} s)", LONGEST.as_secs());
            }
        }
    };
    let (mut stdout, mut stderr) = (String::new(), Vec::new());
    let _ = child.stdout.take().map(|mut pipe| pipe.read_to_string(&mut stdout));
    let _ = child.stderr.take().map(|mut pipe| pipe.read_to_end(&mut stderr));
    let stderr = String::from_utf8_lossy(&stderr);
    match stdout.lines().find_map(|line| line.strip_prefix("saw: ")) {
        Some(saw) if status.success() && !stderr.contains("Sanitizer") => saw.to_owned(),
        _ => death(&stderr, &status.to_string()),
    }
}

/// The tests that show that a defect is not here.
fn tests_here(number: u32) -> String {
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests");
    let sources = std::fs::read_dir(tests).into_iter().flatten().flatten();
    let sources = sources.filter_map(|file| std::fs::read_to_string(file.path()).ok());
    let start = format!("fn defect_{number:02}_");
    let names: Vec<_> = sources
        .flat_map(|source| source.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.starts_with(&start))
        .filter_map(|line| Some(format!("`{}`", line.strip_prefix("fn ")?.split('(').next()?)))
        .collect();
    names.join(", ")
}

/// Prints the table in Markdown.
pub(crate) fn print(builds: &[String]) {
    let builds: BTreeMap<_, _> = builds.iter().filter_map(|build| build.split_once('=')).collect();
    println!("| no. | crate | what was done | build | what happened | the test here |");
    println!("|---:|---|---|---|---|---|");
    let mut lines: Vec<(u32, String)> = Vec::new();
    for snippet in ALL {
        let happened = match builds.get(snippet.build) {
            Some(program) => run(program, snippet),
            None if snippet.build == "region" => "not run: needs libevent, see `--region`".to_owned(),
            None => "not run: that build is not to be had here".to_owned(),
        };
        let happened = happened.replace('|', "\\|");
        lines.push((
            snippet.number,
            format!("| {} | {} | {} | {} | {happened} |", snippet.number, snippet.of, snippet.what, snippet.build),
        ));
    }
    for &(number, of, why) in NOT_RUN {
        lines.push((number, format!("| {number} | {of} | | | {why} |")));
    }
    lines.sort();
    for (number, line) in lines {
        println!("{line} {} |", tests_here(number));
    }
}
