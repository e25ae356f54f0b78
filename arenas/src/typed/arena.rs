//! `Arena`: values of one type in one `Vec`, named by handles.
//!
//! ```text
//!   Arena<T>   values      [ v0 | v1 | v2 | v3 |    |    |    ]      a Vec<T>: contiguous, in the order of allocation
//!                            ^         ^
//!              handles     Idx(0)    Idx(2)                         4 bytes each, no borrow
//!              generations [ (0, no. 1) (2, no. 5) ]                 what was rolled back; empty in most arenas
//! ```
//!
//! **What it is for.** Trees and graphs whose nodes refer to each other by handle: a syntax tree, an intermediate
//! representation, the entities of a game. Values stay as long as the arena, or until a [rollback](Arena::rollback) to a
//! [checkpoint](Arena::checkpoint). Nothing can be removed from the middle.
//!
//! **When not.** Where threads allocate at once, use [`FastArena`](crate::FastArena); where single values go away while
//! others stay, [`RegionStore`](crate::RegionStore); where references are wanted instead of handles,
//! [`Bitena`](crate::Bitena) or [`Blink`](crate::Blink).
//!
//! **Invariants.** The value of the handle of slot `n` is `values[n]`. Every handle that was given out for a slot below the
//! length, and since the last time that the slot was discarded, is valid. The list of generations is brought up to
//! date before the first destructor runs.
//!
//! **Destructors.** What is discarded (`rollback`, `reset`, a transaction that fails, a batch whose iterator panics) is
//! dropped newest first. An arena that goes out of scope drops its values in the order of allocation, as the `Vec` does
//! that it is. When a destructor panics, the remaining values are still dropped, each once, and the arena stays usable.
//!
//! **Cost.** `alloc` is a push, with the handle's limit looked at where the `Vec` grows; `get` is one comparison. Growth
//! moves the values, never the handles. No unsafe code here.
//!
//! **Who may call.** Everything that allocates takes `&mut self`; `Send` and `Sync` where `T` is.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::mem::{self, needs_drop};
use core::ops::{Index, IndexMut};
use core::slice;

use alloc::vec::{self, Vec};

use super::checkpoint::{Berth, Checkpoint, CheckpointError, Generations, rollback_refused};
use super::disjoint::{disjoint_mut, repeated};
use super::idx::{ArenaIdx, Idx, IdxRange, IdxStamp, invalid_index, invalid_range, overlapping_indices, slot_mask};
use super::iter::{Indices, IterIndexed, IterIndexedMut};
use crate::error::{AllocError, Rejected};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::layout;
use crate::raw::poison::{self, Values, from_vec, into_vec};
use crate::raw::room::Vacancy;
use crate::rest::Rest;
use crate::stats::Stats;

/// A typed arena of one thread: values in a `Vec`, named by small `Copy` handles.
///
/// Values stay as long as the arena, or until a [`rollback`](Self::rollback) to a [`checkpoint`](Self::checkpoint); none can
/// be removed from the middle. Slots, and so [`Idx::into_raw`], are 0, 1, 2 … in the order of allocation. `I` is the type
/// of the handles: [`Idx<T>`](Idx) unless a newtype or [`Stamped`](crate::Stamped) is asked for, as with
/// [`with_index`](Self::with_index).
///
/// **Cost.** `alloc` is a push onto a `Vec`, `get` one comparison, a checkpoint O(1), a rollback O(dropped). Growth moves
/// the values, never the handles.
///
/// **Destructors.** What is discarded (`rollback`, `reset`, a transaction that fails, a batch whose iterator panics) is
/// dropped newest first. An arena that goes out of scope drops its values in the order of allocation, as a `Vec` does.
/// When a destructor panics, the remaining values are still dropped, each once, and the arena stays usable.
///
/// ```
/// use arenas::{Arena, Idx};
///
/// struct Node {
///     name: &'static str,
///     parent: Option<Idx<Node>>,
/// }
///
/// let mut tree = Arena::new();
/// let root = tree.alloc(Node { name: "root", parent: None });
/// let leaf = tree.alloc(Node { name: "leaf", parent: Some(root) });
/// let parent = tree[leaf].parent.unwrap();
/// assert_eq!(tree[parent].name, "root");
/// ```
pub struct Arena<T, I = Idx<T>> {
    values: Values<T>,
    generations: Generations,
    /// The greatest length before values were discarded; the current one may be greater.
    peak: usize,
    index: PhantomData<fn() -> I>,
}

impl<T> Arena<T> {
    /// Makes an empty arena that takes no memory yet.
    ///
    /// For other handles than [`Idx`] see [`with_index`](Arena::with_index).
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::with_index()
    }

    /// Makes an empty arena with room for `capacity` values.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many; see
    /// [`try_with_capacity`](Self::try_with_capacity).
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::try_with_capacity(capacity).or_panic("Arena", || Shortage::Slots { asked: capacity, capacity: 0 })
    }

    /// Makes an empty arena with room for `capacity` values.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many.
    pub fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity_and_index(capacity)
    }
}

impl<T, I> Arena<T, I> {
    /// Makes an empty arena with handles of type `I`.
    ///
    /// ```
    /// use arenas::{Arena, Stamped};
    ///
    /// let mut arena: Arena<u8, Stamped<u8>> = Arena::with_index();
    /// let index: Stamped<u8> = arena.alloc(7);
    /// assert_eq!(arena[index], 7);
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_index() -> Self {
        Self { values: Values::new(), generations: Generations::new(), peak: 0, index: PhantomData }
    }

    /// How many values it holds.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it holds no value.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All values, in the order of allocation.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.values
    }

    /// All values, in the order of allocation.
    #[inline]
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// Iterates over the values, in the order of allocation.
    #[inline]
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.values.iter()
    }

    /// Iterates over the values, in the order of allocation.
    #[inline]
    pub fn iter_mut(&mut self) -> slice::IterMut<'_, T> {
        self.values.iter_mut()
    }

    /// Gives all values as the `Vec` that they are in. O(1).
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        into_vec(self.values)
    }
}

impl<T, I: ArenaIdx> Arena<T, I> {
    /// Makes an empty arena with room for `capacity` values and handles of type `I`.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many; see
    /// [`try_with_capacity_and_index`](Self::try_with_capacity_and_index).
    #[must_use]
    #[track_caller]
    pub fn with_capacity_and_index(capacity: usize) -> Self {
        Self::try_with_capacity_and_index(capacity)
            .or_panic("Arena", || Shortage::Slots { asked: capacity, capacity: 0 })
    }

    /// Makes an empty arena with room for `capacity` values and handles of type `I`.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many.
    pub fn try_with_capacity_and_index(capacity: usize) -> Result<Self, AllocError> {
        let mut arena = Self::with_index();
        arena.try_reserve_exact(capacity)?;
        Ok(arena)
    }

    /// How many values fit without taking more memory.
    ///
    /// For zero-sized values: how many the handle can name.
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.values.capacity().min(I::MAX_SLOTS)
    }

    /// Stores a value and names it. Amortised O(1).
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more; see [`try_alloc`](Self::try_alloc).
    #[inline]
    #[track_caller]
    pub fn alloc(&mut self, value: T) -> I {
        match Self::vacancy(&mut self.values, &self.generations) {
            Some((index, vacancy)) => {
                vacancy.fill(value);
                index
            }
            None => self.alloc_slowly(value),
        }
    }

    /// Apart from [`try_alloc`](Self::try_alloc), so that a handle comes back in a register where there is room.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn alloc_slowly(&mut self, value: T) -> I {
        self.try_alloc_slowly(value).or_panic("Arena", || self.one_slot())
    }

    /// Stores a value and names it. Amortised O(1).
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle can name no more; with the value.
    ///
    /// ```
    /// # use arenas::Arena;
    /// let mut arena = Arena::new();
    /// let index = arena.try_alloc("value")?;
    /// assert_eq!(arena[index], "value");
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    #[inline]
    pub fn try_alloc(&mut self, value: T) -> Result<I, Rejected<T>> {
        match Self::vacancy(&mut self.values, &self.generations) {
            Some((index, vacancy)) => {
                vacancy.fill(value);
                Ok(index)
            }
            None => self.try_alloc_slowly(value),
        }
    }

    #[cold]
    #[inline(never)]
    fn try_alloc_slowly(&mut self, value: T) -> Result<I, Rejected<T>> {
        match self.grow_for_one() {
            Ok((index, vacancy)) => {
                vacancy.fill(value);
                Ok(index)
            }
            Err(error) => Err(Rejected::new(value, error)),
        }
    }

    /// Stores the value that a closure makes of the handle that will name it: a value may hold its own handle.
    /// Amortised O(1).
    ///
    /// When the closure panics, nothing is stored.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more; see [`try_alloc_with`](Self::try_alloc_with).
    ///
    /// ```
    /// use arenas::{Arena, Idx};
    ///
    /// struct Node { representative: Idx<Node> }
    ///
    /// let mut nodes = Arena::new();
    /// let index = nodes.alloc_with(|index| Node { representative: index });
    /// assert_eq!(nodes[index].representative, index);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_with(&mut self, make: impl FnOnce(I) -> T) -> I {
        self.try_alloc_with(make).or_panic("Arena", || self.one_slot())
    }

    /// Stores the value that a closure makes of the handle that will name it. Amortised O(1).
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle can name no more; with the closure, which has not run.
    #[inline]
    pub fn try_alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> Result<I, Rejected<F>> {
        if Self::vacancy(&mut self.values, &self.generations).is_none() {
            if let Err(error) = self.grow_for_one() {
                return Err(Rejected::new(make, error));
            }
        }
        let Some((index, vacancy)) = Self::vacancy(&mut self.values, &self.generations) else {
            return Err(Rejected::new(make, AllocError::LIMIT));
        };
        let on_panic = Disown::<I> { generations: &mut self.generations, slot: vacancy.slot(), index: PhantomData };
        let value = make(index);
        mem::forget(on_panic);
        vacancy.fill(value);
        Ok(index)
    }

    /// Stores all items of an iterator, one after the other, and names the first; `None` when there is none.
    ///
    /// When the iterator panics, what it gave before stays. Its size hint is only a hint.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more; see
    /// [`try_alloc_extend`](Self::try_alloc_extend).
    #[track_caller]
    pub fn alloc_extend<It: IntoIterator<Item = T>>(&mut self, items: It) -> Option<I> {
        self.try_alloc_extend(items).or_panic("Arena", || self.one_slot())
    }

    /// Stores all items of an iterator, one after the other, and names the first; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle can name no more; with the items that were not taken. Those
    /// taken before stay.
    pub fn try_alloc_extend<It: IntoIterator<Item = T>>(
        &mut self,
        items: It,
    ) -> Result<Option<I>, Rejected<Rest<It::IntoIter>>> {
        let mut items = items.into_iter();
        // A hint may lie, so that failing to follow it means nothing.
        let _ = self.try_reserve(items.size_hint().0);
        let mut first = None;
        while let Some(item) = items.next() {
            match self.try_alloc(item) {
                Ok(index) => {
                    first.get_or_insert(index);
                }
                Err(rejected) => return Err(rejected.map(|item| Rest::new(item, items))),
            }
        }
        Ok(first)
    }

    /// Stores the items of an iterator of known length in contiguous slots, and names them all.
    ///
    /// Too few items give a shorter range; a surplus is not taken. When the iterator panics, what it gave before is
    /// dropped, and the slots are free again.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many; see
    /// [`try_alloc_batch`](Self::try_alloc_batch).
    ///
    /// ```
    /// let mut arena = arenas::Arena::new();
    /// let children = arena.alloc_batch(["a", "b", "c"]);
    /// assert_eq!(arena[children], ["a", "b", "c"]);
    /// ```
    #[track_caller]
    pub fn alloc_batch<It>(&mut self, items: It) -> IdxRange<I>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        let asked = items.len();
        self.try_alloc_batch(items).or_panic("Arena", || Shortage::Slots { asked, capacity: self.capacity() })
    }

    /// Stores the items of an iterator of known length in contiguous slots, and names them all.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many; with the iterator, of which nothing was
    /// taken.
    pub fn try_alloc_batch<It>(&mut self, items: It) -> Result<IdxRange<I>, Rejected<It::IntoIter>>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        let promised = items.len();
        if let Err(error) = self.try_reserve(promised) {
            return Err(Rejected::new(items, error));
        }
        let (start, stamp) = (self.values.len(), self.generations.stamp());
        if IdxRange::<I>::from_slots(start, promised, stamp).is_none() {
            // Only an index type that does not keep to its own maximum comes here.
            return Err(Rejected::new(items, AllocError::LIMIT));
        }
        let on_panic = Discard { values: &mut self.values, len: start };
        // There is room for all that was promised, so no push takes memory. The iterator goes before the guard does: its
        // destructor may panic too.
        on_panic.values.extend(items.take(promised));
        mem::forget(on_panic);
        // A part of a range that can be named can be named.
        Ok(IdxRange::from_slots(start, self.values.len() - start, stamp).unwrap_or_default())
    }

    /// The value of a handle. O(1), one comparison.
    ///
    /// # Panics
    ///
    /// Where [`try_get`](Self::try_get) is `None`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn get(&self, index: I) -> &T {
        match self.values.get(..index.past().get()) {
            Some([.., value]) if self.generations.made(index.slot(), index.stamp()) => value,
            _ => invalid_index::<I::Stamp>(index.slot(), self.values.len()),
        }
    }

    /// The value of a handle. O(1), one comparison.
    ///
    /// # Panics
    ///
    /// Where [`try_get_mut`](Self::try_get_mut) is `None`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn get_mut(&mut self, index: I) -> &mut T {
        let len = self.values.len();
        match self.values.get_mut(..index.past().get()) {
            Some([.., value]) if self.generations.made(index.slot(), index.stamp()) => value,
            _ => invalid_index::<I::Stamp>(index.slot(), len),
        }
    }

    /// The value of a handle; `None` when its slot holds none, or (checked handles) it is stale or foreign.
    #[inline]
    #[must_use]
    pub fn try_get(&self, index: I) -> Option<&T> {
        let value = self.values.get(index.slot())?;
        self.generations.made(index.slot(), index.stamp()).then_some(value)
    }

    /// The value of a handle; `None` when its slot holds none, or (checked handles) it is stale or foreign.
    #[inline]
    #[must_use]
    pub fn try_get_mut(&mut self, index: I) -> Option<&mut T> {
        let value = self.values.get_mut(index.slot())?;
        self.generations.made(index.slot(), index.stamp()).then_some(value)
    }

    /// The values of several handles at once, in their order. O(N log N).
    ///
    /// # Panics
    ///
    /// When two handles name one slot, or one is not valid.
    ///
    /// ```
    /// let mut arena = arenas::Arena::new();
    /// let (a, b) = (arena.alloc(1), arena.alloc(2));
    /// let [x, y] = arena.get_disjoint_mut([b, a]);
    /// std::mem::swap(x, y);
    /// assert_eq!(arena.as_slice(), [2, 1]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn get_disjoint_mut<const N: usize>(&mut self, indices: [I; N]) -> [&mut T; N] {
        if let Some(index) = indices.into_iter().find(|&index| !self.is_valid(index)) {
            invalid_index::<I::Stamp>(index.slot(), self.values.len());
        }
        let slots = indices.map(I::slot);
        match disjoint_mut(&mut self.values, slots) {
            Some(values) => values,
            None => overlapping_indices(repeated(slots).unwrap_or_default()),
        }
    }

    /// The values of several handles at once, in their order; `None` when two name one slot, or one is not valid.
    /// O(N log N).
    #[must_use]
    pub fn try_get_disjoint_mut<const N: usize>(&mut self, indices: [I; N]) -> Option<[&mut T; N]> {
        if !indices.into_iter().all(|index| self.is_valid(index)) {
            return None;
        }
        disjoint_mut(&mut self.values, indices.map(I::slot))
    }

    /// The values of a range of handles; `None` when one of them is not valid.
    ///
    /// The panicking form is `&arena[range]`.
    #[inline]
    #[must_use]
    pub fn try_get_range(&self, range: IdxRange<I>) -> Option<&[T]> {
        if !self.made_range(range) {
            return None;
        }
        self.values.get(range.slots())
    }

    /// The values of a range of handles; `None` when one of them is not valid.
    ///
    /// The panicking form is `&mut arena[range]`.
    #[inline]
    #[must_use]
    pub fn try_get_range_mut(&mut self, range: IdxRange<I>) -> Option<&mut [T]> {
        if !self.made_range(range) {
            return None;
        }
        self.values.get_mut(range.slots())
    }

    /// Whether the ends of the range have the right stamp. Both have the same one, so that what is between has it too.
    #[inline]
    fn made_range(&self, range: IdxRange<I>) -> bool {
        let made = |index: Option<I>| index.is_none_or(|index| self.generations.made(index.slot(), index.stamp()));
        !I::Stamp::CHECKED || (range.end() <= self.values.len() && made(range.first()) && made(range.last()))
    }

    /// Whether a handle of this slot and stamp is this arena's.
    #[inline]
    pub(super) fn made_at(&self, slot: usize, stamp: I::Stamp) -> bool {
        self.generations.made(slot, stamp)
    }

    /// Whether the handle names a value of this arena.
    ///
    /// A plain handle is valid when its slot holds a value, whoever made it; a checked one only when this arena made it
    /// and the value is still there.
    #[inline]
    #[must_use]
    pub fn is_valid(&self, index: I) -> bool {
        self.try_get(index).is_some()
    }

    /// The handle of a slot that holds a value.
    pub(crate) fn index_of(&self, slot: usize) -> Option<I> {
        if slot >= self.values.len() {
            return None;
        }
        I::from_slot(slot, self.generations.stamp_of(slot))
    }

    /// The number of the generation that filled a slot, as its checked handle carries it; `None` where it holds nothing.
    pub(crate) fn generation(&self, slot: usize) -> Option<u32> {
        (slot < self.values.len()).then(|| self.generations.stamp_of::<I::Stamp>(slot).number())
    }

    /// Iterates over handles and values, in the order of allocation.
    ///
    /// ```
    /// let arena: arenas::Arena<_> = ["a", "b"].into_iter().collect();
    /// for (index, value) in arena.iter_indexed() {
    ///     assert_eq!(&arena[index], value);
    /// }
    /// ```
    #[inline]
    pub fn iter_indexed(&self) -> IterIndexed<'_, T, I> {
        IterIndexed::new(&self.values, &self.generations)
    }

    /// Iterates over handles and values, in the order of allocation.
    #[inline]
    pub fn iter_indexed_mut(&mut self) -> IterIndexedMut<'_, T, I> {
        IterIndexedMut::new(&mut self.values, &self.generations)
    }

    /// Iterates over the handles of all values, in the order of allocation.
    #[inline]
    pub fn indices(&self) -> Indices<'_, I> {
        Indices::new(0..self.values.len(), &self.generations)
    }

    /// Takes all values out, in the order of allocation, and keeps the memory.
    ///
    /// The arena is empty from here on, and its handles are stale, even when the iterator is dropped early (it drops
    /// the rest) or forgotten (the rest leaks).
    pub fn drain(&mut self) -> vec::Drain<'_, T> {
        self.give_up_from(0);
        self.values.drain(..)
    }

    /// Where the next value goes.
    pub(crate) fn next_berth(&self) -> Berth {
        self.generations.next_berth(self.values.len())
    }

    /// Where the first value will go after [`take_all`](Self::take_all) with its number.
    pub(crate) fn new_berth(&self) -> Berth {
        self.generations.new_berth::<I::Stamp>()
    }

    /// Takes all values out; those that come then are of the generation of this number.
    pub(crate) fn take_all(&mut self, number: Option<u64>) -> Vec<T> {
        match number {
            Some(number) if !self.values.is_empty() => {
                self.peak = self.peak.max(self.values.len());
                self.generations.discard_from_as(0, number);
            }
            _ => self.give_up_from(0),
        }
        self.values.drain(..).collect()
    }

    /// Makes room for so many more values.
    pub(crate) fn try_make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        self.try_reserve(additional)
    }

    /// Puts a value in where there is room.
    pub(crate) fn put(&mut self, value: T) {
        debug_assert!(self.values.len() < self.capacity());
        self.values.push(value);
    }

    /// The current length, to [roll back](Self::rollback) to. O(1).
    #[inline]
    pub fn checkpoint(&self) -> Checkpoint<I> {
        self.generations.checkpoint(self.values.len())
    }

    /// Whether [`rollback`](Self::rollback) would take this checkpoint. O(1).
    ///
    /// # Errors
    ///
    /// When it is of another arena, beyond the current length, or of a branch that was rolled back since.
    pub fn validate_checkpoint(&self, checkpoint: Checkpoint<I>) -> Result<(), CheckpointError> {
        self.generations.check(checkpoint, self.values.len())
    }

    /// Drops what was allocated after the checkpoint, newest first, and frees its slots. O(dropped).
    ///
    /// It undoes allocation, not mutation.
    ///
    /// # Panics
    ///
    /// When the checkpoint is of another arena, beyond the current length, or of a branch that was rolled back since;
    /// see [`try_rollback`](Self::try_rollback). The arena is unchanged then.
    #[track_caller]
    pub fn rollback(&mut self, checkpoint: Checkpoint<I>) {
        let len = self.values.len();
        if let Err(error) = self.try_rollback(checkpoint) {
            rollback_refused("Arena", error, checkpoint.len(), len);
        }
    }

    /// Drops what was allocated after the checkpoint, newest first, and frees its slots. O(dropped).
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
    /// let mut arena = arenas::Arena::new();
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

    /// Drops all values, newest first, and keeps the memory. O(dropped).
    pub fn reset(&mut self) {
        self.discard_from(0);
    }

    /// Makes room for `additional` more values, growing at least geometrically.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many; see [`try_reserve`](Self::try_reserve).
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional)
            .or_panic("Arena", || Shortage::Slots { asked: additional, capacity: self.capacity() });
    }

    /// Makes room for `additional` more values, growing at least geometrically.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many. The arena is unchanged then.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        let spare = self.values.capacity() - self.values.len();
        if additional > spare {
            // Twice as much, but not more than can be named, nor more than is to be had.
            let doubled = self.values.capacity().saturating_mul(2).max(Self::LEAST).min(I::MAX_SLOTS);
            let amortised = doubled.saturating_sub(self.values.len());
            if amortised > additional && self.try_reserve_exact(amortised).is_ok() {
                return Ok(());
            }
        }
        self.try_reserve_exact(additional)
    }

    /// What the first growth makes room for: small values come in groups.
    const LEAST: usize = match size_of::<T>() {
        0..=1 => 8,
        2..=1024 => 4,
        _ => 1,
    };

    /// Makes room for exactly `additional` more values, and for handles of them.
    fn try_reserve_exact(&mut self, additional: usize) -> Result<(), AllocError> {
        let needed = self.values.len().checked_add(additional).ok_or(AllocError::LAYOUT_OVERFLOW)?;
        if needed > I::MAX_SLOTS {
            return Err(AllocError::LIMIT);
        }
        layout::array_of::<T>(needed)?;
        self.values.try_reserve_exact(additional).map_err(|_| AllocError::OUT_OF_MEMORY)?;
        // A `Vec` may take more than it was asked for. What the handle cannot name is not room.
        if size_of::<T>() != 0 && self.values.capacity() > I::MAX_SLOTS {
            self.values.shrink_to(I::MAX_SLOTS);
        }
        self.generations.start::<I::Stamp>();
        Ok(())
    }

    /// Gives back the memory that no value is in. O(values), which may move.
    pub fn shrink_to_fit(&mut self) {
        self.values.shrink_to_fit();
        self.generations.shrink_to_fit();
    }

    /// Gives memory back until the room for values is at most `bytes`, or no more than they need. O(values), which may
    /// move.
    pub fn shrink_to(&mut self, bytes: usize) {
        if let Some(slots) = bytes.checked_div(size_of::<T>()) {
            self.values.shrink_to(slots);
        }
        self.generations.shrink_to_fit();
    }

    /// What the arena holds now, in bytes. O(1).
    ///
    /// `metadata` is the list of what was rolled back; `allocations` is the number of values.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let bytes = |slots: usize| slots * size_of::<T>();
        // Zero-sized values take no room, however many fit.
        let reserved = if size_of::<T>() == 0 { 0 } else { self.values.capacity() };
        let used = bytes(self.values.len());
        Stats::of(used, 0, bytes(reserved) - used, self.generations.heap_bytes())
            .with_peak(bytes(self.peak))
            .with_allocations(self.values.len() as u64)
            .with_chunks(usize::from(reserved > 0))
    }

    fn one_slot(&self) -> Shortage {
        Shortage::Slots { asked: 1, capacity: self.capacity() }
    }

    /// Room for the next value, and its handle.
    ///
    /// The capacity is at most what the handle can name, so that only growth looks at the limit. Zero-sized values have
    /// room from the beginning, and so need to look here, also at whether their generation has begun.
    #[inline]
    fn vacancy<'v>(values: &'v mut Values<T>, generations: &Generations) -> Option<(I, Vacancy<'v, T>)> {
        if size_of::<T>() == 0 {
            if !generations.is_started::<I::Stamp>() {
                return None;
            }
            let vacancy = Vacancy::of(poison::for_one_more(values), usize::MAX)?;
            return I::from_slot(vacancy.slot(), generations.stamp()).map(|index| (index, vacancy));
        }
        let vacancy = Vacancy::of(poison::for_one_more(values), const { slot_mask::<I>() })?;
        I::from_past(vacancy.past(), generations.stamp()).map(|index| (index, vacancy))
    }

    /// Makes room for one more value, and its handle.
    #[cold]
    #[inline(never)]
    fn grow_for_one(&mut self) -> Result<(I, Vacancy<'_, T>), AllocError> {
        self.try_reserve(1)?;
        Self::vacancy(&mut self.values, &self.generations).ok_or(AllocError::LIMIT)
    }

    /// Makes every handle of a slot at or beyond `len` stale. Comes before what is there goes away.
    fn give_up_from(&mut self, len: usize) {
        if len < self.values.len() {
            self.peak = self.peak.max(self.values.len());
            self.generations.discard_from::<I::Stamp>(len);
        }
    }

    fn discard_from(&mut self, len: usize) {
        self.give_up_from(len);
        discard_newest_first(&mut self.values, len);
    }
}

/// Shortens `values` to `len`, newest first. When a destructor panics, the others still run.
fn discard_newest_first<T>(values: &mut Values<T>, len: usize) {
    if needs_drop::<T>() {
        let rest = Discard { values, len };
        while rest.values.len() > len {
            // Shortens first, then drops in place: no value is moved, and none is dropped twice.
            rest.values.truncate(rest.values.len() - 1);
        }
    } else {
        values.truncate(len);
    }
}

/// Shortens `values` to `len` when it goes, newest first.
struct Discard<'a, T> {
    values: &'a mut Values<T>,
    len: usize,
}

impl<T> Drop for Discard<'_, T> {
    fn drop(&mut self) {
        if self.values.len() > self.len {
            discard_newest_first(self.values, self.len);
        }
    }
}

/// Makes the handle of a slot stale that no value came into after all.
struct Disown<'a, I: ArenaIdx> {
    generations: &'a mut Generations,
    slot: usize,
    index: PhantomData<I>,
}

impl<I: ArenaIdx> Drop for Disown<'_, I> {
    #[inline]
    fn drop(&mut self) {
        if I::Stamp::CHECKED {
            self.generations.discard_from::<I::Stamp>(self.slot);
        }
    }
}

/// Rolls an arena back when it goes.
struct Undo<'a, T, I: ArenaIdx> {
    arena: &'a mut Arena<T, I>,
    start: Checkpoint<I>,
}

impl<T, I: ArenaIdx> Drop for Undo<'_, T, I> {
    fn drop(&mut self) {
        // Refused where the closure went below the start, or put another arena here: then there is nothing to undo.
        let _ = self.arena.try_rollback(self.start);
    }
}

impl<T, I: ArenaIdx> Index<I> for Arena<T, I> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn index(&self, index: I) -> &T {
        self.get(index)
    }
}

impl<T, I: ArenaIdx> IndexMut<I> for Arena<T, I> {
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, index: I) -> &mut T {
        self.get_mut(index)
    }
}

impl<T, I: ArenaIdx> Index<IdxRange<I>> for Arena<T, I> {
    type Output = [T];

    #[inline]
    #[track_caller]
    fn index(&self, range: IdxRange<I>) -> &[T] {
        match self.try_get_range(range) {
            Some(values) => values,
            None => invalid_range::<I::Stamp>(range.start(), range.end(), self.values.len()),
        }
    }
}

impl<T, I: ArenaIdx> IndexMut<IdxRange<I>> for Arena<T, I> {
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, range: IdxRange<I>) -> &mut [T] {
        let len = self.values.len();
        match self.try_get_range_mut(range) {
            Some(values) => values,
            None => invalid_range::<I::Stamp>(range.start(), range.end(), len),
        }
    }
}

impl<T, I> Default for Arena<T, I> {
    /// An empty arena that takes no memory yet.
    fn default() -> Self {
        Self::with_index()
    }
}

/// Handles made before stay valid in both. Checkpoints do not carry over: the clone is another arena.
impl<T: Clone, I: ArenaIdx> Clone for Arena<T, I> {
    fn clone(&self) -> Self {
        Self {
            values: from_vec(self.values.clone()),
            generations: self.generations.fork::<I::Stamp>(self.values.len()),
            peak: self.values.len(),
            index: PhantomData,
        }
    }
}

/// Prints handles and values, as a map.
impl<T: fmt::Debug, I: ArenaIdx> fmt::Debug for Arena<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter_indexed()).finish()
    }
}

/// Equal when the values are, in order.
impl<T: PartialEq, I> PartialEq for Arena<T, I> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Eq, I> Eq for Arena<T, I> {}

impl<T: Hash, I> Hash for Arena<T, I> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.values.hash(state);
    }
}

impl<T, I> AsRef<[T]> for Arena<T, I> {
    #[inline]
    fn as_ref(&self) -> &[T] {
        &self.values
    }
}

impl<T, I> AsMut<[T]> for Arena<T, I> {
    #[inline]
    fn as_mut(&mut self) -> &mut [T] {
        &mut self.values
    }
}

impl<T, I> From<Arena<T, I>> for Vec<T> {
    fn from(arena: Arena<T, I>) -> Self {
        arena.into_vec()
    }
}

impl<T, I> IntoIterator for Arena<T, I> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> vec::IntoIter<T> {
        into_vec(self.values).into_iter()
    }
}

impl<'a, T, I> IntoIterator for &'a Arena<T, I> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T, I> IntoIterator for &'a mut Arena<T, I> {
    type Item = &'a mut T;
    type IntoIter = slice::IterMut<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::IterMut<'a, T> {
        self.iter_mut()
    }
}

impl<T, I: ArenaIdx> Extend<T> for Arena<T, I> {
    /// As [`alloc_extend`](Arena::alloc_extend), and panics as that does.
    #[track_caller]
    fn extend<It: IntoIterator<Item = T>>(&mut self, items: It) {
        self.alloc_extend(items);
    }
}

impl<'a, T: Copy + 'a, I: ArenaIdx> Extend<&'a T> for Arena<T, I> {
    /// As [`alloc_extend`](Arena::alloc_extend), and panics as that does.
    #[track_caller]
    fn extend<It: IntoIterator<Item = &'a T>>(&mut self, items: It) {
        self.alloc_extend(items.into_iter().copied());
    }
}

impl<T, I: ArenaIdx> FromIterator<T> for Arena<T, I> {
    #[track_caller]
    fn from_iter<It: IntoIterator<Item = T>>(items: It) -> Self {
        let mut arena = Self::with_index();
        arena.alloc_extend(items);
        arena
    }
}
