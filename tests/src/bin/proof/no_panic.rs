use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;

use crate::run::{Tool, Verdict, holds, output, root, skipped};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// What names of functions say that a panic, or an abort for want of memory, begins there.
const PANICS: [&str; 9] = [
    "core::panicking",
    "rust_begin_unwind",
    "rust_panic",
    "begin_panic",
    "unwrap_failed",
    "expect_failed",
    "handle_alloc_error",
    "capacity_overflow",
    "slice_error_fail",
];

/// Roots that reach a panic, each with the reason.
const KNOWN: &str = "tests/no-panic/known.txt";

pub(crate) fn run(_: &Args) -> Verdict {
    if output("objdump", ["--version"]).is_none() {
        return skipped("objdump is not installed (it is in binutils)");
    }
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return skipped("the machine code is read for x86-64 Linux only");
    }
    Tool::cargo()
        .args(["build", "--release", "--manifest-path", "tests/no-panic/Cargo.toml", "--target-dir", "target/no-panic"])
        .run()?;
    let library = root().join("target/no-panic/release/libarenas_no_panic.so");
    let listing = Tool::new("objdump").args(["-d", "-C", "--no-show-raw-insn"]).arg(&library).capture(None)?;
    if !listing.success {
        return Err(format!("objdump: {}", listing.stderr));
    }
    let code = Code::read(&listing.stdout);
    let roots: Vec<u64> = code.names.iter().filter(|(_, name)| name.starts_with("try_")).map(|(at, _)| *at).collect();
    if roots.len() < 80 {
        return Err(format!("only {} roots were found in {}", roots.len(), library.display()));
    }
    let known = known()?;
    let (mut clean, mut excused, mut wrong) = (0, BTreeSet::new(), Vec::new());
    for root in roots {
        let name = code.names[&root].as_str();
        match (code.way_to_a_panic(root), known.get(name)) {
            (None, None) => clean += 1,
            (None, Some(_)) => wrong.push(format!("{name} reaches no panic any more: take it off {KNOWN}")),
            (Some(_), Some(_)) => {
                excused.insert(name.to_owned());
            }
            (Some(way), None) => wrong.push(format!("{name} -> {}", way.join(" -> "))),
        }
    }
    wrong.extend(known.keys().filter(|name| !excused.contains(*name)).filter(|name| {
        !code.names.values().any(|known| known == *name)
    }).map(|name| format!("{name} is in {KNOWN}, but not in the machine code")));
    if !wrong.is_empty() {
        return Err(format!("{} of the roots are not as they should be:\n{}", wrong.len(), wrong.join("\n")));
    }
    for (name, why) in &known {
        println!("  {name}: {why}");
    }
    holds(format!("{clean} `try_` paths reach no panic; {} do, for the reasons above", excused.len()))
}

/// The names in [`KNOWN`], with their reasons.
fn known() -> Result<BTreeMap<String, String>, String> {
    let text = fs::read_to_string(root().join(KNOWN)).map_err(|error| format!("{KNOWN}: {error}"))?;
    let mut known = BTreeMap::new();
    let mut reason = String::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("# ") {
            Some(why) => why.clone_into(&mut reason),
            None => {
                known.insert(line.to_owned(), reason.clone());
            }
        }
    }
    Ok(known)
}

/// Functions and what they refer to: calls, jumps, and addresses that are taken.
struct Code {
    names: BTreeMap<u64, String>,
    uses: BTreeMap<u64, BTreeSet<u64>>,
}

impl Code {
    fn read(listing: &str) -> Self {
        let mut code = Self { names: BTreeMap::new(), uses: BTreeMap::new() };
        let mut current = 0;
        for line in listing.lines() {
            // `0000000000001234 <name>:`
            if let Some((at, name)) = line.strip_suffix(">:").and_then(|line| line.split_once(" <")) {
                if let Ok(at) = u64::from_str_radix(at, 16) {
                    code.names.insert(at, name.to_owned());
                    current = at;
                }
            // `    1234:  call   5678 <name>` or `    1234:  lea    0x1(%rip),%rdi        # 5678 <name>`
            } else if let Some((before, _)) = line.rsplit_once(" <") {
                let target = before.rsplit([' ', '\t']).next().unwrap_or_default();
                if let Ok(target) = u64::from_str_radix(target, 16) {
                    code.uses.entry(current).or_default().insert(target);
                }
            }
        }
        code
    }

    /// The functions between a root and a panic, shortest way.
    fn way_to_a_panic(&self, root: u64) -> Option<Vec<&str>> {
        let mut from = BTreeMap::from([(root, root)]);
        let mut queue = VecDeque::from([root]);
        while let Some(at) = queue.pop_front() {
            if PANICS.iter().any(|panic| self.names[&at].contains(panic)) {
                let mut way = vec![self.names[&at].as_str()];
                let mut step = from[&at];
                while step != root {
                    way.push(&self.names[&step]);
                    step = from[&step];
                }
                way.reverse();
                return Some(way);
            }
            for &next in self.uses.get(&at).into_iter().flatten() {
                if self.names.contains_key(&next) && !from.contains_key(&next) {
                    from.insert(next, at);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}
