//! The checkpoint of a whole bundle: one [`Mark`] per store, and all or nothing on the way back.

use core::fmt;
use core::iter;
use core::slice;

use super::store::BundleStore;
use crate::bitena::BitenaCheckpoint;
use crate::blink::BlinkCheckpoint;
use crate::typed::{Checkpoint, CheckpointError};

/// Where one store stood. The same type for every kind of store, so that a checkpoint of a bundle has no parameters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub struct Mark(MarkKind);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum MarkKind {
    /// Of an `Arena` or a `FastArena`, whose handle type does not matter here.
    Typed(Checkpoint<()>),
    /// Of a `Bitena`.
    Bytes(BitenaCheckpoint),
    /// Of a `Blink`.
    Values(BlinkCheckpoint),
}

impl Mark {
    pub(super) fn typed<I>(checkpoint: Checkpoint<I>) -> Self {
        Self(MarkKind::Typed(checkpoint.cast()))
    }

    pub(super) fn bytes(checkpoint: BitenaCheckpoint) -> Self {
        Self(MarkKind::Bytes(checkpoint))
    }

    pub(super) fn values(checkpoint: BlinkCheckpoint) -> Self {
        Self(MarkKind::Values(checkpoint))
    }

    /// The checkpoint of a store of items. A mark of another kind of store is foreign to it.
    pub(super) fn as_typed<I>(self) -> Result<Checkpoint<I>, CheckpointError> {
        match self.0 {
            MarkKind::Typed(checkpoint) => Ok(checkpoint.cast()),
            MarkKind::Bytes(_) | MarkKind::Values(_) => Err(CheckpointError::Foreign),
        }
    }

    /// The checkpoint of a `Bitena`.
    pub(super) fn as_bytes(self) -> Result<BitenaCheckpoint, CheckpointError> {
        match self.0 {
            MarkKind::Bytes(checkpoint) => Ok(checkpoint),
            MarkKind::Typed(_) | MarkKind::Values(_) => Err(CheckpointError::Foreign),
        }
    }

    /// The checkpoint of a `Blink`.
    pub(super) fn as_values(self) -> Result<BlinkCheckpoint, CheckpointError> {
        match self.0 {
            MarkKind::Values(checkpoint) => Ok(checkpoint),
            MarkKind::Typed(_) | MarkKind::Bytes(_) => Err(CheckpointError::Foreign),
        }
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            MarkKind::Typed(checkpoint) => fmt::Debug::fmt(&checkpoint.len(), f),
            MarkKind::Bytes(checkpoint) => fmt::Debug::fmt(&checkpoint.used(), f),
            MarkKind::Values(checkpoint) => fmt::Debug::fmt(&checkpoint.position(), f),
        }
    }
}

/// A store that can be rolled back.
pub trait RewindStore: BundleStore {
    /// Where it stands.
    fn mark(&self) -> Mark;

    /// Whether it can be rolled back to `mark`.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    fn check(&self, mark: Mark) -> Result<(), CheckpointError>;

    /// Drops what was allocated after `mark`, newest first. Nothing where [`check`](Self::check) refuses it.
    fn rewind(&mut self, mark: Mark);
}

/// One store and where to roll it back to.
#[derive(Debug)]
pub struct Step<'a> {
    name: &'static str,
    store: &'a mut dyn RewindStore,
    mark: Mark,
}

impl fmt::Debug for dyn RewindStore + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.mark(), f)
    }
}

impl<'a> Step<'a> {
    /// Of the store of this name.
    pub fn new(name: &'static str, store: &'a mut dyn RewindStore, mark: Mark) -> Self {
        Self { name, store, mark }
    }
}

/// A bundle that can be rolled back: what the macro implements.
pub trait Rewind {
    /// One mark per store.
    type Checkpoint: Copy;

    /// The name of the bundle, for messages.
    const NAME: &'static str;

    /// Where every store stands.
    fn mark(&self) -> Self::Checkpoint;

    /// Runs `run` with a step per store that takes part, in the order of the fields.
    fn steps<R>(&mut self, checkpoint: Self::Checkpoint, run: impl FnOnce(&mut [Step<'_>]) -> R) -> R;

    /// Has each side table forget what it says of items that are gone.
    fn follow(&mut self) {}
}

/// Asks every store, and says which refuses.
fn check(steps: &[Step<'_>]) -> Result<(), (&'static str, CheckpointError)> {
    steps.iter().try_for_each(|step| step.store.check(step.mark).map_err(|error| (step.name, error)))
}

/// Rolls every store back, the last first, also those after one whose destructors panic.
fn rewind(steps: &mut [Step<'_>]) {
    struct Rest<'a, 's>(iter::Rev<slice::IterMut<'a, Step<'s>>>);

    impl Drop for Rest<'_, '_> {
        fn drop(&mut self) {
            // Not empty only while a destructor unwinds.
            for step in &mut self.0 {
                step.store.rewind(step.mark);
            }
        }
    }

    let mut rest = Rest(steps.iter_mut().rev());
    for step in rest.0.by_ref() {
        step.store.rewind(step.mark);
    }
}

/// Rolls every store back, and has the side tables follow, also when destructors panic.
fn go_back<B: Rewind>(bundle: &mut B, checkpoint: B::Checkpoint) {
    struct Follow<'a, B: Rewind>(&'a mut B);

    impl<B: Rewind> Drop for Follow<'_, B> {
        fn drop(&mut self) {
            self.0.follow();
        }
    }

    Follow(bundle).0.steps(checkpoint, rewind);
}

/// All or nothing.
///
/// # Errors
///
/// That of the first store that refuses; then nothing has changed.
pub fn try_rollback<B: Rewind>(bundle: &mut B, checkpoint: B::Checkpoint) -> Result<(), CheckpointError> {
    bundle.steps(checkpoint, |steps| check(steps)).map_err(|(_, error)| error)?;
    go_back(bundle, checkpoint);
    Ok(())
}

/// All, or a panic that names the bundle and the store.
#[track_caller]
pub fn rollback<B: Rewind>(bundle: &mut B, checkpoint: B::Checkpoint) {
    match bundle.steps(checkpoint, |steps| check(steps)) {
        Ok(()) => go_back(bundle, checkpoint),
        Err((store, error)) => refuse(B::NAME, store, error),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn refuse(bundle: &'static str, store: &'static str, error: CheckpointError) -> ! {
    panic!("{bundle}: store `{store}` refuses the rollback: {error}")
}

/// Runs `body`, and rolls back to the start unless it returns `Ok`.
///
/// Where `body` rolled a store back to before the start itself, the start is not there any more, and nothing more is
/// undone in any store.
///
/// # Errors
///
/// Those of `body`.
pub fn transaction<B: Rewind, R, E>(bundle: &mut B, body: impl FnOnce(&mut B) -> Result<R, E>) -> Result<R, E> {
    struct Undo<'a, B: Rewind> {
        bundle: &'a mut B,
        start: B::Checkpoint,
        armed: bool,
    }

    impl<B: Rewind> Drop for Undo<'_, B> {
        fn drop(&mut self) {
            if self.armed {
                // Refused where `body` went below the start.
                if try_rollback(self.bundle, self.start).is_err() {
                    self.bundle.follow();
                }
            }
        }
    }

    let start = bundle.mark();
    let mut undo = Undo { bundle, start, armed: true };
    let result = body(undo.bundle);
    undo.armed = result.is_err();
    drop(undo);
    result
}
