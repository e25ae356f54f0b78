//! `FastArena`: values of one type that any thread may add to, named by handles, contiguous in memory.
//!
//! ```text
//!                       prefix             cursor
//!                          │                  │
//!   FastArena<T>  values [ v0 │ v1 │ v2 │    │ v4 │    │    │    ]    as many as the capacity, never moved by an alloc
//!                 states [  R │  R │  R │    │  R │    │    │    ]    one byte per slot: ready or not
//!                                          ▲
//!                        another thread is about to write this one; nobody waits for it
//! ```
//!
//! **What it is for.** Building one collection from all cores: the graph, the index, the symbol table that every worker
//! adds to and every worker reads. A handle is good at once on the thread that made it, and on every other as soon as
//! it gets there by any means that orders memory (a channel, a lock, a join).
//!
//! **An allocation** takes the next slot by one atomic addition, writes the value, and marks the slot as ready. It never
//! waits for another thread, however slow that one is. Readers keep a *prefix* of slots of which they know that all are
//! ready: a read below it is one comparison; beyond it, the byte of the slot decides.
//!
//! **Slices.** [`as_slice`](FastArena::as_slice) is the prefix of complete slots. It only grows while the arena is shared. It
//! ends before the first slot that is claimed and not written yet, or that was given back unused (a *hole*);
//! [`iter_complete`](FastArena::iter_complete) goes on beyond it. Later allocations take holes first. The list of holes is
//! not a list: a hole is a state of its own slot, taken by one compare-exchange on that state, so that the ABA problem
//! has no place to occur.
//!
//! **Capacity.** It is fixed while shared: a full arena is a panic, or an error from the `try_` twins, and
//! [`grow`](FastArena::grow) makes room through `&mut self`. Where the number of values is not known, reserve addresses for as many as
//! there might be: see [`reserve_address_space`](FastArena::reserve_address_space), or grow in between.
//!
//! **When not.** On one thread, [`Arena`](crate::Arena) is faster and grows. Where threads allocate in a tight loop, give
//! each a [`writer`](FastArena::writer), or they fight for one cache line.
//!
//! **Destructors** run when the arena is dropped, reset or rolled back, newest (highest handle) first. When one panics,
//! the remaining values are still dropped, each once, and the arena stays usable.
//!
//! **Cost.**
//!
//! | operation | time | who may call |
//! |---|---|---|
//! | `alloc` | one atomic addition and two stores | any thread, lock-free |
//! | `Writer::alloc` | a bounds check and two stores; one compare-exchange per run | any thread, each its own writer |
//! | `get`, `try_get`, `is_valid` | one comparison; constant | any thread, wait-free |
//! | `len`, `as_slice`, `checkpoint` | constant, plus a byte to look at for each slot that became ready since | any thread, wait-free |
//! | `rollback`, `reset` | the slots that are given up | exclusive |
//!
//! A slot costs one byte beside the value. Checked handles ([`Stamped`](crate::Stamped)) cost nothing per slot: the stamp
//! is kept per run of slots that were filled without a rollback between, and changes only under `&mut`.

mod exclusive;
mod traits;

use core::marker::PhantomData;
use core::ops::Range;
use core::slice;

use alloc::vec::Vec;

#[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
use super::address_space::AddressSpace;
use super::checkpoint::{Checkpoint, CheckpointError, Generations};
use super::fast_iter::CompleteIter;
use super::idx::{ArenaIdx, Idx, IdxRange, IdxStamp, invalid_range, slot_mask};
use super::iter::{Indices, IterIndexed};
use super::reserved::{Promise, Reserved};
use super::writer::Writer;
use crate::error::{AllocError, Rejected};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::room::Vacancy;
use crate::raw::slots::{Run, Slots, Source};
use crate::stats::Stats;

/// How many slots a [`Writer`] takes at once, unless told otherwise.
const RUN: usize = 64;

/// A typed arena that any thread may allocate in through `&self`.
///
/// See the [module](crate::fast) for the picture, and when to use it. `I` is the type of the handles: [`Idx<T>`](Idx)
/// unless a newtype or [`Stamped`](crate::Stamped) is asked for, as with [`with_index`](Self::with_index).
///
/// ```
/// use arenas::FastArena;
///
/// let squares = FastArena::with_capacity(1000);
/// let handles: Vec<_> = std::thread::scope(|scope| {
///     let threads = [0, 1, 2, 3].map(|part| {
///         let squares = &squares;
///         scope.spawn(move || (part * 250..(part + 1) * 250).map(|n| squares.alloc(n * n)).collect::<Vec<_>>())
///     });
///     threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
/// });
/// assert_eq!(squares.len(), 1000);
/// assert_eq!(squares[handles[20]], 400);
/// ```
pub struct FastArena<T, I = Idx<T>> {
    slots: Slots<T>,
    generations: Generations,
    index: PhantomData<fn() -> I>,
}

impl<T> FastArena<T> {
    /// How many slots [`new`](Self::new) and `Default` make room for.
    pub const DEFAULT_CAPACITY: usize = 64;

    /// Makes an empty arena of 64 slots.
    ///
    /// For other handles than [`Idx`] see [`with_index`](FastArena::with_index).
    ///
    /// # Panics
    ///
    /// When the memory is not to be had; see [`try_with_capacity`](Self::try_with_capacity).
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        Self::with_index()
    }

    /// Makes an empty arena of exactly `capacity` slots. 0 is legal.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many; see
    /// [`try_with_capacity`](Self::try_with_capacity).
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_index(capacity)
    }

    /// Makes an empty arena of exactly `capacity` slots. 0 is legal.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many.
    pub fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity_and_index(capacity)
    }

    /// Makes an empty arena of `max_slots` slots that take no memory until they are used.
    ///
    /// It reserves addresses only; the system puts memory behind them where they are first touched. So the arena
    /// grows through `&self`, and no value ever moves. [`grow`](Self::grow) still works, through `&mut self`: it
    /// reserves twice as many elsewhere and moves the values there. Memory that was touched stays with the arena until
    /// it is dropped; that is what [`stats`](Self::stats) shows.
    ///
    /// # Errors
    ///
    /// When the handle cannot name so many, when `T` is aligned to more than a page, or when the system refuses: there are
    /// 2^47 bytes of addresses on most machines, the process may have a limit (`ulimit -v`), and a system that is set up
    /// never to promise memory that it does not have (`vm.overcommit_memory = 2`) counts the whole range at once.
    ///
    /// [`AddressSpace`] has an option for huge pages.
    ///
    /// ```
    /// let arena = arenas::FastArena::reserve_address_space(1_000_000_000)?;
    /// let index = arena.alloc(7_u64);
    /// assert_eq!((arena[index], arena.capacity()), (7, 1_000_000_000));
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "mmap")))]
    pub fn reserve_address_space(max_slots: usize) -> Result<Self, AllocError> {
        Self::reserve_address_space_with_index(max_slots)
    }
}

impl<T, I: ArenaIdx> FastArena<T, I> {
    /// Makes an empty arena of 64 slots, with handles of type `I`.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had.
    ///
    /// ```
    /// use arenas::{FastArena, Stamped};
    ///
    /// let mut arena: FastArena<&str, Stamped<&str>> = FastArena::with_index();
    /// let old = arena.alloc("old");
    /// arena.reset();
    /// arena.alloc("new");
    /// assert_eq!(arena.try_get(old), None);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_index() -> Self {
        Self::with_capacity_and_index(FastArena::<T>::DEFAULT_CAPACITY.min(I::MAX_SLOTS))
    }

    /// Makes an empty arena of exactly `capacity` slots, with handles of type `I`.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many; see
    /// [`try_with_capacity_and_index`](Self::try_with_capacity_and_index).
    #[must_use]
    #[track_caller]
    pub fn with_capacity_and_index(capacity: usize) -> Self {
        Self::try_with_capacity_and_index(capacity)
            .or_panic("FastArena", || Shortage::Slots { asked: capacity, capacity: 0 })
    }

    /// Makes an empty arena of exactly `capacity` slots, with handles of type `I`.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many.
    pub fn try_with_capacity_and_index(capacity: usize) -> Result<Self, AllocError> {
        Self::of_source(capacity, Source::Heap)
    }

    /// As [`reserve_address_space`](FastArena::reserve_address_space), with handles of type `I`.
    ///
    /// # Errors
    ///
    /// The same.
    #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "mmap")))]
    pub fn reserve_address_space_with_index(max_slots: usize) -> Result<Self, AllocError> {
        AddressSpace::new(max_slots).reserve()
    }

    pub(super) fn of_source(capacity: usize, source: Source) -> Result<Self, AllocError> {
        if capacity > I::MAX_SLOTS {
            return Err(AllocError::LIMIT);
        }
        let slots = Slots::new(capacity, source)?;
        let mut generations = Generations::new();
        generations.start::<I::Stamp>();
        Ok(Self { slots, generations, index: PhantomData })
    }

    /// How many slots there are, used or not. Exact, also for zero-sized values.
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.slots.capacity()
    }

    /// Stores a value and names it. Lock-free: one atomic addition.
    ///
    /// # Panics
    ///
    /// When all slots are taken ("arena full"); see [`try_alloc`](Self::try_alloc).
    #[inline]
    #[track_caller]
    pub fn alloc(&self, value: T) -> I {
        self.try_alloc(value).or_panic(FULL, || self.shortage(1))
    }

    /// Stores a value and names it. Lock-free: one atomic addition.
    ///
    /// # Errors
    ///
    /// When all slots are taken; with the value.
    ///
    /// ```
    /// let mut arena = arenas::FastArena::with_capacity(1);
    /// arena.alloc("first");
    /// let rejected = arena.try_alloc("second").unwrap_err();
    /// arena.grow();
    /// arena.alloc(rejected.into_inner());
    /// assert_eq!(arena.as_slice(), ["first", "second"]);
    /// ```
    #[inline]
    pub fn try_alloc(&self, value: T) -> Result<I, Rejected<T>> {
        match self.slots.claim_quickly(const { slot_mask::<I>() }) {
            Some(run) => self.store(run, value),
            None => self.try_alloc_slowly(value),
        }
    }

    #[cold]
    #[inline(never)]
    fn try_alloc_slowly(&self, value: T) -> Result<I, Rejected<T>> {
        match self.slots.claim_slowly() {
            Some(run) => self.store(run, value),
            None => Err(Rejected::new(value, self.full(1))),
        }
    }

    /// Stores a value into a claimed slot.
    #[inline]
    fn store(&self, mut run: Run<'_, T>, value: T) -> Result<I, Rejected<T>> {
        let Some(index) = self.handle(run.slot()) else {
            return Err(Rejected::new(value, AllocError::LIMIT));
        };
        match run.push(value) {
            Ok(()) => Ok(index),
            Err(value) => Err(Rejected::new(value, self.full(1))),
        }
    }

    /// Stores the value that a closure makes of the handle that will name it: a value may hold its own handle.
    ///
    /// The closure may allocate in the same arena. When it panics, the slot becomes a hole that a later allocation
    /// takes; with checked handles it stays empty until the arena is reset or rolled back, because the closure may have
    /// kept its handle.
    ///
    /// # Panics
    ///
    /// When all slots are taken; see [`try_alloc_with`](Self::try_alloc_with).
    ///
    /// ```
    /// use arenas::{FastArena, Idx};
    ///
    /// struct Node { representative: Idx<Node> }
    ///
    /// let nodes = FastArena::new();
    /// let index = nodes.alloc_with(|index| Node { representative: index });
    /// assert_eq!(nodes[index].representative, index);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_with(&self, make: impl FnOnce(I) -> T) -> I {
        self.try_alloc_with(make).or_panic(FULL, || self.shortage(1))
    }

    /// Stores the value that a closure makes of the handle that will name it.
    ///
    /// # Errors
    ///
    /// When all slots are taken; with the closure, which has not run.
    #[inline]
    pub fn try_alloc_with<F: FnOnce(I) -> T>(&self, make: F) -> Result<I, Rejected<F>> {
        let Some(run) = self.slots.claim() else {
            return Err(Rejected::new(make, self.full(1)));
        };
        let Some(index) = self.handle(run.slot()) else {
            return Err(Rejected::new(make, AllocError::LIMIT));
        };
        let promise = Promise::<T, I>::new(run);
        promise.keep(make(index));
        Ok(index)
    }

    /// Collects the items of an iterator, stores them in contiguous slots in one step, and names the first; `None` when
    /// there is none.
    ///
    /// Nobody else's values come between them. When the iterator panics, nothing is stored.
    ///
    /// # Panics
    ///
    /// When there are fewer contiguous slots; see [`try_alloc_extend`](Self::try_alloc_extend).
    #[track_caller]
    pub fn alloc_extend<It: IntoIterator<Item = T>>(&self, items: It) -> Option<I> {
        let mut asked = 0;
        let stored = self.collect(items.into_iter()).and_then(|items| {
            asked = items.len();
            self.store_all(items)
        });
        stored.or_panic(FULL, || self.shortage(asked))
    }

    /// Collects the items of an iterator, stores them in contiguous slots in one step, and names the first; `None` when
    /// there is none.
    ///
    /// # Errors
    ///
    /// When there are fewer contiguous slots; with all items. Out of memory, when there is none to collect them in; with
    /// those that were collected. Nothing is stored then.
    pub fn try_alloc_extend<It: IntoIterator<Item = T>>(&self, items: It) -> Result<Option<I>, Rejected<Vec<T>>> {
        self.collect(items.into_iter()).and_then(|items| self.store_all(items))
    }

    /// All items, whatever the iterator says of their number: more than could be stored is not believed.
    ///
    /// # Errors
    ///
    /// Out of memory, with the items so far.
    fn collect(&self, mut items: impl Iterator<Item = T>) -> Result<Vec<T>, Rejected<Vec<T>>> {
        let mut all = Vec::new();
        let expected = items.size_hint().0.min(self.capacity().saturating_sub(self.slots.end()));
        // When there is no room for as many as are announced, there may be for as many as there are.
        let _ = all.try_reserve_exact(expected);
        let whole = loop {
            // Room comes first, so that no item is taken which could not be given back; unless there should be no more.
            let full = all.len() == all.capacity();
            if full && items.size_hint().1 != Some(0) && all.try_reserve(1).is_err() {
                break false;
            }
            let Some(item) = items.next() else { break true };
            if all.len() == all.capacity() && all.try_reserve(1).is_err() {
                break false;
            }
            if let Some(vacancy) = Vacancy::of(&mut all, usize::MAX) {
                vacancy.fill(item);
            }
        };
        // Before the values are on their way out: should its destructor panic then, nobody would drop them.
        drop(items);
        if whole { Ok(all) } else { Err(Rejected::new(all, AllocError::OUT_OF_MEMORY)) }
    }

    fn store_all(&self, items: Vec<T>) -> Result<Option<I>, Rejected<Vec<T>>> {
        let asked = items.len();
        if asked == 0 {
            return Ok(None);
        }
        let Some(run) = self.slots.claim_exactly(asked) else {
            return Err(Rejected::new(items, self.full(asked)));
        };
        if self.range(&(run.slot()..run.slot() + asked)).is_none() {
            return Err(Rejected::new(items, AllocError::LIMIT));
        }
        let filled = run.push_all(items.into_iter());
        Ok(self.handle(filled.start))
    }

    /// Stores the items of an iterator of known length in contiguous slots, and names them all.
    ///
    /// The slots are wholly the caller's, also under contention, and the values become visible together with the
    /// result. Too few items give a shorter range; a surplus is not taken. When the iterator panics, what it gave before is
    /// dropped, and the slots are free again. It may allocate in the same arena.
    ///
    /// Two or more items need contiguous slots at the end of the arena; holes are not searched for a place.
    ///
    /// # Panics
    ///
    /// When there are fewer contiguous slots; see [`try_alloc_batch`](Self::try_alloc_batch).
    ///
    /// ```
    /// let arena = arenas::FastArena::new();
    /// let children = arena.alloc_batch(["a", "b", "c"]);
    /// assert_eq!(arena[children], ["a", "b", "c"]);
    /// ```
    #[track_caller]
    pub fn alloc_batch<It>(&self, items: It) -> IdxRange<I>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        let asked = items.len();
        self.try_alloc_batch(items).or_panic(FULL, || self.shortage(asked))
    }

    /// Stores the items of an iterator of known length in contiguous slots, and names them all.
    ///
    /// # Errors
    ///
    /// When there are fewer contiguous slots; with the iterator, of which nothing was taken.
    pub fn try_alloc_batch<It>(&self, items: It) -> Result<IdxRange<I>, Rejected<It::IntoIter>>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        let asked = items.len();
        let Some(run) = self.slots.claim_exactly(asked) else {
            return Err(Rejected::new(items, self.full(asked)));
        };
        if self.range(&(run.slot()..run.slot() + asked)).is_none() {
            return Err(Rejected::new(items, AllocError::LIMIT));
        }
        let filled = run.push_all(items);
        // A part of a range that can be named can be named.
        Ok(self.range(&filled).unwrap_or_default())
    }

    /// Takes a slot now, to be filled later.
    ///
    /// For values that refer to each other in a circle: the handle exists before the value. Dropped unfilled, the slot
    /// becomes a hole that a later allocation takes.
    ///
    /// # Panics
    ///
    /// When all slots are taken; see [`try_reserve`](Self::try_reserve).
    ///
    /// ```
    /// use arenas::{FastArena, Idx};
    ///
    /// struct Node { next: Idx<Node> }
    ///
    /// let ring = FastArena::new();
    /// let first = ring.reserve();
    /// let second = ring.alloc(Node { next: first.index() });
    /// let first = first.fill(Node { next: second });
    /// assert_eq!(ring[ring[first].next].next, first);
    /// ```
    #[inline]
    #[track_caller]
    pub fn reserve(&self) -> Reserved<'_, T, I> {
        self.try_reserve().or_panic(FULL, || self.shortage(1))
    }

    /// Takes a slot now, to be filled later.
    ///
    /// # Errors
    ///
    /// When all slots are taken.
    #[inline]
    pub fn try_reserve(&self) -> Result<Reserved<'_, T, I>, AllocError> {
        let run = self.slots.claim().ok_or_else(|| self.full(1))?;
        let index = self.handle(run.slot()).ok_or(AllocError::LIMIT)?;
        Ok(Reserved::new(run, index))
    }

    /// Makes a writer, which takes slots in runs of 64 and fills them without further contention.
    ///
    /// One per thread, for whoever allocates in a loop. It takes its first run when it first allocates.
    ///
    /// What a writer has taken and not yet filled is not there for others, so near the capacity an allocation may be
    /// refused although slots are empty: where several write at once, have a run more for each than there are values.
    ///
    /// ```
    /// let arena = arenas::FastArena::with_capacity(10_000);
    /// std::thread::scope(|scope| {
    ///     for _ in 0..4 {
    ///         scope.spawn(|| {
    ///             let writer = arena.writer();
    ///             for n in 0..1000 {
    ///                 let index = writer.alloc(n);
    ///                 assert_eq!(arena[index], n);
    ///             }
    ///         });
    ///     }
    /// });
    /// assert_eq!(arena.iter_complete().count(), 4000);
    /// ```
    #[inline]
    #[must_use]
    pub fn writer(&self) -> Writer<'_, T, I> {
        self.writer_with_run(RUN)
    }

    /// Makes a writer that takes `run` slots at once; at least 1.
    ///
    /// Longer runs mean less contention, and more slots that are not in use while the writer lives. For values that other
    /// threads write beside it, a run should cover a few cache lines.
    #[inline]
    #[must_use]
    pub fn writer_with_run(&self, run: usize) -> Writer<'_, T, I> {
        Writer::new(self, run)
    }

    /// The value of a handle. Wait-free: one comparison in the steady state.
    ///
    /// # Panics
    ///
    /// Where [`try_get`](Self::try_get) is `None`: the message says whether the index is out of bounds, its slot is not
    /// yet written, or the handle is stale or foreign.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn get(&self, index: I) -> &T {
        match self.try_get(index) {
            Some(value) => value,
            None => invalid(index.slot(), self.slots.end(), self.made(index)),
        }
    }

    /// The value of a handle; `None` when its slot holds none (yet), or (checked handles) it is stale or foreign.
    /// Wait-free: one comparison in the steady state.
    #[inline]
    #[must_use]
    pub fn try_get(&self, index: I) -> Option<&T> {
        let value = self.slots.get_before(index.past())?;
        self.made(index).then_some(value)
    }

    /// The values of a range of handles; `None` when one of them is not valid.
    ///
    /// The panicking form is `&arena[range]`.
    #[inline]
    #[must_use]
    pub fn try_get_range(&self, range: IdxRange<I>) -> Option<&[T]> {
        if self.made_range(range) { self.slots.get_range(range.slots()) } else { None }
    }

    /// The handle of a slot that holds a value.
    pub(crate) fn index_of(&self, slot: usize) -> Option<I> {
        self.slots.get(slot)?;
        I::from_slot(slot, self.generations.stamp_of(slot))
    }

    /// The number of the generation that filled a slot, as its checked handle carries it; `None` where it holds nothing.
    pub(crate) fn generation(&self, slot: usize) -> Option<u32> {
        self.slots.get(slot).map(|_| self.generations.stamp_of::<I::Stamp>(slot).number())
    }

    /// Whether the handle names a value of this arena. Wait-free.
    ///
    /// A plain handle is valid when its slot holds a value, whoever made it; a checked one only when this arena made it
    /// and the value is still there.
    #[inline]
    #[must_use]
    pub fn is_valid(&self, index: I) -> bool {
        self.try_get(index).is_some()
    }

    /// The length of [`as_slice`](Self::as_slice). Only grows while the arena is shared.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether [`as_slice`](Self::as_slice) is empty.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values of the contiguous prefix of complete slots.
    ///
    /// Only grows while the arena is shared. It is everything when no allocation is in flight, no writer lives, and
    /// there is no hole.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        self.slots.as_slice()
    }

    /// Iterates over [`as_slice`](Self::as_slice).
    #[inline]
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.as_slice().iter()
    }

    /// Iterates over handles and values of [`as_slice`](Self::as_slice).
    #[inline]
    pub fn iter_indexed(&self) -> IterIndexed<'_, T, I> {
        IterIndexed::new(self.as_slice(), &self.generations)
    }

    /// Iterates over the handles of [`as_slice`](Self::as_slice).
    #[inline]
    pub fn indices(&self) -> Indices<'_, I> {
        Indices::new(0..self.len(), &self.generations)
    }

    /// Iterates over handle and value of every complete slot, also beyond a hole, in slot order.
    ///
    /// Others may allocate meanwhile: slots beyond the last one that was claimed when it began are not visited.
    ///
    /// ```
    /// let arena = arenas::FastArena::new();
    /// let hole = arena.reserve();
    /// arena.alloc("beyond");
    /// assert_eq!(arena.len(), 0);
    /// assert_eq!(arena.iter_complete().map(|(_, value)| *value).collect::<Vec<_>>(), ["beyond"]);
    /// # drop(hole);
    /// ```
    #[inline]
    pub fn iter_complete(&self) -> CompleteIter<'_, T, I> {
        CompleteIter::new(self.slots.complete(), &self.generations)
    }

    /// The current length, to [roll back](Self::rollback) to. Wait-free.
    ///
    /// While others write, it records the complete prefix: what they finish later counts as allocated after it.
    #[inline]
    pub fn checkpoint(&self) -> Checkpoint<I> {
        self.generations.checkpoint(self.len())
    }

    /// Whether [`rollback`](Self::rollback) would take this checkpoint.
    ///
    /// # Errors
    ///
    /// When it is of another arena, beyond the current length, or of a branch that was rolled back since.
    pub fn validate_checkpoint(&self, checkpoint: Checkpoint<I>) -> Result<(), CheckpointError> {
        self.generations.check(checkpoint, self.len())
    }

    /// What the arena holds now, in bytes. O(1).
    ///
    /// `used` are the slots that are taken, whether written yet or not, without the holes, and `allocations` is their
    /// number; `metadata` is the states of all slots and the list of what was rolled back. Of
    /// [reserved addresses](FastArena::reserve_address_space) only what was ever used counts, in whole pages.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let (taken, peak) = self.slots.taken_and_peak();
        let used = taken * size_of::<T>();
        let (values, states) = self.slots.held(taken);
        Stats::of(used, 0, values - used, states + self.generations.heap_bytes())
            .with_peak(peak * size_of::<T>())
            .with_allocations(taken as u64)
            .with_chunks(usize::from(values > 0) + usize::from(states > 0))
    }

    /// The handle of a slot that is being filled now.
    #[inline]
    pub(super) fn handle(&self, slot: usize) -> Option<I> {
        self.handle_before(slot + 1)
    }

    /// [`handle`](Self::handle) of the slot before `past`.
    #[inline]
    pub(super) fn handle_before(&self, past: usize) -> Option<I> {
        I::from_past(past, self.generations.stamp())
    }

    #[inline]
    fn range(&self, slots: &Range<usize>) -> Option<IdxRange<I>> {
        IdxRange::from_slots(slots.start, slots.len(), self.generations.stamp())
    }

    /// The slots, for those who fill them.
    #[inline]
    pub(super) fn slots(&self) -> &Slots<T> {
        &self.slots
    }

    #[inline]
    fn made(&self, index: I) -> bool {
        self.made_at(index.slot(), index.stamp())
    }

    /// Whether a handle of this slot and stamp is this arena's.
    #[inline]
    pub(super) fn made_at(&self, slot: usize, stamp: I::Stamp) -> bool {
        self.generations.made(slot, stamp)
    }

    /// Whether the ends of the range have the right stamp. Both have the same one, so that what is between has it too.
    #[inline]
    fn made_range(&self, range: IdxRange<I>) -> bool {
        let made = |index: Option<I>| index.is_none_or(|index| self.made(index));
        !I::Stamp::CHECKED || (made(range.first()) && made(range.last()))
    }

    /// Why `asked` slots are not to be had.
    #[cold]
    pub(super) fn full(&self, asked: usize) -> AllocError {
        if self.capacity() == I::MAX_SLOTS || asked > I::MAX_SLOTS { AllocError::LIMIT } else { AllocError::CAPACITY }
    }

    #[cold]
    pub(super) fn shortage(&self, asked: usize) -> Shortage {
        Shortage::Slots { asked, capacity: self.capacity() }
    }
}

/// What the panic of a full arena begins with.
pub(super) const FULL: &str = "FastArena: arena full";

/// Panics because a handle names nothing in an arena of which the slots below `end` are taken.
///
/// Out of line and by value, so that nothing is spilled where the handle is good.
#[cold]
#[inline(never)]
#[track_caller]
fn invalid(slot: usize, end: usize, made: bool) -> ! {
    if !made {
        panic!("FastArena: stale or foreign index: slot {slot} is not filled under its stamp ({end} slots in use)");
    }
    if slot < end {
        panic!("FastArena: slot {slot} is not yet written ({end} slots in use)");
    }
    panic!("FastArena: index out of bounds: the index is {slot}, but {end} slots are in use");
}

/// Panics because a range of handles names slots that do not all hold values.
#[cold]
#[inline(never)]
#[track_caller]
fn invalid_slots<S: IdxStamp>(slots: &Range<usize>, end: usize, made: bool) -> ! {
    if made && slots.end <= end {
        panic!("FastArena: slots {}..{} are not yet written, or not all of them", slots.start, slots.end);
    }
    invalid_range::<S>(slots.start, slots.end, end)
}
