//! Bumping through chunks for many threads.
//!
//! ```text
//!   current ---> header of the newest chunk: tip, end
//! ```
//!
//! A block costs one compare-exchange of the tip, which stands in the chunk's own header: who reads it through `current` has
//! tip and end of one chunk, whichever that is, and nothing needs to change together. A thread that is stopped anywhere
//! here keeps no other from taking a block of the current chunk.
//!
//! That the tip may have moved away and back meanwhile (ABA) does not matter: it is the whole state, and what is above it
//! is free whoever moved it there. It never moves to another chunk.
//!
//! The right to add a chunk is a lock. Who gets it looks again before it asks the source.
//!
//! [`Window`] is a run of bytes of the shared chunk as a chunk of somebody else. Windows that do not come back at the tip
//! are listed, and go out again; when the tip falls to the end of one it swallows it, so that nothing is held when all are back.

use core::alloc::Layout;
use core::cell::Cell;
use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use crossbeam_utils::CachePadded;

use super::block::{fill_end, fill_freed};
use super::chunk::{Chunks, Header, Tip, place};
use super::layout::{self, CHUNK_ALIGN, ZONE};
use super::lock::Lock;
use super::poison;
use super::source::ChunkSource;
use crate::error::AllocError;
use crate::stats::Stats;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};

type SharedHeader = Header<AtomicUsize>;

/// Bumps upwards through chunks, for any number of threads.
pub(crate) struct SharedBump<S: ChunkSource> {
    /// The header of the newest chunk, or null. Every allocation reads it, so it is not on a line with the lock.
    current: CachePadded<AtomicPtr<SharedHeader>>,
    /// The greatest alignment beyond `CHUNK_ALIGN` that was asked for.
    widest: AtomicUsize,
    /// How many windows are listed.
    listed: AtomicUsize,
    guarded: Lock<Guarded>,
    source: S,
}

// The lock and the count of windows change hands without a miss for those who allocate.
#[cfg(not(arenas_loom))]
const _: () = {
    type Bump = SharedBump<super::source::Global>;
    let line = align_of::<CachePadded<u8>>();
    let current = core::mem::offset_of!(Bump, current);
    assert!(line >= 64 && align_of::<Bump>() == line);
    assert!(current.abs_diff(core::mem::offset_of!(Bump, guarded)) >= line);
    assert!(current.abs_diff(core::mem::offset_of!(Bump, listed)) >= line);
};

/// What only the holder of the lock touches.
struct Guarded {
    chunks: Chunks<AtomicUsize>,
    windows: Cell<Option<NonNull<Returned>>>,
}

// SAFETY: the chunks belong to the bump alone and are plain bytes.
unsafe impl Send for Guarded {}

/// A window that came back, in its own first bytes.
#[repr(C)]
struct Returned {
    next: Option<NonNull<Returned>>,
    len: usize,
}

// SAFETY: the chunks belong to the bump alone and are plain bytes; nothing in it is tied to a thread but the source.
unsafe impl<S: ChunkSource + Send> Send for SharedBump<S> {}
// SAFETY: bytes change owner by a compare-exchange of the tip, whose orderings make the accesses of the former owner happen
// before those of the next one, or under the lock. The source is called under the lock or an exclusive borrow, one
// thread at a time, so that it need not be `Sync`; `source()` asks for it.
unsafe impl<S: ChunkSource + Send> Sync for SharedBump<S> {}

impl<S: ChunkSource> SharedBump<S> {
    #[cfg(not(arenas_loom))]
    pub(crate) const fn new(configured: usize, first: usize, source: S) -> Self {
        Self {
            current: CachePadded::new(AtomicPtr::new(ptr::null_mut())),
            widest: AtomicUsize::new(0),
            listed: AtomicUsize::new(0),
            guarded: Lock::new(Guarded { chunks: Chunks::new(configured, first), windows: Cell::new(None) }),
            source,
        }
    }

    #[cfg(arenas_loom)]
    pub(crate) fn new(configured: usize, first: usize, source: S) -> Self {
        Self {
            current: CachePadded::new(AtomicPtr::new(ptr::null_mut())),
            widest: AtomicUsize::new(0),
            listed: AtomicUsize::new(0),
            guarded: Lock::new(Guarded { chunks: Chunks::new(configured, first), windows: Cell::new(None) }),
            source,
        }
    }

    /// The source, which other threads may call meanwhile.
    pub(crate) const fn source(&self) -> &S
    where
        S: Sync,
    {
        &self.source
    }

    /// Gives all chunks back, and the source.
    pub(crate) fn into_source(mut self) -> S {
        self.release_all();
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used or dropped any more, and has no chunks that its drop would give back.
        unsafe { (&raw const this.source).read() }
    }

    #[inline]
    fn current(&self) -> Option<NonNull<SharedHeader>> {
        // ORDERING: acquire pairs with the release in `publish`, so that the header is seen as it was written.
        NonNull::new(self.current.load(Ordering::Acquire))
    }

    fn publish(&self, chunks: &Chunks<AtomicUsize>) {
        let newest = chunks.newest().map_or(ptr::null_mut(), NonNull::as_ptr);
        // ORDERING: release, see `current`.
        self.current.store(newest, Ordering::Release);
    }

    /// Takes a block of the current chunk, if it has room.
    #[inline]
    fn bump(&self, layout: Layout) -> Option<NonNull<u8>> {
        Self::cut(self.current()?, layout)
    }

    /// Takes a block of `chunk`, one of this bump, if it has room.
    #[inline]
    fn cut(chunk: NonNull<SharedHeader>, layout: Layout) -> Option<NonNull<u8>> {
        // SAFETY: I13; the chunk stays while the bump is borrowed.
        let header = unsafe { SharedHeader::of(chunk) };
        let mut tip = Tip::get(header.tip());
        loop {
            let (at, next) = layout::bump_up(tip, header.end(), layout)?;
            // ORDERING: acquire pairs with the release of whoever gave the bytes back last (the compare-exchanges
            // between are of the same release sequence), whose accesses happen before those to the new block. Relaxed
            // on failure: only the number counts.
            match header.tip().compare_exchange_weak(tip, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => {
                    // SAFETY: `at` is behind the header.
                    let block = unsafe { place(chunk.cast(), at) };
                    poison::permit(block, layout.size());
                    return Some(block);
                }
                Err(moved) => tip = moved,
            }
        }
    }

    /// Moves the tip of the current chunk from `from` to `to` if it is at `from` and `to` is not beyond the end, and says
    /// which chunk that is.
    #[inline]
    fn move_tip(&self, from: usize, to: usize) -> Option<NonNull<u8>> {
        let chunk = self.current()?;
        // SAFETY: I13; the chunk stays while the bump is borrowed.
        let header = unsafe { SharedHeader::of(chunk) };
        if to > header.end() {
            return None;
        }
        // A header is between the end of a chunk and the blocks of another, so no block of another chunk ends at the tip.
        // Should the chunk not be the current one any more by now, its tip is as good as before.
        // ORDERING: release, because bytes may be given back: pairs with the acquire in `cut`. Acquire, because a block
        // may grow into bytes that another thread gave back. Relaxed on failure: nothing happened.
        match header.tip().compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => Some(chunk.cast()),
            Err(_) => None,
        }
    }

    /// Takes a block.
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

    #[cold]
    #[inline(never)]
    fn allocate_slow(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        if layout.size() == 0 {
            // Nobody reads or writes it.
            return Ok(super::block::Block::empty(layout.align()).ptr());
        }
        if layout.align() > CHUNK_ALIGN {
            // ORDERING: relaxed, a statistic that is read under an exclusive borrow.
            self.widest.fetch_max(layout.align(), Ordering::Relaxed);
            if let Some(block) = self.bump(layout) {
                return Ok(block);
            }
        }
        let guarded = self.guarded.lock();
        // Another thread may have added a chunk while this one waited.
        if let Some(block) = self.bump(layout) {
            return Ok(block);
        }
        let fresh = guarded.chunks.acquire(&self.source, layout)?;
        let chunk = guarded.chunks.link(fresh);
        // Cut before others see the chunk, which has room for it, so this is `Some`.
        let block = Self::cut(chunk, layout).ok_or(AllocError::CAPACITY);
        self.publish(&guarded.chunks);
        block
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
    pub(crate) unsafe fn resize(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError> {
        if layout::is_aligned(block.addr().get(), new.align()) {
            let at = block.addr().get();
            let (from, to) = (layout::occupied(old.size()), layout::occupied(new.size()));
            if new.size() <= old.size() {
                if new.size() != old.size() {
                    // SAFETY: within the old block.
                    let end = unsafe { block.byte_add(new.size()) };
                    // SAFETY: within the old block, and the caller gives it up.
                    unsafe { fill_end(end, old.size().wrapping_sub(new.size())) };
                }
                // A block that is not the newest keeps its bytes until the reset.
                self.move_tip(at.wrapping_add(from), at.wrapping_add(to));
                return Ok(block);
            }
            if let Some(end) = at.checked_add(to) {
                if let Some(chunk) = self.move_tip(at.wrapping_add(from), end) {
                    // With the provenance of the chunk, of which the caller's pointer may have lost some.
                    // SAFETY: the address of a block is not 0.
                    let block = unsafe { place(chunk, at) };
                    poison::permit(block, new.size());
                    return Ok(block);
                }
            }
        }
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
    pub(crate) unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { fill_freed(block, layout.size()) };
        let at = block.addr().get();
        self.move_tip(at.wrapping_add(layout::occupied(layout.size())), at);
    }

    /// How many bytes a block could have where it is, by a glance.
    pub(crate) fn extent(&self, block: NonNull<u8>, layout: Layout) -> usize {
        let Some(chunk) = self.current() else { return layout.size() };
        // SAFETY: I13; the chunk stays while the bump is borrowed.
        let header = unsafe { SharedHeader::of(chunk) };
        let at = block.addr().get();
        if at.wrapping_add(layout::occupied(layout.size())) == Tip::get(header.tip()) {
            header.end().wrapping_sub(at)
        } else {
            layout.size()
        }
    }

    /// Bytes left in the current chunk, by a glance.
    pub(crate) fn remaining(&self) -> usize {
        let Some(chunk) = self.current() else { return 0 };
        // SAFETY: I13; the chunk stays while the bump is borrowed.
        let header = unsafe { SharedHeader::of(chunk) };
        header.end().wrapping_sub(Tip::get(header.tip()))
    }

    /// See [`Chunks::position`].
    pub(crate) fn position(&self) -> usize {
        self.guarded.lock().chunks.position()
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
    /// No block is used any more, and no other thread uses the bump meanwhile.
    pub(crate) unsafe fn reset_unchecked(&self) {
        let guarded = self.guarded.lock();
        self.forget_windows(&guarded);
        // ORDERING: relaxed, see `allocate_slow`.
        let widest = self.widest.load(Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { guarded.chunks.reset(&self.source, widest, |chunks| self.publish(chunks)) };
    }

    /// Gives every chunk back to the source.
    pub(crate) fn release_all(&mut self) {
        let guarded = self.guarded.lock();
        self.forget_windows(&guarded);
        // SAFETY: blocks end with an exclusive borrow (I14).
        unsafe { guarded.chunks.release_all(&self.source, |chunks| self.publish(chunks)) };
    }

    /// See [`Chunks::rewind`]. A position beyond the present one changes nothing.
    pub(crate) fn rewind(&mut self, position: usize) {
        let guarded = self.guarded.lock();
        self.forget_windows(&guarded);
        // SAFETY: blocks that were allocated since end with an exclusive borrow (I14).
        unsafe { guarded.chunks.rewind(&self.source, position, |chunks| self.publish(chunks)) };
    }

    /// See [`Chunks::shrink_to`].
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        let guarded = self.guarded.lock();
        guarded.chunks.shrink_to(&self.source, bytes, |chunks| self.publish(chunks));
    }

    pub(crate) fn set_limit(&self, limit: usize) {
        self.guarded.lock().chunks.set_limit(limit);
    }

    /// A snapshot. What windows hold counts as used.
    pub(crate) fn stats(&self) -> Stats {
        self.guarded.lock().chunks.stats()
    }

    /// Whether the block is in a chunk of this bump.
    #[cfg(feature = "std")]
    pub(crate) fn owns(&self, block: NonNull<u8>) -> bool {
        // SAFETY: I13; the chunks stay while the bump is borrowed, and what was published of their headers does not change.
        unsafe { super::chunk::contain(self.current(), block.addr().get()) }
    }

    fn forget_windows(&self, guarded: &Guarded) {
        guarded.windows.set(None);
        // ORDERING: relaxed, a hint; the list itself is under the lock.
        self.listed.store(0, Ordering::Relaxed);
    }

    /// A window of at least `need` bytes: a listed one, else one of the current chunk, else of a new one; as much of `wish`
    /// as there is room for, so that a local allocator does not come back for every block when a chunk ends.
    fn take_window(&self, need: Layout, wish: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // ORDERING: relaxed, a hint; the list itself is under the lock.
        if self.listed.load(Ordering::Relaxed) != 0 {
            if let Some(window) = self.take_listed(&self.guarded.lock(), need) {
                return Ok(window);
            }
        }
        // Padding before the window takes less than one unit of its alignment.
        let left = layout::align_down(self.remaining().saturating_sub(CHUNK_ALIGN), CHUNK_ALIGN);
        let fitting = layout::from_size_align(left.clamp(need.size(), wish.size().max(need.size())), CHUNK_ALIGN)?;
        for layout in [fitting, need] {
            if let Some(block) = self.bump(layout) {
                return Ok(NonNull::slice_from_raw_parts(block, layout.size()));
            }
        }
        let block = self.allocate(need)?;
        // The new chunk may have room for more.
        let (at, end) = (block.addr().get(), self.extent(block, need));
        let size = layout::align_down(end.saturating_sub(ZONE), CHUNK_ALIGN).min(wish.size()).max(need.size());
        let grown =
            self.move_tip(at.wrapping_add(layout::occupied(need.size())), at.saturating_add(layout::occupied(size)));
        let size = if grown.is_some() { size } else { need.size() };
        poison::permit(block, size);
        Ok(NonNull::slice_from_raw_parts(block, size))
    }

    /// The first listed window that is large enough.
    fn take_listed(&self, guarded: &Guarded, need: Layout) -> Option<NonNull<[u8]>> {
        let mut before: Option<NonNull<Returned>> = None;
        let mut next = guarded.windows.get();
        while let Some(window) = next {
            // SAFETY: I16.
            let Returned { next: after, len } = unsafe { window.read() };
            if len >= need.size() {
                self.unlist(guarded, before, after);
                poison::permit(window.cast(), len);
                return Some(NonNull::slice_from_raw_parts(window.cast(), len));
            }
            before = Some(window);
            next = after;
        }
        None
    }

    /// Takes the window between `before` and `after` out of the list.
    fn unlist(&self, guarded: &Guarded, before: Option<NonNull<Returned>>, after: Option<NonNull<Returned>>) {
        match before {
            // SAFETY: I16.
            Some(mut before) => unsafe { before.as_mut() }.next = after,
            None => guarded.windows.set(after),
        }
        // ORDERING: relaxed, a hint; the list itself is under the lock.
        self.listed.fetch_sub(1, Ordering::Relaxed);
    }

    /// Takes a window back.
    ///
    /// # Safety
    ///
    /// `take_window` returned it, and it is not used any more.
    unsafe fn return_window(&self, window: NonNull<u8>, len: usize) {
        // SAFETY: the caller's promise.
        unsafe { fill_freed(window, len) };
        let at = window.addr().get();
        if self.move_tip(at.wrapping_add(layout::occupied(len)), at).is_none() {
            let guarded = self.guarded.lock();
            let listed = window.cast::<Returned>();
            poison::permit(window, size_of::<Returned>());
            // SAFETY: the window belongs to nobody now, and is large enough and aligned as every chunk is.
            unsafe { listed.write(Returned { next: guarded.windows.get(), len }) };
            guarded.windows.set(Some(listed));
            // ORDERING: relaxed, a hint; the list itself is under the lock.
            self.listed.fetch_add(1, Ordering::Relaxed);
        }
        // ORDERING: relaxed, a hint; the list itself is under the lock.
        if self.listed.load(Ordering::Relaxed) != 0 {
            self.swallow(&self.guarded.lock());
        }
    }

    /// Lowers the tip below every listed window that it stands at the end of.
    fn swallow(&self, guarded: &Guarded) {
        let mut before: Option<NonNull<Returned>> = None;
        let mut next = guarded.windows.get();
        while let Some(window) = next {
            // SAFETY: I16.
            let Returned { next: after, len } = unsafe { window.read() };
            let at = window.addr().get();
            if self.move_tip(at.wrapping_add(layout::occupied(len)), at).is_some() {
                self.unlist(guarded, before, after);
                // The tip moved: perhaps to the end of one that was passed.
                (before, next) = (None, guarded.windows.get());
            } else {
                (before, next) = (Some(window), after);
            }
        }
    }
}

impl<S: ChunkSource> Drop for SharedBump<S> {
    fn drop(&mut self) {
        self.release_all();
    }
}

impl<S: ChunkSource> fmt::Debug for SharedBump<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedBump").field("remaining", &self.remaining()).finish_non_exhaustive()
    }
}

/// The windows of a shared bump as a source of chunks.
#[derive(Debug)]
pub(crate) struct Window<'a, S: ChunkSource>(pub(crate) &'a SharedBump<S>);

// SAFETY: a window is a block of the shared bump (I14), which stays while the bump is borrowed; listed windows are
// handed out once, under the lock.
unsafe impl<S: ChunkSource> ChunkSource for Window<'_, S> {
    fn acquire(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.take_window(layout, layout)
    }

    unsafe fn release(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.0.return_window(ptr, layout.size()) };
    }

    fn acquire_between(&self, need: Layout, wish: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.take_window(need, wish)
    }
}
