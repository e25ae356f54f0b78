//! A lock for steps that are rare and short.
//!
//! It spins, and yields to the scheduler where there is one (`std`). Not the lock of `std`, because that one takes memory
//! from the global allocator on some platforms, and what it guards here may be the global allocator.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};

use crate::sync::{AtomicBool, Ordering, Tracked};

/// A value that one thread at a time may use.
pub(crate) struct Lock<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
    seen: Tracked,
}

// SAFETY: the lock gives the value to one thread at a time. A `T` that only its owner may use elsewhere is the owner's
// business: it says so in its own `unsafe impl Sync`.
unsafe impl<T: Send> Sync for Lock<T> {}

impl<T> Lock<T> {
    #[cfg(not(arenas_loom))]
    pub(crate) const fn new(value: T) -> Self {
        Self { taken: AtomicBool::new(false), value: UnsafeCell::new(value), seen: Tracked::new() }
    }

    #[cfg(arenas_loom)]
    pub(crate) fn new(value: T) -> Self {
        Self { taken: AtomicBool::new(false), value: UnsafeCell::new(value), seen: Tracked::new() }
    }

    /// Waits for the lock.
    pub(crate) fn lock(&self) -> Guard<'_, T> {
        // ORDERING: acquire pairs with the release of the former holder, whose accesses to the value happen before.
        while self.taken.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            wait();
        }
        self.seen.note_write();
        Guard { lock: self }
    }
}

#[cfg(arenas_loom)]
fn wait() {
    loom::thread::yield_now();
}

#[cfg(not(arenas_loom))]
#[cold]
fn wait() {
    #[cfg(feature = "std")]
    std::thread::yield_now();
    #[cfg(not(feature = "std"))]
    core::hint::spin_loop();
}

/// Has the value until it is dropped.
pub(crate) struct Guard<'a, T> {
    lock: &'a Lock<T>,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock, so that no other thread uses the value.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and the guard is borrowed exclusively.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        self.lock.seen.note_write();
        // ORDERING: release, see `lock`.
        self.lock.taken.store(false, Ordering::Release);
    }
}

#[cfg(all(test, feature = "std", not(arenas_loom)))]
mod tests {
    use super::*;

    #[test]
    fn threads_take_turns() {
        let lock = Lock::new(0u32);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        let mut guard = lock.lock();
                        *guard = guard.wrapping_add(1);
                    }
                });
            }
        });
        assert_eq!(*lock.lock(), 4000);
    }
}
