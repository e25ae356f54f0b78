//! What an arena does while nobody else can see it.

use core::mem;

use alloc::vec::Vec;

use super::{FastArena, invalid};
use crate::error::{AllocError, Rejected};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::typed::checkpoint::{Berth, Checkpoint, CheckpointError, rollback_refused};
use crate::typed::fast_iter::{FastDrain, FastIterIndexedMut, FastIterMut};
use crate::typed::idx::{ArenaIdx, IdxRange, IdxStamp, overlapping_indices};

/// What growth makes of a capacity of 0.
const LEAST: usize = 4;

impl<T, I: ArenaIdx> FastArena<T, I> {
    /// The value of a handle. One comparison.
    ///
    /// # Panics
    ///
    /// Where [`try_get_mut`](Self::try_get_mut) is `None`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn get_mut(&mut self, index: I) -> &mut T {
        let (end, made) = (self.slots.end(), self.made(index));
        match if made { self.slots.get_mut(index.slot()) } else { None } {
            Some(value) => value,
            None => invalid(index.slot(), end, made),
        }
    }

    /// The value of a handle; `None` when its slot holds none, or (checked handles) it is stale or foreign.
    #[inline]
    #[must_use]
    pub fn try_get_mut(&mut self, index: I) -> Option<&mut T> {
        if self.made(index) { self.slots.get_mut(index.slot()) } else { None }
    }

    /// The values of several handles at once, in their order. O(N log N).
    ///
    /// # Panics
    ///
    /// When two handles name one slot, or one is not valid.
    ///
    /// ```
    /// let mut arena = arenas::FastArena::new();
    /// let (a, b) = (arena.alloc(1), arena.alloc(2));
    /// let [x, y] = arena.get_disjoint_mut([b, a]);
    /// std::mem::swap(x, y);
    /// assert_eq!(arena.as_slice(), [2, 1]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn get_disjoint_mut<const N: usize>(&mut self, indices: [I; N]) -> [&mut T; N] {
        if let Some(index) = indices.into_iter().find(|&index| !self.is_valid(index)) {
            invalid(index.slot(), self.slots.end(), self.made(index));
        }
        let slots = indices.map(I::slot);
        match self.slots.get_disjoint_mut(slots) {
            Some(values) => values,
            None => overlapping_indices(crate::typed::disjoint::repeated(slots).unwrap_or_default()),
        }
    }

    /// The values of several handles at once, in their order; `None` when two name one slot, or one is not valid.
    /// O(N log N).
    #[must_use]
    pub fn try_get_disjoint_mut<const N: usize>(&mut self, indices: [I; N]) -> Option<[&mut T; N]> {
        if indices.into_iter().all(|index| self.made(index)) {
            self.slots.get_disjoint_mut(indices.map(I::slot))
        } else {
            None
        }
    }

    /// The values of a range of handles; `None` when one of them is not valid.
    ///
    /// The panicking form is `&mut arena[range]`.
    #[inline]
    #[must_use]
    pub fn try_get_range_mut(&mut self, range: IdxRange<I>) -> Option<&mut [T]> {
        if self.made_range(range) { self.slots.get_range_mut(range.slots()) } else { None }
    }

    /// The values of the contiguous prefix of complete slots, as [`as_slice`](Self::as_slice).
    ///
    /// Where there are holes, [`iter_mut`](Self::iter_mut) goes on beyond them.
    #[inline]
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.slots.as_mut_slice()
    }

    /// Iterates over every complete slot, also beyond holes, in slot order.
    #[inline]
    pub fn iter_mut(&mut self) -> FastIterMut<'_, T> {
        FastIterMut::new(self.slots.complete_mut())
    }

    /// Iterates over handles and values of every complete slot, also beyond holes, in slot order.
    #[inline]
    pub fn iter_indexed_mut(&mut self) -> FastIterIndexedMut<'_, T, I> {
        FastIterIndexedMut::new(self.slots.complete_mut(), &self.generations)
    }

    /// Makes room for twice as many slots. Handles and values stay; the values move.
    ///
    /// Slots that were claimed and forgotten (`mem::forget` of a writer) are made holes, except where handles are
    /// checked. O(slots in use).
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more; see [`try_grow`](Self::try_grow).
    ///
    /// ```
    /// let mut arena = arenas::FastArena::with_capacity(2);
    /// let index = arena.alloc("kept");
    /// arena.grow();
    /// assert_eq!((arena.capacity(), arena[index]), (4, "kept"));
    /// ```
    #[track_caller]
    pub fn grow(&mut self) {
        self.try_grow().or_panic("FastArena", || self.more(self.doubled()));
    }

    /// Makes room for twice as many slots. Handles and values stay; the values move.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle can name no more. The arena is unchanged then.
    pub fn try_grow(&mut self) -> Result<(), AllocError> {
        let doubled = self.doubled();
        if doubled == self.capacity() {
            return Err(AllocError::LIMIT);
        }
        self.try_grow_to(doubled)
    }

    /// Makes room for exactly `capacity` slots; does nothing when there are as many already. Handles and values stay.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many; see [`try_grow_to`](Self::try_grow_to).
    #[track_caller]
    pub fn grow_to(&mut self, capacity: usize) {
        self.try_grow_to(capacity).or_panic("FastArena", || self.more(capacity));
    }

    /// Makes room for exactly `capacity` slots; does nothing when there are as many already. Handles and values stay.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many. The arena is unchanged then.
    pub fn try_grow_to(&mut self, capacity: usize) -> Result<(), AllocError> {
        if capacity <= self.capacity() {
            return Ok(());
        }
        if capacity > I::MAX_SLOTS {
            return Err(AllocError::LIMIT);
        }
        self.slots.grow_to(capacity)?;
        if !I::Stamp::CHECKED {
            // The handle of a forgotten slot may be around: a checked one must never name another value.
            self.slots.recover();
        }
        Ok(())
    }

    /// Makes room for so many more values, in contiguous slots.
    pub(crate) fn try_make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        let needed = self.slots.end().checked_add(additional).ok_or(AllocError::LAYOUT_OVERFLOW)?;
        if needed <= self.capacity() {
            return Ok(());
        }
        // Twice as many, so that many small steps cost little; where that is too much, what is needed.
        let amortised = self.doubled();
        if amortised > needed && self.try_grow_to(amortised).is_ok() {
            return Ok(());
        }
        self.try_grow_to(needed)
    }

    pub(super) fn doubled(&self) -> usize {
        self.capacity().saturating_mul(2).max(LEAST).min(I::MAX_SLOTS)
    }

    #[cold]
    fn more(&self, capacity: usize) -> Shortage {
        Shortage::Slots { asked: capacity, capacity: self.capacity() }
    }

    /// Stores a value, and grows where there is no room.
    pub(crate) fn try_alloc_growing(&mut self, value: T) -> Result<I, Rejected<T>> {
        let value = match self.try_alloc(value) {
            Ok(index) => return Ok(index),
            Err(rejected) => rejected.into_inner(),
        };
        match self.try_grow() {
            Ok(()) => self.try_alloc(value),
            Err(error) => Err(Rejected::new(value, error)),
        }
    }

    /// Takes all values out, in slot order and without gaps, and keeps the memory.
    ///
    /// The arena is empty from here on, and its handles are stale, even when the iterator is dropped early (it drops
    /// the rest) or forgotten (the rest leaks).
    pub fn drain(&mut self) -> FastDrain<'_, T> {
        self.give_up_from(0);
        FastDrain::new(&mut self.slots)
    }

    /// Where the next value goes.
    pub(crate) fn next_berth(&self) -> Berth {
        self.generations.next_berth(self.slots.end())
    }

    /// Where the first value will go after [`take_all`](Self::take_all) with its number.
    pub(crate) fn new_berth(&self) -> Berth {
        self.generations.new_berth::<I::Stamp>()
    }

    /// Takes all values out; those that come then are of the generation of this number.
    pub(crate) fn take_all(&mut self, number: Option<u64>) -> Vec<T> {
        match number {
            Some(number) if self.slots.end() > 0 => self.generations.discard_from_as(0, number),
            _ => self.give_up_from(0),
        }
        FastDrain::new(&mut self.slots).collect()
    }

    /// Puts a value in where there is room.
    pub(crate) fn put(&mut self, value: T) {
        self.alloc(value);
    }

    /// Takes all values out, in slot order and without gaps.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.into_iter().collect()
    }

    /// Drops every value at or beyond the length that the checkpoint recorded, highest handle first, and frees its slots.
    /// O(dropped).
    ///
    /// It undoes allocation, not mutation.
    ///
    /// # Panics
    ///
    /// When the checkpoint is of another arena, beyond the current length, or of a branch that was rolled back since;
    /// see [`try_rollback`](Self::try_rollback). The arena is unchanged then.
    #[track_caller]
    pub fn rollback(&mut self, checkpoint: Checkpoint<I>) {
        let len = self.len();
        if let Err(error) = self.try_rollback(checkpoint) {
            rollback_refused("FastArena", error, checkpoint.len(), len);
        }
    }

    /// Drops every value at or beyond the length that the checkpoint recorded, highest handle first, and frees its slots.
    /// O(dropped).
    ///
    /// # Errors
    ///
    /// When the checkpoint is of another arena, beyond the current length, or of a branch that was rolled back since.
    /// The arena is unchanged then.
    pub fn try_rollback(&mut self, checkpoint: Checkpoint<I>) -> Result<(), CheckpointError> {
        self.validate_checkpoint(checkpoint)?;
        self.discard_from(checkpoint.len());
        Ok(())
    }

    /// Runs a closure, and rolls the arena back to where it was when the closure returns an error or panics.
    ///
    /// Transactions nest. When the closure itself rolled the arena back to less than it began with (or replaced it),
    /// nothing more is undone.
    ///
    /// # Errors
    ///
    /// The closure's.
    ///
    /// ```
    /// let mut arena = arenas::FastArena::new();
    /// arena.alloc(1);
    /// let failed: Result<(), &str> = arena.transaction(|arena| {
    ///     arena.alloc(2);
    ///     Err("no")
    /// });
    /// assert_eq!((failed, arena.as_slice()), (Err("no"), &[1][..]));
    /// ```
    pub fn transaction<R, E>(&mut self, run: impl FnOnce(&mut Self) -> Result<R, E>) -> Result<R, E> {
        let start = self.checkpoint();
        let guard = Undo { arena: self, start };
        let result = run(guard.arena);
        if result.is_ok() {
            mem::forget(guard);
        }
        result
    }

    /// Drops all values, highest handle first, and keeps the memory. O(slots in use).
    pub fn reset(&mut self) {
        self.discard_from(0);
    }

    /// Makes every handle of a slot at or beyond `len` stale. Comes before what is there goes away.
    fn give_up_from(&mut self, len: usize) {
        if len < self.slots.end() {
            self.generations.discard_from::<I::Stamp>(len);
        }
    }

    fn discard_from(&mut self, len: usize) {
        self.give_up_from(len);
        self.slots.truncate(len);
    }
}

/// Rolls an arena back when it goes.
struct Undo<'a, T, I: ArenaIdx> {
    arena: &'a mut FastArena<T, I>,
    start: Checkpoint<I>,
}

impl<T, I: ArenaIdx> Drop for Undo<'_, T, I> {
    fn drop(&mut self) {
        // Refused where the closure went below the start, or put another arena here: then there is nothing to undo.
        let _ = self.arena.try_rollback(self.start);
    }
}
