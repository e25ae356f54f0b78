//! Branded indices, and ranges of them.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ops::Range;

use crate::raw::brand::{MAX_SLOTS, Slot, SlotRange};
use crate::typed::idx::Idx;

#[cfg(doc)]
use super::Scoped;

/// An index that needs no check: it names a value of the one arena that has its brand. 4 bytes, as has an `Option` of it.
///
/// [`Scoped::alloc`](Scoped#method.alloc) makes one for a new value, [`Scoped::check`] for an ordinary index. What it names
/// it is read with: `arena[index]`, [`Scoped::get`], [`Scoped::get_mut`]. `Copy`, ordered by slot, and free of borrows,
/// so that the arena can change and grow between; only its brand it cannot leave.
pub struct BrandedIdx<'brand, T> {
    pub(super) slot: Slot<'brand>,
    item: PhantomData<fn() -> T>,
}

impl<'brand, T> BrandedIdx<'brand, T> {
    /// How many slots it can name: 2^32 - 1.
    pub const MAX_SLOTS: usize = MAX_SLOTS;

    #[inline]
    pub(super) const fn new(slot: Slot<'brand>) -> Self {
        Self { slot, item: PhantomData }
    }

    /// The slot number. The way back is [`Scoped::at`].
    #[inline]
    #[must_use]
    pub const fn into_raw(self) -> usize {
        self.slot.get()
    }

    /// The ordinary index, which may leave the scope; also by `Into`. For other index types than [`Idx`] see
    /// [`Scoped::unbrand`].
    #[inline]
    #[must_use]
    pub fn into_idx(self) -> Idx<T> {
        Idx::from_raw(self.into_raw())
    }
}

impl<T> Clone for BrandedIdx<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for BrandedIdx<'_, T> {}

impl<T> PartialEq for BrandedIdx<'_, T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.slot == other.slot
    }
}

impl<T> Eq for BrandedIdx<'_, T> {}

impl<T> PartialOrd for BrandedIdx<'_, T> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for BrandedIdx<'_, T> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.slot.cmp(&other.slot)
    }
}

impl<T> Hash for BrandedIdx<'_, T> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.slot.hash(state);
    }
}

impl<T> fmt::Debug for BrandedIdx<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BrandedIdx({})", self.into_raw())
    }
}

impl<T> From<BrandedIdx<'_, T>> for Idx<T> {
    #[inline]
    fn from(index: BrandedIdx<'_, T>) -> Self {
        index.into_idx()
    }
}

/// Adjacent indices that need no check: what a batch gives, and what [`Scoped::indices`] does. 8 bytes, `Copy`.
///
/// It borrows nothing, so that a loop over it may change the arena, and put more values in.
///
/// ```
/// let mut arena = arenas::Arena::new();
/// arena.scope(|arena| {
///     let batch = arena.alloc_batch([1, 2, 3]);
///     for index in batch {
///         arena[index] *= 10;
///         arena.alloc(index.into_raw());
///     }
///     assert_eq!(arena[batch], [10, 20, 30]);
/// });
/// assert_eq!(arena.as_slice(), [10, 20, 30, 0, 1, 2]);
/// ```
pub struct BrandedRange<'brand, T> {
    pub(super) slots: SlotRange<'brand>,
    item: PhantomData<fn() -> T>,
}

impl<'brand, T> BrandedRange<'brand, T> {
    /// The range that names nothing.
    pub const EMPTY: Self = Self::new(SlotRange::EMPTY);

    #[inline]
    pub(super) const fn new(slots: SlotRange<'brand>) -> Self {
        Self { slots, item: PhantomData }
    }

    /// How many indices there are.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether it names nothing.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The slots as numbers.
    #[inline]
    #[must_use]
    pub const fn slots(&self) -> Range<usize> {
        self.slots.slots()
    }

    /// Index number `n` of the range.
    #[inline]
    #[must_use]
    pub fn get(&self, n: usize) -> Option<BrandedIdx<'brand, T>> {
        self.slots.get(n).map(BrandedIdx::new)
    }

    /// The first index.
    #[inline]
    #[must_use]
    pub fn first(&self) -> Option<BrandedIdx<'brand, T>> {
        self.get(0)
    }

    /// The last index.
    #[inline]
    #[must_use]
    pub fn last(&self) -> Option<BrandedIdx<'brand, T>> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Whether `index` is one of the range.
    #[inline]
    #[must_use]
    pub fn contains(&self, index: BrandedIdx<'brand, T>) -> bool {
        self.slots().contains(&index.into_raw())
    }

    /// Iterates over the indices.
    #[inline]
    pub const fn iter(&self) -> BrandedRangeIter<'brand, T> {
        BrandedRangeIter { rest: *self }
    }
}

impl<T> Clone for BrandedRange<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for BrandedRange<'_, T> {}

impl<T> PartialEq for BrandedRange<'_, T> {
    /// Equal when they name the same slots; all empty ranges are equal.
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.slots == other.slots || (self.is_empty() && other.is_empty())
    }
}

impl<T> Eq for BrandedRange<'_, T> {}

impl<T> Default for BrandedRange<'_, T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> fmt::Debug for BrandedRange<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BrandedRange({:?})", self.slots())
    }
}

impl<'brand, T> From<BrandedIdx<'brand, T>> for BrandedRange<'brand, T> {
    /// The range of this one index.
    #[inline]
    fn from(index: BrandedIdx<'brand, T>) -> Self {
        Self::new(index.slot.into())
    }
}

impl<'brand, T> IntoIterator for BrandedRange<'brand, T> {
    type Item = BrandedIdx<'brand, T>;
    type IntoIter = BrandedRangeIter<'brand, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'brand, T> IntoIterator for &BrandedRange<'brand, T> {
    type Item = BrandedIdx<'brand, T>;
    type IntoIter = BrandedRangeIter<'brand, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The indices of a [`BrandedRange`], in slot order.
#[must_use = "iterators do nothing unless consumed"]
pub struct BrandedRangeIter<'brand, T> {
    rest: BrandedRange<'brand, T>,
}

impl<T> Clone for BrandedRangeIter<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { rest: self.rest }
    }
}

impl<T> fmt::Debug for BrandedRangeIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BrandedRangeIter").field(&self.rest).finish()
    }
}

impl<'brand, T> Iterator for BrandedRangeIter<'brand, T> {
    type Item = BrandedIdx<'brand, T>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let first = self.rest.first()?;
        self.rest.slots.skip_front(1);
        Some(first)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.len(), Some(self.rest.len()))
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.rest.slots.skip_front(n);
        self.next()
    }

    #[inline]
    fn count(self) -> usize {
        self.rest.len()
    }

    #[inline]
    fn last(self) -> Option<Self::Item> {
        self.rest.last()
    }
}

impl<T> DoubleEndedIterator for BrandedRangeIter<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let last = self.rest.last()?;
        self.rest.slots.skip_back(1);
        Some(last)
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
        self.rest.slots.skip_back(n);
        self.next_back()
    }
}

impl<T> ExactSizeIterator for BrandedRangeIter<'_, T> {}
impl<T> FusedIterator for BrandedRangeIter<'_, T> {}
