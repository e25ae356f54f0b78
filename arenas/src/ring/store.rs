//! Single values in a ring, each in an owned handle.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use super::RingAl;
use crate::error::{AllocError, Rejected};
use crate::raw::elements::Single;
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::guards::{self, Chain};
use crate::stats::Stats;

/// A ring with room for a number of values of type `T`, each handed out as an owned [`RingBox`].
///
/// A slot is taken when a value comes and free when its box is dropped, on whichever thread. Boxes do not borrow the
/// store and may outlive it. All slots are of the same size, so any free one will do, and the capacity is exact.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use arenas::RingStore;
///
/// let packets = RingStore::<Vec<u8>>::new(2);
/// let first = packets.alloc(vec![1]).unwrap();
/// let second = packets.alloc(vec![2]).unwrap();
/// let refused = packets.alloc(vec![3]).unwrap_err();
/// assert_eq!(refused.into_inner(), [3]);
/// drop(first);
/// assert_eq!(*packets.alloc(vec![4]).unwrap(), [4]);
/// # }
/// ```
pub struct RingStore<T> {
    ring: RingAl,
    values: PhantomData<fn(T) -> T>,
}

impl<T> RingStore<T> {
    /// A store for exactly `slots` values.
    ///
    /// # Panics
    ///
    /// When that is more than 64 GiB or more than the system gives; [`try_new`](Self::try_new) does not panic.
    #[must_use]
    #[track_caller]
    pub fn new(slots: usize) -> Self {
        Self::try_new(slots).or_panic("RingStore", || Shortage::values::<T>(slots, 0))
    }

    /// [`new`](Self::new), or an error.
    ///
    /// # Errors
    ///
    /// A layout overflow, a limit above 64 GiB, or out of memory.
    pub fn try_new(slots: usize) -> Result<Self, AllocError> {
        let units = guards::units_of_records(slots, size_of::<T>(), align_of::<T>())?;
        let chain = Chain::new(units, align_of::<T>(), align_of::<T>())?;
        Ok(Self { ring: RingAl::of(chain), values: PhantomData })
    }

    /// The same as [`new`](Self::new), under the name that all stores have.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    #[must_use]
    #[track_caller]
    pub fn with_capacity(slots: usize) -> Self {
        Self::new(slots)
    }

    /// The same as [`try_new`](Self::try_new), under the name that all stores have.
    ///
    /// # Errors
    ///
    /// As [`try_new`](Self::try_new).
    pub fn try_with_capacity(slots: usize) -> Result<Self, AllocError> {
        Self::try_new(slots)
    }

    /// Moves a value into a free slot.
    ///
    /// It does not panic: a full ring is an ordinary event, which the caller decides about.
    ///
    /// # Errors
    ///
    /// The value comes back when all slots are taken.
    #[inline]
    pub fn alloc(&self, value: T) -> Result<RingBox<T>, Rejected<T>> {
        Ok(RingBox { value: Single::new(&self.ring.chain, value)? })
    }

    /// The same as [`alloc`](Self::alloc), under the name that the fallible method has in every allocator.
    ///
    /// # Errors
    ///
    /// As [`alloc`](Self::alloc).
    #[inline]
    pub fn try_alloc(&self, value: T) -> Result<RingBox<T>, Rejected<T>> {
        self.alloc(value)
    }

    /// What is used and what is free, by a walk over all slots. See [`RingAl::stats`].
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.ring.stats()
    }

    /// Walks all guards and verifies that the chain closes inside the block. For tests.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn check(&self) {
        self.ring.check();
    }
}

/// A store for 1024 values.
impl<T> Default for RingStore<T> {
    fn default() -> Self {
        Self::new(1024)
    }
}

impl<T> fmt::Debug for RingStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RingStore").field("ring", &self.ring).finish()
    }
}

/// An owned value in the slot of a [`RingStore`], one pointer wide.
///
/// Dropped on any thread, it drops its value, then gives the slot back; also when the destructor panics.
pub struct RingBox<T> {
    value: Single<T>,
}

impl<T> RingBox<T> {
    /// Moves the value out and gives the slot back.
    #[inline]
    #[must_use]
    pub fn into_inner(boxed: Self) -> T {
        boxed.value.into_inner()
    }
}

impl<T> Deref for RingBox<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.value.get()
    }
}

impl<T> DerefMut for RingBox<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T> AsRef<T> for RingBox<T> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T> AsMut<T> for RingBox<T> {
    #[inline]
    fn as_mut(&mut self) -> &mut T {
        self
    }
}

impl<T: fmt::Debug> fmt::Debug for RingBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: fmt::Display> fmt::Display for RingBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl<T: PartialEq> PartialEq for RingBox<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for RingBox<T> {}
