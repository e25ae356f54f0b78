//! A bundle whose every index finds out that it is stale or foreign, and says so in the names of the bundle.

use super::items::{ItemStore, ReadSlices, ReadStore, SliceStore};
use crate::typed::{ArenaIdx, IdxRange, IdxStamp};

/// A bundle that is declared `checked`. Its `verify` compiles only where each item has a checked index.
pub trait CheckedBundle {
    /// Nothing at run time.
    fn verify();
}

/// Takes an item whose index is checked.
pub fn checked<T, I: ArenaIdx<Stamp: Checks<T, I>>>() {}

/// The stamp of `I`, the index of `T`, which finds out that an index is stale or foreign.
#[diagnostic::on_unimplemented(
    message = "the index of `{T}` is not checked, and its bundle is declared `checked`",
    label = "`{I}` carries no stamp",
    note = "write `{T}` inside of the same `arena_struct!`, which then does it, or `#[arena(repr = checked)]` on `{T}`, or name an \
            index on this field: `#[arena(idx = SomeIdx)]`"
)]
pub trait Checks<T, I> {}

#[diagnostic::do_not_recommend]
impl<T, I> Checks<T, I> for u32 {}

/// The item of an index.
///
/// # Panics
///
/// When the index is stale or foreign; with the name of the store, and both generations.
#[inline]
#[track_caller]
pub fn get<'a, S: ReadStore>(store: &'a S, index: S::Idx, name: &'static str) -> &'a S::Item {
    match store.try_get(index) {
        Some(item) => item,
        None => stale(name, index, store.generation(index.slot())),
    }
}

/// The item of an index.
///
/// # Panics
///
/// As [`get`].
#[inline]
#[track_caller]
pub fn get_mut<'a, S: ItemStore>(store: &'a mut S, index: S::Idx, name: &'static str) -> &'a mut S::Item {
    if store.try_get(index).is_none() {
        stale(name, index, store.generation(index.slot()));
    }
    store.get_mut(index)
}

/// The items of a range of indices.
///
/// # Panics
///
/// As [`get`], about the first or the last of them.
#[inline]
#[track_caller]
pub fn get_range<'a, S: ReadSlices>(store: &'a S, range: IdxRange<S::Idx>, name: &'static str) -> &'a [S::Item] {
    match store.try_get_range(range) {
        Some(items) => items,
        None => {
            stale_end(store, range, name);
            store.get_range(range)
        }
    }
}

/// The items of a range of indices.
///
/// # Panics
///
/// As [`get`], about the first or the last of them.
#[inline]
#[track_caller]
pub fn get_range_mut<'a, S: SliceStore>(
    store: &'a mut S,
    range: IdxRange<S::Idx>,
    name: &'static str,
) -> &'a mut [S::Item] {
    if store.try_get_range(range).is_none() {
        stale_end(store, range, name);
    }
    store.get_range_mut(range)
}

/// Panics because an end of a range is stale, if one is.
#[cold]
#[inline(never)]
#[track_caller]
fn stale_end<S: ReadStore>(store: &S, range: IdxRange<S::Idx>, name: &'static str) {
    for end in [range.first(), range.last()].into_iter().flatten() {
        if store.try_get(end).is_none() {
            stale(name, end, store.generation(end.slot()));
        }
    }
}

/// Panics because an index is not of the generation that filled its slot.
#[cold]
#[inline(never)]
#[track_caller]
fn stale<I: ArenaIdx>(name: &'static str, index: I, now: Option<u32>) -> ! {
    let made = index.stamp().number();
    match now {
        Some(now) => panic!(
            "stale or foreign index {index:?} of store `{name}`: made by generation {made}, the slot is of generation {now}"
        ),
        None => {
            panic!("stale or foreign index {index:?} of store `{name}`: made by generation {made}, the slot is empty")
        }
    }
}
