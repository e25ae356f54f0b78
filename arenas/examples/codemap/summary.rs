//! What is known of a tree once it is indexed; the same from both sides of `--compare`.

use super::scan::Kind;
use core::hash::{Hash, Hasher};
use rustc_hash::FxHasher;

/// Counts, and a number that stands for all records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
    /// By [`Kind`].
    pub(crate) items: [u64; Kind::COUNT],
    pub(crate) uses: u64,
    /// Distinct names.
    pub(crate) names: u64,
    /// The most used names, each with its number of uses.
    pub(crate) top: Vec<(String, u64)>,
}

impl Summary {
    pub(crate) fn all_items(&self) -> u64 {
        self.items.iter().sum()
    }
}

/// The `k` most used names, the most used first, equals by name.
pub(crate) fn most_used<'a>(counts: impl Iterator<Item = (&'a str, u64)>, k: usize) -> Vec<(String, u64)> {
    let mut all: Vec<_> =
        counts.filter(|&(_, uses)| uses > 0).map(|(name, uses)| (core::cmp::Reverse(uses), name)).collect();
    if k < all.len() {
        all.select_nth_unstable(k);
        all.truncate(k);
    }
    all.sort_unstable();
    all.into_iter().map(|(uses, name)| (name.to_owned(), uses.0)).collect()
}

/// One number for any set of records: equal sets give the same, in whatever order they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(crate) u64);

impl Fingerprint {
    pub(crate) fn add(&mut self, record: impl Hash) {
        let mut hasher = FxHasher::default();
        record.hash(&mut hasher);
        // Fx leaves regularities in its low bits that a sum would keep.
        let mixed = hasher.finish().wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        self.0 = self.0.wrapping_add(mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    }
}
