//! Checkpoints of a [`Blink`](crate::Blink) or [`BlinkAlloc`](crate::BlinkAlloc).

#[cfg(feature = "alloc")]
use core::cell::Cell;
#[cfg(feature = "alloc")]
use core::fmt;

#[cfg(feature = "alloc")]
use crate::stats::Bytes;
#[cfg(feature = "alloc")]
use crate::typed::checkpoint::{Checkpoint, CheckpointError, Generations, rollback_refused};

/// How much of a [`Blink`](crate::Blink) or [`BlinkAlloc`](crate::BlinkAlloc) was used at one moment, to roll back to.
///
/// It belongs to the allocator that made it and to the history that it was made in; it holds no borrow.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[must_use = "a checkpoint does nothing until it is rolled back to"]
pub struct BlinkCheckpoint {
    at: Checkpoint<Bytes>,
    /// How many values were waiting for their destructor, where they are counted.
    records: Option<Checkpoint<Records>>,
}

/// What a count of drop records counts.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Records;

#[cfg(feature = "alloc")]
impl BlinkCheckpoint {
    /// The position in the memory: usable bytes of all chunks before it. (Over a shared allocator, which is not rewound,
    /// it is the number of values that wait for their destructor.)
    #[must_use]
    pub const fn position(&self) -> usize {
        self.at.len()
    }

    pub(super) fn records(&self) -> usize {
        self.records.map_or(0, |records| records.len())
    }

    /// The same with the number of values that wait for their destructor.
    pub(super) fn with_records(self, history: &History, records: usize) -> Self {
        Self { records: Some(history.mark(records)), ..self }
    }
}

#[cfg(feature = "alloc")]
impl fmt::Debug for BlinkCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlinkCheckpoint({})", self.position())
    }
}

/// Which checkpoints are still true. Its slots are positions, or drop records.
///
/// A position alone does not say which values were there: it falls when the newest block is given back, and comes to the
/// same height again with other values. So a `Blink` has a history of its records too.
#[cfg(feature = "alloc")]
#[derive(Debug)]
pub(super) struct History {
    generations: Generations,
    /// No checkpoint that is still true stands for a greater position. So what is given up while nobody has taken one
    /// need not be recorded.
    highest: Cell<usize>,
}

#[cfg(feature = "alloc")]
impl History {
    pub(super) const fn new() -> Self {
        Self { generations: Generations::new(), highest: Cell::new(0) }
    }

    fn mark<T>(&self, slot: usize) -> Checkpoint<T> {
        self.highest.set(self.highest.get().max(slot));
        self.generations.checkpoint(slot)
    }

    pub(super) fn checkpoint(&self, position: usize) -> BlinkCheckpoint {
        BlinkCheckpoint { at: self.mark(position), records: None }
    }

    /// Whether an allocator at `position` may be rolled back to `checkpoint`.
    pub(super) fn check(&self, checkpoint: BlinkCheckpoint, position: usize) -> Result<(), CheckpointError> {
        self.generations.check(checkpoint.at, position)
    }

    /// Whether the first values of `records`, which this is the history of, are those of the checkpoint.
    pub(super) fn check_records(
        &self,
        checkpoint: BlinkCheckpoint,
        records: usize,
        position: usize,
    ) -> Result<(), CheckpointError> {
        let diverged = CheckpointError::Diverged { checkpoint: checkpoint.position(), len: position };
        let known = checkpoint.records.ok_or(CheckpointError::Foreign)?;
        self.generations.check(known, records).map_err(|_| diverged)
    }

    /// What lies at or beyond `position` (or record) is given up. Call it before the first destructor runs.
    pub(super) fn discard_from(&mut self, position: usize) {
        if self.highest.get() > position {
            self.generations.discard_from::<()>(position);
            self.highest.set(position);
        }
    }
}

#[cfg(feature = "alloc")]
#[track_caller]
pub(super) fn refused(allocator: &'static str, error: CheckpointError, checkpoint: BlinkCheckpoint, now: usize) -> ! {
    rollback_refused(allocator, error, checkpoint.position(), now)
}

/// Without memory for it there are no checkpoints, only scopes.
#[cfg(not(feature = "alloc"))]
#[derive(Debug)]
pub(super) struct History;

#[cfg(not(feature = "alloc"))]
impl History {
    pub(super) const fn new() -> Self {
        Self
    }

    pub(super) fn discard_from(&mut self, _: usize) {}
}
