use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use arenas_tests::unsafe_blocks::{UnsafeBlock, unsafe_blocks};

use crate::run::{Verdict, holds, root};

const LISTING: &str = "tests/UNSAFE.md";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write the listing anew, instead of comparing.
    #[arg(long)]
    write: bool,
}

pub(crate) fn run(args: &Args) -> Verdict {
    let blocks = unsafe_blocks(&root().join("arenas/src"));
    let listing = listing(&blocks);
    let path = root().join(LISTING);
    if args.write {
        fs::write(&path, listing).map_err(|error| format!("{LISTING}: {error}"))?;
        return holds(format!("{LISTING} lists {} blocks", blocks.len()));
    }
    let known = fs::read_to_string(&path).map_err(|error| format!("{LISTING}: {error}"))?;
    if known == listing {
        return holds(format!("{LISTING} lists all {} blocks as they are", blocks.len()));
    }
    let (new, gone) = (missing(&listing, &known), missing(&known, &listing));
    Err(format!(
        "{LISTING} is not what the sources say. Look at what changed, and write it anew with `unsafe-audit --write`.\n\
         in the sources only:\n{new}in the listing only:\n{gone}"
    ))
}

/// The lines of one text that are not in another.
fn missing(lines: &str, from: &str) -> String {
    lines.lines().filter(|line| !from.lines().any(|other| other == *line)).fold(String::new(), |text, line| {
        text + "  " + line + "\n"
    })
}

/// Without line numbers, so that it changes only when a block does.
fn listing(blocks: &[UnsafeBlock]) -> String {
    let core = blocks.iter().filter(|block| block.is_in_core()).count();
    let mut text = format!(
        "# Every unsafe block, and what it rests on\n\n\
         Written by `cargo run -p arenas-tests --bin proof -- unsafe-audit --write` from the `SAFETY:` comments, which \
         cite the\nnumbered invariants of `arenas/src/raw/mod.rs`. Unit tests are left out.\n\n\
         {} blocks, {core} of them in the core (`raw/`): {} %. At most 20 % may be elsewhere \
         (`tests/unsafe_share.rs`).\n",
        blocks.len(),
        core * 100 / blocks.len().max(1)
    );
    let mut files: BTreeMap<_, Vec<&UnsafeBlock>> = BTreeMap::new();
    for block in blocks {
        files.entry((!block.is_in_core(), &block.file)).or_default().push(block);
    }
    for ((_, file), blocks) in files {
        // Writing to a string does not fail.
        let _ = write!(text, "\n## {} ({})\n\n| in | rests on |\n|---|---|\n", file.display(), blocks.len());
        let mut above = "";
        for block in blocks {
            let safety = block.safety.replace('|', "\\|");
            // "As above" means the block before it.
            let shown = match safety.strip_prefix("as above") {
                Some(rest) => format!("{} (as above{})", above.trim_end_matches('.'), rest.trim_end_matches('.')),
                None => safety,
            };
            let _ = writeln!(text, "| `{}` | {shown} |", block.function);
            if !block.safety.starts_with("as above") {
                above = &block.safety;
            }
        }
    }
    text
}
