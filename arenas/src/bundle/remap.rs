//! Indices that move: the items of one bundle into another, or closer together.
//!
//! ```text
//!   a: exprs [ e0 e1 ]   b: exprs [ f0 f1 ]        a.append(b)       exprs [ e0 e1 | f0 f1 ]
//!                                  ^ refers to 0                                     ^ refers to 2
//! ```
//!
//! [`Remap`] says how a type is gone through: `#[derive(ArenaAlloc)]` with `#[arena(remap)]` writes it, and it is here for the
//! types of the standard library and for side tables. A [`Remapper`] is what goes through, and it knows which index becomes which.

use core::any::TypeId;
use core::fmt;

use alloc::vec::Vec;

use crate::typed::{ArenaIdx, IdxRange, IdxStamp};

/// A type whose indices can be rewritten.
///
/// It is `#[derive(ArenaAlloc)]` with `#[arena(remap)]` that implements it, for any struct or enum. By hand, call `remap` of
/// each part that may hold an index.
#[diagnostic::on_unimplemented(
    message = "the indices inside `{Self}` cannot be rewritten",
    label = "`{Self}` is not `Remap`",
    note = "for a type of your own, write `#[derive(ArenaAlloc)]` and `#[arena(remap)]` on it",
    note = "for a field that holds no index of the bundle, write `#[arena(remap = skip)]` on the field; for one that is gone \
            through by a function, `#[arena(with = path)]`"
)]
pub trait Remap {
    /// Rewrites every index inside.
    fn remap(&mut self, remapper: &mut Remapper<'_>);
}

/// What rewrites indices; see [`Remap`].
pub struct Remapper<'a> {
    task: Task<'a>,
}

enum Task<'a> {
    /// Gives each index its new place.
    Rewrite(&'a Moves),
    /// Looks whether each index has a new place, or will never have one.
    Await { moves: &'a Moves, ready: bool },
    /// Notes what is reached.
    Mark(&'a mut Marks),
    /// Looks whether each index names a slot that is there.
    #[cfg(feature = "serde")]
    Check(&'a mut Ends),
}

impl fmt::Debug for Remapper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remapper").finish_non_exhaustive()
    }
}

impl Remapper<'_> {
    /// Rewrites an index. One that is of none of the stores that change, or that names nothing there, stays as it is.
    pub fn index<I: ArenaIdx + 'static>(&mut self, index: &mut I) {
        match &mut self.task {
            Task::Rewrite(moves) => {
                if let Some(new) = moves.get(*index) {
                    *index = new;
                }
            }
            Task::Await { moves, ready } => *ready &= !moves.is_awaited(*index),
            Task::Mark(marks) => marks.reach(*index),
            #[cfg(feature = "serde")]
            Task::Check(ends) => ends.look_at(*index),
        }
    }

    /// The new form of a key of a side table; `None` where what it is about is gone.
    pub(crate) fn key<I: ArenaIdx + 'static>(&mut self, key: I) -> Option<I> {
        match &self.task {
            // One of a store that does not change stays.
            Task::Rewrite(moves) if moves.knows::<I>() => moves.get(key),
            _ => {
                let mut gone_through = key;
                self.index(&mut gone_through);
                Some(key)
            }
        }
    }

    /// Whether indices change now; otherwise they are only looked at.
    pub(crate) fn rewrites(&self) -> bool {
        matches!(self.task, Task::Rewrite(_))
    }

    /// Rewrites a range of indices.
    ///
    /// # Panics
    ///
    /// When the items are not next to each other any more: a store that interns may have found some of them elsewhere.
    pub fn range<I: ArenaIdx + 'static>(&mut self, range: &mut IdxRange<I>) {
        let (Some(mut first), Some(mut last)) = (range.first(), range.last()) else {
            return;
        };
        if matches!(self.task, Task::Rewrite(_)) {
            self.index(&mut first);
            self.index(&mut last);
            let len = range.len();
            match IdxRange::inclusive(first, last).filter(|moved| moved.len() == len) {
                Some(moved) => *range = moved,
                None => panic!(
                    "the {len} items of {range:?} are at {first:?} to {last:?} now, which is no range of as many"
                ),
            }
            return;
        }
        #[cfg(feature = "serde")]
        if matches!(self.task, Task::Check(_)) {
            // All between are there if these are; and a forged range may be long.
            self.index(&mut first);
            self.index(&mut last);
            return;
        }
        range.iter().for_each(|mut index| self.index(&mut index));
    }
}

/// Where a value goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    slot: usize,
    stamp: u32,
}

/// What becomes of one slot.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// Nothing was there, or it is gone.
    Gone,
    /// It is not known yet.
    Awaited,
    /// That is where it is in the end.
    Moved(Place),
}

impl Fate {
    pub(super) fn to<I: ArenaIdx>(index: I) -> Self {
        Self::Moved(Place { slot: index.slot(), stamp: index.stamp().number() })
    }
}

/// What becomes of the slots of one store.
#[derive(Clone, Debug)]
struct Move {
    index: TypeId,
    /// By slot: the stamp that its old index had, and what became of it.
    slots: Vec<(u32, Fate)>,
}

/// Which index became which, of all stores of a bundle.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    stores: Vec<Move>,
}

impl Moves {
    fn find<I: ArenaIdx + 'static>(&self, index: I) -> Option<Fate> {
        let store = self.stores.iter().find(|store| store.index == TypeId::of::<I>())?;
        let &(stamp, fate) = store.slots.get(index.slot())?;
        (stamp == index.stamp().number()).then_some(fate)
    }

    /// Whether it is an index of one of the stores.
    fn knows<I: 'static>(&self) -> bool {
        self.stores.iter().any(|store| store.index == TypeId::of::<I>())
    }

    /// The new index of a value; `None` where the old one named none, or the value is gone.
    #[must_use]
    pub fn get<I: ArenaIdx + 'static>(&self, old: I) -> Option<I> {
        match self.find(old)? {
            Fate::Moved(place) => I::from_slot(place.slot, I::Stamp::of(place.stamp)),
            Fate::Gone | Fate::Awaited => None,
        }
    }

    fn is_awaited<I: ArenaIdx + 'static>(&self, old: I) -> bool {
        matches!(self.find(old), Some(Fate::Awaited))
    }

    /// Rewrites every index inside a value of the caller's.
    pub fn apply<T: Remap + ?Sized>(&self, value: &mut T) {
        value.remap(&mut Remapper { task: Task::Rewrite(self) });
    }

    pub(super) fn is_ready<T: Remap>(&self, value: &mut T) -> bool {
        let mut remapper = Remapper { task: Task::Await { moves: self, ready: true } };
        value.remap(&mut remapper);
        matches!(remapper.task, Task::Await { ready: true, .. })
    }

    /// Begins a store: nothing is in any of its slots.
    pub(super) fn begin<I: ArenaIdx + 'static>(&mut self, slots: usize) -> usize {
        self.stores.push(Move { index: TypeId::of::<I>(), slots: Vec::new() });
        let store = self.stores.len() - 1;
        self.stores[store].slots.resize(slots, (0, Fate::Gone));
        store
    }

    pub(super) fn set<I: ArenaIdx>(&mut self, store: usize, old: I, fate: Fate) {
        if let Some(slot) = self.stores[store].slots.get_mut(old.slot()) {
            *slot = (old.stamp().number(), fate);
        }
    }
}

/// What is reached from the roots.
#[derive(Debug, Default)]
pub struct Marks {
    pub(super) stores: Vec<Reached>,
}

/// What is reached of one store.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) index: TypeId,
    /// By slot: the stamp that the index has, whether there is a value, and whether it is reached.
    pub(super) slots: Vec<(u32, bool, bool)>,
    /// Reached, and not gone through yet.
    pub(super) pending: Vec<usize>,
}

impl Reached {
    /// Nothing yet of these slots, with their stamps.
    pub(super) fn nothing(index: TypeId, values: &[(usize, u32)]) -> Self {
        let mut slots = Vec::new();
        slots.resize(values.iter().map(|&(slot, _)| slot + 1).max().unwrap_or(0), (0, false, false));
        for &(slot, stamp) in values {
            slots[slot] = (stamp, true, false);
        }
        Self { index, slots, pending: Vec::new() }
    }
}

impl Marks {
    /// Goes through a value, and notes what it leads to.
    pub(super) fn go_through<T: Remap + ?Sized>(&mut self, value: &mut T) {
        value.remap(&mut Remapper { task: Task::Mark(self) });
    }

    fn reach<I: ArenaIdx + 'static>(&mut self, index: I) {
        let Some(store) = self.stores.iter_mut().find(|store| store.index == TypeId::of::<I>()) else {
            return;
        };
        if let Some((stamp, true, reached)) = store.slots.get_mut(index.slot()) {
            if *stamp == index.stamp().number() && !*reached {
                *reached = true;
                store.pending.push(index.slot());
            }
        }
    }
}

/// Where the stores of a bundle end, and the first index that was found to lead beyond.
#[cfg(feature = "serde")]
#[derive(Debug, Default)]
pub struct Ends {
    stores: Vec<(TypeId, &'static str, usize)>,
    dangling: Option<(&'static str, usize, usize)>,
}

#[cfg(feature = "serde")]
impl Ends {
    /// Notes a store, by the type of its index.
    pub(crate) fn store(&mut self, index: TypeId, name: &'static str, end: usize) {
        self.stores.push((index, name, end));
    }

    /// Looks at every index inside a value.
    pub(crate) fn go_through<T: Remap + ?Sized>(&mut self, value: &mut T) {
        value.remap(&mut Remapper { task: Task::Check(self) });
    }

    fn look_at<I: ArenaIdx + 'static>(&mut self, index: I) {
        let store = self.stores.iter().find(|(store, ..)| *store == TypeId::of::<I>());
        if let Some(&(_, name, end)) = store.filter(|&&(.., end)| index.slot() >= end) {
            self.dangling.get_or_insert((name, index.slot(), end));
        }
    }

    /// The store, the slot, and where the store ends.
    pub(crate) fn dangling(&self) -> Option<(&'static str, usize, usize)> {
        self.dangling
    }
}
