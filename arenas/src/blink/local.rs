//! [`BlinkAlloc`]: the allocator of one thread.

use core::alloc::Layout;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::checkpoint::History;
use crate::error::AllocError;
use crate::raw::blocks::BlinkAllocator;
use crate::raw::bump::Bump;
use crate::raw::chunk::FIRST_CHUNK;
use crate::raw::source::{ChunkSource, Global, OneChunk};
use crate::stats::Stats;
#[cfg(feature = "alloc")]
use crate::{BlinkCheckpoint, typed::CheckpointError};

/// A bump allocator over growing chunks, for one thread. `Send` where its base allocator is.
///
/// Blocks are cut upwards from the newest chunk. The newest block can be given back, and grows and shrinks in place; all
/// others are given back at once by [`reset`](Self::reset), which keeps one chunk that is large enough for all that was in
/// use. Every block starts and ends at a multiple of 8 bytes.
///
/// References to it implement the `Allocator` traits of other crates (see the features). For values, with destructors,
/// there is [`Blink`](crate::Blink).
///
/// ```
/// use arenas::BlinkAlloc;
/// use core::alloc::Layout;
///
/// let mut blink = BlinkAlloc::new();
/// let block = blink.allocate(Layout::new::<[u32; 8]>())?;
/// assert_eq!(block.len(), 32);
/// assert!(blink.stats().used >= 32);
/// blink.reset();
/// assert_eq!(blink.stats().used, 0);
/// # Ok::<(), arenas::AllocError>(())
/// ```
///
/// # Growth
///
/// The first chunk has about 16 KiB, or the configured size exactly; each later one has twice the bytes of the largest so
/// far. A request that is larger than that gets a chunk of its own size, and does not make later ones larger. When the base allocator
/// refuses, it is asked for the larger of request and configured size before the request fails.
pub struct BlinkAlloc<A: ChunkSource = Global> {
    bump: Bump<A>,
    history: History,
}

impl BlinkAlloc<Global> {
    /// An allocator over the global one. Takes no memory yet.
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }

    /// The same with chunks of at least `chunk_size` usable bytes; 0 means the default.
    ///
    /// A size that no allocator could give shows as an error of the first allocation.
    ///
    /// ```
    /// let blink = arenas::BlinkAlloc::with_chunk_size(usize::MAX);
    /// assert!(blink.allocate(core::alloc::Layout::new::<u8>()).unwrap_err().is_layout_overflow());
    /// ```
    #[must_use]
    pub const fn with_chunk_size(chunk_size: usize) -> Self {
        Self::with_chunk_size_in(chunk_size, Global)
    }
}

impl<'m> BlinkAlloc<OneChunk<'m>> {
    /// An allocator over the caller's memory, of which it uses a few words for itself. It never grows, and needs no other
    /// allocator.
    ///
    /// ```
    /// use arenas::BlinkAlloc;
    /// use core::{alloc::Layout, mem::MaybeUninit};
    ///
    /// let mut memory = [MaybeUninit::uninit(); 1024];
    /// let blink = BlinkAlloc::over(&mut memory);
    /// assert!(blink.allocate(Layout::new::<[u64; 100]>()).is_ok());
    /// assert!(blink.allocate(Layout::new::<[u64; 100]>()).unwrap_err().is_capacity());
    /// ```
    #[must_use]
    pub fn over(memory: &'m mut [MaybeUninit<u8>]) -> Self {
        Self { bump: Bump::new(0, 0, OneChunk::new(memory)), history: History::new() }
    }
}

impl<A: ChunkSource> BlinkAlloc<A> {
    /// An allocator over `base`. Takes no memory yet.
    #[must_use]
    pub const fn new_in(base: A) -> Self {
        Self::with_chunk_size_in(0, base)
    }

    /// The same with chunks of at least `chunk_size` usable bytes; 0 means the default.
    #[must_use]
    pub const fn with_chunk_size_in(chunk_size: usize, base: A) -> Self {
        let first = if chunk_size == 0 { FIRST_CHUNK } else { chunk_size };
        Self { bump: Bump::new(chunk_size, first, base), history: History::new() }
    }

    /// The base allocator.
    #[must_use]
    pub const fn inner(&self) -> &A {
        self.bump.source()
    }

    /// Gives all chunks back, and the base allocator.
    pub fn into_inner(self) -> A {
        self.bump.into_source()
    }

    /// Takes a block of exactly `layout.size()` bytes. O(1), but for a new chunk.
    ///
    /// The block is valid until it is deallocated, or the allocator is reset, rolled back to before it, or dropped.
    ///
    /// # Errors
    ///
    /// When the base allocator has no memory, the limit is reached, or the size overflows.
    #[inline]
    pub fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Ok(NonNull::slice_from_raw_parts(self.bump.allocate(layout)?, layout.size()))
    }

    /// Takes a block of zeros.
    ///
    /// # Errors
    ///
    /// As [`allocate`](Self::allocate).
    pub fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.bump.allocate_zeroed(layout).map(|block| NonNull::slice_from_raw_parts(block, layout.size()))
    }

    /// Makes a block larger or smaller, or aligned otherwise, with its contents.
    ///
    /// The newest block changes in place while the chunk lasts. One that shrinks and is aligned never moves.
    ///
    /// # Errors
    ///
    /// As [`allocate`](Self::allocate); the block is as before then.
    ///
    /// # Safety
    ///
    /// The block was allocated here with `old` and is still valid. After success it is used through the returned pointer
    /// only.
    #[inline]
    pub unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise.
        let block = unsafe { self.bump.resize(block, old, new) }?;
        Ok(NonNull::slice_from_raw_parts(block, new.size()))
    }

    /// Gives a block back. If it is the newest, its bytes are reused at once; otherwise at the next reset.
    ///
    /// # Safety
    ///
    /// The block was allocated here with `layout`, is still valid, and is not used any more.
    #[inline]
    pub unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.bump.deallocate(block, layout) }
    }

    /// Gives all blocks back and keeps one chunk, large enough for all that was in use at once since the last reset.
    ///
    /// It may take that chunk from the base allocator now; if that refuses, the largest one is kept. O(chunks).
    pub fn reset(&mut self) {
        self.history.discard_from(0);
        self.bump.reset();
    }

    /// Gives all blocks and all chunks back.
    pub fn reset_final(&mut self) {
        self.history.discard_from(0);
        self.bump.release_all();
    }

    /// [`reset`](Self::reset) through a shared reference.
    ///
    /// # Safety
    ///
    /// No block that was allocated before is used any more, and no checkpoint that was taken before is rolled back to.
    pub unsafe fn reset_unchecked(&self) {
        // SAFETY: the caller's promise.
        unsafe { self.bump.reset_unchecked() };
    }

    /// Gives chunks back that no block is in, while more than `bytes` are held. After a reset that may be all.
    pub fn shrink_to(&mut self, bytes: usize) {
        self.bump.shrink_to(bytes);
    }

    /// Sets how many bytes may be held from the base allocator; `None` for as many as it gives. What is held already stays.
    ///
    /// ```
    /// let blink = arenas::BlinkAlloc::new();
    /// blink.set_limit(Some(1 << 20));
    /// let block = core::alloc::Layout::new::<[u8; 2 << 20]>();
    /// assert!(blink.allocate(block).unwrap_err().is_limit());
    /// ```
    pub fn set_limit(&self, bytes: Option<usize>) {
        self.bump.set_limit(bytes.unwrap_or(usize::MAX));
    }

    /// Bytes left in the newest chunk.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.bump.remaining()
    }

    /// A snapshot of the memory. O(chunks).
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.bump.stats()
    }

    /// Whether the block is in a chunk of this allocator.
    #[cfg(feature = "std")]
    pub(super) fn owns(&self, block: NonNull<u8>) -> bool {
        self.bump.owns(block)
    }

    /// Remembers how much is in use now. O(1).
    #[cfg(feature = "alloc")]
    pub fn checkpoint(&self) -> BlinkCheckpoint {
        self.history.checkpoint(self.bump.position())
    }

    /// Gives back the blocks that were allocated, or grown, after the checkpoint.
    ///
    /// Of the chunks that become empty the largest is kept for later.
    ///
    /// # Panics
    ///
    /// When the checkpoint is refused: see [`try_rollback`](Self::try_rollback).
    ///
    /// ```
    /// # use core::alloc::Layout;
    /// let mut blink = arenas::BlinkAlloc::new();
    /// let kept = blink.allocate(Layout::new::<u64>())?;
    /// let checkpoint = blink.checkpoint();
    /// let first = blink.allocate(Layout::new::<u64>())?;
    /// blink.rollback(checkpoint);
    /// assert_eq!(blink.allocate(Layout::new::<u64>())?, first);
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    #[cfg(feature = "alloc")]
    #[track_caller]
    pub fn rollback(&mut self, checkpoint: BlinkCheckpoint) {
        let now = self.bump.position();
        match self.try_rollback(checkpoint) {
            Ok(()) => {}
            Err(error) => super::checkpoint::refused("BlinkAlloc", error, checkpoint, now),
        }
    }

    /// [`rollback`](Self::rollback) that does not panic.
    ///
    /// # Errors
    ///
    /// When the checkpoint is of another allocator, beyond the present position, or of a branch that was rolled back since.
    /// Nothing has changed then.
    #[cfg(feature = "alloc")]
    pub fn try_rollback(&mut self, checkpoint: BlinkCheckpoint) -> Result<(), CheckpointError> {
        self.history.check(checkpoint, self.bump.position())?;
        self.history.discard_from(checkpoint.position());
        self.bump.rewind(checkpoint.position());
        Ok(())
    }
}

impl<A: ChunkSource + Default> Default for BlinkAlloc<A> {
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<A: ChunkSource> fmt::Debug for BlinkAlloc<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlinkAlloc").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

// SAFETY: I14 for the blocks of the bump; a position never falls but by `reset`, `rewind`, and at the tip.
unsafe impl<A: ChunkSource> BlinkAllocator for BlinkAlloc<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Self::allocate(self, layout)
    }

    #[inline]
    unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise.
        unsafe { Self::resize(self, block, old, new) }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { Self::deallocate(self, block, layout) }
    }

    fn reset(&mut self) {
        Self::reset(self);
    }

    #[inline(always)]
    fn allocate_known(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        self.bump.allocate_known(layout)
    }

    #[inline]
    fn extent(&self, block: NonNull<u8>, layout: Layout) -> usize {
        self.bump.extent(block, layout)
    }

    fn remaining(&self) -> usize {
        Self::remaining(self)
    }

    fn mark(&self) -> Option<usize> {
        Some(self.bump.position())
    }

    fn rewind(&mut self, mark: usize) {
        self.history.discard_from(mark);
        self.bump.rewind(mark);
    }

    fn stats(&self) -> Stats {
        Self::stats(self)
    }
}
