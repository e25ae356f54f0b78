//! Checkpoints of a [`Bitena`].

use core::fmt;

use super::Bitena;
use crate::sync::{AtomicUsize, Ordering};
use crate::typed::checkpoint::{Checkpoint, CheckpointError, Generations, rollback_refused};

/// How much of a [`Bitena`] was used at one moment, to roll back to.
///
/// It belongs to the arena that made it and to the history that it was made in; it holds no borrow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[must_use = "a checkpoint does nothing until it is rolled back to"]
pub struct BitenaCheckpoint(Checkpoint<Bitena>);

impl BitenaCheckpoint {
    /// How many bytes were used.
    #[must_use]
    pub const fn used(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for BitenaCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BitenaCheckpoint({})", self.used())
    }
}

/// Which checkpoints are still true. Its slots are the bytes of the arena, counted from its high end.
#[derive(Debug)]
pub(super) struct History {
    generations: Generations,
    /// No checkpoint that is still true stands for more bytes than this. So scopes and resets in which nobody took one
    /// need not be recorded.
    highest: AtomicUsize,
}

impl History {
    pub(super) fn new() -> Self {
        Self { generations: Generations::new(), highest: AtomicUsize::new(0) }
    }

    fn checkpoint(&self, used: usize) -> Checkpoint<Bitena> {
        // ORDERING: relaxed, only the number counts, and it is read under an exclusive borrow.
        self.highest.fetch_max(used, Ordering::Relaxed);
        self.generations.checkpoint(used)
    }

    /// The bytes from `used` on are given up.
    pub(super) fn discard_from(&mut self, used: usize) {
        // ORDERING: relaxed, here and below: the borrow is exclusive.
        if self.highest.load(Ordering::Relaxed) > used {
            self.generations.discard_from::<()>(used);
            self.highest.store(used, Ordering::Relaxed);
        }
    }
}

impl Bitena {
    /// Records how much is used now, to [roll back](Self::rollback) to. O(1).
    ///
    /// A [window](Self::local) that is open counts as used whole. What it gives back when it goes may be handed out
    /// again, and stays after a rollback to a checkpoint that was taken before.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut arena = arenas::Bitena::new(64)?;
    /// arena.alloc(1u64);
    /// let before = arena.checkpoint();
    /// arena.alloc(2u64);
    /// arena.rollback(before);
    /// assert_eq!(arena.used(), 8);
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    pub fn checkpoint(&self) -> BitenaCheckpoint {
        BitenaCheckpoint(self.history.checkpoint(self.used()))
    }

    /// Takes back what was allocated since `checkpoint`. See also [`try_rollback`](Self::try_rollback).
    ///
    /// # Panics
    ///
    /// When the checkpoint is of another arena, beyond what is used now, or of a branch that was rolled back since.
    #[track_caller]
    pub fn rollback(&mut self, checkpoint: BitenaCheckpoint) {
        if let Err(error) = self.try_rollback(checkpoint) {
            rollback_refused("Bitena", error, checkpoint.used(), self.used());
        }
    }

    /// Takes back what was allocated since `checkpoint`.
    ///
    /// Checkpoints below it stay good, and so does this one; those above it are refused from now on. Destructors do not
    /// run. O(1) (debug builds fill the memory with `0xA5`).
    ///
    /// # Errors
    ///
    /// When the checkpoint is of another arena, beyond what is used now, or of a branch that was rolled back since, in
    /// this order; the arena is unchanged.
    pub fn try_rollback(&mut self, checkpoint: BitenaCheckpoint) -> Result<(), CheckpointError> {
        self.check_rollback(checkpoint)?;
        self.rewind(checkpoint.used());
        Ok(())
    }

    /// Whether [`try_rollback`](Self::try_rollback) would succeed.
    pub(crate) fn check_rollback(&self, checkpoint: BitenaCheckpoint) -> Result<(), CheckpointError> {
        self.history.generations.check(checkpoint.0, self.used())
    }
}
