//! `Arena` against a `Vec` under random operations, for plain and for stamped handles.
//!
//! The model knows for every handle and checkpoint that was ever made whether it must be good. A handle is a slot and
//! the serial number of its value; a checkpoint is the list of serial numbers that were alive.

use super::{Pick, below};
use crate::drops::{DropLog, Logged};
use arbitrary::Arbitrary;
use arenas::{Arena, ArenaIdx, CheckpointError};

#[derive(Arbitrary, Clone, Debug)]
pub enum Step {
    Alloc,
    AllocWith,
    Extend(#[arbitrary(with = below::<5, _>)] u8),
    Batch(#[arbitrary(with = below::<5, _>)] u8),
    Checkpoint,
    /// Back to one of the checkpoints that were made, good or not.
    Rollback(Pick),
    Reset,
    /// Drops the drain after so many items.
    Drain(#[arbitrary(with = below::<5, _>)] u8),
    /// Stores so many values, and then fails or not.
    Transaction(#[arbitrary(with = below::<5, _>)] u8, bool),
    /// Goes on with a clone.
    Clone,
    Shrink,
}

/// What happens in the arena, told twice.
struct Run<I: ArenaIdx> {
    arena: Arena<Logged, I>,
    log: DropLog,
    /// The numbers of the values that are alive, by slot.
    model: Vec<u32>,
    made: u32,
    /// Every handle that was ever made, and the number of its value.
    handles: Vec<(I, u32)>,
    /// Every checkpoint of this arena (not of those that it was cloned from), and what was alive.
    checkpoints: Vec<(arenas::Checkpoint<I>, Vec<u32>)>,
    foreign: Vec<arenas::Checkpoint<I>>,
}

impl<I: ArenaIdx> Run<I> {
    fn new() -> Self {
        Self {
            arena: Arena::with_index(),
            log: DropLog::new(),
            model: Vec::new(),
            made: 0,
            handles: Vec::new(),
            checkpoints: Vec::new(),
            foreign: Vec::new(),
        }
    }

    fn fresh(&mut self, count: u8) -> Vec<Logged> {
        let first = self.made;
        self.made += u32::from(count);
        (first..self.made).map(|number| self.log.value(number)).collect()
    }

    /// Notes that the values of the newest handles were stored.
    fn stored(&mut self, handles: impl IntoIterator<Item = I>) {
        for handle in handles {
            let number = self.arena[handle].number();
            assert_eq!(handle.slot(), self.model.len());
            self.model.push(number);
            self.handles.push((handle, number));
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Alloc => {
                let value = self.fresh(1).remove(0);
                let handle = self.arena.alloc(value);
                self.stored([handle]);
            }
            Step::AllocWith => {
                let value = self.fresh(1).remove(0);
                let mut seen = None;
                let handle = self.arena.alloc_with(|handle| {
                    seen = Some(handle);
                    value
                });
                assert_eq!(seen, Some(handle));
                self.stored([handle]);
            }
            Step::Extend(count) => {
                let values = self.fresh(count);
                let len = self.arena.len();
                let first = self.arena.alloc_extend(values);
                let new: Vec<_> = self.arena.indices().skip(len).collect();
                assert_eq!((first, new.len()), (new.first().copied(), usize::from(count)));
                self.stored(new);
            }
            Step::Batch(count) => {
                let values = self.fresh(count);
                let range = self.arena.alloc_batch(values);
                assert_eq!(range.len(), usize::from(count));
                self.stored(range);
            }
            Step::Checkpoint => {
                let checkpoint = self.arena.checkpoint();
                assert_eq!(checkpoint.len(), self.model.len());
                self.checkpoints.push((checkpoint, self.model.clone()));
            }
            Step::Rollback(which) => self.roll_back(which),
            Step::Reset => {
                self.arena.reset();
                self.model.clear();
            }
            Step::Drain(count) => {
                let taken: Vec<_> = self.arena.drain().take(usize::from(count)).map(|value| value.number()).collect();
                assert_eq!(taken, self.model[..usize::from(count).min(self.model.len())]);
                self.model.clear();
            }
            Step::Transaction(count, ok) => {
                let values = self.fresh(count);
                let mut handles = Vec::new();
                let result = self.arena.transaction(|arena| {
                    handles.extend(values.into_iter().map(|value| arena.alloc(value)));
                    if ok { Ok(()) } else { Err(()) }
                });
                assert_eq!(result.is_ok(), ok);
                if ok {
                    self.stored(handles);
                } else {
                    self.handles.extend(handles.into_iter().map(|handle| (handle, u32::MAX)));
                }
            }
            Step::Clone => {
                self.arena = self.arena.clone();
                self.foreign.extend(self.checkpoints.drain(..).map(|(checkpoint, _)| checkpoint));
            }
            Step::Shrink => self.arena.shrink_to_fit(),
        }
    }

    fn roll_back(&mut self, which: Pick) {
        for &foreign in &self.foreign {
            assert_eq!(self.arena.try_rollback(foreign), Err(CheckpointError::Foreign));
        }
        if self.checkpoints.is_empty() {
            return;
        }
        let (checkpoint, alive) = &self.checkpoints[which.index(self.checkpoints.len())];
        let len = self.model.len();
        let expected = if alive.len() > len {
            Err(CheckpointError::Beyond { checkpoint: alive.len(), len })
        } else if self.model[..alive.len()] != **alive {
            Err(CheckpointError::Diverged { checkpoint: alive.len(), len })
        } else {
            Ok(())
        };
        assert_eq!(self.arena.try_rollback(*checkpoint), expected);
        if expected.is_ok() {
            self.model.truncate(alive.len());
        }
    }

    /// Compares everything that can be seen.
    fn check(&self, checked: bool) {
        assert_eq!(self.arena.len(), self.model.len());
        assert!(self.arena.iter().map(Logged::number).eq(self.model.iter().copied()));
        for ((handle, value), number) in self.arena.iter_indexed().zip(&self.model) {
            assert_eq!((self.arena[handle].number(), value.number()), (*number, *number));
        }
        for &(handle, number) in &self.handles {
            let found = self.arena.try_get(handle).map(Logged::number);
            let expected = self.model.get(handle.slot()).copied();
            if checked {
                assert_eq!(found, expected.filter(|&alive| alive == number), "{handle:?} of value {number}");
            } else {
                assert_eq!(found, expected, "{handle:?}");
            }
            assert_eq!(self.arena.is_valid(handle), found.is_some());
        }
        assert_eq!(self.log.dropped() + self.model.len(), self.log.made());
        assert_eq!(self.log.dropped_twice(), 0);
        let stats = self.arena.stats();
        assert_eq!(stats.used, self.model.len() * size_of::<Logged>());
        assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
        assert!(stats.peak_used >= stats.used);
    }
}

/// Runs a program in an arena; `checked` says whether its handles are stamped.
pub fn run<I: ArenaIdx>(steps: Vec<Step>, checked: bool) {
    let mut run = Run::<I>::new();
    for step in steps {
        run.step(step);
        run.check(checked);
    }
    let Run { arena, log, .. } = run;
    drop(arena);
    log.assert_all_dropped_once();
}
