//! One snapshot type for every allocator, with one glossary.

use core::fmt;

/// What an allocator holds at one moment. All sizes in bytes.
///
/// `reserved == used + padding + free + metadata` always.
///
/// | field | meaning |
/// |---|---|
/// | `used` | handed out; bump allocators count alignment padding here, [`Region`](crate) rounded sizes |
/// | `padding` | lost: the ends of full chunks, the unusable head and tail of borrowed memory |
/// | `free` | can still be handed out without asking the system |
/// | `metadata` | headers, states, free lists: memory of the allocator that never holds a value |
/// | `reserved` | all memory that the allocator has taken from the system or was given |
/// | `peak_used` | the greatest `used` so far; brought up to date where `used` falls and when a snapshot is taken |
/// | `allocations` | live allocations; `None` where counting them would cost an instruction per allocation |
/// | `chunks` | pieces that the memory comes in |
///
/// [`Display`](fmt::Display) prints one row of a table whose head is [`Stats::HEADER`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Bytes handed out.
    pub used: usize,
    /// Bytes that can be neither used nor handed out.
    pub padding: usize,
    /// Bytes that can still be handed out.
    pub free: usize,
    /// Bytes of the allocator's own bookkeeping.
    pub metadata: usize,
    /// All bytes held: `used + padding + free + metadata`.
    pub reserved: usize,
    /// The greatest `used` seen.
    pub peak_used: usize,
    /// Live allocations, where they are counted.
    pub allocations: Option<u64>,
    /// Pieces that the memory comes in.
    pub chunks: usize,
}

impl Stats {
    /// The head of the table whose rows `Display` prints.
    pub const HEADER: &'static str =
        "      used       peak       free    padding   metadata   reserved     allocs  chunks";

    /// A snapshot from its parts; `reserved` is their sum.
    pub(crate) const fn of(used: usize, padding: usize, free: usize, metadata: usize) -> Self {
        Self {
            used,
            padding,
            free,
            metadata,
            reserved: used.saturating_add(padding).saturating_add(free).saturating_add(metadata),
            peak_used: used,
            allocations: None,
            chunks: 0,
        }
    }

    pub(crate) const fn with_peak(mut self, peak: usize) -> Self {
        self.peak_used = if peak > self.used { peak } else { self.used };
        self
    }

    /// With that much more around the values.
    #[cfg(feature = "alloc")]
    pub(crate) const fn with_more_metadata(mut self, bytes: usize) -> Self {
        self.metadata = self.metadata.saturating_add(bytes);
        self.reserved = self.reserved.saturating_add(bytes);
        self
    }

    pub(crate) const fn with_allocations(mut self, allocations: u64) -> Self {
        self.allocations = Some(allocations);
        self
    }

    pub(crate) const fn with_chunks(mut self, chunks: usize) -> Self {
        self.chunks = chunks;
        self
    }

    /// The sum of two snapshots, for a total over several allocators.
    ///
    /// The peaks are added although they may not have fallen together: the result is an upper bound. `allocations` is
    /// `None` when either side does not count them.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        Self {
            used: self.used.saturating_add(other.used),
            padding: self.padding.saturating_add(other.padding),
            free: self.free.saturating_add(other.free),
            metadata: self.metadata.saturating_add(other.metadata),
            reserved: self.reserved.saturating_add(other.reserved),
            peak_used: self.peak_used.saturating_add(other.peak_used),
            allocations: match (self.allocations, other.allocations) {
                (Some(a), Some(b)) => Some(a.saturating_add(b)),
                _ => None,
            },
            chunks: self.chunks.saturating_add(other.chunks),
        }
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bytes in [self.used, self.peak_used, self.free, self.padding, self.metadata, self.reserved] {
            write!(f, "{:>10} ", Bytes(bytes))?;
        }
        match self.allocations {
            Some(n) => write!(f, "{n:>10}")?,
            None => write!(f, "{:>10}", "-")?,
        }
        write!(f, "{:>8}", self.chunks)
    }
}

/// A byte count that prints in binary units: `0 B`, `1023 B`, `1.50 KiB`, `16.0 MiB`.
///
/// ```
/// use arenas::Bytes;
/// assert_eq!(Bytes(1536).to_string(), "1.50 KiB");
/// assert_eq!(Bytes(64 << 20).to_string(), "64.0 MiB");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(
    /// The number of bytes.
    pub usize,
);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if self.0 < 1024 {
            return f.pad(Digits::new(format_args!("{} B", self.0)).as_str());
        }
        let mut value = self.0 as f64;
        let mut unit = "B";
        for next in UNITS {
            // A value that would print as "1024" belongs to the next unit.
            if value < 1023.5 {
                break;
            }
            value /= 1024.0;
            unit = next;
        }
        let decimals = if value < 9.995 {
            2
        } else if value < 99.95 {
            1
        } else {
            0
        };
        f.pad(Digits::new(format_args!("{value:.decimals$} {unit}")).as_str())
    }
}

/// A short formatted text on the stack, so that padding works without an allocation.
struct Digits {
    text: [u8; 32],
    len: usize,
}

impl Digits {
    fn new(arguments: fmt::Arguments<'_>) -> Self {
        let mut digits = Self { text: [0; 32], len: 0 };
        // 20 digits of a u64 and a unit always fit.
        let _ = fmt::Write::write_fmt(&mut digits, arguments);
        digits
    }

    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.text[..self.len]).unwrap_or("?")
    }
}

impl fmt::Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.text.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn byte_counts_print_in_the_unit_that_keeps_three_digits() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KiB"),
            (10 * 1024, "10.0 KiB"),
            (1024 * 1024 - 1, "1.00 MiB"),
            (100 << 20, "100 MiB"),
            (usize::MAX, "16.0 EiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }

    #[test]
    fn a_row_is_as_wide_as_its_head() {
        let row = Stats::of(1, 2, 3, usize::MAX).with_allocations(7).with_chunks(1);
        assert_eq!(row.to_string().len(), Stats::HEADER.len());
    }

    #[test]
    fn the_parts_add_up() {
        let stats = Stats::of(1, 2, 3, 4).merged(Stats::of(10, 20, 30, 40));
        assert_eq!(stats.reserved, 110);
        assert_eq!(stats.used + stats.padding + stats.free + stats.metadata, stats.reserved);
    }
}
