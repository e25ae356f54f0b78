//! Bumping through chunks for one thread.
//!
//! Cursor and end of the newest chunk stand in the [`Bump`] itself, and the cursor is always a multiple of
//! [`MIN_ALIGN`]: a block of an ordinary type takes a load, an addition, one comparison and a store.

use core::alloc::Layout;
use core::cell::Cell;
use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use super::block::{fill_end, fill_freed};
use super::chunk::{Chunks, Header, Tip, place};
use super::layout::{self, CHUNK_ALIGN, MIN_ALIGN};
use super::poison;
use super::source::ChunkSource;
use crate::error::AllocError;
use crate::stats::Stats;

/// A pointer to no bytes, aligned to `align`, a power of two.
#[inline]
const fn dangling(align: usize) -> NonNull<u8> {
    match NonNull::new(core::ptr::without_provenance_mut(align)) {
        Some(ptr) => ptr,
        None => NonNull::dangling(),
    }
}

/// Bumps upwards through chunks, for one thread.
pub(crate) struct Bump<S: ChunkSource> {
    /// The tip of the newest chunk, with the provenance of the whole chunk; a multiple of `MIN_ALIGN`.
    cursor: Cell<NonNull<u8>>,
    /// The address of the end of the newest chunk.
    end: Cell<usize>,
    /// The greatest alignment beyond `CHUNK_ALIGN` that was asked for.
    widest: Cell<usize>,
    chunks: Chunks<Cell<usize>>,
    source: S,
}

// SAFETY: the chunks belong to the bump alone and are plain bytes; nothing in it is tied to a thread but the source.
// It is not `Sync`: its state is in cells.
unsafe impl<S: ChunkSource + Send> Send for Bump<S> {}

impl<S: ChunkSource> Bump<S> {
    /// No chunk yet. `configured` and `first` as in [`Chunks::new`].
    pub(crate) const fn new(configured: usize, first: usize, source: S) -> Self {
        Self {
            cursor: Cell::new(dangling(CHUNK_ALIGN)),
            end: Cell::new(CHUNK_ALIGN),
            widest: Cell::new(0),
            chunks: Chunks::new(configured, first),
            source,
        }
    }

    #[inline]
    pub(crate) const fn source(&self) -> &S {
        &self.source
    }

    /// Gives all chunks back, and the source.
    pub(crate) fn into_source(mut self) -> S {
        self.release_all();
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used or dropped any more, and has no chunks that its drop would give back.
        unsafe { (&raw const this.source).read() }
    }

    /// Takes a block whose layout is known only at run time: without a branch on it but one.
    ///
    /// # Errors
    ///
    /// What [`Chunks::acquire`] says.
    #[inline]
    pub(crate) fn allocate(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        if layout.align() <= CHUNK_ALIGN {
            if let Some(block) = self.bump(layout) {
                return Ok(block);
            }
        }
        self.allocate_slow(layout)
    }

    /// Takes a block whose alignment the compiler knows.
    ///
    /// # Errors
    ///
    /// What [`Chunks::acquire`] says.
    #[inline(always)]
    pub(crate) fn allocate_known(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        if layout.align() > MIN_ALIGN {
            return if layout.size() == 0 { Ok(dangling(layout.align())) } else { self.allocate(layout) };
        }
        let cursor = self.cursor.get();
        match layout::bump_up_aligned(cursor.addr().get(), self.end.get(), layout.size()) {
            Some((_, next)) => {
                self.move_tip(next);
                poison::permit(cursor, layout.size());
                Ok(cursor)
            }
            None => self.allocate_slow(layout),
        }
    }

    /// Takes a block of zeros.
    ///
    /// # Errors
    ///
    /// What [`Chunks::acquire`] says.
    pub(crate) fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        let block = self.allocate(layout)?;
        // SAFETY: a block is valid for writes of its size (I14).
        unsafe { block.write_bytes(0, layout.size()) };
        Ok(block)
    }

    #[inline(always)]
    fn bump(&self, layout: Layout) -> Option<NonNull<u8>> {
        let cursor = self.cursor.get();
        let (at, next) = layout::bump_up(cursor.addr().get(), self.end.get(), layout)?;
        self.move_tip(next);
        // SAFETY: `at` is not below the cursor.
        let block = unsafe { place(cursor, at) };
        poison::permit(block, layout.size());
        Some(block)
    }

    /// Moves the tip within the newest chunk.
    #[inline(always)]
    fn move_tip(&self, to: usize) {
        // SAFETY: an address in the chunk, or of its end, is not 0; that of the empty chunk is not either.
        self.cursor.set(unsafe { place(self.cursor.get(), to) });
    }

    #[inline(always)]
    fn allocate_slow(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        match self.allocate_out_of_line(layout) {
            (Some(block), _) => Ok(block),
            (None, error) => Err(error),
        }
    }

    /// As a pair, which comes back in registers: a `Result` would come back in memory, and drag the pointer of the fast
    /// path there too.
    #[cold]
    #[inline(never)]
    fn allocate_out_of_line(&self, layout: Layout) -> (Option<NonNull<u8>>, AllocError) {
        match self.allocate_from_new_chunk(layout) {
            Ok(block) => (Some(block), AllocError::CAPACITY),
            Err(error) => (None, error),
        }
    }

    fn allocate_from_new_chunk(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        if layout.align() > CHUNK_ALIGN {
            if layout.size() == 0 {
                return Ok(dangling(layout.align()));
            }
            self.widest.set(self.widest.get().max(layout.align()));
            if let Some(block) = self.bump(layout) {
                return Ok(block);
            }
        }
        let fresh = self.chunks.acquire(&self.source, layout)?;
        self.save_tip();
        self.chunks.link(fresh);
        self.load_tip();
        // The chunk has room for the request, so this is `Some`.
        self.bump(layout).ok_or(AllocError::CAPACITY)
    }

    /// Writes the tip into the header of the newest chunk.
    fn save_tip(&self) {
        if let Some(newest) = self.chunks.newest() {
            // SAFETY: I13.
            unsafe { Header::of(newest) }.tip().set(self.cursor.get().addr().get());
        }
    }

    /// Continues at the tip of the newest chunk.
    fn load_tip(&self) {
        match self.chunks.newest() {
            Some(newest) => {
                // SAFETY: I13.
                let header = unsafe { Header::of(newest) };
                self.cursor.set(newest.cast());
                self.move_tip(Tip::get(header.tip()));
                self.end.set(header.end());
            }
            None => {
                self.cursor.set(dangling(CHUNK_ALIGN));
                self.end.set(CHUNK_ALIGN);
            }
        }
    }

    /// Whether the block ends at the tip.
    #[inline]
    fn is_newest(&self, block: NonNull<u8>, size: usize) -> bool {
        // A header is between the end of a chunk and the blocks of another, so this is no block of another chunk.
        block.addr().get().wrapping_add(layout::occupied(size)) == self.cursor.get().addr().get()
    }

    /// Makes a block larger or smaller, or aligned otherwise, with its contents. The newest one changes in place while
    /// the chunk lasts; one that shrinks and is aligned never moves.
    ///
    /// # Errors
    ///
    /// What [`Chunks::acquire`] says; the block is as before then.
    ///
    /// # Safety
    ///
    /// The block was allocated here with `old`, and after success is used through the returned pointer only.
    #[inline]
    pub(crate) unsafe fn resize(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError> {
        if layout::is_aligned(block.addr().get(), new.align()) {
            let cursor = self.cursor.get();
            if self.is_newest(block, old.size()) {
                let at = block.addr().get();
                if let Some((_, next)) = layout::bump_up_aligned(at, self.end.get(), new.size()) {
                    self.move_tip(next);
                    // With the provenance of the chunk, of which the caller's pointer may have lost some.
                    // SAFETY: the address of a block is not 0.
                    let block = unsafe { place(cursor, at) };
                    poison::permit(block, new.size());
                    self.fill_end(block, old.size(), new.size());
                    return Ok(block);
                }
            } else if new.size() <= old.size() {
                // SAFETY: within the old block.
                let end = unsafe { block.byte_add(new.size()) };
                poison::forbid(end, old.size().wrapping_sub(new.size()));
                return Ok(block);
            }
        }
        // SAFETY: the caller's promise.
        unsafe { self.relocate(block, old, new) }
    }

    /// Fills the bytes that a block gave up when it shrank; see [`fill_end`].
    #[inline]
    fn fill_end(&self, block: NonNull<u8>, old: usize, new: usize) {
        if new < old {
            // SAFETY: within the old block.
            let end = unsafe { block.byte_add(new) };
            // SAFETY: as above, and the caller has given them up.
            unsafe { fill_end(end, old.wrapping_sub(new)) };
        }
    }

    /// # Safety
    ///
    /// As [`resize`](Self::resize).
    #[cold]
    #[inline(never)]
    unsafe fn relocate(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<u8>, AllocError> {
        let to = self.allocate(new)?;
        // SAFETY: both blocks have that many bytes, and are disjoint (I14).
        unsafe { to.copy_from_nonoverlapping(block, old.size().min(new.size())) };
        // SAFETY: the caller's promise; its contents have moved.
        unsafe { self.deallocate(block, old) };
        Ok(to)
    }

    /// Gives a block back, if it is the newest.
    ///
    /// # Safety
    ///
    /// The block was allocated here with `layout`, and is not used any more.
    #[inline]
    pub(crate) unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { fill_freed(block, layout.size()) };
        if self.is_newest(block, layout.size()) {
            // With the provenance of the chunk, of which the caller's pointer may have lost some.
            self.move_tip(block.addr().get());
        }
    }

    /// How many bytes a block could have where it is.
    #[inline]
    pub(crate) fn extent(&self, block: NonNull<u8>, layout: Layout) -> usize {
        if self.is_newest(block, layout.size()) {
            self.end.get().wrapping_sub(block.addr().get())
        } else {
            layout.size()
        }
    }

    /// Bytes left in the newest chunk.
    #[inline]
    pub(crate) fn remaining(&self) -> usize {
        self.end.get().wrapping_sub(self.cursor.get().addr().get())
    }

    /// See [`Chunks::position`].
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.save_tip();
        self.chunks.position()
    }

    /// See [`Chunks::reset`].
    pub(crate) fn reset(&mut self) {
        // SAFETY: blocks end with an exclusive borrow (I14).
        unsafe { self.reset_unchecked() };
    }

    /// See [`Chunks::reset`].
    ///
    /// # Safety
    ///
    /// No block is used any more.
    pub(crate) unsafe fn reset_unchecked(&self) {
        self.save_tip();
        // SAFETY: the caller's promise.
        unsafe { self.chunks.reset(&self.source, self.widest.get(), |_| self.load_tip()) };
    }

    /// Gives every chunk back to the source.
    pub(crate) fn release_all(&mut self) {
        self.save_tip();
        // SAFETY: blocks end with an exclusive borrow (I14).
        unsafe { self.chunks.release_all(&self.source, |_| self.load_tip()) };
    }

    /// See [`Chunks::rewind`]. A position beyond the present one changes nothing.
    pub(crate) fn rewind(&mut self, position: usize) {
        self.save_tip();
        // SAFETY: blocks that were allocated since end with an exclusive borrow (I14).
        unsafe { self.chunks.rewind(&self.source, position, |_| self.load_tip()) };
    }

    /// See [`Chunks::shrink_to`].
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        self.save_tip();
        self.chunks.shrink_to(&self.source, bytes, |_| self.load_tip());
    }

    pub(crate) fn set_limit(&self, limit: usize) {
        self.chunks.set_limit(limit);
    }

    pub(crate) fn stats(&self) -> Stats {
        self.save_tip();
        self.chunks.stats()
    }

    /// Whether the block is in a chunk of this bump.
    #[cfg(feature = "std")]
    pub(crate) fn owns(&self, block: NonNull<u8>) -> bool {
        // SAFETY: I13; the chunks stay while the bump is borrowed.
        unsafe { super::chunk::contain(self.chunks.newest(), block.addr().get()) }
    }
}

impl<S: ChunkSource> Drop for Bump<S> {
    fn drop(&mut self) {
        self.release_all();
    }
}

impl<S: ChunkSource> fmt::Debug for Bump<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bump")
            .field("remaining", &self.remaining())
            .field("chunks", &self.chunks)
            .finish_non_exhaustive()
    }
}
