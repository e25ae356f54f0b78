//! Values of one type in slots that are found by best fit, named by generational handles.

use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use core::mem::{self, MaybeUninit};
use core::ops::{Index, IndexMut};
use core::ptr::NonNull;

use super::blocks::{BlockMap, Handle, Request, Shortage};
use super::error::RegionError;
use super::nodes::{RegionNode, Storage};
use super::store_iter::{RegionStoreIter, RegionStoreIterMut, Used};
use crate::error::{AllocError, Rejected};
use crate::raw::block;
use crate::raw::fallibility::{OrPanic, Shortage as Missing};
use crate::raw::layout;
use crate::raw::poison;
use crate::stats::Stats;
use crate::typed::{ArenaIdx, CheckedIdx, IdxStamp, Stamped};

/// A store of up to `capacity` values of one type, each of which can be freed by itself.
///
/// An index is generational: it names one value, and when that is freed it is stale for ever, also after its slot has a
/// new value. Freeing twice is an error that harms nobody. Values that are still inside are dropped with the store.
///
/// The bookkeeping is that of [`Region`](crate::Region), in units of one slot. Every operation is O(log n) or better;
/// [`get`](Self::get) is O(1).
///
/// Where values are never freed one by one, an [`Arena`](crate::Arena) is smaller and faster.
///
/// ```
/// use arenas::{RegionError, RegionStore};
///
/// let mut coins = RegionStore::with_capacity(1000);
/// let coin = coins.alloc(String::from("50 BTC"));
/// assert_eq!(coins[coin], "50 BTC");
/// assert_eq!(coins.free(coin), "50 BTC");
/// assert_eq!(coins.try_free(coin), Err(RegionError::Freed));
/// ```
pub struct RegionStore<T, I = Stamped<T>> {
    slots: Vec<MaybeUninit<T>>,
    /// A unit is a slot; exactly the slots of used units hold a value.
    map: BlockMap<'static>,
    index: PhantomData<fn() -> I>,
}

impl<T> RegionStore<T> {
    /// Makes a store of `capacity` slots.
    ///
    /// # Panics
    ///
    /// If there is not enough memory. [`try_with_capacity`](Self::try_with_capacity) does not.
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_index(capacity)
    }

    /// Makes a store of `capacity` slots.
    ///
    /// # Errors
    ///
    /// A layout overflow or out of memory, for the slots; a limit, for more slots than an index can name.
    pub fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity_and_index(capacity)
    }
}

impl<T, I: CheckedIdx> RegionStore<T, I> {
    /// Makes a store of `capacity` slots, named by indices of type `I`.
    ///
    /// # Panics
    ///
    /// If there is not enough memory. [`try_with_capacity_and_index`](Self::try_with_capacity_and_index) does not.
    #[must_use]
    #[track_caller]
    pub fn with_capacity_and_index(capacity: usize) -> Self {
        Self::try_with_capacity_and_index(capacity)
            .or_panic("RegionStore", || Missing::Slots { asked: capacity, capacity: I::MAX_SLOTS })
    }

    /// Makes a store of `capacity` slots, named by indices of type `I`.
    ///
    /// # Errors
    ///
    /// A layout overflow or out of memory, for the slots; a limit, for more slots than an index can name.
    pub fn try_with_capacity_and_index(capacity: usize) -> Result<Self, AllocError> {
        Self::empty(capacity)
    }
}

/// All of it is sound for indices that do not find out that they are stale, too; only nobody can make such a store.
impl<T, I: ArenaIdx> RegionStore<T, I> {
    /// A store of `capacity` slots.
    pub(crate) fn empty(capacity: usize) -> Result<Self, AllocError> {
        layout::array_of::<T>(capacity)?;
        if capacity > I::MAX_SLOTS {
            return Err(AllocError::LIMIT);
        }
        let mut slots: Vec<MaybeUninit<T>> = Vec::new();
        slots.try_reserve_exact(capacity).map_err(|_| AllocError::OUT_OF_MEMORY)?;
        // SAFETY: there is room for as many, and a `MaybeUninit` need not be initialised.
        unsafe { slots.set_len(capacity) };
        let map = BlockMap::new(capacity as u64, Storage::owned()).map_err(|_| AllocError::OUT_OF_MEMORY)?;
        poison::forbid(NonNull::from(&mut *slots).cast(), size_of_val(&*slots));
        Ok(Self { slots, map, index: PhantomData })
    }

    /// Puts a value into a free slot. O(log n).
    ///
    /// # Panics
    ///
    /// If the store is full. [`try_alloc`](Self::try_alloc) does not.
    #[track_caller]
    pub fn alloc(&mut self, value: T) -> I {
        let capacity = self.capacity();
        self.try_alloc(value).or_panic("RegionStore", || Missing::Slots { asked: 1, capacity })
    }

    /// Puts a value into a free slot. O(log n).
    ///
    /// # Errors
    ///
    /// The value comes back when the store is full.
    pub fn try_alloc(&mut self, value: T) -> Result<I, Rejected<T>> {
        match self.reserve() {
            Ok((_, slot, index)) => {
                let place = &mut self.slots[slot];
                poison::permit(NonNull::from(&mut *place).cast(), size_of::<T>());
                place.write(value);
                Ok(index)
            }
            Err(error) => Err(Rejected::new(value, error)),
        }
    }

    /// Puts the value that `make` makes of its own index into a free slot. O(log n).
    ///
    /// # Panics
    ///
    /// If the store is full ([`try_alloc_with`](Self::try_alloc_with) does not), or if `make` does; the store is
    /// unchanged then.
    #[track_caller]
    pub fn alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> I {
        let capacity = self.capacity();
        self.try_alloc_with(make).or_panic("RegionStore", || Missing::Slots { asked: 1, capacity })
    }

    /// Puts the value that `make` makes of its own index into a free slot. O(log n).
    ///
    /// # Errors
    ///
    /// The closure comes back, uncalled, when the store is full.
    pub fn try_alloc_with<F: FnOnce(I) -> T>(&mut self, make: F) -> Result<I, Rejected<F>> {
        match self.reserve() {
            Ok((handle, slot, index)) => {
                let vacant = Vacant(&mut self.map, handle);
                let value = make(index);
                mem::forget(vacant);
                let place = &mut self.slots[slot];
                poison::permit(NonNull::from(&mut *place).cast(), size_of::<T>());
                place.write(value);
                Ok(index)
            }
            Err(error) => Err(Rejected::new(make, error)),
        }
    }

    /// Makes sure that so many more values can be put in.
    pub(crate) fn try_make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        if additional > self.capacity() - self.len() {
            return Err(AllocError::CAPACITY);
        }
        // Each takes one node at most, as long as it is one unit. No more than there are slots, whose number fits.
        self.map.reserve_nodes(additional as u32).map_err(|_| AllocError::OUT_OF_MEMORY)
    }

    /// A used unit, its slot and its index. The caller puts a value into the slot, or frees the unit.
    fn reserve(&mut self) -> Result<(Handle, usize, I), AllocError> {
        let (handle, slot) = match self.map.alloc(Request { size: 1, align: 1, origin: 0 }) {
            Ok(block) => block,
            Err(Shortage::Room) => return Err(AllocError::CAPACITY),
            Err(Shortage::Nodes(_)) => return Err(AllocError::OUT_OF_MEMORY),
        };
        // What makes the index is user code, which may panic.
        let vacant = Vacant(&mut self.map, handle);
        let index = I::from_slot(handle.node as usize, I::Stamp::of(handle.stamp as u32)).ok_or(AllocError::LIMIT)?;
        mem::forget(vacant);
        Ok((handle, slot as usize, index))
    }

    /// Takes a value out and frees its slot. O(log n).
    ///
    /// # Panics
    ///
    /// If the index is stale or foreign. [`try_free`](Self::try_free) does not.
    #[track_caller]
    pub fn free(&mut self, index: I) -> T {
        self.try_free(index).unwrap_or_else(|_| bad_index(index.slot(), self.capacity()))
    }

    /// Takes a value out and frees its slot. O(log n).
    ///
    /// # Errors
    ///
    /// [`RegionError::Freed`] for an index that is stale or foreign; nothing has changed then.
    pub fn try_free(&mut self, index: I) -> Result<T, RegionError> {
        let handle = self.find(index).ok_or(RegionError::Freed)?;
        Ok(self.take(handle))
    }

    /// The live unit that an index names.
    #[inline]
    fn find(&self, index: I) -> Option<Handle> {
        let node = u32::try_from(index.slot()).ok()?;
        let stamp = self.map.node(node).filter(|node| node.is_used())?.stamp();
        index.stamp().matches(stamp as u32).then_some(Handle { node, stamp })
    }

    /// The value of an index. O(1).
    ///
    /// # Panics
    ///
    /// If the index is stale or foreign. [`try_get`](Self::try_get) does not.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn get(&self, index: I) -> &T {
        match self.try_get(index) {
            Some(value) => value,
            None => bad_index(index.slot(), self.capacity()),
        }
    }

    /// The value of an index, for writing. O(1).
    ///
    /// # Panics
    ///
    /// If the index is stale or foreign. [`try_get_mut`](Self::try_get_mut) does not.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn get_mut(&mut self, index: I) -> &mut T {
        let capacity = self.capacity();
        match self.try_get_mut(index) {
            Some(value) => value,
            None => bad_index(index.slot(), capacity),
        }
    }

    /// The value of an index, or `None` for one that is stale or foreign. O(1).
    #[inline]
    #[must_use]
    pub fn try_get(&self, index: I) -> Option<&T> {
        let slot = self.slot(self.find(index)?);
        let slot = self.slots.get(slot)?;
        // SAFETY: the unit is used, so its slot holds a value.
        Some(unsafe { slot.assume_init_ref() })
    }

    /// The value of an index, for writing, or `None` for one that is stale or foreign. O(1).
    #[inline]
    #[must_use]
    pub fn try_get_mut(&mut self, index: I) -> Option<&mut T> {
        let slot = self.slot(self.find(index)?);
        let slot = self.slots.get_mut(slot)?;
        // SAFETY: the unit is used, so its slot holds a value.
        Some(unsafe { slot.assume_init_mut() })
    }

    /// The low half of the stamp of a slot, as its index carries it; `None` where it holds nothing.
    pub(crate) fn generation(&self, slot: usize) -> Option<u32> {
        let node = u32::try_from(slot).ok()?;
        // An index carries no more of it.
        self.map.node(node).filter(|node| node.is_used()).map(|node| node.stamp() as u32)
    }

    /// Whether an index names a live value of this store. O(1).
    #[inline]
    #[must_use]
    pub fn is_valid(&self, index: I) -> bool {
        self.find(index).is_some()
    }

    /// All values with their indices, in the order of their slots.
    pub fn iter(&self) -> RegionStoreIter<'_, T, I> {
        RegionStoreIter::new(Used::new(&self.map), &self.slots)
    }

    /// All values with their indices, for writing, in the order of their slots.
    pub fn iter_mut(&mut self) -> RegionStoreIterMut<'_, T, I> {
        RegionStoreIterMut::new(Used::new(&self.map), &mut self.slots)
    }

    /// The indices of all values, in the order of their slots.
    pub fn indices(&self) -> impl ExactSizeIterator<Item = I> + Clone {
        self.iter().map(|(index, _)| index)
    }
}

/// What does not depend on the index.
impl<T, I> RegionStore<T, I> {
    /// How many values are in the store.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.used_blocks() as usize
    }

    /// Whether no value is in the store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values fit.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// Drops all values, from the lowest slot up. The memory is kept; all indices go stale.
    ///
    /// A destructor that panics does not keep the others from running.
    pub fn reset(&mut self) {
        /// Goes on with the rest when a destructor panics.
        struct Rest<'s, T, I>(&'s mut RegionStore<T, I>);
        impl<T, I> Drop for Rest<'_, T, I> {
            fn drop(&mut self) {
                self.0.drop_values();
            }
        }
        Rest(self).0.drop_values();
    }

    fn drop_values(&mut self) {
        while let Some(value) = self.take_first() {
            drop(value);
        }
    }

    fn take_first(&mut self) -> Option<T> {
        // No two holes meet, so that this looks at two blocks at most.
        let (number, node) = self.map.in_address_order().find(|(_, node)| node.is_used())?;
        let handle = Handle { node: number, stamp: node.stamp() };
        Some(self.take(handle))
    }

    /// Frees a used unit and moves its value out.
    fn take(&mut self, handle: Handle) -> T {
        let slot = self.slot(handle);
        self.map.free(handle);
        let slot = &mut self.slots[slot];
        // SAFETY: the unit was used, so the slot holds a value; it is free now, so that nobody takes the value again.
        let value = unsafe { slot.assume_init_read() };
        // SAFETY: the slot is memory of this store that holds no value any more.
        unsafe { block::fill_freed(NonNull::from(slot).cast(), size_of::<T>()) };
        value
    }

    /// The slot of a live unit.
    #[inline]
    fn slot(&self, handle: Handle) -> usize {
        self.map.node(handle.node).map_or(usize::MAX, |node| node.offset as usize)
    }

    /// A snapshot in the glossary that all allocators share.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let bytes = |slots: u64| slots as usize * size_of::<T>();
        let (used, total) = (self.map.used(), self.map.total());
        let metadata = self.map.node_capacity() * size_of::<RegionNode>();
        Stats::of(bytes(used), 0, bytes(total - used), metadata)
            .with_peak(bytes(self.map.peak()))
            .with_allocations(used)
            .with_chunks(1)
    }

    /// Verifies every invariant of the bookkeeping. For tests.
    ///
    /// # Panics
    ///
    /// If one does not hold, which is a bug in this crate.
    pub fn check(&self) {
        self.map.check();
    }
}

impl<T, I> Drop for RegionStore<T, I> {
    fn drop(&mut self) {
        /// The memory goes back to the heap, also when a destructor panics.
        struct Permit<'s, T, I>(&'s mut RegionStore<T, I>);
        impl<T, I> Drop for Permit<'_, T, I> {
            fn drop(&mut self) {
                let slots = &mut *self.0.slots;
                poison::permit(NonNull::from(&mut *slots).cast(), size_of_val(slots));
            }
        }
        let permit = Permit(self);
        if mem::needs_drop::<T>() {
            permit.0.reset();
        }
    }
}

/// A store for 1024 values.
impl<T, I: CheckedIdx> Default for RegionStore<T, I> {
    fn default() -> Self {
        Self::with_capacity_and_index(1024)
    }
}

impl<'s, T, I: ArenaIdx> IntoIterator for &'s RegionStore<T, I> {
    type Item = (I, &'s T);
    type IntoIter = RegionStoreIter<'s, T, I>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'s, T, I: ArenaIdx> IntoIterator for &'s mut RegionStore<T, I> {
    type Item = (I, &'s mut T);
    type IntoIter = RegionStoreIterMut<'s, T, I>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T, I: ArenaIdx> Index<I> for RegionStore<T, I> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn index(&self, index: I) -> &T {
        self.get(index)
    }
}

impl<T, I: ArenaIdx> IndexMut<I> for RegionStore<T, I> {
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, index: I) -> &mut T {
        self.get_mut(index)
    }
}

impl<T: fmt::Debug, I: ArenaIdx> fmt::Debug for RegionStore<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// A used unit without a value, which is given back when that does not come.
struct Vacant<'s>(&'s mut BlockMap<'static>, Handle);

impl Drop for Vacant<'_> {
    fn drop(&mut self) {
        self.0.free(self.1);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn bad_index(slot: usize, capacity: usize) -> ! {
    panic!("RegionStore: the index of node {slot} is stale or foreign (capacity {capacity})")
}
