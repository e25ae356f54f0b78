//! How items move: `append` and `compact`, over stores of any kind.
//!
//! ```text
//!   plan      each item is told its new index                     Remap is not called, nothing has changed
//!   settle    what is interned: rewritten in its place, hashed,   Remap, Hash and Eq are called;
//!             compared with what is there                         all items are where they were
//!   rewrite   every other item, in its place                      Remap is called; the same
//!   commit    items go to their new slots                         no code of the user is called
//!   drop      what nothing leads to, and what was there already   Drop is called; all else is done
//! ```
//!
//! So whatever panics, each item is in one store or on its way out, and is dropped once. A panic before the commit leaves all
//! items where they were, though some indices inside may be the new ones already.
//!
//! Values in a [`RegionStore`](crate::RegionStore) are the exception to the order: their new index is not known before they are in
//! their new slot, so they go there in the plan, and come back when something panics.

use core::any::TypeId;
use core::fmt;

use alloc::vec::Vec;

use super::items::ReadStore;
use super::remap::{Fate, Marks, Moves, Reached, Remap};
use crate::error::AllocError;
use crate::typed::{ArenaIdx, IdxStamp};

/// A store whose items can be given other indices.
pub trait RemapStore: ReadStore<Item: Remap, Idx: 'static> + Sized {
    /// What its kind notes on the way.
    #[doc(hidden)]
    type Notes: Default;

    /// The indices of all items, in the order of their slots.
    #[doc(hidden)]
    fn all(&self) -> Vec<Self::Idx>;

    /// The item, to go through.
    #[doc(hidden)]
    fn item_mut(&mut self, index: Self::Idx) -> Option<&mut Self::Item>;

    /// Makes room for so many more items.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the index cannot name so many.
    #[doc(hidden)]
    fn make_room(&mut self, additional: usize) -> Result<(), AllocError>;

    /// Decides where the items go, or that they are still to be settled.
    #[doc(hidden)]
    fn plan(moving: &mut Moving<'_, Self>, moves: &mut Moves);

    /// Settles items in their order, up to one that leads to an item which is not settled; that one too where it is
    /// forced. How many are left.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had.
    #[doc(hidden)]
    fn settle(moving: &mut Moving<'_, Self>, moves: &mut Moves, force: bool) -> Result<usize, AllocError> {
        let _ = (moving, moves, force);
        Ok(0)
    }

    /// Rewrites the items that were not settled.
    #[doc(hidden)]
    fn rewrite(moving: &mut Moving<'_, Self>, moves: &Moves);

    /// Moves the items. Calls no code of the user.
    #[doc(hidden)]
    fn commit(moving: &mut Moving<'_, Self>);

    /// Takes back what the plan has changed.
    #[doc(hidden)]
    fn undo(moving: &mut Moving<'_, Self>) {
        let _ = moving;
    }
}

/// `RemapStore`, as a bound that may fail where it is written and is an error only where it is used.
pub trait RemapStoreIn<'any>: RemapStore {}

impl<S: RemapStore> RemapStoreIn<'_> for S {}

/// [`Remap`], in the same way and in the same words.
#[diagnostic::on_unimplemented(
    message = "the indices inside `{Self}` cannot be rewritten",
    label = "`{Self}` is not `Remap`",
    note = "for a type of your own, write `#[derive(ArenaAlloc)]` and `#[arena(remap)]` on it",
    note = "for a field that holds no index of the bundle, write `#[arena(remap = skip)]` on the field; for one that is gone \
            through by a function, `#[arena(with = path)]`"
)]
pub trait RemapIn<'any>: Remap {}

impl<T: Remap + ?Sized> RemapIn<'_> for T {}

/// Items on their way into a store.
pub struct Moving<'a, S: RemapStore> {
    pub(super) into: &'a mut S,
    pub(super) from: Option<&'a mut S>,
    /// Of each item, in the order of their slots: its old index, and whether it goes on.
    pub(super) items: Vec<(S::Idx, bool)>,
    /// The place of the store in the [`Moves`].
    pub(super) number: usize,
    pub(super) notes: S::Notes,
    /// To be dropped when all is done.
    pub(super) lost: Vec<S::Item>,
    done: bool,
}

impl<S: RemapStore> fmt::Debug for Moving<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moving").field("items", &self.items.len()).finish_non_exhaustive()
    }
}

impl<'a, S: RemapStore> Moving<'a, S> {
    /// From one store into another.
    pub fn between(into: &'a mut S, from: &'a mut S) -> Self {
        Self::new(into, Some(from))
    }

    /// Closer together in one store.
    pub fn within(store: &'a mut S) -> Self {
        Self::new(store, None)
    }

    fn new(into: &'a mut S, from: Option<&'a mut S>) -> Self {
        Self { into, from, items: Vec::new(), number: 0, notes: S::Notes::default(), lost: Vec::new(), done: false }
    }

    /// The store that the items are in before they move.
    pub(super) fn source(&mut self) -> &mut S {
        match &mut self.from {
            Some(from) => from,
            None => self.into,
        }
    }

    /// Rewrites each item that goes on, where it was.
    pub(super) fn rewrite_in_place(&mut self, moves: &Moves) {
        for at in 0..self.items.len() {
            let (old, goes_on) = self.items[at];
            if let Some(item) = self.source().item_mut(old).filter(|_| goes_on) {
                moves.apply(item);
            }
        }
    }
}

impl<S: RemapStore> Drop for Moving<'_, S> {
    fn drop(&mut self) {
        if !self.done {
            S::undo(self);
        }
    }
}

/// The steps of a move, for a store or a side table of any kind.
pub trait MovingStore {
    /// Makes room for what will come.
    ///
    /// # Errors
    ///
    /// When it is not to be had.
    fn reserve(&mut self) -> Result<(), AllocError>;

    /// Which index it has, its slots with their stamps; nothing for a side table.
    fn slots(&self) -> Option<(TypeId, Vec<(usize, u32)>)>;

    /// Goes through the item of a slot, if `index` is the index of this store; or what a table says of that item.
    fn visit(&mut self, index: TypeId, slot: usize, stamp: u32, marks: &mut Marks);

    /// Decides where the items go: all, or those that are reached.
    fn plan(&mut self, moves: &mut Moves, reached: Option<&Marks>);

    /// Settles what is interned; see [`RemapStore::settle`].
    ///
    /// # Errors
    ///
    /// When the memory is not to be had.
    fn settle(&mut self, moves: &mut Moves, force: bool) -> Result<usize, AllocError>;

    /// Makes room for what comes by way of the plan.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had.
    fn prepare(&mut self, moves: &Moves) -> Result<(), AllocError>;

    /// Rewrites what was not settled.
    fn rewrite(&mut self, moves: &Moves);

    /// Moves everything. Calls no code of the user.
    fn commit(&mut self, moves: &Moves);

    /// Drops what is lost, newest first.
    fn drop_lost(&mut self);
}

impl<S: RemapStore> MovingStore for Moving<'_, S> {
    fn reserve(&mut self) -> Result<(), AllocError> {
        match &self.from {
            Some(from) => {
                let additional = from.all().len();
                if additional == 0 { Ok(()) } else { self.into.make_room(additional) }
            }
            None => Ok(()),
        }
    }

    fn slots(&self) -> Option<(TypeId, Vec<(usize, u32)>)> {
        let slots = self.into.all().into_iter().map(|index| (index.slot(), index.stamp().number()));
        Some((TypeId::of::<S::Idx>(), slots.collect()))
    }

    fn visit(&mut self, index: TypeId, slot: usize, stamp: u32, marks: &mut Marks) {
        if index != TypeId::of::<S::Idx>() {
            return;
        }
        let index = S::Idx::from_slot(slot, <S::Idx as ArenaIdx>::Stamp::of(stamp));
        if let Some(item) = index.and_then(|index| self.into.item_mut(index)) {
            marks.go_through(item);
        }
    }

    fn plan(&mut self, moves: &mut Moves, reached: Option<&Marks>) {
        let reached = reached.and_then(|marks| marks.stores.iter().find(|it| it.index == TypeId::of::<S::Idx>()));
        let goes_on = |index: S::Idx| {
            reached.is_none_or(|reached| reached.slots.get(index.slot()).is_some_and(|&(_, _, reached)| reached))
        };
        self.items = self.source().all().into_iter().map(|index| (index, goes_on(index))).collect();
        let slots = self.items.iter().map(|(index, _)| index.slot() + 1).max().unwrap_or(0);
        self.number = moves.begin::<S::Idx>(slots);
        for &(index, goes_on) in &self.items {
            moves.set(self.number, index, if goes_on { Fate::Awaited } else { Fate::Gone });
        }
        S::plan(self, moves);
    }

    fn settle(&mut self, moves: &mut Moves, force: bool) -> Result<usize, AllocError> {
        S::settle(self, moves, force)
    }

    fn prepare(&mut self, _: &Moves) -> Result<(), AllocError> {
        Ok(())
    }

    fn rewrite(&mut self, moves: &Moves) {
        S::rewrite(self, moves);
    }

    fn commit(&mut self, _: &Moves) {
        self.done = true;
        S::commit(self);
    }

    fn drop_lost(&mut self) {
        // Where one panics, the others go with the vector.
        while self.lost.pop().is_some() {}
    }
}

/// Moves all items between the stores.
///
/// # Errors
///
/// When there is no room; then nothing has moved.
pub fn append(stores: &mut [&mut dyn MovingStore]) -> Result<Moves, AllocError> {
    stores.iter_mut().try_for_each(|store| store.reserve())?;
    let mut moves = Moves::default();
    stores.iter_mut().for_each(|store| store.plan(&mut moves, None));
    rewrite(stores, &mut moves)?;
    finish(stores, &moves);
    Ok(moves)
}

/// Drops the items that nothing leads to from `roots`, and moves the others together.
///
/// # Errors
///
/// When there is no memory; then nothing has moved.
pub fn compact(stores: &mut [&mut dyn MovingStore], roots: &mut dyn Remap) -> Result<Moves, AllocError> {
    let marks = mark(stores, roots);
    let mut moves = Moves::default();
    stores.iter_mut().for_each(|store| store.plan(&mut moves, Some(&marks)));
    rewrite(stores, &mut moves)?;
    moves.apply(roots);
    finish(stores, &moves);
    Ok(moves)
}

/// What the roots lead to.
fn mark(stores: &mut [&mut dyn MovingStore], roots: &mut dyn Remap) -> Marks {
    let mut marks = Marks::default();
    for (index, slots) in stores.iter().filter_map(|store| store.slots()) {
        marks.stores.push(Reached::nothing(index, &slots));
    }
    marks.go_through(roots);
    // Each item is gone through once, and with it what side tables say of it.
    while let Some(at) = marks.stores.iter().position(|store| !store.pending.is_empty()) {
        while let Some(slot) = marks.stores[at].pending.pop() {
            let Reached { index, slots, .. } = &marks.stores[at];
            let (index, stamp) = (*index, slots[slot].0);
            stores.iter_mut().for_each(|store| store.visit(index, slot, stamp, &mut marks));
        }
    }
    marks
}

/// Settles and rewrites everything where it is.
fn rewrite(stores: &mut [&mut dyn MovingStore], moves: &mut Moves) -> Result<(), AllocError> {
    // An interned item refers to interned items that were there before it, so there is always one that is ready, unless
    // an index was forged.
    let (mut before, mut force) = (usize::MAX, false);
    loop {
        let mut left = 0_usize;
        for store in stores.iter_mut() {
            left = left.saturating_add(store.settle(moves, force)?);
        }
        if left == 0 {
            break;
        }
        force = left == before;
        before = left;
    }
    for store in stores.iter_mut() {
        store.prepare(moves)?;
    }
    stores.iter_mut().for_each(|store| store.rewrite(moves));
    Ok(())
}

/// Moves everything, and drops what is lost: that of the last store first, newest first.
fn finish(stores: &mut [&mut dyn MovingStore], moves: &Moves) {
    stores.iter_mut().for_each(|store| store.commit(moves));
    stores.iter_mut().rev().for_each(|store| store.drop_lost());
}
