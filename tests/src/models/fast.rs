//! `FastArena` against a model of its slots under random operations, for plain and for stamped handles.
//!
//! The model knows of every slot below the cursor whether it holds a value (and which), is held by a reservation or a
//! writer, is a hole, or is lost. It does not know which hole an allocation takes, only that it takes one while there
//! is one. Each run alternates between a phase in which the arena is shared by reservations and writers, and one
//! exclusive operation.

use std::mem;

use super::{Pick, below};
use crate::drops::{DropLog, Logged};
use arbitrary::Arbitrary;
use arenas::{ArenaIdx, Checkpoint, CheckpointError, FastArena, Reserved, Writer};

#[derive(Arbitrary, Clone, Debug)]
pub enum Shared {
    Alloc,
    AllocWith,
    Batch(#[arbitrary(with = below::<5, _>)] u8),
    Extend(#[arbitrary(with = below::<5, _>)] u8),
    Reserve,
    Fill(Pick),
    Unreserve(Pick),
    ForgetReserved(Pick),
    OpenWriter(#[arbitrary(with = below::<6, _>)] u8),
    Write(Pick),
    CloseWriter(Pick),
    ForgetWriter(Pick),
    Checkpoint,
}

#[derive(Arbitrary, Clone, Debug)]
pub enum Exclusive {
    Nothing,
    Rollback(Pick),
    Reset,
    /// Drops the drain after so many items.
    Drain(#[arbitrary(with = below::<9, _>)] u8),
    GrowBy(#[arbitrary(with = below::<9, _>)] u8),
    Extend(#[arbitrary(with = below::<9, _>)] u8),
    /// Goes on with a clone.
    Clone,
    /// Stores so many values, and then fails.
    FailedTransaction(#[arbitrary(with = below::<5, _>)] u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Value(u32),
    Held,
    Hole,
    Lost,
}

struct Model<I> {
    /// Of the slots below the cursor.
    slots: Vec<Slot>,
    capacity: usize,
    log: DropLog,
    made: u32,
    /// Every handle that was ever made, and the number of its value.
    handles: Vec<(I, u32)>,
    /// Every checkpoint of this arena (not of those that it was cloned from), and the values of its prefix.
    checkpoints: Vec<(Checkpoint<I>, Vec<u32>)>,
    foreign: Vec<Checkpoint<I>>,
    checked: bool,
}

impl<I: ArenaIdx> Model<I> {
    fn fresh(&mut self, count: u8) -> Vec<Logged> {
        let first = self.made;
        self.made += u32::from(count);
        (first..self.made).map(|number| self.log.value(number)).collect()
    }

    fn holes(&self) -> usize {
        self.slots.iter().filter(|&&slot| slot == Slot::Hole).count()
    }

    fn values(&self) -> impl Iterator<Item = (usize, u32)> {
        self.slots.iter().enumerate().filter_map(|(slot, state)| match state {
            Slot::Value(number) => Some((slot, *number)),
            _ => None,
        })
    }

    fn prefix(&self) -> Vec<u32> {
        self.slots
            .iter()
            .map_while(|state| match state {
                Slot::Value(number) => Some(*number),
                _ => None,
            })
            .collect()
    }

    /// Whether a single slot is to be had.
    fn fits_one(&self) -> bool {
        self.holes() > 0 || self.slots.len() < self.capacity
    }

    fn fits_run(&self, len: usize) -> bool {
        if len == 1 { self.fits_one() } else { len <= self.capacity - self.slots.len() }
    }

    /// A single slot was taken: it must be a hole if there was one, and the next slot if not.
    fn takes(&mut self, slot: usize, state: Slot) {
        if self.holes() > 0 {
            assert_eq!(self.slots.get(slot), Some(&Slot::Hole), "slot {slot} was taken beside a hole");
            self.slots[slot] = state;
        } else {
            assert_eq!(slot, self.slots.len());
            assert!(slot < self.capacity);
            self.slots.push(state);
        }
    }

    fn stored(&mut self, handle: I, number: u32) {
        self.handles.push((handle, number));
    }

    fn takes_run(&mut self, handles: Vec<I>, numbers: &[u32]) {
        assert_eq!(handles.len(), numbers.len());
        match handles[..] {
            [handle] => self.takes(handle.slot(), Slot::Value(numbers[0])),
            _ => {
                for (handle, &number) in handles.iter().zip(numbers) {
                    assert_eq!(handle.slot(), self.slots.len());
                    self.slots.push(Slot::Value(number));
                }
            }
        }
        handles.into_iter().zip(numbers).for_each(|(handle, &number)| self.stored(handle, number));
    }

    fn gives_back(&mut self, run: std::ops::Range<usize>) {
        if run.is_empty() {
            return;
        }
        if run.end == self.slots.len() {
            self.slots.truncate(run.start);
        } else {
            self.slots[run].fill(Slot::Hole);
        }
    }

    /// What growth, and the clone of an arena of plain handles, make of slots without a value.
    fn recovers(&mut self) {
        while matches!(self.slots.last(), Some(Slot::Hole | Slot::Lost)) && self.slots.len() > self.prefix().len() {
            self.slots.pop();
        }
        for state in &mut self.slots {
            if *state == Slot::Lost {
                *state = Slot::Hole;
            }
        }
    }

    fn check(&self, arena: &FastArena<Logged, I>) {
        let prefix = self.prefix();
        assert_eq!(arena.len(), prefix.len());
        assert!(arena.as_slice().iter().map(Logged::number).eq(prefix.iter().copied()));
        assert!(arena.iter().map(Logged::number).eq(prefix));
        assert!(arena.iter_complete().map(|(handle, value)| (handle.slot(), value.number())).eq(self.values()));
        let taken = self.slots.len() - self.holes();
        assert_eq!((arena.capacity(), arena.stats().allocations), (self.capacity, Some(taken as u64)));
        for &(handle, number) in &self.handles {
            let expected = match self.slots.get(handle.slot()) {
                Some(&Slot::Value(other)) if !self.checked || other == number => Some(other),
                _ => None,
            };
            assert_eq!(arena.try_get(handle).map(Logged::number), expected, "{handle:?} of {number}");
            assert_eq!(arena.is_valid(handle), expected.is_some());
        }
        for (handle, value) in arena.iter_complete().chain(arena.iter_indexed()) {
            assert_eq!(arena.get(handle).number(), value.number());
        }
        assert_eq!(self.log.dropped_twice(), 0);
    }
}

struct OpenWriter<'a, I: ArenaIdx> {
    writer: Writer<'a, Logged, I>,
    run: std::ops::Range<usize>,
    run_len: usize,
}

fn take<X>(items: &mut Vec<X>, pick: &Pick) -> Option<X> {
    if items.is_empty() { None } else { Some(items.remove(pick.index(items.len()))) }
}

fn share<I: ArenaIdx>(arena: &FastArena<Logged, I>, model: &mut Model<I>, steps: Vec<Shared>) {
    let mut reserved: Vec<Reserved<'_, Logged, I>> = Vec::new();
    let mut writers: Vec<OpenWriter<'_, I>> = Vec::new();
    for step in steps {
        match step {
            Shared::Alloc | Shared::AllocWith => {
                let number = model.made;
                let value = model.fresh(1).remove(0);
                let fits = model.fits_one();
                let result = if matches!(step, Shared::Alloc) {
                    arena.try_alloc(value).map_err(|rejected| rejected.into_inner().number())
                } else {
                    arena.try_alloc_with(|_| value).map_err(drop).map_err(|()| number)
                };
                assert_eq!(result.is_ok(), fits);
                match result {
                    Ok(handle) => {
                        model.takes(handle.slot(), Slot::Value(number));
                        model.stored(handle, number);
                    }
                    Err(back) => assert_eq!(back, number),
                }
            }
            Shared::Batch(count) => {
                let numbers: Vec<_> = (model.made..model.made + u32::from(count)).collect();
                let values = model.fresh(count);
                let fits = model.fits_run(values.len());
                match arena.try_alloc_batch(values) {
                    Ok(range) => {
                        assert!(fits);
                        model.takes_run(range.iter().collect(), &numbers);
                    }
                    Err(rejected) => {
                        assert!(!fits);
                        assert!(rejected.into_inner().map(|value| value.number()).eq(numbers));
                    }
                }
            }
            Shared::Extend(count) => {
                let numbers: Vec<_> = (model.made..model.made + u32::from(count)).collect();
                let values = model.fresh(count);
                let fits = model.fits_run(values.len());
                match arena.try_alloc_extend(values) {
                    Ok(first) => {
                        assert!(fits);
                        let slots = first.map_or(0..0, |first| first.slot()..first.slot() + numbers.len());
                        let handles =
                            arena.iter_complete().map(|(handle, _)| handle).filter(|h| slots.contains(&h.slot()));
                        model.takes_run(handles.collect(), &numbers);
                    }
                    Err(rejected) => {
                        assert!(!fits);
                        assert!(rejected.into_inner().iter().map(Logged::number).eq(numbers));
                    }
                }
            }
            Shared::Reserve => {
                let fits = model.fits_one();
                let new = arena.try_reserve();
                assert_eq!(new.is_ok(), fits);
                if let Ok(new) = new {
                    model.takes(new.index().slot(), Slot::Held);
                    assert!(!arena.is_valid(new.index()));
                    reserved.push(new);
                }
            }
            Shared::Fill(pick) => {
                if let Some(reservation) = take(&mut reserved, &pick) {
                    let number = model.made;
                    let value = model.fresh(1).remove(0);
                    let handle = reservation.fill(value);
                    assert_eq!(mem::replace(&mut model.slots[handle.slot()], Slot::Value(number)), Slot::Held);
                    model.stored(handle, number);
                }
            }
            Shared::Unreserve(pick) => {
                if let Some(reservation) = take(&mut reserved, &pick) {
                    unreserve(model, reservation);
                }
            }
            Shared::ForgetReserved(pick) => {
                if let Some(reservation) = take(&mut reserved, &pick) {
                    model.slots[reservation.index().slot()] = Slot::Lost;
                    mem::forget(reservation);
                }
            }
            Shared::OpenWriter(run_len) => {
                let writer = arena.writer_with_run(run_len.into());
                writers.push(OpenWriter { writer, run: 0..0, run_len: run_len.max(1).into() });
            }
            Shared::Write(pick) => {
                if writers.is_empty() {
                    continue;
                }
                let place = pick.index(writers.len());
                let open = &mut writers[place];
                let number = model.made;
                let value = model.fresh(1).remove(0);
                let fits = !open.run.is_empty() || model.fits_one();
                let result = open.writer.try_alloc(value);
                assert_eq!(result.is_ok(), fits);
                let Ok(handle) = result else { continue };
                let slot = handle.slot();
                if open.run.is_empty() {
                    if model.holes() > 0 {
                        model.takes(slot, Slot::Held);
                        open.run = slot..slot + 1;
                    } else {
                        let start = model.slots.len();
                        open.run = start..(start + open.run_len).min(model.capacity);
                        model.slots.resize(open.run.end, Slot::Held);
                    }
                }
                assert_eq!(Some(slot), open.run.next());
                assert_eq!(open.writer.remaining_in_run(), open.run.len());
                model.slots[slot] = Slot::Value(number);
                model.stored(handle, number);
            }
            Shared::CloseWriter(pick) => {
                if let Some(open) = take(&mut writers, &pick) {
                    drop(open.writer);
                    model.gives_back(open.run);
                }
            }
            Shared::ForgetWriter(pick) => {
                if let Some(open) = take(&mut writers, &pick) {
                    mem::forget(open.writer);
                    model.slots[open.run].fill(Slot::Lost);
                }
            }
            Shared::Checkpoint => {
                let checkpoint = arena.checkpoint();
                assert_eq!(checkpoint.len(), model.prefix().len());
                model.checkpoints.push((checkpoint, model.prefix()));
            }
        }
        model.check(arena);
    }
    for open in writers {
        drop(open.writer);
        model.gives_back(open.run);
    }
    for reservation in reserved {
        unreserve(model, reservation);
    }
    model.check(arena);
}

fn unreserve<I: ArenaIdx>(model: &mut Model<I>, reservation: Reserved<'_, Logged, I>) {
    let slot = reservation.index().slot();
    drop(reservation);
    if model.checked {
        // Its handle was looked at.
        model.slots[slot] = Slot::Lost;
    } else {
        model.gives_back(slot..slot + 1);
    }
}

fn own<I: ArenaIdx>(arena: &mut FastArena<Logged, I>, model: &mut Model<I>, step: Exclusive) {
    match step {
        Exclusive::Nothing => {}
        Exclusive::Rollback(pick) => {
            if let Some(&foreign) = model.foreign.first() {
                assert_eq!(arena.try_rollback(foreign), Err(CheckpointError::Foreign));
            }
            if model.checkpoints.is_empty() {
                return;
            }
            let (checkpoint, alive) = &model.checkpoints[pick.index(model.checkpoints.len())];
            let (prefix, len) = (model.prefix(), alive.len());
            let expected = if len > prefix.len() {
                Err(CheckpointError::Beyond { checkpoint: len, len: prefix.len() })
            } else if prefix[..len] != alive[..] {
                Err(CheckpointError::Diverged { checkpoint: len, len: prefix.len() })
            } else {
                Ok(())
            };
            let before = model.log.order().len();
            let result = arena.try_rollback(*checkpoint);
            assert_eq!(result, expected);
            let dropped: Vec<_> = if result.is_ok() {
                model.values().filter(|(slot, _)| *slot >= len).map(|(_, number)| number).collect()
            } else {
                Vec::new()
            };
            assert!(model.log.order()[before..].iter().rev().eq(&dropped), "newest first, and nothing else");
            if result.is_ok() {
                model.slots.truncate(len);
            }
        }
        Exclusive::Reset => {
            arena.reset();
            model.slots.clear();
        }
        Exclusive::Drain(count) => {
            let all: Vec<_> = model.values().map(|(_, number)| number).collect();
            let mut drain = arena.drain();
            assert_eq!(drain.len(), all.len());
            let taken: Vec<_> = drain.by_ref().take(count.into()).map(|value| value.number()).collect();
            drop(drain);
            assert_eq!(taken, all[..all.len().min(count.into())]);
            model.slots.clear();
        }
        Exclusive::GrowBy(more) => {
            arena.grow_to(model.capacity + usize::from(more));
            model.capacity += usize::from(more);
            if more > 0 && !model.checked {
                model.recovers();
            }
        }
        Exclusive::Extend(count) => {
            let first = model.made;
            let values = model.fresh(count);
            arena.extend(values);
            // What was taken, and whether it grew, is read off the arena; the values and their order are not.
            model.capacity = arena.capacity();
            let before: Vec<_> = model.values().collect();
            let after: Vec<_> = arena.iter_complete().map(|(handle, value)| (handle, value.number())).collect();
            let new: Vec<_> = after.iter().filter(|(_, number)| *number >= first).copied().collect();
            assert_eq!(after.len(), before.len() + usize::from(count));
            let mut slots = vec![Slot::Lost; arena.stats().allocations.unwrap() as usize + 100];
            let mut end = 0;
            for &(handle, number) in &after {
                slots[handle.slot()] = Slot::Value(number);
                end = end.max(handle.slot() + 1);
            }
            before.iter().for_each(|&(slot, number)| assert_eq!(slots[slot], Slot::Value(number)));
            // All that is left beside the values is made simple again.
            slots.truncate(end);
            new.into_iter().for_each(|(handle, number)| model.stored(handle, number));
            drop(mem::replace(arena, arena.clone()));
            model.foreign.extend(model.checkpoints.drain(..).map(|(checkpoint, _)| checkpoint));
            model.slots = slots;
            if model.checked {
                let taken = arena.stats().allocations.unwrap() as usize;
                model.slots.resize(taken, Slot::Lost);
            } else {
                model.recovers();
            }
        }
        Exclusive::Clone => {
            drop(mem::replace(arena, arena.clone()));
            model.foreign.extend(model.checkpoints.drain(..).map(|(checkpoint, _)| checkpoint));
            if model.checked {
                for state in model.slots.iter_mut().filter(|state| **state == Slot::Hole) {
                    *state = Slot::Lost;
                }
            } else {
                model.recovers();
            }
        }
        Exclusive::FailedTransaction(count) => {
            let values = model.fresh(count);
            let start = model.prefix().len();
            let result: Result<(), ()> = arena.transaction(|arena| {
                values.into_iter().for_each(|value| drop(arena.try_alloc(value)));
                Err(())
            });
            assert!(result.is_err());
            model.slots.truncate(start);
        }
    }
    model.check(arena);
    let alive = model.log.made() - model.log.dropped();
    assert_eq!(alive, model.values().count(), "every value is in the arena or dropped");
    assert!(arena.iter_mut().map(|value| value.number()).eq(model.values().map(|(_, number)| number)));
    assert!(
        arena.iter_indexed_mut().rev().map(|(handle, value)| (handle.slot(), value.number())).eq(model
            .values()
            .collect::<Vec<_>>()
            .into_iter()
            .rev())
    );
}

/// Runs a program in an arena of so many slots; `checked` says whether its handles are stamped.
pub fn run<I: ArenaIdx>(capacity: usize, checked: bool, phases: Vec<(Vec<Shared>, Exclusive)>) {
    let mut arena: FastArena<Logged, I> = FastArena::with_capacity_and_index(capacity);
    let mut model = Model {
        slots: Vec::new(),
        capacity,
        log: DropLog::new(),
        made: 0,
        handles: Vec::new(),
        checkpoints: Vec::new(),
        foreign: Vec::new(),
        checked,
    };
    for (steps, step) in phases {
        share(&arena, &mut model, steps);
        own(&mut arena, &mut model, step);
    }
    let left: Vec<_> = model.values().map(|(_, number)| number).collect();
    assert!(arena.into_iter().map(|value| value.number()).eq(left));
    model.log.assert_all_dropped_once();
}
