//! The names that a thread met last, so that most uses find theirs without a look into a map that all threads share.

use core::hash::{Hash, Hasher};
use rustc_hash::FxHasher;

/// How many names a thread remembers.
const SLOTS: usize = 1 << 11;

/// Remembers names by text. A new one takes the place of an older one whose text happens to hash alike.
pub(crate) struct Recent<N> {
    slots: Vec<Option<N>>,
}

impl<N: AsRef<str>> Recent<N> {
    pub(crate) fn new() -> Self {
        Self { slots: (0..SLOTS).map(|_| None).collect() }
    }

    /// The name of this text, from memory or else from `look_up`.
    pub(crate) fn get_or(&mut self, text: &str, look_up: impl FnOnce() -> N) -> &N {
        let mut hasher = FxHasher::default();
        text.hash(&mut hasher);
        let slot = &mut self.slots[hasher.finish() as usize % SLOTS];
        if slot.as_ref().is_none_or(|name| name.as_ref() != text) {
            *slot = None;
        }
        slot.get_or_insert_with(look_up)
    }
}
