//! The traits of the standard library.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Index, IndexMut};
use core::slice;

use alloc::vec::Vec;

use super::{FastArena, invalid_slots};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::typed::fast_iter::{FastIntoIter, FastIterMut};
use crate::typed::idx::{ArenaIdx, IdxRange, IdxStamp};

/// How many slots are made at most because a size hint says so: it may lie.
const TRUSTED: usize = 1 << 16;

impl<T, I: ArenaIdx> Index<I> for FastArena<T, I> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn index(&self, index: I) -> &T {
        self.get(index)
    }
}

impl<T, I: ArenaIdx> IndexMut<I> for FastArena<T, I> {
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, index: I) -> &mut T {
        self.get_mut(index)
    }
}

impl<T, I: ArenaIdx> Index<IdxRange<I>> for FastArena<T, I> {
    type Output = [T];

    #[inline]
    #[track_caller]
    fn index(&self, range: IdxRange<I>) -> &[T] {
        match self.try_get_range(range) {
            Some(values) => values,
            None => invalid_slots::<I::Stamp>(&range.slots(), self.slots.end(), self.made_range(range)),
        }
    }
}

impl<T, I: ArenaIdx> IndexMut<IdxRange<I>> for FastArena<T, I> {
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, range: IdxRange<I>) -> &mut [T] {
        let (end, made) = (self.slots.end(), self.made_range(range));
        match if made { self.slots.get_range_mut(range.slots()) } else { None } {
            Some(values) => values,
            None => invalid_slots::<I::Stamp>(&range.slots(), end, made),
        }
    }
}

impl<T, I: ArenaIdx> Default for FastArena<T, I> {
    /// An empty arena of 64 slots.
    fn default() -> Self {
        Self::with_index()
    }
}

/// Holds every value that was complete when its turn came, in the same slot, also beyond holes; as many slots, from the
/// same kind of memory. Handles made before stay valid in both. Checkpoints do not carry over: the clone is another arena.
///
/// # Panics
///
/// When the memory is not to be had.
impl<T: Clone, I: ArenaIdx> Clone for FastArena<T, I> {
    fn clone(&self) -> Self {
        let capacity = self.capacity();
        let mut clone = Self::of_source(capacity, self.slots.source())
            .or_panic("FastArena", || Shortage::Slots { asked: capacity, capacity: 0 });
        let complete = self.slots.complete();
        let end = complete.end();
        for (slot, value) in complete {
            clone.slots.put(slot, value.clone());
        }
        if I::Stamp::CHECKED {
            // A slot that is filled in the original later must not be filled here under the same stamp.
            clone.slots.skip_to(end);
        } else {
            clone.slots.recover();
        }
        clone.generations = self.generations.fork::<I::Stamp>(end);
        clone
    }
}

/// Prints handles and values of all complete slots, as a map.
impl<T: fmt::Debug, I: ArenaIdx> fmt::Debug for FastArena<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter_complete()).finish()
    }
}

/// Equal when the values of the complete slots are, in order.
impl<T: PartialEq, I> PartialEq for FastArena<T, I> {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.slots.complete(), other.slots.complete());
        ours.map(|(_, value)| value).eq(theirs.map(|(_, value)| value))
    }
}

impl<T: Eq, I> Eq for FastArena<T, I> {}

impl<T: Hash, I> Hash for FastArena<T, I> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut len = 0_usize;
        for (_, value) in self.slots.complete() {
            value.hash(state);
            len += 1;
        }
        len.hash(state);
    }
}

impl<T, I> AsRef<[T]> for FastArena<T, I> {
    #[inline]
    fn as_ref(&self) -> &[T] {
        self.slots.as_slice()
    }
}

impl<T, I> AsMut<[T]> for FastArena<T, I> {
    #[inline]
    fn as_mut(&mut self) -> &mut [T] {
        self.slots.as_mut_slice()
    }
}

impl<T, I> From<FastArena<T, I>> for Vec<T> {
    fn from(arena: FastArena<T, I>) -> Self {
        arena.into_iter().collect()
    }
}

/// All complete values, also beyond holes, in slot order and without gaps.
impl<T, I> IntoIterator for FastArena<T, I> {
    type Item = T;
    type IntoIter = FastIntoIter<T>;

    fn into_iter(self) -> FastIntoIter<T> {
        FastIntoIter::new(self.slots)
    }
}

impl<'a, T, I> IntoIterator for &'a FastArena<T, I> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::Iter<'a, T> {
        self.slots.as_slice().iter()
    }
}

impl<'a, T, I: ArenaIdx> IntoIterator for &'a mut FastArena<T, I> {
    type Item = &'a mut T;
    type IntoIter = FastIterMut<'a, T>;

    #[inline]
    fn into_iter(self) -> FastIterMut<'a, T> {
        self.iter_mut()
    }
}

impl<T, I: ArenaIdx> Extend<T> for FastArena<T, I> {
    /// Stores the items one after the other, and grows where there is no room.
    ///
    /// When the iterator panics, what it gave before stays.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more.
    #[track_caller]
    fn extend<It: IntoIterator<Item = T>>(&mut self, items: It) {
        let items = items.into_iter();
        let expected = items.size_hint().0.min(TRUSTED);
        let (taken, _) = self.slots.taken_and_peak();
        if expected > self.capacity() - taken {
            // Not more than growth by need would come to in the end; when it fails, need decides.
            let _ = self.try_grow_to(taken.saturating_add(expected).max(self.doubled()));
        }
        for item in items {
            self.try_alloc_growing(item).or_panic("FastArena", || self.shortage(1));
        }
    }
}

impl<'a, T: Copy + 'a, I: ArenaIdx> Extend<&'a T> for FastArena<T, I> {
    /// Stores copies of the items, as for items by value.
    #[track_caller]
    fn extend<It: IntoIterator<Item = &'a T>>(&mut self, items: It) {
        self.extend(items.into_iter().copied());
    }
}

impl<T, I: ArenaIdx> FromIterator<T> for FastArena<T, I> {
    /// An arena of the items, of 64 slots at least, and grown as they come.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more.
    #[track_caller]
    fn from_iter<It: IntoIterator<Item = T>>(items: It) -> Self {
        let mut arena = Self::with_index();
        arena.extend(items);
        arena
    }
}
