//! [`BorrowedBitena`]: a [`Bitena`] over the caller's memory.

use core::fmt;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::Deref;

use super::Bitena;
use crate::raw::block::Block;

/// A [`Bitena`] over the caller's memory, made by [`Bitena::over`].
///
/// It derefs to [`Bitena`], so that everything that takes `&Bitena` takes it; but only shared: through a `&mut Bitena`
/// the arena could be swapped out and outlive its memory. What needs `&mut` it has itself.
///
/// ```
/// use core::mem::MaybeUninit;
///
/// let mut memory = [MaybeUninit::uninit(); 256];
/// let mut arena = arenas::Bitena::over(&mut memory);
/// for round in 0..100 {
///     arena.alloc_slice(round, 32);
///     arena.reset();
/// }
/// assert_eq!(arena.remaining(), 256);
/// ```
///
/// The memory stays borrowed as long as the arena lives:
///
/// ```compile_fail,E0597
/// let escaped = {
///     let mut memory = [core::mem::MaybeUninit::uninit(); 16];
///     arenas::Bitena::over(&mut memory)
/// };
/// escaped.alloc(1);
/// ```
pub struct BorrowedBitena<'m> {
    arena: Bitena,
    memory: PhantomData<&'m mut [MaybeUninit<u8>]>,
}

impl<'m> BorrowedBitena<'m> {
    pub(super) fn new(memory: &'m mut [MaybeUninit<u8>]) -> Self {
        // SAFETY: the arena is never handed out but by shared reference, so it goes with this value, which borrows
        // `memory` for `'m`.
        let block = unsafe { Block::borrowed(memory) };
        Self { arena: Bitena::in_block(block), memory: PhantomData }
    }

    /// As [`Bitena::reset`].
    pub fn reset(&mut self) {
        self.arena.reset();
    }

    /// As [`Bitena::scope`].
    pub fn scope<R>(&mut self, work: impl FnOnce(&Bitena) -> R) -> R {
        self.arena.scope(work)
    }

    /// As [`Bitena::rollback`].
    ///
    /// # Panics
    ///
    /// When the checkpoint is foreign, beyond what is used, or of a branch that was rolled back.
    #[cfg(feature = "alloc")]
    #[track_caller]
    pub fn rollback(&mut self, checkpoint: super::BitenaCheckpoint) {
        self.arena.rollback(checkpoint);
    }

    /// As [`Bitena::try_rollback`].
    ///
    /// # Errors
    ///
    /// When the checkpoint is foreign, beyond what is used, or of a branch that was rolled back.
    #[cfg(feature = "alloc")]
    pub fn try_rollback(&mut self, checkpoint: super::BitenaCheckpoint) -> Result<(), crate::CheckpointError> {
        self.arena.try_rollback(checkpoint)
    }
}

impl Deref for BorrowedBitena<'_> {
    type Target = Bitena;

    #[inline]
    fn deref(&self) -> &Bitena {
        &self.arena
    }
}

impl fmt::Debug for BorrowedBitena<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BorrowedBitena").field(&self.arena).finish()
    }
}
