//! `Writer`: one thread's way into a `FastArena`, a run of slots at a time.

use core::fmt;

use super::fast::{FULL, FastArena};
use super::idx::{ArenaIdx, Idx, IdxStamp, slot_mask};
use crate::error::{AllocError, Rejected};
use crate::raw::fallibility::OrPanic;
use crate::raw::slots::{NextSlot, OpenRun, Run};

/// Fills slots of a [`FastArena`] that it takes in runs; see [`FastArena::writer`].
///
/// ```text
///   slots   │ a │ a │ a │   │   ║ b │ b │   │   │   ║ ...
///           └─── run of A ──────╨──── run of B ─────┘
///                         ▲               ▲
///                      A is here       B is here        no two writers touch the same cache lines for long
/// ```
///
/// An allocation is a comparison, the value, and the byte of its state; every run costs one compare-exchange. Handles
/// ascend within a run. A run is cut short at the capacity, and where there are holes it is one of them.
///
/// When the writer goes, the slots that it did not use go back: to the end of the arena when its run is the last, and
/// else they become holes, which later allocations take first. Until then [`as_slice`](FastArena::as_slice) ends before
/// them.
///
/// Slots that a writer has taken and not used yet are nobody else's: leave room for one run per writer, or an arena that is
/// almost full refuses one thread while the writer of another still has some.
///
/// One thread at a time: it is `Send` where `T` is `Send` and `Sync`, and never `Sync`. All methods take `&self`, so that a
/// constructor that runs in [`alloc_with`](Self::alloc_with) may use the same writer.
pub struct Writer<'a, T, I = Idx<T>> {
    arena: &'a FastArena<T, I>,
    run: OpenRun<'a, T>,
    run_len: usize,
}

impl<'a, T, I: ArenaIdx> Writer<'a, T, I> {
    #[inline]
    pub(super) fn new(arena: &'a FastArena<T, I>, run_len: usize) -> Self {
        Self { arena, run: OpenRun::new(arena.slots()), run_len: run_len.max(1) }
    }

    /// The arena that it writes into.
    #[inline]
    #[must_use]
    pub fn arena(&self) -> &'a FastArena<T, I> {
        self.arena
    }

    /// How many slots are left in the current run.
    #[inline]
    #[must_use]
    pub fn remaining_in_run(&self) -> usize {
        self.run.len()
    }

    /// Gives the slots back that it has taken and not used.
    pub fn flush(&self) {
        self.run.replace(self.arena.slots().no_run());
    }

    /// Stores a value and names it.
    ///
    /// # Panics
    ///
    /// When all slots are taken ("arena full"); see [`try_alloc`](Self::try_alloc).
    #[inline]
    #[track_caller]
    pub fn alloc(&self, value: T) -> I {
        self.try_alloc(value).or_panic(FULL, || self.arena.shortage(1))
    }

    /// Stores a value and names it.
    ///
    /// # Errors
    ///
    /// When all slots are taken; with the value.
    #[inline]
    pub fn try_alloc(&self, value: T) -> Result<I, Rejected<T>> {
        let next = match self.next_slot() {
            Ok(next) => next,
            Err(error) => return Err(Rejected::new(value, error)),
        };
        let Some(index) = self.arena.handle_before(next.past()) else {
            return Err(Rejected::new(value, AllocError::LIMIT));
        };
        match next.fill(value) {
            Ok(()) => Ok(index),
            Err(value) => Err(Rejected::new(value, AllocError::CAPACITY)),
        }
    }

    /// Stores a value in a slot below `limit`, and gives the slot. Whoever goes by it need not believe the handle type.
    #[inline]
    pub(super) fn try_alloc_slot(&self, value: T, limit: usize) -> Result<usize, Rejected<T>> {
        let next = match self.next_slot() {
            Ok(next) => next,
            Err(error) => return Err(Rejected::new(value, error)),
        };
        let past = next.past();
        if past > limit {
            return Err(Rejected::new(value, AllocError::LIMIT));
        }
        match next.fill(value) {
            Ok(()) => Ok(past - 1),
            Err(value) => Err(Rejected::new(value, AllocError::CAPACITY)),
        }
    }

    /// Stores the value that a closure makes of the handle that will name it: a value may hold its own handle.
    ///
    /// When the closure panics, nothing is stored; with checked handles the slot stays empty until the arena is reset or
    /// rolled back, because the closure may have kept its handle.
    ///
    /// # Panics
    ///
    /// When all slots are taken; see [`try_alloc_with`](Self::try_alloc_with).
    #[inline]
    #[track_caller]
    pub fn alloc_with(&self, make: impl FnOnce(I) -> T) -> I {
        self.try_alloc_with(make).or_panic(FULL, || self.arena.shortage(1))
    }

    /// Stores the value that a closure makes of the handle that will name it.
    ///
    /// # Errors
    ///
    /// When all slots are taken; with the closure, which has not run.
    #[inline]
    pub fn try_alloc_with<F: FnOnce(I) -> T>(&self, make: F) -> Result<I, Rejected<F>> {
        if let Err(error) = self.ready() {
            return Err(Rejected::new(make, error));
        }
        let Some(index) = self.arena.handle(self.run.slot()) else {
            return Err(Rejected::new(make, AllocError::LIMIT));
        };
        let Some(run) = self.run.take() else {
            return Err(Rejected::new(make, AllocError::CAPACITY));
        };
        let mut promise = Promise { writer: self, run };
        let value = make(index);
        let filled = promise.run.push(value);
        debug_assert!(filled.is_ok(), "there is a slot: its handle was made");
        core::mem::forget(promise);
        Ok(index)
    }

    /// The next slot, in a form from which the compiler sees that it has a handle.
    #[inline]
    fn next_slot(&self) -> Result<NextSlot<'_, 'a, T>, AllocError> {
        match self.run.peek(const { slot_mask::<I>() }) {
            Some(next) => Ok(next),
            None => {
                self.take_run()?;
                self.run.peek(const { slot_mask::<I>() }).ok_or(AllocError::LIMIT)
            }
        }
    }

    /// Sees to it that there is a next slot.
    #[inline]
    fn ready(&self) -> Result<(), AllocError> {
        if self.run.is_empty() { self.take_run() } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn take_run(&self) -> Result<(), AllocError> {
        self.run.replace(self.arena.slots().claim_at_most(self.run_len).ok_or_else(|| self.arena.full(1))?);
        Ok(())
    }
}

/// A slot whose handle a closure has seen, and that is filled when the closure returns.
///
/// When it panics the slot goes back to the writer, unless handles are checked: one that was kept would become valid for
/// another value then.
struct Promise<'w, 'a, T, I: ArenaIdx> {
    writer: &'w Writer<'a, T, I>,
    run: Run<'a, T>,
}

impl<T, I: ArenaIdx> Drop for Promise<'_, '_, T, I> {
    #[inline]
    fn drop(&mut self) {
        if I::Stamp::CHECKED {
            self.run.abandon_next();
        } else {
            self.writer.run.rejoin(&mut self.run);
        }
    }
}

impl<T, I: ArenaIdx> Extend<T> for Writer<'_, T, I> {
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

impl<T, I> fmt::Debug for Writer<'_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("run", &self.run).field("run_len", &self.run_len).finish_non_exhaustive()
    }
}
