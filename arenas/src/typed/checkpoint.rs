//! Checkpoints, and how an arena knows that one is not its own or no longer true.
//!
//! An arena remembers in [`Generations`] where its slots were filled from, as a short list of runs:
//!
//! ```text
//! slots       0   1   2   3   4   5   6   7
//!             └─────┬─────┘   └─┬─┘   └─┬─┘
//! runs        (0, no. 1)   (3, no. 4)  (5, no. 7)      a run is its first slot and a number
//! ```
//!
//! The list changes only where values are discarded. A rollback to length `L` drops the runs that start at or beyond
//! `L` and begins a new one at `L` with a number that was never used before. So every slot has a number for the
//! generation that filled it, at no cost per slot and none per allocation:
//!
//! - A checkpoint records the number of its last slot. Where that slot has another number by now, the arena was
//!   rolled back below the checkpoint since and filled again: it *diverged*.
//! - A checked handle carries the number (its low 32 bits) of its slot. Where they differ, it is stale or foreign.
//!
//! **Invariants.** The first run starts at slot 0; the firsts of the runs ascend strictly; the newest number is the
//! greatest; there are at most as many runs as slots, and one more.
//!
//! **Cost.** `checkpoint` is O(1). A rollback takes amortised O(1) here, and 16 bytes for each length that was rolled back to
//! and is still below the current one. To look up a slot is one comparison in the newest run, O(log runs) in older ones.

use core::cmp::Ordering;
use core::error::Error;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;

use alloc::vec::Vec;

use super::idx::IdxStamp;
use crate::sync::{CounterUsize, Ordering as Memory};

/// A length that an arena can be rolled back to.
///
/// It belongs to the arena that made it, and to the history that it was made in: [`rollback`](crate::Arena::rollback)
/// refuses one of another arena, one beyond the current length, and one of a branch that was rolled back since. It holds
/// no borrow. Checkpoints of one arena are ordered by their length.
///
/// A clone of an arena is another arena: checkpoints do not carry over to it.
///
/// ```
/// let mut arena = arenas::Arena::new();
/// arena.alloc("kept");
/// let checkpoint = arena.checkpoint();
/// arena.alloc("dropped");
/// arena.rollback(checkpoint);
/// assert_eq!(arena.as_slice(), ["kept"]);
/// assert_eq!(checkpoint.len(), 1);
/// ```
#[must_use = "a checkpoint does nothing until it is rolled back to"]
pub struct Checkpoint<I> {
    owner: usize,
    len: usize,
    /// The number of the generation of the last slot; 0 where there is none.
    number: u64,
    index: PhantomData<fn() -> I>,
}

impl<I> Checkpoint<I> {
    /// How many values the arena held.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the arena was empty.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The same, for code that does not care what names the values.
    pub(crate) const fn cast<J>(self) -> Checkpoint<J> {
        Checkpoint { owner: self.owner, len: self.len, number: self.number, index: PhantomData }
    }

    const fn key(&self) -> (usize, u64, usize) {
        (self.len, self.number, self.owner)
    }
}

impl<I> Clone for Checkpoint<I> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for Checkpoint<I> {}

impl<I> PartialEq for Checkpoint<I> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<I> Eq for Checkpoint<I> {}

impl<I> PartialOrd for Checkpoint<I> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<I> Ord for Checkpoint<I> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl<I> Hash for Checkpoint<I> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl<I> fmt::Debug for Checkpoint<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checkpoint({})", self.len)
    }
}

/// Why an arena refuses a checkpoint. Checked in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckpointError {
    /// Another arena made it.
    Foreign,
    /// It lies beyond the current length.
    Beyond {
        /// The length that it stands for.
        checkpoint: usize,
        /// The length of the arena.
        len: usize,
    },
    /// The arena was rolled back below it since, and filled again with other values.
    Diverged {
        /// The length that it stands for.
        checkpoint: usize,
        /// The length of the arena.
        len: usize,
    },
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("the checkpoint is of another arena"),
            Self::Beyond { checkpoint, len } => write!(f, "checkpoint {checkpoint} beyond current length {len}"),
            Self::Diverged { checkpoint, len } => {
                write!(f, "checkpoint {checkpoint} is of a branch that was rolled back (current length {len})")
            }
        }
    }
}

impl Error for CheckpointError {}

/// Panics because `allocator`, of length `len`, refuses a checkpoint of length `checkpoint`.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn rollback_refused(allocator: &'static str, error: CheckpointError, checkpoint: usize, len: usize) -> ! {
    match error {
        CheckpointError::Foreign => {
            panic!("{allocator}: checkpoint {checkpoint} is of another arena (current length {len})")
        }
        _ => panic!("{allocator}: {error}"),
    }
}

/// The last number that identifies an arena.
static IDENTITIES: CounterUsize = CounterUsize::new(0);

/// The last number of a generation of checked handles.
static NUMBERS: CounterUsize = CounterUsize::new(0);

/// A number that no other call of the process gets.
fn draw(counter: &CounterUsize) -> usize {
    // ORDERING: relaxed, because only the number counts and no memory is published with it.
    counter.fetch_add(1, Memory::Relaxed).wrapping_add(1)
}

/// Which arena this is, and which generation filled which of its slots. See the [module](self).
///
/// Generic over the stamp in its methods only, so that an arena stays covariant in its handle type.
#[derive(Debug)]
pub(crate) struct Generations {
    /// 0 until somebody asks, so that an arena can be made in a constant.
    identity: CounterUsize,
    newest: Run,
    older: Vec<Run>,
}

/// Where values will go: a slot, and the number of the generation that fills it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Berth {
    pub(crate) slot: usize,
    pub(crate) number: u64,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    first: usize,
    /// 0 only before the first handle: see [`Generations::start`].
    number: u64,
}

impl Generations {
    /// Of an arena that never held a value. Before it makes its first handle it calls [`start`](Self::start).
    pub(crate) const fn new() -> Self {
        Self { identity: CounterUsize::new(0), newest: Run { first: 0, number: 0 }, older: Vec::new() }
    }

    /// Whether handles can be made.
    #[inline]
    pub(crate) fn is_started<S: IdxStamp>(&self) -> bool {
        !S::CHECKED || self.newest.number != 0
    }

    /// Draws the number of the first generation, where handles are checked.
    pub(crate) fn start<S: IdxStamp>(&mut self) {
        if !self.is_started::<S>() {
            self.newest.number = self.fresh::<S>();
        }
    }

    /// A number greater than all before it. That of checked handles is unique in the process; that of plain ones is
    /// seen only by checkpoints, which know their arena.
    fn fresh<S: IdxStamp>(&self) -> u64 {
        if S::CHECKED { draw(&NUMBERS) as u64 } else { self.newest.number + 1 }
    }

    /// The stamp of handles that are made now.
    #[inline]
    pub(crate) fn stamp<S: IdxStamp>(&self) -> S {
        debug_assert!(self.is_started::<S>());
        S::of(self.newest.number as u32)
    }

    /// The stamp of the handle of `slot`.
    #[inline]
    pub(crate) fn stamp_of<S: IdxStamp>(&self, slot: usize) -> S {
        if S::CHECKED { S::of(self.number_of(slot) as u32) } else { S::of(0) }
    }

    /// Whether the generation that filled `slot` made the handle with this stamp.
    #[inline]
    pub(crate) fn made<S: IdxStamp>(&self, slot: usize, stamp: S) -> bool {
        !S::CHECKED || stamp.matches(self.newest.number as u32) || self.made_before(slot, stamp)
    }

    #[inline(never)]
    fn made_before<S: IdxStamp>(&self, slot: usize, stamp: S) -> bool {
        stamp.matches(self.number_of(slot) as u32)
    }

    #[inline]
    fn number_of(&self, slot: usize) -> u64 {
        if slot >= self.newest.first { self.newest.number } else { self.older_number_of(slot) }
    }

    #[inline(never)]
    fn older_number_of(&self, slot: usize) -> u64 {
        let after = self.older.partition_point(|run| run.first <= slot);
        // The first run starts at 0, so there is one at or before every slot.
        self.older.get(..after).and_then(<[_]>::last).map_or(0, |run| run.number)
    }

    /// Which arena this is. Unique in the process.
    fn identity(&self) -> usize {
        // ORDERING: relaxed, here and below, because only the number counts and no memory is published with it.
        let known = self.identity.load(Memory::Relaxed);
        if known != 0 {
            return known;
        }
        let drawn = draw(&IDENTITIES);
        match self.identity.compare_exchange(0, drawn, Memory::Relaxed, Memory::Relaxed) {
            Ok(_) => drawn,
            Err(known) => known,
        }
    }

    fn last_number(&self, len: usize) -> u64 {
        len.checked_sub(1).map_or(0, |last| self.number_of(last))
    }

    /// The checkpoint at length `len`.
    pub(crate) fn checkpoint<I>(&self, len: usize) -> Checkpoint<I> {
        Checkpoint { owner: self.identity(), len, number: self.last_number(len), index: PhantomData }
    }

    /// Whether an arena of length `len` may be rolled back to `checkpoint`.
    pub(crate) fn check<I>(&self, checkpoint: Checkpoint<I>, len: usize) -> Result<(), CheckpointError> {
        if checkpoint.owner != self.identity() {
            return Err(CheckpointError::Foreign);
        }
        if checkpoint.len > len {
            return Err(CheckpointError::Beyond { checkpoint: checkpoint.len, len });
        }
        if checkpoint.number != self.last_number(checkpoint.len) {
            return Err(CheckpointError::Diverged { checkpoint: checkpoint.len, len });
        }
        Ok(())
    }

    /// Where the next value of an arena of length `len` goes.
    pub(crate) fn next_berth(&self, len: usize) -> Berth {
        Berth { slot: len, number: self.newest.number }
    }

    /// Where the first value goes of an arena that will be emptied by `discard_from_as` with this number.
    pub(crate) fn new_berth<S: IdxStamp>(&self) -> Berth {
        Berth { slot: 0, number: self.fresh::<S>() }
    }

    /// Begins a new generation at slot `len`: whatever was at or beyond it is given up.
    ///
    /// Call it before the first destructor of what is given up runs.
    pub(crate) fn discard_from<S: IdxStamp>(&mut self, len: usize) {
        let number = self.fresh::<S>();
        self.discard_from_as(len, number);
    }

    /// The same, with a number that was drawn for it.
    pub(crate) fn discard_from_as(&mut self, len: usize, number: u64) {
        debug_assert!(number > self.newest.number);
        while self.older.last().is_some_and(|run| run.first >= len) {
            self.older.pop();
        }
        if self.newest.first < len {
            self.older.push(self.newest);
        }
        self.newest = Run { first: len, number };
    }

    /// Of a clone that is made at length `len`: the same handles are valid now, but none that either makes later is
    /// valid in the other, nor is any checkpoint.
    pub(crate) fn fork<S: IdxStamp>(&self, len: usize) -> Self {
        let mut fork = Self::new();
        if S::CHECKED && self.is_started::<S>() {
            fork.newest = self.newest;
            fork.older = self.older.clone();
            fork.discard_from::<S>(len);
        }
        fork
    }

    /// Bytes that the list of runs takes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.older.capacity() * size_of::<Run>()
    }

    /// Gives back what the list of runs does not need.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.older.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(generations: &Generations, len: usize) -> Checkpoint<()> {
        generations.checkpoint(len)
    }

    #[test]
    fn a_checkpoint_is_three_words() {
        assert_eq!(size_of::<Checkpoint<u8>>(), 24);
    }

    #[test]
    fn a_rollback_below_a_checkpoint_makes_it_diverge_for_good() {
        let mut generations = Generations::new();
        let (low, high) = (at(&generations, 2), at(&generations, 4));
        generations.discard_from::<()>(3);
        assert_eq!(generations.check(high, 3), Err(CheckpointError::Beyond { checkpoint: 4, len: 3 }));
        assert_eq!(generations.check(high, 9), Err(CheckpointError::Diverged { checkpoint: 4, len: 9 }));
        assert_eq!(generations.check(low, 9), Ok(()));
        generations.discard_from::<()>(4);
        assert_eq!(generations.check(high, 9), Err(CheckpointError::Diverged { checkpoint: 4, len: 9 }));
        generations.discard_from::<()>(0);
        assert!(generations.check(low, 9).is_err());
        assert_eq!(generations.check(at(&generations, 0), 9), Ok(()));
    }

    #[test]
    fn only_the_lengths_that_were_rolled_back_to_are_kept() {
        let mut generations = Generations::new();
        for _ in 0..100 {
            generations.discard_from::<()>(7);
        }
        assert_eq!(generations.older.len(), 1);
        for len in 8..20 {
            generations.discard_from::<()>(len);
        }
        assert_eq!(generations.older.len(), 13);
        generations.discard_from::<()>(8);
        assert_eq!(generations.older.len(), 2);
        generations.discard_from::<()>(0);
        assert_eq!(generations.older.len(), 0);
    }

    #[test]
    fn a_stamp_is_that_of_the_run_of_its_slot() {
        let mut generations = Generations::new();
        generations.start::<u32>();
        let first = generations.stamp::<u32>();
        generations.discard_from::<u32>(3);
        let second = generations.stamp::<u32>();
        generations.discard_from::<u32>(5);
        let third = generations.stamp::<u32>();
        assert!(first < second && second < third);
        for (slot, stamp) in [(0, first), (2, first), (3, second), (4, second), (5, third), (99, third)] {
            assert_eq!(generations.stamp_of::<u32>(slot), stamp);
            for other in [first, second] {
                assert_eq!(generations.made(slot, other), other == stamp, "slot {slot}");
            }
        }
    }

    #[test]
    fn a_fork_and_its_original_share_the_past_only() {
        let mut original = Generations::new();
        original.start::<u32>();
        let shared = original.stamp::<u32>();
        let fork = original.fork::<u32>(4);
        assert!(fork.made(3, shared) && original.made(3, shared));
        assert!(!fork.made(4, shared) && original.made(4, shared));
        assert!(!original.made(4, fork.stamp::<u32>()));
        assert_eq!(fork.check(at(&original, 2), 4), Err(CheckpointError::Foreign));
    }
}
