//! Each kind of store as a store of a bundle.

use super::items::{ItemStore, SharedItemStore};
use super::rewind::{Mark, RewindStore};
use super::store::BundleStore;
use crate::bitena::Bitena;
use crate::error::{AllocError, Rejected};
use crate::stats::Stats;
use crate::typed::{Arena, ArenaIdx, CheckpointError, IdxRange, Rest};

/// The slots of an `Arena` of which nothing is said: it grows.
pub const ARENA_SLOTS: usize = 0;

/// The slots of a `FastArena` of which nothing is said: as many as address space can be reserved for.
pub const FAST_ARENA_SLOTS: usize = usize::MAX;

/// The bytes of a `Bitena` of which nothing is said.
pub const BITENA_BYTES: usize = 64 << 10;

/// Keeps the public store traits ours.
pub trait Sealed {}

impl<T, I: ArenaIdx> Sealed for Arena<T, I> {}

impl<T, I: ArenaIdx> BundleStore for Arena<T, I> {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity_and_index(capacity)
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        self.reset();
    }
}

impl<T, I: ArenaIdx> RewindStore for Arena<T, I> {
    fn mark(&self) -> Mark {
        Mark::typed(self.checkpoint())
    }

    fn check(&self, mark: Mark) -> Result<(), CheckpointError> {
        self.validate_checkpoint(mark.as_typed()?)
    }

    fn rewind(&mut self, mark: Mark) {
        let _ = mark.as_typed().and_then(|checkpoint| self.try_rollback(checkpoint));
    }
}

impl<T, I: ArenaIdx> ItemStore for Arena<T, I> {
    type Item = T;
    type Idx = I;

    #[inline]
    #[track_caller]
    fn alloc(&mut self, value: T) -> I {
        Arena::alloc(self, value)
    }

    #[inline]
    fn try_alloc(&mut self, value: T) -> Result<I, Rejected<T>> {
        Arena::try_alloc(self, value)
    }

    #[inline]
    #[track_caller]
    fn alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> I {
        Arena::alloc_with(self, make)
    }

    #[inline]
    fn try_alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> Result<I, Rejected<F>> {
        Arena::try_alloc_with(self, make)
    }

    #[track_caller]
    fn alloc_extend<It: IntoIterator<Item = T>>(&mut self, items: It) -> Option<I> {
        Arena::alloc_extend(self, items)
    }

    fn try_alloc_extend<It: IntoIterator<Item = T>>(
        &mut self,
        items: It,
    ) -> Result<Option<I>, Rejected<Rest<It::IntoIter>>> {
        Arena::try_alloc_extend(self, items)
    }

    #[track_caller]
    fn alloc_batch<It>(&mut self, items: It) -> IdxRange<I>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        Arena::alloc_batch(self, items)
    }

    fn try_alloc_batch<It>(&mut self, items: It) -> Result<IdxRange<I>, Rejected<It::IntoIter>>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        Arena::try_alloc_batch(self, items)
    }

    #[inline]
    #[track_caller]
    fn get(&self, index: I) -> &T {
        Arena::get(self, index)
    }

    #[inline]
    #[track_caller]
    fn get_mut(&mut self, index: I) -> &mut T {
        Arena::get_mut(self, index)
    }

    #[inline]
    fn try_get(&self, index: I) -> Option<&T> {
        Arena::try_get(self, index)
    }

    #[inline]
    fn try_get_mut(&mut self, index: I) -> Option<&mut T> {
        Arena::try_get_mut(self, index)
    }

    #[inline]
    #[track_caller]
    fn get_range(&self, range: IdxRange<I>) -> &[T] {
        &self[range]
    }

    #[inline]
    #[track_caller]
    fn get_range_mut(&mut self, range: IdxRange<I>) -> &mut [T] {
        &mut self[range]
    }

    #[inline]
    fn try_get_range(&self, range: IdxRange<I>) -> Option<&[T]> {
        Arena::try_get_range(self, range)
    }

    #[inline]
    fn try_get_range_mut(&mut self, range: IdxRange<I>) -> Option<&mut [T]> {
        Arena::try_get_range_mut(self, range)
    }
}

impl BundleStore for Bitena {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::new(capacity)
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        self.reset();
    }
}

impl RewindStore for Bitena {
    fn mark(&self) -> Mark {
        Mark::bytes(self.checkpoint())
    }

    fn check(&self, mark: Mark) -> Result<(), CheckpointError> {
        self.check_rollback(mark.as_bytes()?)
    }

    fn rewind(&mut self, mark: Mark) {
        let _ = mark.as_bytes().and_then(|checkpoint| self.try_rollback(checkpoint));
    }
}
