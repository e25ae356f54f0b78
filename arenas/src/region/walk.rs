//! Looking at a region: numbers, a list, a map, a picture.

#[cfg(feature = "alloc")]
use alloc::string::String;
use core::fmt;
use core::iter::FusedIterator;

use super::blocks::BlockMap;
use crate::stats::Bytes;

/// The state of a region in numbers. Sizes in bytes, rounded up to the alignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionStats {
    /// Bytes handed out.
    pub used: usize,
    /// Bytes not handed out.
    pub free: usize,
    /// All usable bytes: `used + free`.
    pub total: usize,
    /// How many blocks are handed out.
    pub chunks_used: usize,
    /// How many holes there are.
    pub chunks_free: usize,
    /// The size of the largest hole.
    pub largest_free: usize,
}

/// The same numbers as methods, as the original crate has them.
impl RegionStats {
    /// Bytes handed out.
    #[must_use]
    pub const fn used(&self) -> usize {
        self.used
    }

    /// Bytes not handed out.
    #[must_use]
    pub const fn free(&self) -> usize {
        self.free
    }

    /// All usable bytes.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total
    }

    /// How many blocks are handed out.
    #[must_use]
    pub const fn chunks_used(&self) -> usize {
        self.chunks_used
    }

    /// How many holes there are.
    #[must_use]
    pub const fn chunks_free(&self) -> usize {
        self.chunks_free
    }

    /// How far the free bytes are from being in one piece: 1 − `largest_free` / `free`, and 0 where nothing is free.
    #[must_use]
    pub fn fragmentation(&self) -> f64 {
        if self.free == 0 { 0.0 } else { 1.0 - self.largest_free as f64 / self.free as f64 }
    }
}

/// A used block or a hole, as [`Region::walk`](super::Region::walk) finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionRun {
    /// Where it starts, in bytes from the first aligned byte of the region.
    pub offset: usize,
    /// How long it is, in bytes; a multiple of the alignment.
    pub len: usize,
    /// Whether it is handed out.
    pub used: bool,
}

/// All blocks of a region in address order; see [`Region::walk`](super::Region::walk).
#[derive(Clone)]
pub struct Walk<'r> {
    map: &'r BlockMap<'r>,
    at: u32,
    left: usize,
    shift: u32,
}

impl<'r> Walk<'r> {
    pub(super) fn new(map: &'r BlockMap<'_>, shift: u32) -> Self {
        let left = map.used_blocks() as usize + map.holes() as usize;
        Self { map, at: map.first(), left, shift }
    }
}

impl Iterator for Walk<'_> {
    type Item = RegionRun;

    fn next(&mut self) -> Option<RegionRun> {
        let node = self.map.node(self.at)?;
        self.at = node.next;
        self.left -= 1;
        let (offset, len) = ((node.offset << self.shift) as usize, (node.size << self.shift) as usize);
        Some(RegionRun { offset, len, used: node.is_used() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Walk<'_> {}
impl FusedIterator for Walk<'_> {}

impl fmt::Debug for Walk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The map of a region: a head and one line per block, from the lowest address up.
impl fmt::Display for Walk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>14}  {:>10}  state", "offset", "size")?;
        for RegionRun { offset, len, used } in self.clone() {
            let state = if used { "used" } else { "free" };
            write!(f, "\n{offset:>#14x}  {:>10}  {state}", Bytes(len))?;
        }
        Ok(())
    }
}

/// The holes of a region in best-fit order; see [`Region::free_by_size`](super::Region::free_by_size).
#[derive(Clone)]
pub struct FreeBySize<'r> {
    map: &'r BlockMap<'r>,
    at: Option<u32>,
    left: usize,
    shift: u32,
}

impl<'r> FreeBySize<'r> {
    pub(super) fn new(map: &'r BlockMap<'_>, shift: u32) -> Self {
        Self { map, at: map.first_hole(), left: map.holes() as usize, shift }
    }
}

impl Iterator for FreeBySize<'_> {
    type Item = RegionRun;

    fn next(&mut self) -> Option<RegionRun> {
        let number = self.at?;
        let node = self.map.node(number)?;
        self.at = self.map.hole_after(number);
        self.left -= 1;
        let (offset, len) = ((node.offset << self.shift) as usize, (node.size << self.shift) as usize);
        Some(RegionRun { offset, len, used: false })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for FreeBySize<'_> {}
impl FusedIterator for FreeBySize<'_> {}

impl fmt::Debug for FreeBySize<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(feature = "alloc")]
impl Walk<'_> {
    /// Draws the region to scale as an SVG picture: used blocks dark on a light ground, the lowest address at the top
    /// left, wrapped into rows.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut svg = String::new();
        // Writing to a `String` cannot fail.
        let _ = self.write_svg(&mut svg);
        svg
    }

    fn write_svg(&self, out: &mut impl fmt::Write) -> fmt::Result {
        const ROWS: usize = 24;
        const WIDTH: usize = 1024;
        const ROW_HEIGHT: usize = 14;
        const TOP: usize = 40;
        let (mut total, mut used, mut blocks) = (0usize, 0usize, 0usize);
        for run in self.clone() {
            total += run.len;
            if run.used {
                used += run.len;
                blocks += 1;
            }
        }
        let per_row = total.div_ceil(ROWS).max(1);
        let height = TOP + ROWS * (ROW_HEIGHT + 2) + 8;
        let holes = self.len() - blocks;
        write!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {height}\" font-family=\"sans-serif\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
             <text x=\"8\" y=\"18\" font-size=\"14\" fill=\"#1b2733\">{} of {} used in {blocks} blocks, {} free in \
             {holes} holes; {} per row</text>\n\
             <rect x=\"8\" y=\"26\" width=\"10\" height=\"8\" fill=\"#2f6f9f\"/>\
             <text x=\"22\" y=\"34\" font-size=\"10\" fill=\"#1b2733\">used</text>\n\
             <rect x=\"58\" y=\"26\" width=\"10\" height=\"8\" fill=\"#e4ebf0\"/>\
             <text x=\"72\" y=\"34\" font-size=\"10\" fill=\"#1b2733\">free</text>\n",
            WIDTH + 16,
            Bytes(used),
            Bytes(total),
            Bytes(total - used),
            Bytes(per_row),
        )?;
        let scale = WIDTH as f64 / per_row as f64;
        let mut rect = |row: usize, from: usize, to: usize, fill: &str| {
            // A hair is left between neighbours, so that two blocks do not look like one.
            let (x, width) = (8.0 + from as f64 * scale, ((to - from) as f64 * scale - 0.25).max(0.1));
            let y = TOP + row * (ROW_HEIGHT + 2);
            writeln!(out, "<rect x=\"{x:.2}\" y=\"{y}\" width=\"{width:.2}\" height=\"{ROW_HEIGHT}\" fill=\"{fill}\"/>")
        };
        for row in 0..total.div_ceil(per_row) {
            rect(row, 0, per_row.min(total - row * per_row), "#e4ebf0")?;
        }
        for run in self.clone().filter(|run| run.used) {
            let (mut at, end) = (run.offset, run.offset + run.len);
            while at < end {
                let row = at / per_row;
                // The last row may reach beyond what a number can say.
                let stop = end.min((row * per_row).saturating_add(per_row));
                rect(row, at - row * per_row, stop - row * per_row, "#2f6f9f")?;
                at = stop;
            }
        }
        out.write_str("</svg>\n")
    }
}
