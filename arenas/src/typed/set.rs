//! `ArenaSet`: which values of an arena, as a bit per slot.
//!
//! ```text
//!   Arena<Expr>   [ e0 | e1 | e2 | e3 | e4 ]
//!   ArenaSet<_>   [ 1    0    0    1    1  ]
//! ```
//!
//! **When not.** It takes a bit for every slot up to the greatest. For a few handles of a large arena use a hash set.
//!
//! **Invariants.** `len` is the number of set bits. A set of checked handles has a stamp for each slot that there is a bit
//! for; one of plain handles has none.
//!
//! **Checked handles.** The set knows the stamp of each (4 bytes per slot): with [`Stamped`](crate::Stamped) handles a stale
//! one is not in it, and a fresh one that is inserted takes the place of an older handle of the same slot.
//!
//! **Cost.** `insert`, `contains` and `remove` are O(1); iteration and set operations take 64 slots per step.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::{FusedIterator, Peekable};
use core::marker::PhantomData;
use core::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Sub, SubAssign};

use alloc::vec::{self, Vec};

use super::checkpoint::Checkpoint;
use super::idx::{ArenaIdx, IdxStamp};
use super::map::reserve_len;
use crate::error::AllocError;
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::stats::Stats;

/// Bits of a word.
const BITS: usize = u64::BITS as usize;

/// A dense set of handles: a bit per slot.
///
/// With checked handles also a stamp (4 bytes) per slot.
///
/// ```
/// use arenas::{Arena, ArenaSet};
///
/// let mut arena = Arena::new();
/// let (a, b, c) = (arena.alloc("a"), arena.alloc("b"), arena.alloc("c"));
/// let seen: ArenaSet<_> = [c, a].into_iter().collect();
/// assert!(seen.contains(a) && !seen.contains(b));
/// let both = &seen | &ArenaSet::from([b]);
/// assert!(both.iter().eq([a, b, c]));
/// ```
pub struct ArenaSet<I> {
    words: Vec<u64>,
    /// Of checked handles: the stamp of each slot that there is a bit for. Meaningless where the bit is 0.
    stamps: Vec<u32>,
    len: usize,
    index: PhantomData<fn() -> I>,
}

impl<I> ArenaSet<I> {
    /// Makes an empty set that takes no memory yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { words: Vec::new(), stamps: Vec::new(), len: 0, index: PhantomData }
    }

    /// How many handles are in it. O(1).
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether no handle is in it.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes all handles out, and keeps the memory. O(capacity / 64).
    pub fn clear(&mut self) {
        self.len = 0;
        self.words.fill(0);
    }

    /// The bits of word number `n`; 0 beyond the end.
    #[inline]
    fn word(&self, n: usize) -> u64 {
        self.words.get(n).copied().unwrap_or(0)
    }

    fn recount(&mut self) {
        self.len = self.words.iter().map(|word| word.count_ones() as usize).sum();
    }
}

impl<I: ArenaIdx> ArenaSet<I> {
    /// Makes an empty set with room for handles of the slots below `slots`.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had; see [`try_with_capacity`](Self::try_with_capacity).
    #[must_use]
    #[track_caller]
    pub fn with_capacity(slots: usize) -> Self {
        Self::try_with_capacity(slots).or_panic("ArenaSet", || Shortage::Slots { asked: slots, capacity: 0 })
    }

    /// Makes an empty set with room for handles of the slots below `slots`.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had.
    pub fn try_with_capacity(slots: usize) -> Result<Self, AllocError> {
        let mut set = Self::new();
        set.make_room(slots.div_ceil(BITS))?;
        Ok(set)
    }

    /// How many slots there is room for without taking more memory.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.words.capacity().saturating_mul(BITS)
    }

    /// Makes the set at least `words` words long.
    fn make_room(&mut self, words: usize) -> Result<(), AllocError> {
        if words > self.words.len() {
            reserve_len(&mut self.words, words)?;
            if I::Stamp::CHECKED {
                let stamps = words.checked_mul(BITS).ok_or(AllocError::LAYOUT_OVERFLOW)?;
                reserve_len(&mut self.stamps, stamps)?;
                self.stamps.resize(stamps, 0);
            }
            self.words.resize(words, 0);
        }
        Ok(())
    }

    /// Makes room for handles of the slots below `slots`.
    pub(crate) fn try_make_room(&mut self, slots: usize) -> Result<(), AllocError> {
        self.make_room(slots.div_ceil(BITS))
    }

    /// What it holds now, in bytes; stamps of checked handles are `metadata`. O(1).
    #[must_use]
    pub fn stats(&self) -> Stats {
        let used = size_of_val(self.words.as_slice());
        let free = self.words.capacity() * size_of::<u64>() - used;
        Stats::of(used, 0, free, self.stamps.capacity() * size_of::<u32>())
            .with_allocations(self.len as u64)
            .with_chunks(usize::from(self.words.capacity() > 0))
    }

    /// Puts a handle in; whether it was not in before. Amortised O(1).
    ///
    /// # Panics
    ///
    /// When the memory is not to be had; see [`try_insert`](Self::try_insert).
    #[track_caller]
    pub fn insert(&mut self, index: I) -> bool {
        let asked = index.slot().saturating_add(1);
        self.try_insert(index).or_panic("ArenaSet", || Shortage::Slots { asked, capacity: self.capacity() })
    }

    /// Puts a handle in; whether it was not in before. Amortised O(1).
    ///
    /// # Errors
    ///
    /// When the memory is not to be had.
    pub fn try_insert(&mut self, index: I) -> Result<bool, AllocError> {
        let (slot, stamp) = (index.slot(), index.stamp());
        let (word, bit) = (slot / BITS, 1 << (slot % BITS));
        self.make_room(word + 1)?;
        // Both are there, as was just seen to.
        let word = self.words.get_mut(word).ok_or(AllocError::CAPACITY)?;
        let was_set = *word & bit != 0;
        let mut was_in = was_set;
        if I::Stamp::CHECKED {
            let known = self.stamps.get_mut(slot).ok_or(AllocError::CAPACITY)?;
            was_in &= stamp.matches(*known);
            *known = stamp.number();
        }
        *word |= bit;
        self.len += usize::from(!was_set);
        Ok(!was_in)
    }

    /// Whether a handle is in it. O(1).
    #[inline]
    #[must_use]
    pub fn contains(&self, index: I) -> bool {
        let slot = index.slot();
        self.word(slot / BITS) >> (slot % BITS) & 1 != 0
            && (!I::Stamp::CHECKED || index.stamp().matches(self.stamps[slot]))
    }

    /// Takes a handle out; whether it was in. O(1).
    pub fn remove(&mut self, index: I) -> bool {
        let found = self.contains(index);
        if found {
            self.words[index.slot() / BITS] &= !(1 << (index.slot() % BITS));
            self.len -= 1;
        }
        found
    }

    /// Takes out all handles for which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(I) -> bool) {
        for n in 0..self.words.len() {
            let mut word = self.words[n];
            while word != 0 {
                let bit = word & word.wrapping_neg();
                word ^= bit;
                let index = self.handle(n * BITS + bit.trailing_zeros() as usize);
                if index.is_none_or(|index| !keep(index)) {
                    self.words[n] ^= bit;
                    self.len -= 1;
                }
            }
        }
    }

    /// Takes out all handles at or beyond the checkpoint: those of values that a rollback to it drops.
    pub fn truncate_to(&mut self, checkpoint: Checkpoint<I>) {
        self.cut(checkpoint.len());
    }

    /// Takes out all handles of slots at or beyond `end`.
    pub(crate) fn cut(&mut self, end: usize) {
        let (whole, rest) = (end / BITS, end % BITS);
        if let Some(word) = self.words.get_mut(whole) {
            *word &= (1 << rest) - 1;
            self.words[whole + 1..].fill(0);
            self.recount();
        }
    }

    /// The handle of a slot whose bit is set.
    #[inline]
    fn handle(&self, slot: usize) -> Option<I> {
        let number = if I::Stamp::CHECKED { self.stamps[slot] } else { 0 };
        I::from_past(slot + 1, I::Stamp::of(number))
    }

    /// Iterates over the handles, in slot order.
    #[inline]
    pub fn iter(&self) -> Iter<'_, I> {
        Iter {
            set: self,
            front: self.word(0),
            at: 0,
            back: self.words.last().copied().unwrap_or(0),
            end: self.words.len(),
            left: self.len,
        }
    }

    /// Iterates over the handles that are in both, in slot order.
    pub fn intersection<'a>(&'a self, other: &'a Self) -> impl DoubleEndedIterator<Item = I> + Clone + 'a {
        self.iter().filter(|&index| other.contains(index))
    }

    /// Iterates over the handles that are in this one and not in the other, in slot order.
    pub fn difference<'a>(&'a self, other: &'a Self) -> impl DoubleEndedIterator<Item = I> + Clone + 'a {
        self.iter().filter(|&index| !other.contains(index))
    }

    /// Iterates over the handles that are in either or both, in slot order.
    pub fn union<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = I> + Clone + 'a {
        Merged { left: self.iter().peekable(), right: other.difference(self).peekable() }
    }

    /// Iterates over the handles that are in one and not in the other, in slot order.
    pub fn symmetric_difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = I> + Clone + 'a {
        Merged { left: self.difference(other).peekable(), right: other.difference(self).peekable() }
    }

    /// Whether all of this one is in the other.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.len <= other.len && self.iter().all(|index| other.contains(index))
    }

    /// Whether all of the other is in this one.
    #[must_use]
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// Whether nothing is in both.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.intersection(other).next().is_none()
    }
}

impl<I: ArenaIdx> BitOrAssign<&Self> for ArenaSet<I> {
    /// Puts in what is in the other: 64 slots per step with plain handles.
    ///
    /// Of two checked handles of one slot, the other's stays.
    #[track_caller]
    fn bitor_assign(&mut self, other: &Self) {
        if I::Stamp::CHECKED {
            self.extend(other.iter());
            return;
        }
        let asked = other.words.len();
        self.make_room(asked).or_panic("ArenaSet", || Shortage::Slots { asked, capacity: self.capacity() });
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
        self.recount();
    }
}

impl<I: ArenaIdx> BitAndAssign<&Self> for ArenaSet<I> {
    /// Takes out what is not in the other: 64 slots per step with plain handles.
    fn bitand_assign(&mut self, other: &Self) {
        if I::Stamp::CHECKED {
            self.retain(|index| other.contains(index));
            return;
        }
        for (n, word) in self.words.iter_mut().enumerate() {
            *word &= other.word(n);
        }
        self.recount();
    }
}

impl<I: ArenaIdx> SubAssign<&Self> for ArenaSet<I> {
    /// Takes out what is in the other: 64 slots per step with plain handles.
    fn sub_assign(&mut self, other: &Self) {
        if I::Stamp::CHECKED {
            self.retain(|index| !other.contains(index));
            return;
        }
        for (word, less) in self.words.iter_mut().zip(&other.words) {
            *word &= !less;
        }
        self.recount();
    }
}

impl<I: ArenaIdx> BitXorAssign<&Self> for ArenaSet<I> {
    /// Keeps what is in one and not in the other.
    ///
    /// Of two checked handles of one slot, the other's stays.
    #[track_caller]
    fn bitxor_assign(&mut self, other: &Self) {
        for index in other.iter() {
            if !self.remove(index) {
                self.insert(index);
            }
        }
    }
}

macro_rules! set_operator {
    ($operator:ident, $method:ident, $assign:ident) => {
        impl<I: ArenaIdx> $operator for &ArenaSet<I> {
            type Output = ArenaSet<I>;

            #[track_caller]
            fn $method(self, other: Self) -> ArenaSet<I> {
                let mut result = self.clone();
                result.$assign(other);
                result
            }
        }
    };
}

set_operator!(BitOr, bitor, bitor_assign);
set_operator!(BitAnd, bitand, bitand_assign);
set_operator!(Sub, sub, sub_assign);
set_operator!(BitXor, bitxor, bitxor_assign);

impl<I> Clone for ArenaSet<I> {
    fn clone(&self) -> Self {
        Self { words: self.words.clone(), stamps: self.stamps.clone(), len: self.len, index: PhantomData }
    }
}

impl<I> Default for ArenaSet<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: ArenaIdx> fmt::Debug for ArenaSet<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

/// Equal when the same handles are in them, whatever room there is.
impl<I: ArenaIdx> PartialEq for ArenaSet<I> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.is_subset(other)
    }
}

impl<I: ArenaIdx> Eq for ArenaSet<I> {}

impl<I: ArenaIdx> Hash for ArenaSet<I> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len);
        self.iter().for_each(|index| index.hash(state));
    }
}

impl<I: ArenaIdx> Extend<I> for ArenaSet<I> {
    #[track_caller]
    fn extend<It: IntoIterator<Item = I>>(&mut self, indices: It) {
        for index in indices {
            self.insert(index);
        }
    }
}

impl<'a, I: ArenaIdx + 'a> Extend<&'a I> for ArenaSet<I> {
    #[track_caller]
    fn extend<It: IntoIterator<Item = &'a I>>(&mut self, indices: It) {
        self.extend(indices.into_iter().copied());
    }
}

impl<I: ArenaIdx> FromIterator<I> for ArenaSet<I> {
    #[track_caller]
    fn from_iter<It: IntoIterator<Item = I>>(indices: It) -> Self {
        let mut set = Self::new();
        set.extend(indices);
        set
    }
}

impl<I: ArenaIdx, const N: usize> From<[I; N]> for ArenaSet<I> {
    #[track_caller]
    fn from(indices: [I; N]) -> Self {
        Self::from_iter(indices)
    }
}

impl<I: ArenaIdx> IntoIterator for ArenaSet<I> {
    type Item = I;
    type IntoIter = vec::IntoIter<I>;

    fn into_iter(self) -> vec::IntoIter<I> {
        self.iter().collect::<Vec<_>>().into_iter()
    }
}

impl<'a, I: ArenaIdx> IntoIterator for &'a ArenaSet<I> {
    type Item = I;
    type IntoIter = Iter<'a, I>;

    fn into_iter(self) -> Iter<'a, I> {
        self.iter()
    }
}

/// The handles of an [`ArenaSet`], in slot order; see [`ArenaSet::iter`].
#[must_use = "iterators do nothing unless consumed"]
pub struct Iter<'a, I> {
    set: &'a ArenaSet<I>,
    /// The bits that are left of word `at`.
    front: u64,
    at: usize,
    /// The bits that are left of the word before `end`, where that is not `at`.
    back: u64,
    end: usize,
    /// How many bits are left in all.
    left: usize,
}

impl<I> Clone for Iter<'_, I> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<I: ArenaIdx> fmt::Debug for Iter<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<I: ArenaIdx> Iterator for Iter<'_, I> {
    type Item = I;

    #[inline]
    fn next(&mut self) -> Option<I> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        // Some bit is left, so the loop ends before the set does.
        while self.front == 0 {
            self.at += 1;
            self.front = if self.at + 1 == self.end { self.back } else { self.set.word(self.at) };
        }
        let bit = self.front.trailing_zeros() as usize;
        self.front &= self.front - 1;
        if self.at + 1 == self.end {
            self.back = self.front;
        }
        self.set.handle(self.at * BITS + bit)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<I: ArenaIdx> DoubleEndedIterator for Iter<'_, I> {
    #[inline]
    fn next_back(&mut self) -> Option<I> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        while self.back == 0 {
            self.end -= 1;
            self.back = if self.at + 1 == self.end { self.front } else { self.set.word(self.end - 1) };
        }
        let bit = BITS - 1 - self.back.leading_zeros() as usize;
        self.back ^= 1 << bit;
        if self.at + 1 == self.end {
            self.front = self.back;
        }
        self.set.handle((self.end - 1) * BITS + bit)
    }
}

impl<I: ArenaIdx> ExactSizeIterator for Iter<'_, I> {}
impl<I: ArenaIdx> FusedIterator for Iter<'_, I> {}

/// Two ascending iterators as one.
#[derive(Clone)]
struct Merged<I, L: Iterator<Item = I>, R: Iterator<Item = I>> {
    left: Peekable<L>,
    right: Peekable<R>,
}

impl<I: ArenaIdx, L: Iterator<Item = I>, R: Iterator<Item = I>> Iterator for Merged<I, L, R> {
    type Item = I;

    fn next(&mut self) -> Option<I> {
        match (self.left.peek(), self.right.peek()) {
            (Some(left), Some(right)) if right < left => self.right.next(),
            (Some(_), _) => self.left.next(),
            _ => self.right.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let ((low, high), (more_low, more_high)) = (self.left.size_hint(), self.right.size_hint());
        (low.saturating_add(more_low), high.zip(more_high).and_then(|(high, more)| high.checked_add(more)))
    }
}
