//! Branded access: indices that were proven to be in bounds when they were made, and so are read without a check.
//!
//! ```text
//!   arena.scope(|arena| {                     'brand: a lifetime that stands for this arena, here
//!       let a = arena.alloc(..);              BrandedIdx<'brand, T>: in bounds, because it was just filled
//!       let b = arena.check(index)?;          BrandedIdx<'brand, T>: in bounds, because it was just looked at
//!       arena[a]                              one load; no comparison, no way to panic
//!   })                                        nothing with 'brand in it gets out
//! ```
//!
//! **What it is for.** Inner loops that follow indices again and again: a fixed-point iteration over a graph, an
//! interpreter over its code, a solver. An index is checked once, where it enters, and never again. And where two arenas
//! hold values of one type, to take an index of one for the other is an error at compile time, which plain indices
//! cannot find at all, and [`Stamped`](crate::Stamped) ones only when the program runs.
//!
//! **Two ways in.** [`Arena::scope`](crate::Arena::scope), [`Arena::scope_ref`](crate::Arena::scope_ref),
//! [`FastArena::scope`](crate::FastArena::scope) and [`FastArena::scope_mut`](crate::FastArena::scope_mut) brand an
//! arena for the time of a closure. [`Brand::with`] makes the brand first and the arena after it, so that its values can
//! hold branded indices of each other.
//!
//! **Why it is sound.** A branded index is made only for a slot that holds a value. While the brand lasts, nothing can
//! make a value go away: [`Scoped`] has no `rollback`, `reset`, `drain` or `transaction`, gives no exclusive reference to the
//! arena inside, and there is never a second arena of the same brand to swap it with. The brand is an invariant lifetime
//! that the closure takes as a parameter: no result, variable, thread or trait object from outside can hold it. A
//! closure that panics leaves the arena as it is at that point, and the branded indices are gone with its frame. No
//! `unsafe` is asked of anybody, and what an index type of the user says of itself is never relied upon.
//!
//! **When not.** To store indices beyond a function or two: plain ones are simpler, and their check costs less than a
//! nanosecond. For a single pass over the values, iterate.
//!
//! **Cost.** A [`BrandedIdx`] takes 4 bytes, also in an `Option`, and names the first 2^32 - 1 slots. `check` is what
//! `try_get` is. `get` is one load (and that of the address of slot 0, which a loop does once). All other methods
//! cost what those of the arena do.
//!
//! **Who may call.** A `Scoped` is shared between threads as its arena is; a branded index is `Copy`, `Send` and `Sync`.
//!
//! ```
//! use arenas::{Arena, Idx};
//!
//! struct Room { exits: Vec<Idx<Room>>, visits: u32 }
//!
//! let mut rooms = Arena::new();
//! let hall = rooms.alloc(Room { exits: vec![], visits: 0 });
//! let attic = rooms.alloc(Room { exits: vec![hall], visits: 0 });
//! rooms[hall].exits.push(attic);
//!
//! rooms.scope(|rooms| {
//!     // Every exit is looked at once ..
//!     let exits: Vec<_> =
//!         rooms.indices().iter().map(|room| rooms.check(rooms[room].exits[0]).unwrap()).collect();
//!     // .. and followed as often as one likes.
//!     let mut here = rooms.check(attic).unwrap();
//!     for _ in 0..1000 {
//!         rooms[here].visits += 1;
//!         here = exits[here.into_raw()];
//!     }
//! });
//! assert_eq!((rooms[hall].visits, rooms[attic].visits), (500, 500));
//! ```

mod arena;
mod fast;
mod index;

use core::ops::{Index, IndexMut};
use core::slice;

use super::idx::{ArenaIdx, IdxRange, overlapping_indices};
use crate::raw::brand::{Keeps, MAX_SLOTS};

pub use crate::raw::brand::{Brand, Scoped};
pub use fast::ScopedWriter;
pub use index::{BrandedIdx, BrandedRange, BrandedRangeIter};

/// An arena that can have a brand: [`Arena`](crate::Arena) and [`FastArena`](crate::FastArena). Sealed.
pub trait Brandable: Keeps<Value = Self::Item> {
    /// What it holds.
    type Item;
    /// Its ordinary handles.
    type Index: ArenaIdx;

    /// The slot of a handle that is valid, as [`is_valid`](crate::Arena::is_valid) says.
    #[doc(hidden)]
    fn valid_slot(&self, index: Self::Index) -> Option<usize>;

    /// The handle of a slot that holds a value.
    #[doc(hidden)]
    fn index_of_slot(&self, slot: usize) -> Option<Self::Index>;
}

/// Branded indices and references, in slot order; see [`Scoped::iter_indexed`].
pub type BrandedIter<'brand, 'a, T> = core::iter::Zip<BrandedRangeIter<'brand, T>, slice::Iter<'a, T>>;

/// Branded indices and exclusive references, in slot order; see [`Scoped::iter_indexed_mut`].
pub type BrandedIterMut<'brand, 'a, T> = core::iter::Zip<BrandedRangeIter<'brand, T>, slice::IterMut<'a, T>>;

impl<'brand, A: Brandable> Scoped<'brand, A> {
    /// Proves an ordinary index; `None` where it is not valid here, or beyond what a branded index can name. O(1).
    ///
    /// This is the one check; what comes of it needs no more.
    ///
    /// ```
    /// use arenas::{Arena, Idx};
    ///
    /// let mut arena = Arena::new();
    /// let index = arena.alloc("value");
    /// arena.scope(|arena| {
    ///     let index = arena.check(index).unwrap();
    ///     assert_eq!(arena[index], "value");
    ///     assert_eq!(arena.check(Idx::from_raw(1)), None);
    /// });
    /// ```
    #[inline]
    #[must_use]
    pub fn check(&self, index: A::Index) -> Option<BrandedIdx<'brand, A::Item>> {
        self.at(self.valid_slot(index)?)
    }

    /// Proves a range of ordinary indices; `None` where one of them is not valid here. O(1) for what is contiguous.
    #[must_use]
    pub fn check_range(&self, range: IdxRange<A::Index>) -> Option<BrandedRange<'brand, A::Item>> {
        if let Some((first, last)) = range.first().zip(range.last()) {
            self.valid_slot(first)?;
            self.valid_slot(last)?;
        }
        self.slot_range(range.slots()).map(BrandedRange::new)
    }

    /// Proves a slot number; `None` where the slot holds no value. O(1).
    #[inline]
    #[must_use]
    pub fn at(&self, slot: usize) -> Option<BrandedIdx<'brand, A::Item>> {
        self.slot(slot).map(BrandedIdx::new)
    }

    /// The ordinary index, which may leave the scope.
    ///
    /// # Panics
    ///
    /// When the index type refuses a slot that it has named before.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn unbrand(&self, index: BrandedIdx<'brand, A::Item>) -> A::Index {
        match self.index_of_slot(index.into_raw()) {
            Some(index) => index,
            None => super::iter::lost_handle(index.into_raw()),
        }
    }

    /// The value of an index. One load.
    #[inline]
    #[must_use]
    pub fn get(&self, index: BrandedIdx<'brand, A::Item>) -> &A::Item {
        self.value(index.slot)
    }

    /// The value of an index. One load.
    #[inline]
    #[must_use]
    pub fn get_mut(&mut self, index: BrandedIdx<'brand, A::Item>) -> &mut A::Item {
        self.value_mut(index.slot)
    }

    /// The values of a range.
    #[inline]
    #[must_use]
    pub fn get_range(&self, range: BrandedRange<'brand, A::Item>) -> &[A::Item] {
        self.values(range.slots)
    }

    /// The values of a range.
    #[inline]
    #[must_use]
    pub fn get_range_mut(&mut self, range: BrandedRange<'brand, A::Item>) -> &mut [A::Item] {
        self.values_mut(range.slots)
    }

    /// The values of several indices at once, in their order. One comparison for two, O(N²) for N.
    ///
    /// # Panics
    ///
    /// When two indices are the same; see [`try_get_disjoint_mut`](Self::try_get_disjoint_mut).
    ///
    /// ```
    /// let mut arena = arenas::Arena::new();
    /// arena.scope(|arena| {
    ///     let (a, b) = (arena.alloc(1), arena.alloc(2));
    ///     let [x, y] = arena.get_disjoint_mut([b, a]);
    ///     std::mem::swap(x, y);
    /// });
    /// assert_eq!(arena.as_slice(), [2, 1]);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn get_disjoint_mut<const N: usize>(&mut self, indices: [BrandedIdx<'brand, A::Item>; N]) -> [&mut A::Item; N] {
        match self.disjoint(indices.map(|index| index.slot)) {
            Some(values) => values,
            None => overlapping_indices(super::disjoint::repeated(indices.map(BrandedIdx::into_raw)).unwrap_or(0)),
        }
    }

    /// The values of several indices at once, in their order; `None` when two are the same. One comparison for two, O(N²)
    /// for N.
    #[inline]
    #[must_use]
    pub fn try_get_disjoint_mut<const N: usize>(
        &mut self,
        indices: [BrandedIdx<'brand, A::Item>; N],
    ) -> Option<[&mut A::Item; N]> {
        self.disjoint(indices.map(|index| index.slot))
    }

    /// The indices of all values; of a `FastArena` those of its [`as_slice`](crate::FastArena::as_slice).
    ///
    /// Values that come later are not among them.
    #[inline]
    #[must_use]
    pub fn indices(&self) -> BrandedRange<'brand, A::Item> {
        BrandedRange::new(self.all_slots())
    }

    /// Iterates over indices and values.
    #[inline]
    pub fn iter_indexed(&self) -> BrandedIter<'brand, '_, A::Item> {
        let indices = self.indices();
        indices.iter().zip(self.get_range(indices))
    }

    /// Iterates over indices and values.
    #[inline]
    pub fn iter_indexed_mut(&mut self) -> BrandedIterMut<'brand, '_, A::Item> {
        let indices = self.indices();
        indices.iter().zip(self.get_range_mut(indices))
    }

    /// The values that [`indices`](Self::indices) names.
    #[inline]
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [A::Item] {
        let indices = self.indices();
        self.get_range_mut(indices)
    }
}

impl<'brand, A: Brandable> Index<BrandedIdx<'brand, A::Item>> for Scoped<'brand, A> {
    type Output = A::Item;

    #[inline]
    fn index(&self, index: BrandedIdx<'brand, A::Item>) -> &A::Item {
        self.get(index)
    }
}

impl<'brand, A: Brandable> IndexMut<BrandedIdx<'brand, A::Item>> for Scoped<'brand, A> {
    #[inline]
    fn index_mut(&mut self, index: BrandedIdx<'brand, A::Item>) -> &mut A::Item {
        self.get_mut(index)
    }
}

impl<'brand, A: Brandable> Index<BrandedRange<'brand, A::Item>> for Scoped<'brand, A> {
    type Output = [A::Item];

    #[inline]
    fn index(&self, range: BrandedRange<'brand, A::Item>) -> &[A::Item] {
        self.get_range(range)
    }
}

impl<'brand, A: Brandable> IndexMut<BrandedRange<'brand, A::Item>> for Scoped<'brand, A> {
    #[inline]
    fn index_mut(&mut self, range: BrandedRange<'brand, A::Item>) -> &mut [A::Item] {
        self.get_range_mut(range)
    }
}

/// How many slots both the handle and a branded index can name.
const fn most<I: ArenaIdx>() -> usize {
    if I::MAX_SLOTS < MAX_SLOTS { I::MAX_SLOTS } else { MAX_SLOTS }
}
