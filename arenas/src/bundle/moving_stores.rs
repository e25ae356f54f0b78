//! How the items of each kind of store move.

use alloc::vec::Vec;

use super::moving::{Moving, RemapStore};
use super::remap::{Fate, Moves, Remap};
use crate::error::AllocError;
use crate::region::RegionStore;
use crate::typed::{
    Arena, ArenaIdx, Berth, FastArena, IdxStamp, Intern, InternArena, InternFastArena, InternTable as Table,
};

/// The number of the generation that the items are of in the end, where they do not leave their store.
#[derive(Debug, Default)]
pub struct Generation(u64);

/// The index of the `nth` item of those that move.
fn nth<I: ArenaIdx>(berth: Berth, nth: usize) -> Option<I> {
    I::from_slot(berth.slot.checked_add(nth)?, I::Stamp::of(berth.number as u32))
}

/// Gives the items that go on the places from `berth` on, in their order.
fn plan_in_order<S: RemapStore>(moving: &mut Moving<'_, S>, moves: &mut Moves, berth: Berth) {
    let mut count = 0;
    for (old, goes_on) in &mut moving.items {
        // There is room for all, so that each has an index.
        let new = if *goes_on { nth::<S::Idx>(berth, count) } else { None };
        *goes_on = new.is_some();
        count += usize::from(*goes_on);
        moves.set(moving.number, *old, new.map_or(Fate::Gone, Fate::to));
    }
}

/// Puts items in that go on, and the others aside.
fn sort_out<S: RemapStore>(moving: &mut Moving<'_, S>, items: Vec<S::Item>, mut put: impl FnMut(&mut S, S::Item)) {
    for (item, &(_, goes_on)) in items.into_iter().zip(&moving.items) {
        if goes_on {
            put(moving.into, item);
        } else {
            moving.lost.push(item);
        }
    }
}

macro_rules! in_order {
    ($store:ident, $all:expr) => {
        impl<T: Remap, I: ArenaIdx + 'static> RemapStore for $store<T, I> {
            type Notes = Generation;

            fn all(&self) -> Vec<I> {
                let all: fn(&Self) -> Vec<I> = $all;
                all(self)
            }

            fn item_mut(&mut self, index: I) -> Option<&mut T> {
                self.try_get_mut(index)
            }

            fn make_room(&mut self, additional: usize) -> Result<(), AllocError> {
                self.try_make_room(additional)
            }

            fn plan(moving: &mut Moving<'_, Self>, moves: &mut Moves) {
                let berth = if moving.from.is_some() { moving.into.next_berth() } else { moving.into.new_berth() };
                moving.notes = Generation(berth.number);
                plan_in_order(moving, moves, berth);
            }

            fn rewrite(moving: &mut Moving<'_, Self>, moves: &Moves) {
                moving.rewrite_in_place(moves);
            }

            fn commit(moving: &mut Moving<'_, Self>) {
                let Generation(number) = moving.notes;
                let is_within = moving.from.is_none();
                let items = moving.source().take_all(is_within.then_some(number));
                sort_out(moving, items, |store, item| store.put(item));
            }
        }
    };
}

in_order!(Arena, |store| store.indices().collect());
in_order!(FastArena, |store| store.iter_complete().map(|(index, _)| index).collect());

/// How far the items of a store that interns have come.
#[derive(Debug, Default)]
pub struct Settled {
    berth: Berth,
    /// How many items have been looked at.
    next: usize,
    /// Of each that is not there yet: its place among all, and its hash.
    new: Vec<(usize, u64)>,
    /// Finds them by their hash.
    table: Table,
    /// How many of them are in each part of the store's table.
    parts: Vec<usize>,
}

/// What is alike in both arenas that intern.
trait Interning: RemapStore<Notes = Settled> {
    fn hash_of(&self, item: &Self::Item) -> u64;
    fn find_hashed(&self, hash: u64, item: &Self::Item) -> Option<Self::Idx>;
    fn are_equal(one: &Self::Item, other: &Self::Item) -> bool;
    /// Which part of the table the hash belongs to.
    fn part_of(hash: u64) -> usize;
    /// Makes room for so many more entries in a part.
    fn room_in(&mut self, part: usize, entries: usize) -> Result<(), AllocError>;
    fn put(&mut self, hash: u64, item: Self::Item);
}

/// Settles an item that is rewritten.
fn settle_one<S: Interning>(moving: &mut Moving<'_, S>, moves: &mut Moves, at: usize) -> Result<(), AllocError> {
    let Moving { into, from, items, number, notes, .. } = moving;
    let old = items[at].0;
    let source = from.as_deref().unwrap_or(into);
    let Some(item) = source.try_get(old) else { return Ok(()) };
    let hash = into.hash_of(item);
    let there = if from.is_some() { into.find_hashed(hash, item) } else { None };
    let there = there.or_else(|| {
        // Equal only where an index was forged: two values that differ still do after both were rewritten.
        let settled = |nth: usize| items[notes.new[nth].0].0;
        let equals = |nth| source.try_get(settled(nth)).is_some_and(|other| S::are_equal(other, item));
        nth(notes.berth, notes.table.find(hash as u32, equals)?)
    });
    let new = match there {
        Some(new) => {
            items[at].1 = false;
            Some(new)
        }
        None => {
            notes.table.try_reserve(1)?;
            let part = S::part_of(hash);
            if notes.parts.len() <= part {
                notes.parts.resize(part + 1, 0);
            }
            into.room_in(part, notes.parts[part] + 1)?;
            notes.parts[part] += 1;
            let new = nth(notes.berth, notes.new.len());
            notes.table.insert(hash as u32, notes.new.len());
            notes.new.push((at, hash));
            new
        }
    };
    moves.set(*number, old, new.map_or(Fate::Gone, Fate::to));
    Ok(())
}

macro_rules! interning {
    ($store:ident, $all:expr) => {
        impl<T: Remap + Intern, I: ArenaIdx + 'static> RemapStore for $store<T, I> {
            type Notes = Settled;

            fn all(&self) -> Vec<I> {
                let all: fn(&Self) -> Vec<I> = $all;
                all(self)
            }

            fn item_mut(&mut self, index: I) -> Option<&mut T> {
                self.value_mut(index)
            }

            fn make_room(&mut self, additional: usize) -> Result<(), AllocError> {
                self.try_make_room(additional)
            }

            fn plan(moving: &mut Moving<'_, Self>, _: &mut Moves) {
                let arena = moving.into.as_arena();
                moving.notes.berth = if moving.from.is_some() { arena.next_berth() } else { arena.new_berth() };
            }

            fn settle(moving: &mut Moving<'_, Self>, moves: &mut Moves, force: bool) -> Result<usize, AllocError> {
                let mut force = force;
                while let Some(&(old, goes_on)) = moving.items.get(moving.notes.next) {
                    let at = moving.notes.next;
                    if let Some(item) = moving.source().value_mut(old).filter(|_| goes_on) {
                        if !moves.is_ready(item) && !core::mem::take(&mut force) {
                            break;
                        }
                        moves.apply(item);
                        settle_one(moving, moves, at)?;
                    }
                    moving.notes.next += 1;
                }
                Ok(moving.items.len() - moving.notes.next)
            }

            fn rewrite(_: &mut Moving<'_, Self>, _: &Moves) {}

            fn commit(moving: &mut Moving<'_, Self>) {
                let number = moving.notes.berth.number;
                let is_within = moving.from.is_none();
                let items = moving.source().take_values(is_within.then_some(number));
                let mut hashes = core::mem::take(&mut moving.notes.new).into_iter();
                sort_out(moving, items, |store, item| {
                    // As many as go on, in their order.
                    let hash = hashes.next().map_or(0, |(_, hash)| hash);
                    store.put(hash, item);
                });
            }
        }

        impl<T: Remap + Intern, I: ArenaIdx + 'static> Interning for $store<T, I> {
            fn hash_of(&self, item: &T) -> u64 {
                self.hash_of_value(item)
            }

            fn find_hashed(&self, hash: u64, item: &T) -> Option<I> {
                self.find_by_hash(hash, item)
            }

            fn are_equal(one: &T, other: &T) -> bool {
                one == other
            }

            fn part_of(hash: u64) -> usize {
                Self::part_of_hash(hash)
            }

            fn room_in(&mut self, part: usize, entries: usize) -> Result<(), AllocError> {
                self.try_make_room_in_part(part, entries)
            }

            fn put(&mut self, hash: u64, item: T) {
                self.put_hashed(hash, item);
            }
        }
    };
}

interning!(InternArena, |store| store.indices().collect());
interning!(InternFastArena, |store| store.iter_complete().map(|(index, _)| index).collect());

/// Values that are in their new store already: the old index, and the new one.
#[derive(Debug)]
pub struct Transferred<I>(Vec<(I, I)>);

impl<I> Default for Transferred<I> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// What is freed one by one is not moved within its store: its index is good as long as it is there.
impl<T: Remap, I: ArenaIdx + 'static> RemapStore for RegionStore<T, I> {
    type Notes = Transferred<I>;

    fn all(&self) -> Vec<I> {
        self.indices().collect()
    }

    fn item_mut(&mut self, index: I) -> Option<&mut T> {
        self.try_get_mut(index)
    }

    fn make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        self.try_make_room(additional)
    }

    fn plan(moving: &mut Moving<'_, Self>, moves: &mut Moves) {
        let Some(from) = &mut moving.from else {
            for &(index, goes_on) in &moving.items {
                moves.set(moving.number, index, if goes_on { Fate::to(index) } else { Fate::Gone });
            }
            return;
        };
        for &(old, _) in &moving.items {
            let Ok(value) = from.try_free(old) else { continue };
            match moving.into.try_alloc(value) {
                Ok(new) => {
                    moves.set(moving.number, old, Fate::to(new));
                    moving.notes.0.push((old, new));
                }
                // There was room for all.
                Err(rejected) => moving.lost.push(rejected.into_inner()),
            }
        }
    }

    fn rewrite(moving: &mut Moving<'_, Self>, moves: &Moves) {
        if moving.from.is_none() {
            return moving.rewrite_in_place(moves);
        }
        for &(_, new) in &moving.notes.0 {
            if let Some(item) = moving.into.try_get_mut(new) {
                moves.apply(item);
            }
        }
    }

    fn commit(moving: &mut Moving<'_, Self>) {
        if moving.from.is_none() {
            for &(index, _) in moving.items.iter().filter(|(_, goes_on)| !goes_on) {
                moving.lost.extend(moving.into.try_free(index));
            }
        }
    }

    fn undo(moving: &mut Moving<'_, Self>) {
        let Some(from) = &mut moving.from else { return };
        for (_, new) in moving.notes.0.drain(..).rev() {
            if let Ok(value) = moving.into.try_free(new) {
                // There is room: it came from here.
                let _ = from.try_alloc(value);
            }
        }
    }
}
