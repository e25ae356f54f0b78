use std::fs;

use crate::run::{Tool, Verdict, cargo_tool, holds, nightly, root, skipped};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write the listings anew, instead of comparing.
    #[arg(long)]
    write: bool,
}

pub(crate) fn run(args: &Args) -> Verdict {
    if let Err(why) = nightly() {
        return skipped(why);
    }
    if let Err(why) = cargo_tool("public-api", None) {
        return skipped(format!("{why} (`cargo install cargo-public-api`)"));
    }
    let mut changed = Vec::new();
    for (package, features) in [("arenas", "allocator-api2"), ("arenas-derive", "")] {
        let path = format!("tests/api/{package}.txt");
        let tool = Tool::nightly().args(["public-api", "-sss", "-p", package, "--features", features]);
        println!("\n$ {}", tool.shown());
        let listed = tool.capture(None)?;
        if !listed.success {
            return Err(format!("{}\n{}", listed.status, listed.stderr));
        }
        if args.write {
            fs::write(root().join(&path), &listed.stdout).map_err(|error| format!("{path}: {error}"))?;
            continue;
        }
        let known = fs::read_to_string(root().join(&path)).map_err(|error| format!("{path}: {error}"))?;
        let only = |one: &str, other: &str, mark: &str| -> Vec<String> {
            one.lines().filter(|line| !other.lines().any(|known| known == *line)).map(|line| format!("{mark} {line}")).collect()
        };
        changed.extend(only(&listed.stdout, &known, "+"));
        changed.extend(only(&known, &listed.stdout, "-"));
    }
    if changed.is_empty() {
        holds(if args.write { "tests/api is written anew" } else { "the interface is what tests/api lists" })
    } else {
        Err(format!("the interface is not what tests/api lists (`api --write` writes it anew):\n{}", changed.join("\n")))
    }
}
