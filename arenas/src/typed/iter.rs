//! Iterators over typed arenas.
//!
//! Plain iteration needs none of its own: it is that of a slice. These add the handles.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ops::Range;
use core::slice;

use super::checkpoint::Generations;
use super::idx::{ArenaIdx, Idx};

/// The handle of a slot that holds a value, which therefore has one.
#[inline]
pub(super) fn handle_of<I: ArenaIdx>(generations: &Generations, slot: usize) -> I {
    match I::from_past(slot + 1, generations.stamp_of(slot)) {
        Some(index) => index,
        None => lost_handle(slot),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
pub(super) fn lost_handle(slot: usize) -> ! {
    panic!("the index type made an index of slot {slot} once, and refuses it now");
}

/// Handles and shared references, in slot order; see [`Arena::iter_indexed`](crate::Arena::iter_indexed).
#[must_use = "iterators do nothing unless consumed"]
pub struct IterIndexed<'a, T, I = Idx<T>> {
    indices: Indices<'a, I>,
    values: slice::Iter<'a, T>,
}

impl<'a, T, I> IterIndexed<'a, T, I> {
    /// Over the values of slots 0, 1, 2 …
    #[inline]
    pub(crate) fn new(values: &'a [T], generations: &'a Generations) -> Self {
        Self { indices: Indices::new(0..values.len(), generations), values: values.iter() }
    }
}

impl<T, I> Clone for IterIndexed<'_, T, I> {
    #[inline]
    fn clone(&self) -> Self {
        Self { indices: self.indices.clone(), values: self.values.clone() }
    }
}

impl<T: fmt::Debug, I: ArenaIdx> fmt::Debug for IterIndexed<'_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

/// Handles and exclusive references, in slot order; see
/// [`Arena::iter_indexed_mut`](crate::Arena::iter_indexed_mut).
#[must_use = "iterators do nothing unless consumed"]
pub struct IterIndexedMut<'a, T, I = Idx<T>> {
    indices: Indices<'a, I>,
    values: slice::IterMut<'a, T>,
}

impl<'a, T, I> IterIndexedMut<'a, T, I> {
    /// Over the values of slots 0, 1, 2 …
    #[inline]
    pub(crate) fn new(values: &'a mut [T], generations: &'a Generations) -> Self {
        Self { indices: Indices::new(0..values.len(), generations), values: values.iter_mut() }
    }
}

impl<T: fmt::Debug, I: ArenaIdx> fmt::Debug for IterIndexedMut<'_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.indices.clone().zip(self.values.as_slice())).finish()
    }
}

macro_rules! indexed_iterator {
    ($name:ident, $item:ty) => {
        impl<'a, T, I: ArenaIdx> Iterator for $name<'a, T, I> {
            type Item = (I, $item);

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                let value = self.values.next()?;
                Some((self.indices.next()?, value))
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.values.size_hint()
            }

            #[inline]
            fn nth(&mut self, n: usize) -> Option<Self::Item> {
                let value = self.values.nth(n)?;
                Some((self.indices.nth(n)?, value))
            }

            #[inline]
            fn count(self) -> usize {
                self.values.len()
            }

            #[inline]
            fn last(mut self) -> Option<Self::Item> {
                self.next_back()
            }
        }

        impl<T, I: ArenaIdx> DoubleEndedIterator for $name<'_, T, I> {
            #[inline]
            fn next_back(&mut self) -> Option<Self::Item> {
                let value = self.values.next_back()?;
                Some((self.indices.next_back()?, value))
            }

            #[inline]
            fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
                let value = self.values.nth_back(n)?;
                Some((self.indices.nth_back(n)?, value))
            }
        }

        impl<T, I: ArenaIdx> ExactSizeIterator for $name<'_, T, I> {}
        impl<T, I: ArenaIdx> FusedIterator for $name<'_, T, I> {}
    };
}

indexed_iterator!(IterIndexed, &'a T);
indexed_iterator!(IterIndexedMut, &'a mut T);

/// The handles of all values, in slot order; see [`Arena::indices`](crate::Arena::indices).
#[must_use = "iterators do nothing unless consumed"]
pub struct Indices<'a, I> {
    slots: Range<usize>,
    generations: &'a Generations,
    index: PhantomData<fn() -> I>,
}

impl<'a, I> Indices<'a, I> {
    /// Of these slots, which must hold values.
    #[inline]
    pub(crate) fn new(slots: Range<usize>, generations: &'a Generations) -> Self {
        Self { slots, generations, index: PhantomData }
    }
}

impl<I> Clone for Indices<'_, I> {
    #[inline]
    fn clone(&self) -> Self {
        Self::new(self.slots.clone(), self.generations)
    }
}

impl<I: ArenaIdx> fmt::Debug for Indices<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<I: ArenaIdx> Iterator for Indices<'_, I> {
    type Item = I;

    #[inline]
    fn next(&mut self) -> Option<I> {
        self.slots.next().map(|slot| handle_of(self.generations, slot))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<I> {
        self.slots.nth(n).map(|slot| handle_of(self.generations, slot))
    }

    #[inline]
    fn count(self) -> usize {
        self.slots.len()
    }

    #[inline]
    fn last(mut self) -> Option<I> {
        self.next_back()
    }
}

impl<I: ArenaIdx> DoubleEndedIterator for Indices<'_, I> {
    #[inline]
    fn next_back(&mut self) -> Option<I> {
        self.slots.next_back().map(|slot| handle_of(self.generations, slot))
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<I> {
        self.slots.nth_back(n).map(|slot| handle_of(self.generations, slot))
    }
}

impl<I: ArenaIdx> ExactSizeIterator for Indices<'_, I> {}
impl<I: ArenaIdx> FusedIterator for Indices<'_, I> {}
