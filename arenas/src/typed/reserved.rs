//! Slots that are taken before their value exists.

use core::fmt;
use core::marker::PhantomData;

use super::idx::{ArenaIdx, Idx, IdxStamp};
use crate::raw::slots::Run;
use crate::sync::{AtomicU8, Ordering};

/// A claimed slot whose handle somebody has seen.
///
/// Dropped unfilled, the slot is given back, unless handles are checked: one that was kept would become valid for
/// another value then. Such a slot stays empty until the arena begins a new generation.
pub(super) struct Promise<'a, T, I: ArenaIdx> {
    run: Run<'a, T>,
    index: PhantomData<fn() -> I>,
}

impl<'a, T, I: ArenaIdx> Promise<'a, T, I> {
    #[inline]
    pub(super) fn new(run: Run<'a, T>) -> Self {
        Self { run, index: PhantomData }
    }

    /// Fills the slot.
    #[inline]
    pub(super) fn keep(mut self, value: T) {
        let filled = self.run.push(value);
        debug_assert!(filled.is_ok(), "a promise has a slot");
    }
}

impl<T, I: ArenaIdx> Drop for Promise<'_, T, I> {
    #[inline]
    fn drop(&mut self) {
        if I::Stamp::CHECKED {
            self.run.abandon_next();
        }
    }
}

/// A slot of a [`FastArena`](crate::FastArena) that is taken and not filled yet; see
/// [`reserve`](crate::FastArena::reserve).
///
/// `Send` and `Sync` where `T` is both.
#[must_use = "a reserved slot that is dropped unfilled becomes a hole"]
pub struct Reserved<'a, T, I: ArenaIdx = Idx<T>> {
    run: Run<'a, T>,
    index: I,
    /// Not 0 when somebody has seen the handle.
    seen: AtomicU8,
}

impl<'a, T, I: ArenaIdx> Reserved<'a, T, I> {
    pub(super) fn new(run: Run<'a, T>, index: I) -> Self {
        Self { run, index, seen: AtomicU8::new(0) }
    }

    /// The handle that will name the value. Until it is filled, the handle is not valid.
    ///
    /// When the slot is dropped unfilled after this was asked for, and handles are checked, the slot stays empty until
    /// the arena is reset or rolled back, so that the handle never names another value.
    #[inline]
    #[must_use]
    pub fn index(&self) -> I {
        if I::Stamp::CHECKED {
            // ORDERING: relaxed; it is read under `&mut` only.
            self.seen.store(1, Ordering::Relaxed);
        }
        self.index
    }

    /// Stores the value, and names it.
    #[inline]
    pub fn fill(mut self, value: T) -> I {
        let filled = self.run.push(value);
        debug_assert!(filled.is_ok(), "a reservation has a slot");
        self.index
    }
}

impl<T, I: ArenaIdx> Drop for Reserved<'_, T, I> {
    #[inline]
    fn drop(&mut self) {
        // ORDERING: relaxed, the borrow is exclusive.
        if I::Stamp::CHECKED && self.seen.load(Ordering::Relaxed) != 0 {
            self.run.abandon_next();
        }
    }
}

impl<T, I: ArenaIdx> fmt::Debug for Reserved<'_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reserved").field(&self.index).finish()
    }
}
