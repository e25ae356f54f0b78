//! The only door to atomics: those of `core`, or loom's under `cfg(arenas_loom)`.
//!
//! Model checking sees only what goes through here, so nothing else in the crate names `core::sync::atomic`.
//!
//! Values live in raw memory that loom knows nothing of. Code that reads or writes such memory between threads also
//! notes it on a [`Tracked`]: nothing in an ordinary build, and under loom a cell whose accesses must be ordered, so
//! that a weakened ordering is reported as the data race that it is.

#[cfg(not(arenas_loom))]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering};

#[cfg(arenas_loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering};

/// A counter that only hands out unique numbers. No memory is published with it, so that there is nothing in it for the
/// model checker, and it can be a static also under loom.
pub(crate) use core::sync::atomic::AtomicUsize as CounterUsize;

/// Tells the model checker of accesses to memory that it does not see.
#[cfg(not(arenas_loom))]
#[derive(Debug, Default)]
pub(crate) struct Tracked;

#[cfg(not(arenas_loom))]
impl Tracked {
    pub(crate) const fn new() -> Self {
        Self
    }

    /// The memory is read here.
    #[inline(always)]
    pub(crate) fn note_read(&self) {}

    /// The memory is written here.
    #[inline(always)]
    pub(crate) fn note_write(&self) {}
}

/// Tells the model checker of accesses to memory that it does not see.
#[cfg(arenas_loom)]
#[derive(Debug)]
pub(crate) struct Tracked(loom::cell::UnsafeCell<()>);

#[cfg(arenas_loom)]
impl Default for Tracked {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(arenas_loom)]
impl Tracked {
    pub(crate) fn new() -> Self {
        Self(loom::cell::UnsafeCell::new(()))
    }

    /// The memory is read here.
    #[track_caller]
    pub(crate) fn note_read(&self) {
        self.0.with(|_| ());
    }

    /// The memory is written here.
    #[track_caller]
    pub(crate) fn note_write(&self) {
        self.0.with_mut(|_| ());
    }
}

/// How many stamps a [`Stamps`] takes from the process at once, as a power of two.
const RUN_BITS: u32 = 6;

/// A source of numbers that no other source in this process gives.
///
/// It takes runs of numbers from one counter, so that threads which each have a source of their own do not meet on
/// it. The numbers repeat after 2^58 runs on a 64-bit machine, and after 2^32 on a 32-bit
/// one.
#[derive(Debug)]
pub(crate) struct Stamps {
    /// The next number; a multiple of the run length when the run is used up.
    next: u64,
}

impl Stamps {
    pub(crate) const fn new() -> Self {
        Self { next: 0 }
    }

    /// The next number, never 0.
    #[inline]
    pub(crate) fn next(&mut self) -> u64 {
        if self.next & ((1 << RUN_BITS) - 1) == 0 {
            self.next = Self::fresh_run();
        }
        let stamp = self.next;
        self.next += 1;
        stamp
    }

    #[cold]
    fn fresh_run() -> u64 {
        static RUNS: CounterUsize = CounterUsize::new(1);
        // ORDERING: relaxed. Nothing is published through the number; a read-modify-write never gives it twice.
        let run = RUNS.fetch_add(1, Ordering::Relaxed) as u64;
        // The first number of a run is left out: it would look like the end of the one before.
        (run << RUN_BITS) | 1
    }
}
