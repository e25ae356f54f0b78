//! Iterators over the values of a [`RegionStore`](crate::RegionStore), in the order of their slots.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::slice;

use super::blocks::BlockMap;
use crate::typed::{ArenaIdx, IdxStamp};

/// The used units, as indices and slots.
pub(super) struct Used<'s, I> {
    map: &'s BlockMap<'static>,
    next: u32,
    left: usize,
    index: PhantomData<fn() -> I>,
}

impl<'s, I> Used<'s, I> {
    pub(super) fn new(map: &'s BlockMap<'static>) -> Self {
        Self { map, next: map.first(), left: map.used_blocks() as usize, index: PhantomData }
    }
}

impl<I> Clone for Used<'_, I> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<I: ArenaIdx> Iterator for Used<'_, I> {
    type Item = (I, usize);

    fn next(&mut self) -> Option<(I, usize)> {
        while let Some(node) = self.map.node(self.next) {
            let number = self.next;
            self.next = node.next;
            if node.is_used() {
                self.left = self.left.saturating_sub(1);
                // An index carries no more of the stamp.
                if let Some(index) = I::from_slot(number as usize, I::Stamp::of(node.stamp() as u32)) {
                    return Some((index, node.offset as usize));
                }
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

/// Indices and shared references; see [`RegionStore::iter`](crate::RegionStore::iter).
#[must_use = "iterators do nothing unless consumed"]
pub struct RegionStoreIter<'s, T, I> {
    used: Used<'s, I>,
    slots: &'s [MaybeUninit<T>],
}

impl<'s, T, I> RegionStoreIter<'s, T, I> {
    /// The slots of all `used` units must hold values.
    pub(super) fn new(used: Used<'s, I>, slots: &'s [MaybeUninit<T>]) -> Self {
        Self { used, slots }
    }
}

impl<T, I> Clone for RegionStoreIter<'_, T, I> {
    fn clone(&self) -> Self {
        Self { used: self.used.clone(), slots: self.slots }
    }
}

impl<'s, T, I: ArenaIdx> Iterator for RegionStoreIter<'s, T, I> {
    type Item = (I, &'s T);

    fn next(&mut self) -> Option<Self::Item> {
        let (index, slot) = self.used.next()?;
        // SAFETY: the unit is used, so its slot holds a value.
        Some((index, unsafe { self.slots.get(slot)?.assume_init_ref() }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.used.size_hint()
    }
}

impl<T, I: ArenaIdx> ExactSizeIterator for RegionStoreIter<'_, T, I> {}
impl<T, I: ArenaIdx> FusedIterator for RegionStoreIter<'_, T, I> {}

impl<T: fmt::Debug, I: ArenaIdx> fmt::Debug for RegionStoreIter<'_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

/// Indices and exclusive references; see [`RegionStore::iter_mut`](crate::RegionStore::iter_mut).
#[must_use = "iterators do nothing unless consumed"]
pub struct RegionStoreIterMut<'s, T, I> {
    used: Used<'s, I>,
    slots: slice::IterMut<'s, MaybeUninit<T>>,
    /// How many slots `slots` has passed.
    passed: usize,
}

impl<'s, T, I> RegionStoreIterMut<'s, T, I> {
    /// The slots of all `used` units must hold values.
    pub(super) fn new(used: Used<'s, I>, slots: &'s mut [MaybeUninit<T>]) -> Self {
        Self { used, slots: slots.iter_mut(), passed: 0 }
    }
}

impl<'s, T, I: ArenaIdx> Iterator for RegionStoreIterMut<'s, T, I> {
    type Item = (I, &'s mut T);

    fn next(&mut self) -> Option<Self::Item> {
        let (index, slot) = self.used.next()?;
        let value = self.slots.nth(slot - self.passed)?;
        self.passed = slot + 1;
        // SAFETY: the unit is used, so its slot holds a value; the iterator gives each slot once.
        Some((index, unsafe { value.assume_init_mut() }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.used.size_hint()
    }
}

impl<T, I: ArenaIdx> ExactSizeIterator for RegionStoreIterMut<'_, T, I> {}
impl<T, I: ArenaIdx> FusedIterator for RegionStoreIterMut<'_, T, I> {}

impl<T, I: ArenaIdx> fmt::Debug for RegionStoreIterMut<'_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.used.clone().map(|(index, _)| index)).finish()
    }
}
