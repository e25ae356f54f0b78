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
    /// How many values were waiting for their destructor.
    records: usize,
}

#[cfg(feature = "alloc")]
impl BlinkCheckpoint {
    /// The position in the memory: usable bytes of all chunks before it. (Over a shared allocator, which is not rewound,
    /// it is the number of values that wait for their destructor.)
    #[must_use]
    pub const fn position(&self) -> usize {
        self.at.len()
    }

    pub(super) const fn records(&self) -> usize {
        self.records
    }
}

#[cfg(feature = "alloc")]
impl fmt::Debug for BlinkCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlinkCheckpoint({})", self.position())
    }
}

/// Which checkpoints are still true. Its slots are positions.
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

    pub(super) fn checkpoint(&self, position: usize, records: usize) -> BlinkCheckpoint {
        self.highest.set(self.highest.get().max(position));
        BlinkCheckpoint { at: self.generations.checkpoint(position), records }
    }

    /// Whether an allocator at `position` may be rolled back to `checkpoint`.
    pub(super) fn check(&self, checkpoint: BlinkCheckpoint, position: usize) -> Result<(), CheckpointError> {
        self.generations.check(checkpoint.at, position)
    }

    /// What lies at or beyond `position` is given up. Call it before the first destructor runs.
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
