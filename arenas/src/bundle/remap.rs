//! Indices that move: the items of one bundle into another, or closer together.
//!
//! ```text
//!   a: exprs [ e0 e1 ]   b: exprs [ f0 f1 ]        a.append(b)       exprs [ e0 e1 | f0 f1 ]
//!                                  ^ refers to 0                                     ^ refers to 2
//! ```
//!
//! [`Remap`] says how a type is gone through: `#[derive(ArenaAlloc)]` with `#[arena(remap)]` writes it, and it is here for the
//! types of the standard library. A [`Remapper`] is what goes through, and it knows which index becomes which.

use core::any::TypeId;
use core::fmt;

use alloc::vec::Vec;

use super::items::ReadStore;
use super::rewind::{Mark, RewindStore};
use crate::error::AllocError;
use crate::typed::{Arena, ArenaIdx, FastArena, IdxRange, IdxStamp, Intern, InternArena, InternFastArena};

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
        }
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
        } else {
            range.iter().for_each(|mut index| self.index(&mut index));
        }
    }
}

/// Where a value went.
#[derive(Clone, Copy, Debug)]
struct Place {
    slot: usize,
    stamp: u32,
}

/// What became of one slot.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// Nothing was there, or it is gone.
    Gone,
    /// It is not known yet.
    Awaited,
    /// It is there now.
    Moved(Place),
}

/// What became of the slots of one store.
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

    fn is_ready<T: Remap>(&self, value: &mut T) -> bool {
        let mut remapper = Remapper { task: Task::Await { moves: self, ready: true } };
        value.remap(&mut remapper);
        matches!(remapper.task, Task::Await { ready: true, .. })
    }

    /// Begins a store: nothing is in any of its slots.
    fn begin<I: ArenaIdx + 'static>(&mut self, slots: usize) -> usize {
        self.stores.push(Move { index: TypeId::of::<I>(), slots: Vec::new() });
        let store = self.stores.len() - 1;
        self.stores[store].slots.resize(slots, (0, Fate::Gone));
        store
    }

    fn set<I: ArenaIdx>(&mut self, store: usize, old: I, fate: Fate) {
        if let Some(slot) = self.stores[store].slots.get_mut(old.slot()) {
            *slot = (old.stamp().number(), fate);
        }
    }
}

fn place<I: ArenaIdx>(index: I) -> Fate {
    Fate::Moved(Place { slot: index.slot(), stamp: index.stamp().number() })
}

/// What is reached from the roots.
#[derive(Default)]
struct Marks {
    stores: Vec<Reached>,
}

struct Reached {
    index: TypeId,
    /// By slot: the stamp that the index has, whether there is a value, and whether it is reached.
    slots: Vec<(u32, bool, bool)>,
    /// Reached, and not gone through yet.
    pending: Vec<usize>,
}

impl Marks {
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

/// A store whose items can be taken out and put in, with new indices.
pub trait RemapStore: ReadStore<Item: Remap, Idx: 'static> + RewindStore {
    /// Whether an item may be changed after it was put in: not where it is interned.
    const CHANGES: bool;

    /// The indices of all items, in the order of their slots.
    fn all(&self) -> Vec<Self::Idx>;

    /// Takes all items out, in the same order.
    fn take_all(&mut self) -> Vec<Self::Item>;

    /// Makes room for so many more items, next to each other.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the index cannot name so many.
    fn make_room(&mut self, additional: usize) -> Result<(), AllocError>;

    /// Puts items in, next to each other unless they are interned. There is room.
    fn put_all(&mut self, items: Vec<Self::Item>) -> Vec<Self::Idx>;

    /// The item, to go through. It is changed only where it [`CHANGES`](Self::CHANGES).
    fn item_mut(&mut self, index: Self::Idx) -> Option<&mut Self::Item>;
}

impl<T: Remap, I: ArenaIdx + 'static> RemapStore for Arena<T, I> {
    const CHANGES: bool = true;

    fn all(&self) -> Vec<I> {
        self.indices().collect()
    }

    fn take_all(&mut self) -> Vec<T> {
        self.drain().collect()
    }

    fn make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        self.try_reserve(additional)
    }

    fn put_all(&mut self, items: Vec<T>) -> Vec<I> {
        self.alloc_batch(items).iter().collect()
    }

    fn item_mut(&mut self, index: I) -> Option<&mut T> {
        self.try_get_mut(index)
    }
}

impl<T: Remap, I: ArenaIdx + 'static> RemapStore for FastArena<T, I> {
    const CHANGES: bool = true;

    fn all(&self) -> Vec<I> {
        self.iter_complete().map(|(index, _)| index).collect()
    }

    fn take_all(&mut self) -> Vec<T> {
        self.drain().collect()
    }

    fn make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        self.try_make_room(additional)
    }

    fn put_all(&mut self, items: Vec<T>) -> Vec<I> {
        self.alloc_batch(items).iter().collect()
    }

    fn item_mut(&mut self, index: I) -> Option<&mut T> {
        self.try_get_mut(index)
    }
}

impl<T: Remap + Intern, I: ArenaIdx + 'static> RemapStore for InternArena<T, I> {
    const CHANGES: bool = false;

    fn all(&self) -> Vec<I> {
        self.indices().collect()
    }

    fn take_all(&mut self) -> Vec<T> {
        self.take_values()
    }

    fn make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        self.try_reserve(additional)
    }

    fn put_all(&mut self, items: Vec<T>) -> Vec<I> {
        items.into_iter().map(|item| self.intern(item)).collect()
    }

    fn item_mut(&mut self, index: I) -> Option<&mut T> {
        self.value_mut(index)
    }
}

impl<T: Remap + Intern, I: ArenaIdx + 'static> RemapStore for InternFastArena<T, I> {
    const CHANGES: bool = false;

    fn all(&self) -> Vec<I> {
        self.iter_complete().map(|(index, _)| index).collect()
    }

    fn take_all(&mut self) -> Vec<T> {
        self.take_values()
    }

    fn make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        self.try_make_room(additional)
    }

    fn put_all(&mut self, items: Vec<T>) -> Vec<I> {
        items.into_iter().map(|item| self.intern(item)).collect()
    }

    fn item_mut(&mut self, index: I) -> Option<&mut T> {
        self.value_mut(index)
    }
}

/// `RemapStore`, as a bound that may fail where it is written and is an error only where it is used.
pub trait RemapStoreIn<'any>: RemapStore {}

impl<S: RemapStore> RemapStoreIn<'_> for S {}

/// Items on their way into a store.
pub struct Moving<'a, S: RemapStore> {
    into: &'a mut S,
    from: Option<&'a mut S>,
    /// Old indices, and the items that are not put in yet.
    items: Vec<(S::Idx, Option<S::Item>)>,
    /// New indices of those that are put in and may be changed.
    put: Vec<S::Idx>,
    number: usize,
    start: Mark,
}

impl<S: RemapStore> fmt::Debug for Moving<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moving").field("items", &self.items.len()).finish_non_exhaustive()
    }
}

impl<'a, S: RemapStore> Moving<'a, S> {
    /// From one store into another.
    pub fn between(into: &'a mut S, from: &'a mut S) -> Self {
        let start = into.mark();
        Self { into, from: Some(from), items: Vec::new(), put: Vec::new(), number: 0, start }
    }

    /// Closer together in one store.
    pub fn within(store: &'a mut S) -> Self {
        let start = store.mark();
        Self { into: store, from: None, items: Vec::new(), put: Vec::new(), number: 0, start }
    }

    fn put(&mut self, moves: &mut Moves, which: Vec<usize>) {
        let mut items = Vec::with_capacity(which.len());
        let mut old = Vec::with_capacity(which.len());
        for at in which {
            let (index, item) = &mut self.items[at];
            if let Some(item) = item.take() {
                old.push(*index);
                items.push(item);
            }
        }
        let new = self.into.put_all(items);
        for (&old, &new) in old.iter().zip(&new) {
            moves.set(self.number, old, place(new));
        }
        if S::CHANGES {
            self.put.extend(new);
        }
    }
}

/// The steps of a move, for stores of any kind.
pub trait MovingStore {
    /// Makes room for what will come.
    ///
    /// # Errors
    ///
    /// When it is not to be had.
    fn reserve(&mut self) -> Result<(), AllocError>;

    /// Takes the items out: all, or those that are reached. The others come back, to be dropped when all is done.
    fn take(&mut self, moves: &mut Moves, reached: Option<&[bool]>);

    /// Puts in what may be changed later.
    fn put_changing(&mut self, moves: &mut Moves);

    /// Puts in what is interned and refers to nothing that is still on its way, or all of it. How many are left.
    fn put_interned(&mut self, moves: &mut Moves, all: bool) -> usize;

    /// Rewrites what was put in.
    fn rewrite(&mut self, moves: &Moves);

    /// Gives up what was put in.
    fn undo(&mut self);

    /// Which index it has, its slots with their stamps.
    fn slots(&self) -> (TypeId, Vec<(usize, u32)>);

    /// Goes through the item of a slot.
    fn visit(&mut self, slot: usize, stamp: u32, remapper: &mut Remapper<'_>);
}

impl<S: RemapStore> MovingStore for Moving<'_, S> {
    fn reserve(&mut self) -> Result<(), AllocError> {
        match &self.from {
            Some(from) => {
                let additional = from.all().len();
                self.into.make_room(additional)
            }
            None => Ok(()),
        }
    }

    fn take(&mut self, moves: &mut Moves, reached: Option<&[bool]>) {
        let from = match &mut self.from {
            Some(from) => &mut **from,
            None => &mut *self.into,
        };
        let indices = from.all();
        let items = from.take_all();
        self.number = moves.begin::<S::Idx>(indices.last().map_or(0, |last| last.slot() + 1));
        let mut lost = Vec::new();
        for (index, item) in indices.into_iter().zip(items) {
            if reached.is_none_or(|reached| reached.get(index.slot()) == Some(&true)) {
                moves.set(self.number, index, Fate::Awaited);
                self.items.push((index, Some(item)));
            } else {
                moves.set(self.number, index, Fate::Gone);
                lost.push(item);
            }
        }
        // Newest first, like everything that is given up.
        while lost.pop().is_some() {}
    }

    fn put_changing(&mut self, moves: &mut Moves) {
        if S::CHANGES {
            self.put(moves, (0..self.items.len()).collect());
        }
    }

    fn put_interned(&mut self, moves: &mut Moves, all: bool) -> usize {
        if S::CHANGES {
            return 0;
        }
        let mut left = 0;
        for at in 0..self.items.len() {
            let Some(item) = &mut self.items[at].1 else { continue };
            if all || moves.is_ready(item) {
                moves.apply(item);
                self.put(moves, Vec::from([at]));
            } else {
                left += 1;
            }
        }
        left
    }

    fn rewrite(&mut self, moves: &Moves) {
        for &index in &self.put {
            if let Some(item) = self.into.item_mut(index) {
                moves.apply(item);
            }
        }
    }

    fn undo(&mut self) {
        self.into.rewind(self.start);
    }

    fn slots(&self) -> (TypeId, Vec<(usize, u32)>) {
        let slots = self.into.all().into_iter().map(|index| (index.slot(), index.stamp().number()));
        (TypeId::of::<S::Idx>(), slots.collect())
    }

    fn visit(&mut self, slot: usize, stamp: u32, remapper: &mut Remapper<'_>) {
        let index = S::Idx::from_slot(slot, <S::Idx as ArenaIdx>::Stamp::of(stamp));
        if let Some(item) = index.and_then(|index| self.into.item_mut(index)) {
            item.remap(remapper);
        }
    }
}

/// Gives up what was put in, in every store, unless the move came to its end.
struct Undo<'a, 's> {
    stores: &'a mut [&'s mut dyn MovingStore],
    armed: bool,
}

impl Drop for Undo<'_, '_> {
    fn drop(&mut self) {
        if self.armed {
            self.stores.iter_mut().rev().for_each(|store| store.undo());
        }
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
    let mut undo = Undo { stores, armed: true };
    undo.stores.iter_mut().for_each(|store| store.take(&mut moves, None));
    put(undo.stores, &mut moves);
    undo.armed = false;
    Ok(moves)
}

/// Puts in what was taken, and rewrites it.
fn put(stores: &mut [&mut dyn MovingStore], moves: &mut Moves) {
    stores.iter_mut().for_each(|store| store.put_changing(moves));
    // What is interned is rewritten before, as it cannot be after. It refers to interned items that were there before it, so
    // there is always one that is ready, unless an index was forged.
    let mut before = usize::MAX;
    loop {
        let left = stores.iter_mut().map(|store| store.put_interned(moves, false)).sum();
        if left == 0 {
            break;
        }
        if left == before {
            stores.iter_mut().for_each(|store| _ = store.put_interned(moves, true));
            break;
        }
        before = left;
    }
    stores.iter_mut().for_each(|store| store.rewrite(moves));
}

/// Drops the items that nothing leads to from `roots`, and moves the others together.
pub fn compact(stores: &mut [&mut dyn MovingStore], roots: &mut dyn Remap) -> Moves {
    let mut marks = Marks::default();
    for store in stores.iter() {
        let (index, slots) = store.slots();
        let len = slots.last().map_or(0, |&(last, _)| last + 1);
        let mut reached = Reached { index, slots: Vec::new(), pending: Vec::new() };
        reached.slots.resize(len, (0, false, false));
        for (slot, stamp) in slots {
            reached.slots[slot] = (stamp, true, false);
        }
        marks.stores.push(reached);
    }
    roots.remap(&mut Remapper { task: Task::Mark(&mut marks) });
    // Each item is gone through once.
    while let Some(at) = marks.stores.iter().position(|store| !store.pending.is_empty()) {
        while let Some(slot) = marks.stores[at].pending.pop() {
            let stamp = marks.stores[at].slots[slot].0;
            stores[at].visit(slot, stamp, &mut Remapper { task: Task::Mark(&mut marks) });
        }
    }
    let mut moves = Moves::default();
    for (store, marks) in stores.iter_mut().zip(&marks.stores) {
        let reached = marks.slots.iter().map(|&(_, _, reached)| reached).collect::<Vec<_>>();
        store.take(&mut moves, Some(&reached));
    }
    put(stores, &mut moves);
    moves.apply(roots);
    moves
}
