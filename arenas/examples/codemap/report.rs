//! Prints what was indexed.

use super::crew::Skipped;
use super::index::CodeMap;
use super::scan::Kind;
use super::summary::Summary;
use arenas::Bitena;
use core::fmt;
use core::time::Duration;
use std::io::{self, Write};

/// Prints the summary of a tree.
pub(crate) fn summary(out: &mut impl Write, summary: &Summary, elapsed: Duration, threads: usize) -> io::Result<()> {
    let Summary { files, bytes, lines, uses, names, .. } = *summary;
    writeln!(out, "{}, {}, {}", count(files, "file"), megabytes(bytes), count(lines, "line"))?;
    writeln!(out, "indexed in {}", pace(bytes, elapsed, threads))?;

    writeln!(out, "\n{:>12}  items", Grouped(summary.all_items()))?;
    for kind in Kind::ALL {
        let number = summary.items[kind as usize];
        if number > 0 {
            writeln!(out, "{:>12}    {}", Grouped(number), kind.keyword())?;
        }
    }
    writeln!(out, "{:>12}  uses of names", Grouped(uses))?;
    writeln!(out, "{:>12}  distinct names", Grouped(names))?;

    if !summary.top.is_empty() {
        writeln!(out, "\nmost used names")?;
        for (name, uses) in &summary.top {
            writeln!(out, "{:>12}    {name}", Grouped(*uses))?;
        }
    }
    Ok(())
}

/// Prints what each store of the index takes.
pub(crate) fn memory(out: &mut impl Write, map: &CodeMap<'_>, texts: &Bitena) -> io::Result<()> {
    writeln!(out, "\nmemory of the index (what is free in texts has no memory behind it yet)\n{}", map.stats())?;
    writeln!(out, "{:<7} {}", "texts", texts.stats())
}

/// Names what was left out, if anything was.
pub(crate) fn skipped(out: &mut impl Write, skipped: &Skipped) -> io::Result<()> {
    /// More would push the summary out of sight.
    const LISTED: usize = 10;
    let (unreadable, not_utf8) = (&skipped.unreadable, &skipped.not_utf8);
    for (left_out, why) in [(unreadable, "could not be read"), (not_utf8, "not UTF-8")] {
        if left_out.is_empty() {
            continue;
        }
        writeln!(out, "\nskipped {}, {why}:", count(left_out.len() as u64, "file"))?;
        for each in left_out.iter().take(LISTED) {
            writeln!(out, "    {each}")?;
        }
        if left_out.len() > LISTED {
            writeln!(out, "    and {} more", Grouped((left_out.len() - LISTED) as u64))?;
        }
    }
    Ok(())
}

/// As in `310 ms, 166 MB/s, on 2 threads`.
pub(crate) fn pace(bytes: u64, elapsed: Duration, threads: usize) -> String {
    let seconds = elapsed.as_secs_f64();
    let speed = if seconds > 0.0 { bytes as f64 / 1e6 / seconds } else { 0.0 };
    let time = if seconds < 1.0 { format!("{:.0} ms", seconds * 1e3) } else { format!("{seconds:.2} s") };
    format!("{time}, {speed:.0} MB/s, on {}", count(threads as u64, "thread"))
}

/// As in `51.5 MB`.
fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => count(bytes, "byte"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// As in `1 file` or `2,000 files`.
pub(crate) fn count(number: u64, what: &str) -> String {
    format!("{} {what}{}", Grouped(number), if number == 1 { "" } else { "s" })
}

/// A number with its digits in groups of three: `1,498,614`.
pub(crate) struct Grouped(pub(crate) u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at) % 3 == 0 {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}
