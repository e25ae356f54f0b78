//! `FastArena` with a brand.

use core::fmt;
use core::ptr::NonNull;

use alloc::vec::Vec;

use super::{Brandable, BrandedIdx, BrandedRange, Scoped, most};
use crate::error::{AllocError, Rejected};
use crate::raw::brand::Keeps;
use crate::raw::fallibility::OrPanic;
use crate::raw::slots::Run;
use crate::typed::fast::{FULL, FastArena};
use crate::typed::idx::{ArenaIdx, Idx, slot_mask};
use crate::typed::reserved::Promise;
use crate::typed::writer::Writer;

// SAFETY: I10, a slot that is ready stays so until the slots are borrowed exclusively for something that discards
// values, and its value is not written while they are shared; I2, the block does not move, but by `&mut` methods that
// take all ready slots with them.
unsafe impl<T, I: ArenaIdx> Keeps for FastArena<T, I> {
    type Value = T;

    #[inline]
    fn holds(&self, slot: usize) -> bool {
        self.slots().get(slot).is_some()
    }

    #[inline]
    fn filled(&self) -> usize {
        self.len()
    }

    #[inline]
    fn first(&self) -> NonNull<T> {
        self.slots().first()
    }

    #[inline]
    fn first_mut(&mut self) -> NonNull<T> {
        self.slots().first()
    }

    #[inline(always)]
    fn note_read(&self, slot: usize) {
        self.slots().note_read(slot);
    }
}

impl<T, I: ArenaIdx> Brandable for FastArena<T, I> {
    type Item = T;
    type Index = I;

    #[inline]
    fn valid_slot(&self, index: I) -> Option<usize> {
        let slot = index.slot();
        (self.holds(slot) && self.made_at(slot, index.stamp())).then_some(slot)
    }

    #[inline]
    fn index_of_slot(&self, slot: usize) -> Option<I> {
        self.index_of(slot)
    }
}

/// Brands a [`FastArena`].
impl<T, I: ArenaIdx> FastArena<T, I> {
    /// Runs a closure on this arena under a brand: in it, indices are proven to be in bounds once, and read without a
    /// check, also without a look at the state of the slot. See [`scoped`](crate::scoped).
    ///
    /// Others may allocate in the arena meanwhile, and have scopes of their own; an index of another scope is one of
    /// another brand, also when it is of the same arena.
    ///
    /// ```
    /// let arena = arenas::FastArena::new();
    /// arena.scope(|arena| {
    ///     let indices = std::thread::scope(|threads| {
    ///         let one = threads.spawn(|| arena.alloc(1));
    ///         let two = threads.spawn(|| arena.alloc(2));
    ///         [one.join().unwrap(), two.join().unwrap()]
    ///     });
    ///     assert_eq!(indices.map(|index| arena[index]), [1, 2]);
    /// });
    /// ```
    #[inline]
    pub fn scope<R>(&self, run: impl for<'brand> FnOnce(&Scoped<'brand, Self>) -> R) -> R {
        Scoped::with_ref(self, run)
    }

    /// As [`scope`](Self::scope), with the arena borrowed exclusively: values can be changed, and the arena can grow.
    ///
    /// ```
    /// let mut arena = arenas::FastArena::with_capacity(1);
    /// arena.scope_mut(|arena| {
    ///     let index = arena.alloc(1);
    ///     arena.grow();
    ///     arena[index] += 1;
    /// });
    /// assert_eq!(arena.as_slice(), [2]);
    /// ```
    #[inline]
    pub fn scope_mut<R>(&mut self, run: impl for<'brand> FnOnce(&mut Scoped<'brand, Self>) -> R) -> R {
        Scoped::with_mut(self, run)
    }
}

impl<'brand, T, I: ArenaIdx> Scoped<'brand, FastArena<T, I>> {
    /// Stores a value. Lock-free: one atomic addition.
    ///
    /// # Panics
    ///
    /// When all slots are taken ("arena full"); see [`try_alloc`](Self::try_alloc).
    #[inline]
    #[track_caller]
    pub fn alloc(&self, value: T) -> BrandedIdx<'brand, T> {
        self.try_alloc(value).or_panic(FULL, || self.shortage(1))
    }

    /// Stores a value. Lock-free: one atomic addition.
    ///
    /// # Errors
    ///
    /// When all slots are taken; with the value.
    #[inline]
    pub fn try_alloc(&self, value: T) -> Result<BrandedIdx<'brand, T>, Rejected<T>> {
        match self.slots().claim_quickly(const { slot_mask::<I>() }) {
            Some(run) => self.store(run, value),
            None => self.try_alloc_slowly(value),
        }
    }

    #[cold]
    #[inline(never)]
    fn try_alloc_slowly(&self, value: T) -> Result<BrandedIdx<'brand, T>, Rejected<T>> {
        match self.slots().claim_slowly() {
            Some(run) => self.store(run, value),
            None => Err(Rejected::new(value, self.full(1))),
        }
    }

    /// Stores a value into a claimed slot.
    #[inline]
    fn store(&self, mut run: Run<'_, T>, value: T) -> Result<BrandedIdx<'brand, T>, Rejected<T>> {
        let slot = run.slot();
        if slot >= most::<I>() {
            return Err(Rejected::new(value, AllocError::LIMIT));
        }
        match run.push(value) {
            // SAFETY: the slot is below `MAX_SLOTS`, and was just filled and published.
            Ok(()) => Ok(BrandedIdx::new(unsafe { self.filled_slot(slot) })),
            Err(value) => Err(Rejected::new(value, self.full(1))),
        }
    }

    /// Stores the value that a closure makes of the ordinary handle that will name it.
    ///
    /// The closure gets no branded index, because there is nothing yet that it could name. It may allocate in the same
    /// arena. When it panics, the slot is dealt with as by [`FastArena::alloc_with`].
    ///
    /// # Panics
    ///
    /// When all slots are taken; see [`try_alloc_with`](Self::try_alloc_with).
    #[inline]
    #[track_caller]
    pub fn alloc_with(&self, make: impl FnOnce(I) -> T) -> BrandedIdx<'brand, T> {
        self.try_alloc_with(make).or_panic(FULL, || self.shortage(1))
    }

    /// Stores the value that a closure makes of the ordinary handle that will name it.
    ///
    /// # Errors
    ///
    /// When all slots are taken; with the closure, which has not run.
    #[inline]
    pub fn try_alloc_with<F: FnOnce(I) -> T>(&self, make: F) -> Result<BrandedIdx<'brand, T>, Rejected<F>> {
        let Some(run) = self.slots().claim() else {
            return Err(Rejected::new(make, self.full(1)));
        };
        let slot = run.slot();
        let Some(index) = self.handle(slot).filter(|_| slot < most::<I>()) else {
            return Err(Rejected::new(make, AllocError::LIMIT));
        };
        Promise::<T, I>::new(run).keep(make(index));
        // SAFETY: the slot is below `MAX_SLOTS`, and the promise to fill it was just kept.
        Ok(BrandedIdx::new(unsafe { self.filled_slot(slot) }))
    }

    /// Collects the items of an iterator, and stores them in contiguous slots in one step.
    ///
    /// Nobody else's values come between them. When the iterator panics, nothing is stored.
    ///
    /// # Panics
    ///
    /// When there are fewer contiguous slots; see [`try_alloc_extend`](Self::try_alloc_extend).
    #[track_caller]
    pub fn alloc_extend<It: IntoIterator<Item = T>>(&self, items: It) -> BrandedRange<'brand, T> {
        let items: Vec<T> = items.into_iter().collect();
        let asked = items.len();
        self.try_alloc_batch(items).or_panic(FULL, || self.shortage(asked))
    }

    /// Collects the items of an iterator, and stores them in contiguous slots in one step.
    ///
    /// # Errors
    ///
    /// When there are fewer contiguous slots; with all items. Nothing is stored then.
    pub fn try_alloc_extend<It: IntoIterator<Item = T>>(
        &self,
        items: It,
    ) -> Result<BrandedRange<'brand, T>, Rejected<Vec<T>>> {
        let items: Vec<T> = items.into_iter().collect();
        self.try_alloc_batch(items).map_err(|rejected| rejected.map(Iterator::collect))
    }

    /// Stores the items of an iterator of known length in contiguous slots.
    ///
    /// As [`FastArena::alloc_batch`].
    ///
    /// # Panics
    ///
    /// When there are fewer contiguous slots; see [`try_alloc_batch`](Self::try_alloc_batch).
    #[track_caller]
    pub fn alloc_batch<It>(&self, items: It) -> BrandedRange<'brand, T>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        let asked = items.len();
        self.try_alloc_batch(items).or_panic(FULL, || self.shortage(asked))
    }

    /// Stores the items of an iterator of known length in contiguous slots.
    ///
    /// # Errors
    ///
    /// When there are fewer contiguous slots; with the iterator, of which nothing was taken.
    pub fn try_alloc_batch<It>(&self, items: It) -> Result<BrandedRange<'brand, T>, Rejected<It::IntoIter>>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        let mut items = items.into_iter();
        let asked = items.len();
        if asked == 0 {
            return Ok(BrandedRange::EMPTY);
        }
        let Some(run) = self.slots().claim_exactly(asked) else {
            return Err(Rejected::new(items, self.full(asked)));
        };
        if most::<I>().checked_sub(run.slot()).is_none_or(|room| room < asked) {
            return Err(Rejected::new(items, AllocError::LIMIT));
        }
        let filled = run.push_all(items.by_ref());
        Ok(self.slot_range(filled).map(BrandedRange::new).unwrap_or_default())
    }

    /// Makes a writer, as [`FastArena::writer`] does, whose indices need no check.
    #[inline]
    #[must_use]
    pub fn writer(&self) -> ScopedWriter<'brand, '_, T, I> {
        ScopedWriter { scope: self, writer: self.as_arena().writer() }
    }

    /// Makes a writer that takes `run` slots at once, as [`FastArena::writer_with_run`] does.
    #[inline]
    #[must_use]
    pub fn writer_with_run(&self, run: usize) -> ScopedWriter<'brand, '_, T, I> {
        ScopedWriter { scope: self, writer: self.as_arena().writer_with_run(run) }
    }

    /// Makes room for twice as many slots. Indices and values stay; the values move.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more; see [`try_grow`](Self::try_grow).
    #[track_caller]
    pub fn grow(&mut self) {
        // SAFETY: growth makes no value go away.
        unsafe { self.growing() }.grow();
    }

    /// Makes room for twice as many slots. Indices and values stay; the values move.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle can name no more. The arena is unchanged then.
    pub fn try_grow(&mut self) -> Result<(), AllocError> {
        // SAFETY: growth makes no value go away.
        unsafe { self.growing() }.try_grow()
    }

    /// Makes room for exactly `capacity` slots; does nothing when there are as many already. Indices and values stay.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many; see [`try_grow_to`](Self::try_grow_to).
    #[track_caller]
    pub fn grow_to(&mut self, capacity: usize) {
        // SAFETY: growth makes no value go away.
        unsafe { self.growing() }.grow_to(capacity);
    }

    /// Makes room for exactly `capacity` slots; does nothing when there are as many already. Indices and values stay.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many. The arena is unchanged then.
    pub fn try_grow_to(&mut self, capacity: usize) -> Result<(), AllocError> {
        // SAFETY: growth makes no value go away.
        unsafe { self.growing() }.try_grow_to(capacity)
    }
}

/// Fills slots of a branded [`FastArena`] that it takes in runs; see [`Writer`].
///
/// ```
/// let arena = arenas::FastArena::new();
/// let sum = arena.scope(|arena| {
///     let writer = arena.writer();
///     let (a, b) = (writer.alloc(1), writer.alloc(2));
///     arena[a] + arena[b]
/// });
/// assert_eq!(sum, 3);
/// ```
pub struct ScopedWriter<'brand, 'a, T, I = Idx<T>> {
    scope: &'a Scoped<'brand, FastArena<T, I>>,
    writer: Writer<'a, T, I>,
}

impl<'brand, 'a, T, I: ArenaIdx> ScopedWriter<'brand, 'a, T, I> {
    /// The arena that it writes into.
    #[inline]
    #[must_use]
    pub fn arena(&self) -> &'a Scoped<'brand, FastArena<T, I>> {
        self.scope
    }

    /// The writer without the brand.
    #[inline]
    #[must_use]
    pub fn into_writer(self) -> Writer<'a, T, I> {
        self.writer
    }

    /// Stores a value.
    ///
    /// # Panics
    ///
    /// When all slots are taken ("arena full"); see [`try_alloc`](Self::try_alloc).
    #[inline]
    #[track_caller]
    pub fn alloc(&self, value: T) -> BrandedIdx<'brand, T> {
        self.try_alloc(value).or_panic(FULL, || self.scope.shortage(1))
    }

    /// Stores a value.
    ///
    /// # Errors
    ///
    /// When all slots are taken; with the value.
    #[inline]
    pub fn try_alloc(&self, value: T) -> Result<BrandedIdx<'brand, T>, Rejected<T>> {
        let slot = self.writer.try_alloc_slot(value, most::<I>())?;
        // SAFETY: the slot is below `MAX_SLOTS`, and the writer has just filled and published it.
        Ok(BrandedIdx::new(unsafe { self.scope.filled_slot(slot) }))
    }
}

impl<T, I: ArenaIdx> Extend<T> for ScopedWriter<'_, '_, T, I> {
    /// Stores the items one after the other.
    ///
    /// # Panics
    ///
    /// When all slots are taken. The items before stay.
    #[track_caller]
    fn extend<It: IntoIterator<Item = T>>(&mut self, items: It) {
        for item in items {
            self.alloc(item);
        }
    }
}

impl<T, I> fmt::Debug for ScopedWriter<'_, '_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScopedWriter").field(&self.writer).finish()
    }
}
