//! The only door to atomics: those of `core`, or loom's under `cfg(arenas_loom)`.
//!
//! Model checking sees only what goes through here, so nothing else in the crate names `core::sync::atomic`.
//!
//! Values live in raw memory that loom knows nothing of. Code that reads or writes such memory between threads also
//! notes it on a [`Tracked`]: nothing in an ordinary build, and under loom a cell whose accesses must be ordered, so
//! that a weakened ordering is reported as the data race that it is.

#[cfg(not(arenas_loom))]
pub(crate) use core::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

#[cfg(arenas_loom)]
pub(crate) use loom::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

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
