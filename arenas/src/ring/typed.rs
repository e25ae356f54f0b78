//! A vector of fixed capacity in the ring.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Deref, DerefMut};

use crate::error::{AllocError, Rejected};
use crate::raw::elements::Elements;

/// Up to [`capacity`](Self::capacity) values of type `T`, in their order.
///
/// What does not fit comes back. Dropped on any thread, it drops what is left in it, then gives its bytes back to the
/// ring, which need not exist any more; also when a destructor panics. `T` need not be `'static`.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// let ring = arenas::RingAl::new(1024);
/// let mut queue = ring.typed::<u32>(3).unwrap();
/// assert_eq!(queue.push(1), None);
/// assert_eq!(queue.insert(0, 0), None);
/// assert_eq!(queue.insert(9, 7), Some(9)); // beyond the length
/// assert_eq!(queue.push(2), None);
/// assert_eq!(queue.push(3), Some(3)); // full
/// assert_eq!(queue.swap_remove(0), Some(0));
/// assert_eq!(*queue, [2, 1]);
/// # }
/// ```
pub struct TypedBufMut<T> {
    values: Elements<T>,
}

/// The name that [`TypedBufMut`] has in the `ringal` crate.
pub type GenericBufMut<T> = TypedBufMut<T>;

impl<T> TypedBufMut<T> {
    #[inline]
    pub(super) fn new(values: Elements<T>) -> Self {
        Self { values }
    }

    /// How many values it can hold.
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.values.capacity()
    }

    /// How many values more it can hold.
    #[inline]
    #[must_use]
    pub fn spare(&self) -> usize {
        self.values.spare()
    }

    /// Adds a value at the end, or gives it back when there is no room.
    #[inline]
    #[must_use = "a value that does not fit comes back"]
    pub fn push(&mut self, value: T) -> Option<T> {
        self.values.push(value)
    }

    /// [`push`](Self::push) as a `Result`.
    ///
    /// # Errors
    ///
    /// The value, with no capacity, when there is no room.
    #[inline]
    pub fn try_push(&mut self, value: T) -> Result<(), Rejected<T>> {
        match self.values.push(value) {
            None => Ok(()),
            Some(value) => Err(Rejected::new(value, AllocError::CAPACITY)),
        }
    }

    /// Puts a value at position `index` and moves those from there on by one, or gives it back when there is no room
    /// or `index` is beyond the length. O(length).
    #[must_use = "a value that does not fit comes back"]
    pub fn insert(&mut self, value: T, index: usize) -> Option<T> {
        self.values.insert(value, index)
    }

    /// Takes out the last value.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.values.pop()
    }

    /// Takes out the value at position `index` and moves those behind it by one. O(length).
    pub fn remove(&mut self, index: usize) -> Option<T> {
        self.values.remove(index)
    }

    /// Takes out the value at position `index` and puts the last one there. O(1).
    pub fn swap_remove(&mut self, index: usize) -> Option<T> {
        self.values.swap_remove(index)
    }

    /// Drops the values from position `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    /// Drops all values.
    pub fn clear(&mut self) {
        self.values.truncate(0);
    }

    /// The values.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        self.values.as_slice()
    }

    /// The values.
    #[inline]
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.values.as_mut_slice()
    }
}

impl<T> Deref for TypedBufMut<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T> DerefMut for TypedBufMut<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

impl<T> AsRef<[T]> for TypedBufMut<T> {
    #[inline]
    fn as_ref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T> AsMut<[T]> for TypedBufMut<T> {
    #[inline]
    fn as_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

impl<T: fmt::Debug> fmt::Debug for TypedBufMut<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_slice(), f)
    }
}

impl<T: PartialEq, Other: AsRef<[T]> + ?Sized> PartialEq<Other> for TypedBufMut<T> {
    fn eq(&self, other: &Other) -> bool {
        self.as_slice() == other.as_ref()
    }
}

impl<T: Eq> Eq for TypedBufMut<T> {}

impl<T: PartialOrd> PartialOrd for TypedBufMut<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.as_slice().partial_cmp(other.as_slice())
    }
}

impl<T: Ord> Ord for TypedBufMut<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl<T: Hash> Hash for TypedBufMut<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl<'values, T> IntoIterator for &'values TypedBufMut<T> {
    type Item = &'values T;
    type IntoIter = core::slice::Iter<'values, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_slice().iter()
    }
}

impl<'values, T> IntoIterator for &'values mut TypedBufMut<T> {
    type Item = &'values mut T;
    type IntoIter = core::slice::IterMut<'values, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_mut_slice().iter_mut()
    }
}
