//! `Writer`: one thread's way into a `FastArena`, a run of slots at a time.

use core::fmt;

use super::fast::{FULL, FastArena};
use super::idx::{ArenaIdx, Idx, IdxStamp};
use crate::error::{AllocError, Rejected};
use crate::raw::fallibility::OrPanic;
use crate::raw::slots::Run;

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
/// `Send` and `Sync` where `T` is both.
pub struct Writer<'a, T, I = Idx<T>> {
    arena: &'a FastArena<T, I>,
    run: Run<'a, T>,
    run_len: usize,
}

impl<'a, T, I: ArenaIdx> Writer<'a, T, I> {
    #[inline]
    pub(super) fn new(arena: &'a FastArena<T, I>, run_len: usize) -> Self {
        Self { arena, run: arena.slots().no_run(), run_len: run_len.max(1) }
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
    pub fn flush(&mut self) {
        self.run = self.arena.slots().no_run();
    }

    /// Stores a value and names it.
    ///
    /// # Panics
    ///
    /// When all slots are taken ("arena full"); see [`try_alloc`](Self::try_alloc).
    #[inline]
    #[track_caller]
    pub fn alloc(&mut self, value: T) -> I {
        let arena = self.arena;
        self.try_alloc(value).or_panic(FULL, || arena.shortage(1))
    }

    /// Stores a value and names it.
    ///
    /// # Errors
    ///
    /// When all slots are taken; with the value.
    #[inline]
    pub fn try_alloc(&mut self, value: T) -> Result<I, Rejected<T>> {
        let (run, index) = match self.next() {
            Ok(next) => next,
            Err(error) => return Err(Rejected::new(value, error)),
        };
        match run.push(value) {
            Ok(()) => Ok(index),
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
    pub fn alloc_with(&mut self, make: impl FnOnce(I) -> T) -> I {
        let arena = self.arena;
        self.try_alloc_with(make).or_panic(FULL, || arena.shortage(1))
    }

    /// Stores the value that a closure makes of the handle that will name it.
    ///
    /// # Errors
    ///
    /// When all slots are taken; with the closure, which has not run.
    #[inline]
    pub fn try_alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> Result<I, Rejected<F>> {
        let (run, index) = match self.next() {
            Ok(next) => next,
            Err(error) => return Err(Rejected::new(make, error)),
        };
        let skip = Skip { run, checked: I::Stamp::CHECKED };
        let value = make(index);
        let filled = skip.run.push(value);
        debug_assert!(filled.is_ok(), "there is a slot: its handle was made");
        core::mem::forget(skip);
        Ok(index)
    }

    /// A run with a slot, and the handle of that slot.
    #[inline]
    fn next(&mut self) -> Result<(&mut Run<'a, T>, I), AllocError> {
        if self.run.is_empty() {
            self.take_run()?;
        }
        match self.arena.handle(self.run.slot()) {
            Some(index) => Ok((&mut self.run, index)),
            None => Err(AllocError::LIMIT),
        }
    }

    #[cold]
    #[inline(never)]
    fn take_run(&mut self) -> Result<(), AllocError> {
        self.run = self.arena.slots().claim_at_most(self.run_len).ok_or_else(|| self.arena.full(1))?;
        Ok(())
    }
}

/// Passes over a slot whose handle a closure has seen that panicked, where handles are checked.
struct Skip<'r, 'a, T> {
    run: &'r mut Run<'a, T>,
    checked: bool,
}

impl<T> Drop for Skip<'_, '_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.checked {
            self.run.abandon_next();
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
