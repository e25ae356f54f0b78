//! From an item type, or an index type, to the store.

use crate::error::Rejected;
use crate::typed::{ArenaIdx, IdxRange, Rest};

/// A store of items that can be read by index: every [`ItemStore`], and every [`InternStore`](crate::InternStore).
///
/// The trait is sealed.
pub trait ReadStore: super::kinds::Sealed {
    /// What it holds.
    type Item;

    /// What names an item in it.
    type Idx: ArenaIdx;

    #[doc(hidden)]
    #[track_caller]
    fn get(&self, index: Self::Idx) -> &Self::Item;

    #[doc(hidden)]
    fn try_get(&self, index: Self::Idx) -> Option<&Self::Item>;

    /// The number of the generation that filled a slot, as its checked index carries it; `None` where the slot holds
    /// nothing.
    #[doc(hidden)]
    fn generation(&self, slot: usize) -> Option<u32>;

    /// The slot from which on nothing is in the store, nor was since it was last rolled back.
    #[doc(hidden)]
    fn end(&self) -> usize;
}

/// A [`ReadStore`] whose items lie in contiguous slots, so that a range of indices names a slice.
///
/// The trait is sealed.
pub trait ReadSlices: ReadStore {
    #[doc(hidden)]
    #[track_caller]
    fn get_range(&self, range: IdxRange<Self::Idx>) -> &[Self::Item];

    #[doc(hidden)]
    fn try_get_range(&self, range: IdxRange<Self::Idx>) -> Option<&[Self::Item]>;
}

/// A store of items behind an index: [`Arena`](crate::Arena), [`FastArena`](crate::FastArena) and
/// [`RegionStore`](crate::RegionStore).
///
/// Its methods are those of the same name of the stores. Where a `FastArena` is full, these, which have it to
/// themselves, grow it.
///
/// The trait is sealed.
pub trait ItemStore: ReadStore {
    /// Stores a value.
    #[doc(hidden)]
    #[track_caller]
    fn alloc(&mut self, value: Self::Item) -> Self::Idx;

    #[doc(hidden)]
    fn try_alloc(&mut self, value: Self::Item) -> Result<Self::Idx, Rejected<Self::Item>>;

    #[doc(hidden)]
    #[track_caller]
    fn alloc_with<F: FnOnce(Self::Idx) -> Self::Item>(&mut self, make: F) -> Self::Idx;

    #[doc(hidden)]
    fn try_alloc_with<F: FnOnce(Self::Idx) -> Self::Item>(&mut self, make: F) -> Result<Self::Idx, Rejected<F>>;

    #[doc(hidden)]
    #[track_caller]
    fn alloc_extend<It: IntoIterator<Item = Self::Item>>(&mut self, items: It) -> Option<Self::Idx>;

    #[doc(hidden)]
    fn try_alloc_extend<It: IntoIterator<Item = Self::Item>>(
        &mut self,
        items: It,
    ) -> Result<Option<Self::Idx>, Rejected<Rest<It::IntoIter>>>;

    #[doc(hidden)]
    #[track_caller]
    fn get_mut(&mut self, index: Self::Idx) -> &mut Self::Item;

    #[doc(hidden)]
    fn try_get_mut(&mut self, index: Self::Idx) -> Option<&mut Self::Item>;
}

/// An [`ItemStore`] whose items lie in contiguous slots, so that a range of indices names a slice:
/// [`Arena`](crate::Arena) and [`FastArena`](crate::FastArena).
///
/// The trait is sealed.
#[diagnostic::on_unimplemented(
    message = "the items of `{Self}` are not contiguous",
    label = "no range of indices names a slice of this store",
    note = "a `RegionStore` puts each value where there is room: allocate one by one, or several with `alloc_extend`"
)]
pub trait SliceStore: ItemStore + ReadSlices {
    #[doc(hidden)]
    #[track_caller]
    fn alloc_batch<It>(&mut self, items: It) -> IdxRange<Self::Idx>
    where
        It: IntoIterator<Item = Self::Item, IntoIter: ExactSizeIterator>;

    #[doc(hidden)]
    fn try_alloc_batch<It>(&mut self, items: It) -> Result<IdxRange<Self::Idx>, Rejected<It::IntoIter>>
    where
        It: IntoIterator<Item = Self::Item, IntoIter: ExactSizeIterator>;

    #[doc(hidden)]
    #[track_caller]
    fn get_range_mut(&mut self, range: IdxRange<Self::Idx>) -> &mut [Self::Item];

    #[doc(hidden)]
    fn try_get_range_mut(&mut self, range: IdxRange<Self::Idx>) -> Option<&mut [Self::Item]>;
}

/// An [`ItemStore`] that allocates through `&self`, from any thread: [`FastArena`](crate::FastArena).
///
/// The trait is sealed.
pub trait SharedItemStore: SliceStore {
    #[doc(hidden)]
    #[track_caller]
    fn alloc_shared(&self, value: Self::Item) -> Self::Idx;

    #[doc(hidden)]
    fn try_alloc_shared(&self, value: Self::Item) -> Result<Self::Idx, Rejected<Self::Item>>;

    #[doc(hidden)]
    #[track_caller]
    fn alloc_shared_with<F: FnOnce(Self::Idx) -> Self::Item>(&self, make: F) -> Self::Idx;

    #[doc(hidden)]
    fn try_alloc_shared_with<F: FnOnce(Self::Idx) -> Self::Item>(&self, make: F) -> Result<Self::Idx, Rejected<F>>;

    #[doc(hidden)]
    #[track_caller]
    fn alloc_shared_batch<It>(&self, items: It) -> IdxRange<Self::Idx>
    where
        It: IntoIterator<Item = Self::Item, IntoIter: ExactSizeIterator>;

    #[doc(hidden)]
    fn try_alloc_shared_batch<It>(&self, items: It) -> Result<IdxRange<Self::Idx>, Rejected<It::IntoIter>>
    where
        It: IntoIterator<Item = Self::Item, IntoIter: ExactSizeIterator>;
}

/// A bundle in which exactly one store holds items of type `T`.
///
/// [`arena_struct!`](crate::arena_struct) implements it for each such type; `bundle.alloc(value)` goes through it. It
/// is also a bound for code that builds into any bundle with the right stores.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no store for `{T}`",
    label = "no store of `{Self}` holds `{T}`",
    note = "a bundle allocates by type where exactly one of its stores holds the type; otherwise name the store: \
            `bundle.store.alloc(..)`",
    note = "a store that interns takes values by `bundle.intern(..)`"
)]
pub trait Stores<T> {
    /// What names an item in the store.
    type Idx: ArenaIdx;

    /// The type of the store.
    type Store: ItemStore<Item = T, Idx = Self::Idx>;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// The store, exclusively.
    fn store_mut(&mut self) -> &mut Self::Store;

    /// Stores a value, and names it.
    ///
    /// # Panics
    ///
    /// When the store has no room and gets none.
    #[inline]
    #[track_caller]
    fn alloc(&mut self, value: T) -> Self::Idx {
        self.store_mut().alloc(value)
    }

    /// Stores a value, and names it.
    ///
    /// # Errors
    ///
    /// When the store has no room and gets none; with the value.
    #[inline]
    fn try_alloc(&mut self, value: T) -> Result<Self::Idx, Rejected<T>> {
        self.store_mut().try_alloc(value)
    }
}

/// A bundle in which exactly one store holds items of type `T`, and allocates through `&self` from any thread.
///
/// [`arena_struct!`](crate::arena_struct) implements it for the item types of [`FastArena`](crate::FastArena) stores;
/// `bundle.alloc_shared(value)` goes through it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no store that takes `{T}` through `&self`",
    label = "no store of `{Self}` takes `{T}` through `&self`",
    note = "`alloc_shared` needs a `FastArena<{T}>`; an `Arena` allocates by `alloc`, through `&mut self`"
)]
pub trait StoresShared<T> {
    /// What names an item in the store.
    type Idx: ArenaIdx;

    /// The type of the store.
    type Store: SharedItemStore<Item = T, Idx = Self::Idx>;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// Stores a value, and names it.
    ///
    /// # Panics
    ///
    /// When the store has no room and gets none.
    #[inline]
    #[track_caller]
    fn alloc_shared(&self, value: T) -> Self::Idx {
        self.store().alloc_shared(value)
    }

    /// Stores a value, and names it.
    ///
    /// # Errors
    ///
    /// When the store has no room and gets none; with the value.
    #[inline]
    fn try_alloc_shared(&self, value: T) -> Result<Self::Idx, Rejected<T>> {
        self.store().try_alloc_shared(value)
    }
}

/// A bundle with a store whose items are named by `I`.
///
/// [`arena_struct!`](crate::arena_struct) implements it for each index type; `bundle[index]` and `bundle.get(index)` go
/// through it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no store that is indexed by `{I}`",
    label = "no store of `{Self}` is indexed by `{I}`"
)]
pub trait IndexedBy<I: ArenaIdx> {
    /// What the store holds.
    type Item;

    #[doc(hidden)]
    #[track_caller]
    fn item(&self, index: I) -> &Self::Item;

    #[doc(hidden)]
    fn try_item(&self, index: I) -> Option<&Self::Item>;
}

/// A bundle with a store whose items are named by `I`, and can be changed: of any store but one that interns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no exclusive access by `{I}`",
    label = "the items of this store cannot be changed",
    note = "the values of a store that interns do not change, as two of them could become equal; intern the new value"
)]
pub trait IndexedMutBy<I: ArenaIdx>: IndexedBy<I> {
    #[doc(hidden)]
    #[track_caller]
    fn item_mut(&mut self, index: I) -> &mut Self::Item;

    #[doc(hidden)]
    fn try_item_mut(&mut self, index: I) -> Option<&mut Self::Item>;
}

/// A bundle with a store whose items are named by `I`, and slices of them by ranges of `I`.
///
/// [`arena_struct!`](crate::arena_struct) implements it for the index types of [`Arena`](crate::Arena) and
/// [`FastArena`](crate::FastArena) stores.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no store of contiguous items that are indexed by `{I}`",
    label = "no range of `{I}` names a slice of a store of `{Self}`"
)]
pub trait SlicedBy<I: ArenaIdx>: IndexedBy<I> {
    #[doc(hidden)]
    #[track_caller]
    fn items(&self, range: IdxRange<I>) -> &[Self::Item];

    #[doc(hidden)]
    fn try_items(&self, range: IdxRange<I>) -> Option<&[Self::Item]>;
}

/// A bundle with a store of contiguous items that can be changed: of any such store but one that interns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no exclusive access by a range of `{I}`",
    label = "the items of this store cannot be changed",
    note = "the values of a store that interns do not change, as two of them could become equal; intern the new value"
)]
pub trait SlicedMutBy<I: ArenaIdx>: SlicedBy<I> + IndexedMutBy<I> {
    #[doc(hidden)]
    #[track_caller]
    fn items_mut(&mut self, range: IdxRange<I>) -> &mut [Self::Item];

    #[doc(hidden)]
    fn try_items_mut(&mut self, range: IdxRange<I>) -> Option<&mut [Self::Item]>;
}

/// A type of which a bundle has a store: [`Stores`] from the other side.
///
/// A method that asks for this finds the store by the type of the value alone. If it asked for [`Stores`], the compiler
/// would take the only store of a bundle for what was meant, and report a wrong type where there is a missing store.
pub trait StoredIn<B: ?Sized>: Sized {
    /// What names an item in the store.
    type Idx: ArenaIdx;

    /// The type of the store.
    type Store: ItemStore<Item = Self, Idx = Self::Idx>;

    /// The store.
    fn store_in(bundle: &mut B) -> &mut Self::Store;
}

impl<T, B: Stores<T> + ?Sized> StoredIn<B> for T {
    type Idx = B::Idx;
    type Store = B::Store;

    #[inline]
    fn store_in(bundle: &mut B) -> &mut B::Store {
        bundle.store_mut()
    }
}

/// A type of which a bundle has a shared store: [`StoresShared`] from the other side.
pub trait StoredSharedIn<B: ?Sized>: Sized {
    /// What names an item in the store.
    type Idx: ArenaIdx;

    /// The type of the store.
    type Store: SharedItemStore<Item = Self, Idx = Self::Idx>;

    /// The store.
    fn store_in(bundle: &B) -> &Self::Store;
}

impl<T, B: StoresShared<T> + ?Sized> StoredSharedIn<B> for T {
    type Idx = B::Idx;
    type Store = B::Store;

    #[inline]
    fn store_in(bundle: &B) -> &B::Store {
        bundle.store()
    }
}

/// What leads into a bundle: the index of one of its stores, or a range of them.
#[diagnostic::on_unimplemented(
    message = "`{B}` has no store that is indexed by `{Self}`",
    label = "no store of `{B}` is indexed by `{Self}`"
)]
pub trait Indexes<B: ?Sized>: Sized {
    /// The item, or a slice of items.
    type Output: ?Sized;

    /// What it leads to.
    #[track_caller]
    fn get(self, bundle: &B) -> &Self::Output;

    /// What it leads to, if anything.
    fn try_get(self, bundle: &B) -> Option<&Self::Output>;
}

/// What leads into a bundle, to items that can be changed.
#[diagnostic::on_unimplemented(
    message = "`{B}` gives no exclusive access by `{Self}`",
    label = "the items of this store cannot be changed",
    note = "the values of a store that interns do not change, as two of them could become equal; intern the new value"
)]
pub trait IndexesMut<B: ?Sized>: Indexes<B> {
    /// What it leads to, exclusively.
    #[track_caller]
    fn get_mut(self, bundle: &mut B) -> &mut Self::Output;

    /// What it leads to, if anything, exclusively.
    fn try_get_mut(self, bundle: &mut B) -> Option<&mut Self::Output>;
}

impl<I: ArenaIdx, B: IndexedBy<I> + ?Sized> Indexes<B> for I {
    type Output = B::Item;

    #[inline]
    fn get(self, bundle: &B) -> &B::Item {
        bundle.item(self)
    }

    #[inline]
    fn try_get(self, bundle: &B) -> Option<&B::Item> {
        bundle.try_item(self)
    }
}

#[diagnostic::do_not_recommend]
impl<I: ArenaIdx, B: IndexedMutBy<I> + ?Sized> IndexesMut<B> for I {
    #[inline]
    fn get_mut(self, bundle: &mut B) -> &mut B::Item {
        bundle.item_mut(self)
    }

    #[inline]
    fn try_get_mut(self, bundle: &mut B) -> Option<&mut B::Item> {
        bundle.try_item_mut(self)
    }
}

impl<I: ArenaIdx, B: SlicedBy<I> + ?Sized> Indexes<B> for IdxRange<I> {
    type Output = [B::Item];

    #[inline]
    fn get(self, bundle: &B) -> &[B::Item] {
        bundle.items(self)
    }

    #[inline]
    fn try_get(self, bundle: &B) -> Option<&[B::Item]> {
        bundle.try_items(self)
    }
}

#[diagnostic::do_not_recommend]
impl<I: ArenaIdx, B: SlicedMutBy<I> + ?Sized> IndexesMut<B> for IdxRange<I> {
    #[inline]
    fn get_mut(self, bundle: &mut B) -> &mut [B::Item] {
        bundle.items_mut(self)
    }

    #[inline]
    fn try_get_mut(self, bundle: &mut B) -> Option<&mut [B::Item]> {
        bundle.try_items_mut(self)
    }
}
