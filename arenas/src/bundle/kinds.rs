//! Each kind of store as a store of a bundle.

use super::items::{ItemStore, ReadSlices, ReadStore, SharedItemStore, SliceStore};
use super::rewind::{Mark, RewindStore};
use super::store::BundleStore;
use crate::bitena::Bitena;
use crate::blink::Blink;
use crate::error::{AllocError, Rejected};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::region::{Region, RegionError, RegionStore};
use crate::ring::{RingAl, RingStore};
use crate::stats::Stats;
use crate::typed::{Arena, ArenaIdx, CheckedIdx, CheckpointError, FastArena, IdxRange, Rest};

/// The slots of an `Arena` of which nothing is said: it grows.
pub const ARENA_SLOTS: usize = 0;

/// The slots of a `FastArena` of which nothing is said: as many as address space can be reserved for.
pub const FAST_ARENA_SLOTS: usize = usize::MAX;

/// The bytes of a `Bitena` of which nothing is said.
pub const BITENA_BYTES: usize = 64 << 10;

/// The bytes of a `RingAl` of which nothing is said.
pub const RING_BYTES: usize = 64 << 10;

/// The slots of a `RingStore` of which nothing is said.
pub const RING_SLOTS: usize = 256;

/// The slots of a `RegionStore` of which nothing is said.
pub const REGION_SLOTS: usize = 1024;

/// The bytes of a `Region` of which nothing is said.
pub const REGION_BYTES: usize = 64 << 10;

/// The slots of an `ArenaMap` or `ArenaSet` of which nothing is said: it grows.
pub const TABLE_SLOTS: usize = 0;

/// The bytes that the first chunk of a `Blink` of which nothing is said has at least: the default of a `Blink`.
pub const BLINK_BYTES: usize = 0;

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

impl<T, I: ArenaIdx> ReadStore for Arena<T, I> {
    type Item = T;
    type Idx = I;

    #[inline]
    #[track_caller]
    fn get(&self, index: I) -> &T {
        Arena::get(self, index)
    }

    #[inline]
    fn try_get(&self, index: I) -> Option<&T> {
        Arena::try_get(self, index)
    }

    fn generation(&self, slot: usize) -> Option<u32> {
        Arena::generation(self, slot)
    }

    fn end(&self) -> usize {
        self.len()
    }
}

impl<T, I: ArenaIdx> ReadSlices for Arena<T, I> {
    #[inline]
    #[track_caller]
    fn get_range(&self, range: IdxRange<I>) -> &[T] {
        &self[range]
    }

    #[inline]
    fn try_get_range(&self, range: IdxRange<I>) -> Option<&[T]> {
        Arena::try_get_range(self, range)
    }
}

impl<T, I: ArenaIdx> ItemStore for Arena<T, I> {
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

    #[inline]
    #[track_caller]
    fn get_mut(&mut self, index: I) -> &mut T {
        Arena::get_mut(self, index)
    }

    #[inline]
    fn try_get_mut(&mut self, index: I) -> Option<&mut T> {
        Arena::try_get_mut(self, index)
    }
}

impl<T, I: ArenaIdx> SliceStore for Arena<T, I> {
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
    fn get_range_mut(&mut self, range: IdxRange<I>) -> &mut [T] {
        &mut self[range]
    }

    #[inline]
    fn try_get_range_mut(&mut self, range: IdxRange<I>) -> Option<&mut [T]> {
        Arena::try_get_range_mut(self, range)
    }
}

/// The address space that a `FastArena` reserves when nothing is said of its capacity: 64 GiB, of the 128 TiB that most
/// processes have.
#[cfg(all(feature = "mmap", unix, target_pointer_width = "64", not(miri), not(arenas_loom)))]
const ADDRESS_SPACE: usize = 1 << 36;

/// What it takes at once where it cannot: this many slots, unless they take more than so many bytes.
const FIXED_SLOTS: usize = 1 << 16;
const FIXED_BYTES: usize = 64 << 20;

/// A `FastArena` of which nothing is said. It grows where the platform lets it.
pub(super) fn roomy<T, I: ArenaIdx>() -> Result<FastArena<T, I>, AllocError> {
    let fixed = FIXED_SLOTS.min(FIXED_BYTES / size_of::<T>().max(1)).clamp(1, I::MAX_SLOTS);
    #[cfg(all(feature = "mmap", unix, target_pointer_width = "64", not(miri), not(arenas_loom)))]
    {
        let mut slots = I::MAX_SLOTS.min(ADDRESS_SPACE / size_of::<T>().max(1));
        // A process may have less address space to give, or a system that promises no more than it has.
        while slots > fixed {
            if let Ok(arena) = FastArena::reserve_address_space_with_index(slots) {
                return Ok(arena);
            }
            slots /= 4;
        }
    }
    FastArena::try_with_capacity_and_index(fixed)
}

/// Tries, and grows the arena as long as that is what it takes.
fn growing<T, I: ArenaIdx, V, R>(
    arena: &mut FastArena<T, I>,
    mut input: V,
    attempt: impl Fn(&FastArena<T, I>, V) -> Result<R, Rejected<V>>,
) -> Result<R, Rejected<V>> {
    loop {
        match attempt(arena, input) {
            Err(rejected) if rejected.error().is_capacity() => {
                let (refused, _) = rejected.into_parts();
                if let Err(error) = arena.try_grow() {
                    return Err(Rejected::new(refused, error));
                }
                input = refused;
            }
            done => return done,
        }
    }
}

/// Takes the items of an iterator one after the other, and names the first.
fn one_by_one<S: ItemStore, It: IntoIterator<Item = S::Item>>(
    store: &mut S,
    items: It,
) -> Result<Option<S::Idx>, Rejected<Rest<It::IntoIter>>> {
    let mut items = items.into_iter();
    let mut first = None;
    while let Some(item) = items.next() {
        match store.try_alloc(item) {
            Ok(index) => {
                first.get_or_insert(index);
            }
            Err(rejected) => return Err(rejected.map(|item| Rest::new(item, items))),
        }
    }
    Ok(first)
}

impl<T, I: ArenaIdx> Sealed for FastArena<T, I> {}

impl<T, I: ArenaIdx> BundleStore for FastArena<T, I> {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        if capacity == FAST_ARENA_SLOTS { roomy() } else { Self::try_with_capacity_and_index(capacity) }
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        self.reset();
    }
}

impl<T, I: ArenaIdx> RewindStore for FastArena<T, I> {
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

impl<T, I: ArenaIdx> ReadStore for FastArena<T, I> {
    type Item = T;
    type Idx = I;

    #[inline]
    #[track_caller]
    fn get(&self, index: I) -> &T {
        FastArena::get(self, index)
    }

    #[inline]
    fn try_get(&self, index: I) -> Option<&T> {
        FastArena::try_get(self, index)
    }

    fn generation(&self, slot: usize) -> Option<u32> {
        FastArena::generation(self, slot)
    }

    fn end(&self) -> usize {
        self.next_berth().slot
    }
}

impl<T, I: ArenaIdx> ReadSlices for FastArena<T, I> {
    #[inline]
    #[track_caller]
    fn get_range(&self, range: IdxRange<I>) -> &[T] {
        &self[range]
    }

    #[inline]
    fn try_get_range(&self, range: IdxRange<I>) -> Option<&[T]> {
        FastArena::try_get_range(self, range)
    }
}

impl<T, I: ArenaIdx> ItemStore for FastArena<T, I> {
    #[inline]
    #[track_caller]
    fn alloc(&mut self, value: T) -> I {
        ItemStore::try_alloc(self, value).or_panic(FULL, || shortage(self, 1))
    }

    #[inline]
    fn try_alloc(&mut self, value: T) -> Result<I, Rejected<T>> {
        growing(self, value, FastArena::try_alloc)
    }

    #[inline]
    #[track_caller]
    fn alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> I {
        ItemStore::try_alloc_with(self, make).or_panic(FULL, || shortage(self, 1))
    }

    #[inline]
    fn try_alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> Result<I, Rejected<F>> {
        growing(self, make, FastArena::try_alloc_with)
    }

    #[track_caller]
    fn alloc_extend<It: IntoIterator<Item = T>>(&mut self, items: It) -> Option<I> {
        ItemStore::try_alloc_extend(self, items).or_panic(FULL, || shortage(self, 1))
    }

    fn try_alloc_extend<It: IntoIterator<Item = T>>(
        &mut self,
        items: It,
    ) -> Result<Option<I>, Rejected<Rest<It::IntoIter>>> {
        one_by_one(self, items)
    }

    #[inline]
    #[track_caller]
    fn get_mut(&mut self, index: I) -> &mut T {
        FastArena::get_mut(self, index)
    }

    #[inline]
    fn try_get_mut(&mut self, index: I) -> Option<&mut T> {
        FastArena::try_get_mut(self, index)
    }
}

impl<T, I: ArenaIdx> SliceStore for FastArena<T, I> {
    #[track_caller]
    fn alloc_batch<It>(&mut self, items: It) -> IdxRange<I>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        let asked = items.len();
        SliceStore::try_alloc_batch(self, items).or_panic(FULL, || shortage(self, asked))
    }

    fn try_alloc_batch<It>(&mut self, items: It) -> Result<IdxRange<I>, Rejected<It::IntoIter>>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        growing(self, items.into_iter(), |arena, items| arena.try_alloc_batch(items))
    }

    #[inline]
    #[track_caller]
    fn get_range_mut(&mut self, range: IdxRange<I>) -> &mut [T] {
        &mut self[range]
    }

    #[inline]
    fn try_get_range_mut(&mut self, range: IdxRange<I>) -> Option<&mut [T]> {
        FastArena::try_get_range_mut(self, range)
    }
}

impl<T, I: ArenaIdx> SharedItemStore for FastArena<T, I> {
    #[inline]
    #[track_caller]
    fn alloc_shared(&self, value: T) -> I {
        FastArena::alloc(self, value)
    }

    #[inline]
    fn try_alloc_shared(&self, value: T) -> Result<I, Rejected<T>> {
        FastArena::try_alloc(self, value)
    }

    #[inline]
    #[track_caller]
    fn alloc_shared_with<F: FnOnce(I) -> T>(&self, make: F) -> I {
        FastArena::alloc_with(self, make)
    }

    #[inline]
    fn try_alloc_shared_with<F: FnOnce(I) -> T>(&self, make: F) -> Result<I, Rejected<F>> {
        FastArena::try_alloc_with(self, make)
    }

    #[track_caller]
    fn alloc_shared_batch<It>(&self, items: It) -> IdxRange<I>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        FastArena::alloc_batch(self, items)
    }

    fn try_alloc_shared_batch<It>(&self, items: It) -> Result<IdxRange<I>, Rejected<It::IntoIter>>
    where
        It: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    {
        FastArena::try_alloc_batch(self, items)
    }
}

/// What the panic of a full `FastArena` begins with.
pub(super) const FULL: &str = "FastArena: arena full";

#[cold]
fn shortage<T, I: ArenaIdx>(arena: &FastArena<T, I>, asked: usize) -> Shortage {
    Shortage::Slots { asked, capacity: arena.capacity() }
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

impl BundleStore for RingAl {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity(capacity)
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    /// Nothing: its buffers are owned elsewhere, and free their bytes when they go.
    fn clear(&mut self) {}
}

impl<T> BundleStore for RingStore<T> {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity(capacity)
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    /// Nothing: its values are owned elsewhere.
    fn clear(&mut self) {}
}

/// A `RegionStore`, by whose index everything hangs: that is asked for here and nowhere else, so that one that will not
/// do is reported once.
///
/// # Errors
///
/// Those of [`RegionStore::try_with_capacity_and_index`].
pub fn recycling<T, I: CheckedIdx>(capacity: usize) -> Result<RegionStore<T, I>, AllocError> {
    RegionStore::try_with_capacity_and_index(capacity)
}

impl<T, I: ArenaIdx> Sealed for RegionStore<T, I> {}

impl<T, I: ArenaIdx> BundleStore for RegionStore<T, I> {
    /// Only through [`recycling`], which asks for an index that finds out that it is stale.
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::empty(capacity)
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        self.reset();
    }
}

impl<T, I: ArenaIdx> ReadStore for RegionStore<T, I> {
    type Item = T;
    type Idx = I;

    #[inline]
    #[track_caller]
    fn get(&self, index: I) -> &T {
        RegionStore::get(self, index)
    }

    #[inline]
    fn try_get(&self, index: I) -> Option<&T> {
        RegionStore::try_get(self, index)
    }

    fn generation(&self, slot: usize) -> Option<u32> {
        RegionStore::generation(self, slot)
    }

    /// It is not rolled back, and its indices are stale by themselves.
    fn end(&self) -> usize {
        usize::MAX
    }
}

impl<T, I: ArenaIdx> ItemStore for RegionStore<T, I> {
    #[inline]
    #[track_caller]
    fn alloc(&mut self, value: T) -> I {
        RegionStore::alloc(self, value)
    }

    #[inline]
    fn try_alloc(&mut self, value: T) -> Result<I, Rejected<T>> {
        RegionStore::try_alloc(self, value)
    }

    #[inline]
    #[track_caller]
    fn alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> I {
        RegionStore::alloc_with(self, make)
    }

    #[inline]
    fn try_alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> Result<I, Rejected<F>> {
        RegionStore::try_alloc_with(self, make)
    }

    #[track_caller]
    fn alloc_extend<It: IntoIterator<Item = T>>(&mut self, items: It) -> Option<I> {
        let capacity = self.capacity();
        self.try_alloc_extend(items).or_panic("RegionStore", || Shortage::Slots { asked: 1, capacity })
    }

    fn try_alloc_extend<It: IntoIterator<Item = T>>(
        &mut self,
        items: It,
    ) -> Result<Option<I>, Rejected<Rest<It::IntoIter>>> {
        one_by_one(self, items)
    }

    #[inline]
    #[track_caller]
    fn get_mut(&mut self, index: I) -> &mut T {
        RegionStore::get_mut(self, index)
    }

    #[inline]
    fn try_get_mut(&mut self, index: I) -> Option<&mut T> {
        RegionStore::try_get_mut(self, index)
    }
}

/// Over memory of its own.
impl BundleStore for Region<'static> {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity(capacity).map_err(|error| match error {
            RegionError::LayoutOverflow => AllocError::LAYOUT_OVERFLOW,
            _ => AllocError::OUT_OF_MEMORY,
        })
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        self.reset();
    }
}

impl BundleStore for Blink {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Ok(Self::with_chunk_size(capacity))
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        self.reset();
    }
}

impl RewindStore for Blink {
    fn mark(&self) -> Mark {
        Mark::values(self.checkpoint())
    }

    fn check(&self, mark: Mark) -> Result<(), CheckpointError> {
        self.check_rollback(mark.as_values()?)
    }

    fn rewind(&mut self, mark: Mark) {
        let _ = mark.as_values().and_then(|checkpoint| self.try_rollback(checkpoint));
    }
}
