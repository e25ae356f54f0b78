//! [`Emplace`]: values from closures and iterators; and [`IteratorExt`].

use core::fmt;
use core::marker::PhantomData;

use super::values::Blink;
use crate::error::Rejected;
use crate::raw::blocks::BlinkAllocator;
use crate::raw::drops::DropList;
use crate::raw::emplace::{self, Partial};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::rest::Rest;

/// Makes the reference that an [`Emplace`] returns out of an exclusive one.
///
/// Implemented for `&mut T` and `&T`, and for nothing else.
pub trait CoerceFromMut<'a, T: ?Sized>: sealed::Sealed {
    /// The reference.
    fn coerce(value: &'a mut T) -> Self;
}

mod sealed {
    pub trait Sealed {}
    impl<T: ?Sized> Sealed for &mut T {}
    impl<T: ?Sized> Sealed for &T {}
}

impl<'a, T: ?Sized> CoerceFromMut<'a, T> for &'a mut T {
    #[inline(always)]
    fn coerce(value: &'a mut T) -> Self {
        value
    }
}

impl<'a, T: ?Sized> CoerceFromMut<'a, T> for &'a T {
    #[inline(always)]
    fn coerce(value: &'a mut T) -> Self {
        value
    }
}

/// Puts values of type `T` into a [`Blink`] and returns references `R` to values and `S` to slices.
///
/// Made by [`Blink::emplace`], [`emplace_no_drop`](Blink::emplace_no_drop),
/// [`emplace_shared`](Blink::emplace_shared) and [`emplace_unchecked`](Blink::emplace_unchecked).
#[must_use = "it puts nothing in by itself"]
pub struct Emplace<'a, A: BlinkAllocator, T, R = &'a mut T, S = &'a mut [T]> {
    alloc: &'a A,
    /// Where values that are to be dropped are recorded.
    drops: Option<&'a DropList>,
    /// Invariant in `T`: who asked for `T: 'static` must not end up with an `Emplace` of a shorter-lived type.
    values: PhantomData<fn(T) -> T>,
    references: PhantomData<fn() -> (R, S)>,
}

impl<'a, A: BlinkAllocator, T, R, S> Emplace<'a, A, T, R, S> {
    #[inline]
    pub(super) fn new(alloc: &'a A, drops: Option<&'a DropList>) -> Self {
        Self { alloc, drops, values: PhantomData, references: PhantomData }
    }

    #[cold]
    fn shortage(&self, len: usize) -> Shortage {
        Shortage::values::<T>(len, self.alloc.remaining())
    }
}

impl<'a, A: BlinkAllocator, T: 'a, R: CoerceFromMut<'a, T>, S: CoerceFromMut<'a, [T]>> Emplace<'a, A, T, R, S> {
    /// Moves a value in. O(1).
    ///
    /// # Panics
    ///
    /// When there is no memory: see [`try_value`](Self::try_value).
    #[inline]
    #[track_caller]
    pub fn value(&self, value: T) -> R {
        self.try_value(value).or_panic("Blink", || self.shortage(1))
    }

    /// [`value`](Self::value) that does not panic.
    ///
    /// # Errors
    ///
    /// When there is no memory, with the value.
    #[inline]
    pub fn try_value(&self, value: T) -> Result<R, Rejected<T>> {
        emplace::value(self.alloc, self.drops, value).map(R::coerce)
    }

    /// Puts in what `make` returns. Should it panic, its place is given back. O(1).
    ///
    /// # Panics
    ///
    /// When there is no memory (see [`try_with`](Self::try_with)), or `make` does.
    #[inline]
    #[track_caller]
    pub fn with<F: FnOnce() -> T>(&self, make: F) -> R {
        self.try_with(make).or_panic("Blink", || self.shortage(1))
    }

    /// [`with`](Self::with) that does not panic, unless `make` does.
    ///
    /// # Errors
    ///
    /// When there is no memory, with the closure, which was not called.
    #[inline]
    pub fn try_with<F: FnOnce() -> T>(&self, make: F) -> Result<R, Rejected<F>> {
        emplace::value_with(self.alloc, self.drops, make).map(R::coerce)
    }

    /// Puts in what `make` returns, if it does not fail. Otherwise its place is given back. O(1).
    ///
    /// # Errors
    ///
    /// That of `make`.
    ///
    /// # Panics
    ///
    /// When there is no memory (see [`try_with_fallible`](Self::try_with_fallible)), or `make` does.
    #[inline]
    #[track_caller]
    pub fn with_fallible<E, F: FnOnce() -> Result<T, E>>(&self, make: F) -> Result<R, E> {
        match self.try_with_fallible(make) {
            Ok(reference) => Ok(reference),
            Err(Ok(error)) => Err(error),
            Err(Err(rejected)) => Err(rejected).or_panic("Blink", || self.shortage(1)),
        }
    }

    /// [`with_fallible`](Self::with_fallible) that does not panic, unless `make` does.
    ///
    /// # Errors
    ///
    /// `Err(Ok(error))` when `make` failed; `Err(Err(rejected))` when there is no memory, with the closure, which was not
    /// called.
    #[inline]
    pub fn try_with_fallible<E, F: FnOnce() -> Result<T, E>>(&self, make: F) -> Result<R, Result<E, Rejected<F>>> {
        emplace::value_with_fallible(self.alloc, self.drops, make).map(R::coerce)
    }

    /// Puts in all items, as a slice. What the iterator says of its length is a hint only.
    ///
    /// The slice grows in place while nothing else is put in (the iterator may do that) and the chunk lasts; its unused room is
    /// given back at the end. Should the iterator panic, the items so far stay, and are dropped on reset like others.
    /// O(items).
    ///
    /// # Panics
    ///
    /// When there is no memory (see [`try_from_iter`](Self::try_from_iter)), or the iterator does.
    #[inline]
    #[track_caller]
    #[allow(clippy::should_implement_trait, reason = "a method of a place, not of a collection")]
    pub fn from_iter<I: IntoIterator<Item = T>>(&self, items: I) -> S {
        self.try_from_iter(items).or_panic("Blink", || self.shortage(1))
    }

    /// [`from_iter`](Self::from_iter) that does not panic, unless the iterator does.
    ///
    /// # Errors
    ///
    /// When there is no memory, with the items that got in, which stay in, and an iterator of the rest.
    #[inline]
    #[allow(clippy::type_complexity, reason = "the slice, and the rest of the iterator")]
    pub fn try_from_iter<I: IntoIterator<Item = T>>(&self, items: I) -> Result<S, Rejected<(S, Rest<I::IntoIter>)>> {
        match emplace::from_iter(self.alloc, self.drops, items.into_iter()) {
            Ok(slice) => Ok(S::coerce(slice)),
            Err(Partial { built, next, rest, error }) => {
                Err(Rejected::new((S::coerce(built), Rest::new(next, rest)), error))
            }
        }
    }
}

impl<A: BlinkAllocator, T, R, S> fmt::Debug for Emplace<'_, A, T, R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emplace").field("drops", &self.drops.is_some()).finish_non_exhaustive()
    }
}

/// Collects an iterator into a [`Blink`].
///
/// ```
/// use arenas::{Blink, IteratorExt};
///
/// let blink = Blink::new();
/// let squares = (1..4).map(|n| n * n).collect_to_blink(&blink);
/// assert_eq!(squares, [1, 4, 9]);
/// ```
pub trait IteratorExt: Iterator + Sized {
    /// Collects the items. They are dropped on reset.
    ///
    /// # Panics
    ///
    /// When there is no memory, or the iterator does.
    #[inline]
    #[track_caller]
    #[allow(clippy::mut_from_ref, reason = "each call returns another slice")]
    fn collect_to_blink<A: BlinkAllocator>(self, blink: &Blink<A>) -> &mut [Self::Item]
    where
        Self::Item: 'static,
    {
        blink.emplace().from_iter(self)
    }

    /// Collects the items for shared use. They are dropped on reset.
    ///
    /// # Panics
    ///
    /// When there is no memory, or the iterator does.
    #[inline]
    #[track_caller]
    fn collect_to_blink_shared<A: BlinkAllocator>(self, blink: &Blink<A>) -> &[Self::Item]
    where
        Self::Item: 'static,
    {
        blink.emplace_shared().from_iter(self)
    }

    /// Collects the items, of any type. They are never dropped.
    ///
    /// # Panics
    ///
    /// When there is no memory, or the iterator does.
    #[inline]
    #[track_caller]
    #[allow(clippy::mut_from_ref, reason = "each call returns another slice")]
    fn collect_to_blink_no_drop<'a, A: BlinkAllocator>(self, blink: &'a Blink<A>) -> &'a mut [Self::Item]
    where
        Self::Item: 'a,
    {
        blink.emplace_no_drop().from_iter(self)
    }

    /// [`collect_to_blink`](Self::collect_to_blink) that does not panic, unless the iterator does.
    ///
    /// # Errors
    ///
    /// When there is no memory, with the items that got in, and the rest.
    #[inline]
    #[allow(clippy::type_complexity, reason = "the slice, and the rest of the iterator")]
    fn try_collect_to_blink<A: BlinkAllocator>(
        self,
        blink: &Blink<A>,
    ) -> Result<&mut [Self::Item], Rejected<(&mut [Self::Item], Rest<Self>)>>
    where
        Self::Item: 'static,
    {
        blink.emplace().try_from_iter(self)
    }

    /// [`collect_to_blink_shared`](Self::collect_to_blink_shared) that does not panic, unless the iterator does.
    ///
    /// # Errors
    ///
    /// When there is no memory, with the items that got in, and the rest.
    #[inline]
    #[allow(clippy::type_complexity, reason = "the slice, and the rest of the iterator")]
    fn try_collect_to_blink_shared<A: BlinkAllocator>(
        self,
        blink: &Blink<A>,
    ) -> Result<&[Self::Item], Rejected<(&[Self::Item], Rest<Self>)>>
    where
        Self::Item: 'static,
    {
        blink.emplace_shared().try_from_iter(self)
    }

    /// [`collect_to_blink_no_drop`](Self::collect_to_blink_no_drop) that does not panic, unless the iterator does.
    ///
    /// # Errors
    ///
    /// When there is no memory, with the items that got in, and the rest.
    #[inline]
    #[allow(clippy::type_complexity, reason = "the slice, and the rest of the iterator")]
    fn try_collect_to_blink_no_drop<'a, A: BlinkAllocator>(
        self,
        blink: &'a Blink<A>,
    ) -> Result<&'a mut [Self::Item], Rejected<(&'a mut [Self::Item], Rest<Self>)>>
    where
        Self::Item: 'a,
    {
        blink.emplace_no_drop().try_from_iter(self)
    }
}

impl<I: Iterator> IteratorExt for I {}
