//! Iterators over a `FastArena` that see every complete slot, also beyond holes.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::checkpoint::Generations;
use super::idx::{ArenaIdx, Idx};
use super::iter::handle_of;
use crate::raw::slots::{Complete, CompleteMut, Leaving, Slots};

/// Handle and value of every complete slot; see [`FastArena::iter_complete`](crate::FastArena::iter_complete).
#[must_use = "iterators do nothing unless consumed"]
pub struct CompleteIter<'a, T, I = Idx<T>> {
    complete: Complete<'a, T>,
    generations: &'a Generations,
    index: PhantomData<fn() -> I>,
}

impl<'a, T, I> CompleteIter<'a, T, I> {
    #[inline]
    pub(super) fn new(complete: Complete<'a, T>, generations: &'a Generations) -> Self {
        Self { complete, generations, index: PhantomData }
    }
}

impl<T, I> Clone for CompleteIter<'_, T, I> {
    fn clone(&self) -> Self {
        Self::new(self.complete.clone(), self.generations)
    }
}

impl<'a, T, I: ArenaIdx> Iterator for CompleteIter<'a, T, I> {
    type Item = (I, &'a T);

    #[inline]
    fn next(&mut self) -> Option<(I, &'a T)> {
        let (slot, value) = self.complete.next()?;
        Some((handle_of(self.generations, slot), value))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.complete.size_hint()
    }
}

impl<T, I: ArenaIdx> FusedIterator for CompleteIter<'_, T, I> {}

impl<T: fmt::Debug, I: ArenaIdx> fmt::Debug for CompleteIter<'_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

/// Exclusive references to every complete slot, in slot order; see
/// [`FastArena::iter_mut`](crate::FastArena::iter_mut).
#[must_use = "iterators do nothing unless consumed"]
pub struct FastIterMut<'a, T> {
    complete: CompleteMut<'a, T>,
}

impl<'a, T> FastIterMut<'a, T> {
    #[inline]
    pub(super) fn new(complete: CompleteMut<'a, T>) -> Self {
        Self { complete }
    }
}

/// Handles of and exclusive references to every complete slot, in slot order; see
/// [`FastArena::iter_indexed_mut`](crate::FastArena::iter_indexed_mut).
#[must_use = "iterators do nothing unless consumed"]
pub struct FastIterIndexedMut<'a, T, I = Idx<T>> {
    complete: CompleteMut<'a, T>,
    generations: &'a Generations,
    index: PhantomData<fn() -> I>,
}

impl<'a, T, I> FastIterIndexedMut<'a, T, I> {
    #[inline]
    pub(super) fn new(complete: CompleteMut<'a, T>, generations: &'a Generations) -> Self {
        Self { complete, generations, index: PhantomData }
    }
}

/// All values of an arena, in slot order, whose memory stays with the arena; see
/// [`FastArena::drain`](crate::FastArena::drain).
#[must_use = "what is not taken out is dropped with the iterator"]
pub struct FastDrain<'a, T> {
    values: Leaving<T, &'a mut Slots<T>>,
}

impl<'a, T> FastDrain<'a, T> {
    pub(super) fn new(slots: &'a mut Slots<T>) -> Self {
        Self { values: Leaving::new(slots) }
    }
}

/// All values of an arena, in slot order; from its `into_iter`.
#[must_use = "what is not taken out is dropped with the iterator"]
pub struct FastIntoIter<T> {
    values: Leaving<T, Slots<T>>,
}

impl<T> FastIntoIter<T> {
    pub(super) fn new(slots: Slots<T>) -> Self {
        Self { values: Leaving::new(slots) }
    }
}

/// An iterator of known length, from both ends, that turns what `$inner` yields into its items.
macro_rules! complete_iterator {
    ([$($generics:tt)*] $name:ty, $inner:ident, $item:ty, |$this:ident, $found:pat_param| $value:expr) => {
        impl<$($generics)*> Iterator for $name {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<$item> {
                let $found = self.$inner.next()?;
                let $this = self;
                Some($value)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.$inner.size_hint()
            }
        }

        impl<$($generics)*> DoubleEndedIterator for $name {
            #[inline]
            fn next_back(&mut self) -> Option<$item> {
                let $found = self.$inner.next_back()?;
                let $this = self;
                Some($value)
            }
        }

        impl<$($generics)*> ExactSizeIterator for $name {}
        impl<$($generics)*> FusedIterator for $name {}
    };
}

complete_iterator!(['a, T] FastIterMut<'a, T>, complete, &'a mut T, |_this, (_, value)| value);
complete_iterator!(['a, T, I: ArenaIdx] FastIterIndexedMut<'a, T, I>, complete, (I, &'a mut T), |this, (slot, value)| {
    (handle_of(this.generations, slot), value)
});
complete_iterator!(['a, T] FastDrain<'a, T>, values, T, |_this, value| value);
complete_iterator!([T] FastIntoIter<T>, values, T, |_this, value| value);

macro_rules! debug_len {
    ([$($generics:tt)*] $name:ty, $text:literal, $inner:ident) => {
        impl<$($generics)*> fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct($text).field("len", &self.$inner.len()).finish_non_exhaustive()
            }
        }
    };
}

debug_len!([T] FastIterMut<'_, T>, "FastIterMut", complete);
debug_len!([T, I] FastIterIndexedMut<'_, T, I>, "FastIterIndexedMut", complete);
debug_len!([T] FastDrain<'_, T>, "FastDrain", values);
debug_len!([T] FastIntoIter<T>, "FastIntoIter", values);
