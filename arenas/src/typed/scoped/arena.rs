//! `Arena` with a brand.

use core::ptr::NonNull;

use super::{Brandable, BrandedIdx, BrandedRange, Scoped, most};
use crate::error::{AllocError, Rejected};
use crate::raw::brand::{Keeps, MAX_SLOTS};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::rest::Rest;
use crate::typed::arena::Arena;
use crate::typed::idx::ArenaIdx;

// SAFETY: the values are those of a `Vec`, in its order; its length falls only by `&mut` methods that make values go
// away, and it moves only by `&mut` methods.
unsafe impl<T, I> Keeps for Arena<T, I> {
    type Value = T;

    #[inline]
    fn holds(&self, slot: usize) -> bool {
        slot < self.len()
    }

    #[inline]
    fn filled(&self) -> usize {
        self.len()
    }

    #[inline]
    fn first(&self) -> NonNull<T> {
        NonNull::from(self.as_slice()).cast()
    }

    #[inline]
    fn first_mut(&mut self) -> NonNull<T> {
        NonNull::from(self.as_mut_slice()).cast()
    }
}

impl<T, I: ArenaIdx> Brandable for Arena<T, I> {
    type Item = T;
    type Index = I;

    #[inline]
    fn valid_slot(&self, index: I) -> Option<usize> {
        let slot = index.slot();
        (slot < self.len() && self.made_at(slot, index.stamp())).then_some(slot)
    }

    #[inline]
    fn index_of_slot(&self, slot: usize) -> Option<I> {
        self.index_of(slot)
    }
}

/// Brands an [`Arena`].
impl<T, I: ArenaIdx> Arena<T, I> {
    /// Runs a closure on this arena under a brand: in it, indices are proven to be in bounds once, and read without a
    /// check. See [`scoped`](crate::scoped).
    ///
    /// What is allocated inside stays, also when the closure panics.
    ///
    /// ```
    /// let mut arena = arenas::Arena::new();
    /// let index = arena.scope(|arena| {
    ///     let index = arena.alloc(1);
    ///     arena[index] += 1; // no check
    ///     arena.unbrand(index)
    /// });
    /// assert_eq!(arena[index], 2);
    /// ```
    #[inline]
    pub fn scope<R>(&mut self, run: impl for<'brand> FnOnce(&mut Scoped<'brand, Self>) -> R) -> R {
        Scoped::with_mut(self, run)
    }

    /// As [`scope`](Self::scope), for reading only, and so from several threads and in several scopes at once.
    #[inline]
    pub fn scope_ref<R>(&self, run: impl for<'brand> FnOnce(&Scoped<'brand, Self>) -> R) -> R {
        Scoped::with_ref(self, run)
    }
}

impl<'brand, T, I: ArenaIdx> Scoped<'brand, Arena<T, I>> {
    /// Stores a value. Amortised O(1).
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the index can name no more; see [`try_alloc`](Self::try_alloc).
    #[inline]
    #[track_caller]
    pub fn alloc(&mut self, value: T) -> BrandedIdx<'brand, T> {
        self.try_alloc(value).or_panic("Arena", || self.shortage(1))
    }

    /// Stores a value. Amortised O(1).
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the index can name no more; with the value.
    #[inline]
    pub fn try_alloc(&mut self, value: T) -> Result<BrandedIdx<'brand, T>, Rejected<T>> {
        let slot = self.len();
        if slot >= most::<I>() {
            return Err(Rejected::new(value, AllocError::LIMIT));
        }
        // SAFETY: to store a value makes none go away.
        unsafe { self.growing() }.try_alloc(value)?;
        Ok(self.filled_at(slot))
    }

    /// Stores the value that a closure makes of the ordinary handle that will name it. Amortised O(1).
    ///
    /// The closure gets no branded index, because there is nothing yet that it could name. When the closure panics, nothing
    /// is stored.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the index can name no more; see [`try_alloc_with`](Self::try_alloc_with).
    #[inline]
    #[track_caller]
    pub fn alloc_with(&mut self, make: impl FnOnce(I) -> T) -> BrandedIdx<'brand, T> {
        self.try_alloc_with(make).or_panic("Arena", || self.shortage(1))
    }

    /// Stores the value that a closure makes of the ordinary handle that will name it. Amortised O(1).
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the index can name no more; with the closure, which has not run.
    #[inline]
    pub fn try_alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> Result<BrandedIdx<'brand, T>, Rejected<F>> {
        let slot = self.len();
        if slot >= most::<I>() {
            return Err(Rejected::new(make, AllocError::LIMIT));
        }
        // SAFETY: to store a value makes none go away, and the closure does not see the arena.
        unsafe { self.growing() }.try_alloc_with(make)?;
        Ok(self.filled_at(slot))
    }

    /// Stores all items of an iterator, one after the other.
    ///
    /// When the iterator panics, what it gave before stays. Its size hint is only a hint.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the index can name no more; see
    /// [`try_alloc_extend`](Self::try_alloc_extend).
    #[track_caller]
    pub fn alloc_extend<It: IntoIterator<Item = T>>(&mut self, items: It) -> BrandedRange<'brand, T> {
        self.try_alloc_extend(items).or_panic("Arena", || self.shortage(1))
    }

    /// Stores all items of an iterator, one after the other.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the index can name no more; with the items that were not taken. Those taken
    /// before stay.
    pub fn try_alloc_extend<It: IntoIterator<Item = T>>(
        &mut self,
        items: It,
    ) -> Result<BrandedRange<'brand, T>, Rejected<Rest<It::IntoIter>>> {
        let mut items = items.into_iter();
        // A hint may lie, so that failing to follow it means nothing.
        let _ = self.try_reserve(items.size_hint().0);
        let start = self.len();
        while let Some(item) = items.next() {
            if let Err(rejected) = self.try_alloc(item) {
                return Err(rejected.map(|item| Rest::new(item, items)));
            }
        }
        Ok(self.filled_from(start))
    }

    /// Stores the items of an iterator of known length in contiguous slots.
    ///
    /// Too few items give a shorter range; a surplus is not taken. When the iterator panics, what it gave before is
    /// dropped, and the slots are free again.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the index cannot name so many; see
    /// [`try_alloc_batch`](Self::try_alloc_batch).
    #[track_caller]
    pub fn alloc_batch<It>(&mut self, items: It) -> BrandedRange<'brand, T>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        let asked = items.len();
        self.try_alloc_batch(items).or_panic("Arena", || self.shortage(asked))
    }

    /// Stores the items of an iterator of known length in contiguous slots.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the index cannot name so many; with the iterator, of which nothing was taken.
    pub fn try_alloc_batch<It>(&mut self, items: It) -> Result<BrandedRange<'brand, T>, Rejected<It::IntoIter>>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        let start = self.len();
        if items.len() > most::<I>().saturating_sub(start) {
            return Err(Rejected::new(items, AllocError::LIMIT));
        }
        // SAFETY: the values that go away when the iterator panics came after `start`, and nobody has proven their
        // slots meanwhile, for the arena is borrowed.
        unsafe { self.growing() }.try_alloc_batch(items)?;
        Ok(self.filled_from(start))
    }

    /// Makes room for `additional` more values, growing at least geometrically.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the index cannot name so many; see [`try_reserve`](Self::try_reserve).
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional).or_panic("Arena", || self.shortage(additional));
    }

    /// Makes room for `additional` more values, growing at least geometrically.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the index cannot name so many. The arena is unchanged then.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        // SAFETY: more room makes no value go away.
        unsafe { self.growing() }.try_reserve(additional)
    }

    /// The index of a slot that was just filled.
    #[inline]
    fn filled_at(&self, slot: usize) -> BrandedIdx<'brand, T> {
        match self.at(slot) {
            Some(index) => index,
            None => unreachable!("slot {slot} was just filled"),
        }
    }

    /// The indices of what was stored since the arena had `start` values.
    fn filled_from(&self, start: usize) -> BrandedRange<'brand, T> {
        self.slot_range(start..self.len()).map(BrandedRange::new).unwrap_or_default()
    }

    fn shortage(&self, asked: usize) -> Shortage {
        Shortage::Slots { asked, capacity: self.capacity().min(MAX_SLOTS) }
    }
}
