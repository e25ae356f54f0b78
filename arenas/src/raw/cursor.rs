//! A cursor that bumps downwards through a run of bytes: [`Cursor`] for one thread, [`AtomicCursor`] for many.
//!
//! ```text
//!   start                tip                       end
//!     |  free, unowned    |  taken (and padding)    |
//!     +-------------------+-------------------------+
//!              reserve: tip moves down
//!              give back: tip moves up again, when what is given back starts at the tip
//! ```
//!
//! Downwards, because the result is then the new tip itself and alignment is one mask.
//!
//! The position of the tip is the whole state: everything below it is free, whoever moved it there. So it does not
//! matter to the compare-exchange of [`AtomicCursor`] that the tip may have moved away and back meanwhile (ABA), and
//! a thread that is stopped between any two instructions leaves nothing half done for others.

use core::alloc::Layout;
use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use super::block::fill_freed_units;
use super::{layout, poison};
use crate::error::AllocError;
use crate::sync::{AtomicUsize, Ordering};

/// Bytes that a cursor has handed out: the block itself and the padding above it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// The first byte of the block.
    at: NonNull<u8>,
    /// The tip before, which is the end of the padding.
    above: NonNull<u8>,
}

impl Taken {
    /// A block of no bytes, which takes nothing from anybody.
    #[inline]
    pub(crate) const fn nothing(align: usize) -> Self {
        let at = dangling(align);
        Self { at, above: at }
    }

    /// The first byte of the block.
    #[inline]
    pub(crate) const fn at(self) -> NonNull<u8> {
        self.at
    }
}

/// A pointer to no bytes, aligned to `align`, a power of two.
#[inline]
const fn dangling(align: usize) -> NonNull<u8> {
    match NonNull::new(core::ptr::without_provenance_mut(align)) {
        Some(ptr) => ptr,
        None => NonNull::dangling(),
    }
}

/// The place of `address` in the run that `origin` points into.
///
/// # Safety
///
/// `address` is not 0.
#[inline]
unsafe fn place(origin: NonNull<u8>, address: usize) -> NonNull<u8> {
    // SAFETY: the caller's promise.
    unsafe { NonNull::new_unchecked(origin.as_ptr().with_addr(address)) }
}

/// What the two cursors have in common, and what follows from it.
pub(crate) trait BumpDown {
    /// Takes bytes for `layout`.
    ///
    /// # Errors
    ///
    /// Capacity when they do not fit; nothing has changed then.
    fn reserve(&self, layout: Layout) -> Result<Taken, AllocError>;

    /// Whether the tip is at `at` now.
    fn tip_is(&self, at: NonNull<u8>) -> bool;

    /// Gives back the bytes `from..to` if they start at the tip, and says whether it did.
    ///
    /// # Safety
    ///
    /// `from..to` are bytes of this cursor that belong to the caller (I3), and they are not used any more.
    unsafe fn raise(&self, from: NonNull<u8>, to: NonNull<u8>) -> bool;

    /// Moves the tip from `from` down to a block of `layout` that ends at or below `end`, and says where it starts.
    ///
    /// # Safety
    ///
    /// `from..end` are bytes of this cursor that belong to the caller (I3). On `Some` they still do, but are part of,
    /// or padding above, the new block.
    unsafe fn lower(&self, from: NonNull<u8>, end: NonNull<u8>, layout: Layout) -> Option<NonNull<u8>>;

    /// Gives `taken` back, with its padding, if it is the newest.
    ///
    /// # Safety
    ///
    /// `taken` comes from this cursor (I3), and neither it nor a value in it is used any more.
    #[inline]
    unsafe fn give_back(&self, taken: Taken) {
        // SAFETY: the caller's promise.
        unsafe { self.raise(taken.at, taken.above) };
    }

    /// Keeps the first `keep` of `len` bytes and says where they are: at the high end of `taken`, when the rest could
    /// be given back, else where they were.
    ///
    /// # Safety
    ///
    /// `taken` comes from this cursor (I3) for `len` bytes; `keep <= len`, both multiples of its alignment; no pointer
    /// into it is used any more.
    unsafe fn shorten(&self, taken: Taken, len: usize, keep: usize) -> NonNull<u8> {
        debug_assert!(keep <= len);
        if keep == 0 {
            // SAFETY: the caller's promise.
            unsafe { self.give_back(taken) };
            return taken.at;
        }
        if keep == len || !self.tip_is(taken.at) {
            return taken.at;
        }
        // SAFETY: `len - keep` bytes on is within the `len` bytes of the block.
        let to = unsafe { taken.at.byte_add(len.wrapping_sub(keep)) };
        // SAFETY: both runs of `keep` bytes are within the block; they may overlap.
        unsafe { to.copy_from(taken.at, keep) };
        // SAFETY: the caller's bytes, and what was in them has moved. Should another thread have taken bytes below
        // meanwhile, these are lost until the cursor is rewound.
        unsafe { self.raise(taken.at, to) };
        to
    }

    /// Gives back a block of `layout` at `at`, if it is the newest.
    ///
    /// # Safety
    ///
    /// The block was reserved here (I3), and is not used any more.
    #[inline]
    unsafe fn release(&self, at: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 {
            // SAFETY: the block has this size.
            let end = unsafe { at.byte_add(layout.size()) };
            // SAFETY: the caller's promise. Also when it stays taken nobody looks at it any more.
            unsafe { fill_between(at, end) };
            // SAFETY: the block takes so many bytes.
            let end = unsafe { at.byte_add(layout::zoned(layout.size())) };
            // SAFETY: the caller's promise.
            unsafe { self.raise(at, end) };
        }
    }

    /// Makes a block of layout `old` at `at` one of layout `new`, with its bytes as far as both reach.
    ///
    /// A block that shrinks stays where it is. One that grows moves; the newest into the bytes below it, so that it
    /// takes no more than the difference.
    ///
    /// # Errors
    ///
    /// Capacity when it does not fit; the block is as before then.
    ///
    /// # Safety
    ///
    /// The block was reserved here (I3), and after success is used through the returned pointer only.
    #[inline]
    unsafe fn resize(&self, at: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<u8>, AllocError> {
        if new.size() <= old.size() && new.size() != 0 && layout::is_aligned(at.addr().get(), new.align()) {
            // SAFETY: within the block.
            let end = unsafe { at.byte_add(new.size()) };
            poison::forbid_units(end, old.size().wrapping_sub(new.size()));
            return Ok(at);
        }
        let keep = old.size().min(new.size());
        if keep != 0 && new.size() > old.size() {
            // SAFETY: the block takes so many bytes.
            let end = unsafe { at.byte_add(layout::zoned(old.size())) };
            // SAFETY: the block is the caller's.
            if let Some(to) = unsafe { self.lower(at, end, new) } {
                poison::permit_units(to, new.size());
                // SAFETY: both are within `to..end`, which is the caller's; they may overlap.
                unsafe { to.copy_from(at, keep) };
                return Ok(to);
            }
        }
        let to = self.reserve(new)?.at;
        // SAFETY: both blocks have `keep` bytes and are disjoint (I3).
        unsafe { to.copy_from_nonoverlapping(at, keep) };
        // SAFETY: the caller's promise; its bytes have moved.
        unsafe { self.release(at, old) };
        Ok(to)
    }
}

/// Bumps downwards for one thread, without an atomic operation.
pub(crate) struct Cursor {
    tip: Cell<NonNull<u8>>,
    start: NonNull<u8>,
    end: NonNull<u8>,
}

// SAFETY: the cursor owns its free bytes (I3), which are plain memory; nothing in it is tied to a thread. It is not
// `Sync`: its tip is a `Cell`.
unsafe impl Send for Cursor {}

impl Cursor {
    /// A cursor over `len` bytes at `start`.
    ///
    /// # Safety
    ///
    /// The bytes belong to the cursor alone for as long as it, or what it hands out, is used; `start` has provenance
    /// over all of them.
    pub(crate) unsafe fn new(start: NonNull<u8>, len: usize) -> Self {
        // SAFETY: the bytes are one run of memory, so its end is in bounds.
        let end = unsafe { start.byte_add(len) };
        poison::forbid_units(start, len);
        Self { tip: Cell::new(end), start, end }
    }

    /// The bytes that nobody has, `start..tip`.
    #[inline]
    pub(crate) fn free(&self) -> (NonNull<u8>, NonNull<u8>) {
        (self.start, self.tip.get())
    }

    /// How many bytes are free.
    #[inline]
    pub(crate) fn remaining(&self) -> usize {
        self.tip.get().addr().get().wrapping_sub(self.start.addr().get())
    }

    /// How many bytes there are.
    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.end.addr().get().wrapping_sub(self.start.addr().get())
    }
}

impl BumpDown for Cursor {
    #[inline]
    fn reserve(&self, layout: Layout) -> Result<Taken, AllocError> {
        if layout.size() == 0 {
            return Ok(Taken::nothing(layout.align()));
        }
        let tip = self.tip.get();
        let Some(at) = layout::bump_down(self.start.addr().get(), tip.addr().get(), layout) else {
            return Err(AllocError::CAPACITY);
        };
        // SAFETY: `at` is not below `start`, the address of a non-null pointer.
        let at = unsafe { place(tip, at) };
        self.tip.set(at);
        poison::permit_units(at, layout.size());
        Ok(Taken { at, above: tip })
    }

    #[inline]
    fn tip_is(&self, at: NonNull<u8>) -> bool {
        self.tip.get() == at
    }

    #[inline]
    unsafe fn raise(&self, from: NonNull<u8>, to: NonNull<u8>) -> bool {
        if !self.tip_is(from) || from >= to {
            return false;
        }
        // SAFETY: the caller's promise.
        unsafe { fill_between(from, to) };
        self.tip.set(to);
        true
    }

    unsafe fn lower(&self, from: NonNull<u8>, end: NonNull<u8>, layout: Layout) -> Option<NonNull<u8>> {
        if self.tip.get() != from {
            return None;
        }
        let at = layout::bump_down(self.start.addr().get(), end.addr().get(), layout)?;
        if at > from.addr().get() {
            return None;
        }
        // SAFETY: `at` is not below `start`, the address of a non-null pointer.
        let at = unsafe { place(from, at) };
        self.tip.set(at);
        Some(at)
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("start", &self.start).field("tip", &self.tip).finish_non_exhaustive()
    }
}

/// Bumps downwards for any number of threads: one compare-exchange per block, lock-free.
pub(crate) struct AtomicCursor {
    /// The address of the tip.
    tip: AtomicUsize,
    start: NonNull<u8>,
    end: NonNull<u8>,
    /// The lowest tip that was ever left upwards.
    lowest: AtomicUsize,
}

// SAFETY: the cursor owns its free bytes (I3), which are plain memory; nothing in it is tied to a thread.
unsafe impl Send for AtomicCursor {}
// SAFETY: through `&AtomicCursor` bytes change owner only by a compare-exchange of the tip, whose orderings make the
// accesses of the former owner happen before those of the next one; the other pointers are only read.
unsafe impl Sync for AtomicCursor {}

impl AtomicCursor {
    /// A cursor over `len` bytes at `start`.
    ///
    /// # Safety
    ///
    /// The bytes belong to the cursor alone for as long as it, or what it hands out, is used; `start` has provenance
    /// over all of them.
    pub(crate) unsafe fn new(start: NonNull<u8>, len: usize) -> Self {
        // SAFETY: the bytes are one run of memory, so its end is in bounds.
        let end = unsafe { start.byte_add(len) };
        poison::forbid_units(start, len);
        Self { tip: AtomicUsize::new(end.addr().get()), start, end, lowest: AtomicUsize::new(end.addr().get()) }
    }

    /// Takes everything back but the first `used` bytes, which must be at most as many as are used now.
    ///
    /// # Safety
    ///
    /// Nothing that was handed out after the tip stood there is used any more.
    pub(crate) unsafe fn rewind(&mut self, used: usize) {
        let from = self.tip();
        debug_assert!(used <= self.used());
        let to = self.end.addr().get().wrapping_sub(used);
        // SAFETY: `used` is at most what is used, so `to` is not below the tip, which is not below `start`.
        let to = unsafe { place(self.start, to) };
        // SAFETY: the caller's promise.
        unsafe { fill_between(from, to) };
        self.note_peak(from.addr().get());
        // ORDERING: relaxed, the borrow is exclusive: whatever makes the next call happen after this one orders it.
        self.tip.store(to.addr().get(), Ordering::Relaxed);
    }

    /// The used bytes fall: keeps the mark of how many they have been.
    #[inline]
    fn note_peak(&self, tip: usize) {
        // ORDERING: relaxed, a statistic that nothing depends on.
        if self.lowest.load(Ordering::Relaxed) > tip {
            // ORDERING: the same.
            self.lowest.fetch_min(tip, Ordering::Relaxed);
        }
    }

    #[inline]
    fn tip(&self) -> NonNull<u8> {
        // ORDERING: relaxed, a snapshot of a number; whoever uses it to touch memory has exclusive access.
        let tip = self.tip.load(Ordering::Relaxed);
        // SAFETY: a tip is never below `start`, the address of a non-null pointer.
        unsafe { place(self.start, tip) }
    }

    /// How many bytes there are.
    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.end.addr().get().wrapping_sub(self.start.addr().get())
    }

    /// How many bytes are free.
    #[inline]
    pub(crate) fn remaining(&self) -> usize {
        self.tip().addr().get().wrapping_sub(self.start.addr().get())
    }

    /// How many bytes are taken, padding included.
    #[inline]
    pub(crate) fn used(&self) -> usize {
        self.end.addr().get().wrapping_sub(self.tip().addr().get())
    }

    /// The most that [`used`](Self::used) has been.
    pub(crate) fn peak_used(&self) -> usize {
        // ORDERING: relaxed, a statistic.
        let lowest = self.lowest.load(Ordering::Relaxed).min(self.tip().addr().get());
        self.end.addr().get().wrapping_sub(lowest)
    }
}

impl BumpDown for AtomicCursor {
    #[inline]
    fn reserve(&self, layout: Layout) -> Result<Taken, AllocError> {
        if layout.size() == 0 {
            return Ok(Taken::nothing(layout.align()));
        }
        // ORDERING: relaxed, a guess that the exchange confirms. When there is no room below it, nothing is touched
        // and so nothing need be ordered; a give-back that happens before this call is seen by coherence.
        let mut tip = self.tip.load(Ordering::Relaxed);
        loop {
            let Some(at) = layout::bump_down(self.start.addr().get(), tip, layout) else {
                return Err(AllocError::CAPACITY);
            };
            // ORDERING: acquire pairs with the release in `raise`: whoever gave these bytes back has finished with
            // them. Later exchanges of other threads are in the release sequence, so reading one of theirs counts
            // too. No release: nothing is published through the tip by taking bytes. On failure the new tip is
            // another guess.
            match self.tip.compare_exchange_weak(tip, at, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => {
                    // SAFETY: `at` is not below `start`, the address of a non-null pointer.
                    let block = unsafe { place(self.start, at) };
                    poison::permit_units(block, layout.size());
                    // SAFETY: a tip is never below `start`.
                    let above = unsafe { place(self.start, tip) };
                    return Ok(Taken { at: block, above });
                }
                Err(now) => tip = now,
            }
        }
    }

    #[inline]
    fn tip_is(&self, at: NonNull<u8>) -> bool {
        // ORDERING: relaxed, a hint. What this thread took last it sees.
        self.tip.load(Ordering::Relaxed) == at.addr().get()
    }

    #[inline]
    unsafe fn raise(&self, from: NonNull<u8>, to: NonNull<u8>) -> bool {
        if !self.tip_is(from) || from >= to {
            return false;
        }
        // SAFETY: the caller's promise.
        unsafe { fill_between(from, to) };
        self.note_peak(from.addr().get());
        // ORDERING: release pairs with the acquire in `reserve` and `lower`: all that this thread did with the bytes
        // happens before what their next owner does. Nothing is taken here, so failure and success acquire nothing.
        self.tip.compare_exchange(from.addr().get(), to.addr().get(), Ordering::Release, Ordering::Relaxed).is_ok()
    }

    unsafe fn lower(&self, from: NonNull<u8>, end: NonNull<u8>, layout: Layout) -> Option<NonNull<u8>> {
        let at = layout::bump_down(self.start.addr().get(), end.addr().get(), layout)?;
        if at > from.addr().get() {
            return None;
        }
        // ORDERING: acquire as in `reserve`, for the bytes below `from`. Nothing is given back: no release.
        self.tip.compare_exchange(from.addr().get(), at, Ordering::Acquire, Ordering::Relaxed).ok()?;
        // SAFETY: `at` is not below `start`, the address of a non-null pointer.
        Some(unsafe { place(self.start, at) })
    }
}

impl fmt::Debug for AtomicCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtomicCursor").field("start", &self.start).field("tip", &self.tip()).finish_non_exhaustive()
    }
}

/// Fills `from..to`, which has just become free, in debug builds.
///
/// # Safety
///
/// `from..to` is one run of writable bytes in which nothing lives any more.
#[inline]
unsafe fn fill_between(from: NonNull<u8>, to: NonNull<u8>) {
    // SAFETY: the caller's promise.
    unsafe { fill_freed_units(from, to.addr().get().wrapping_sub(from.addr().get())) }
}

#[cfg(all(test, feature = "alloc", not(arenas_loom)))]
mod tests {
    use super::*;
    use crate::raw::block::Block;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    /// Runs the same steps on both cursors; `$cursor` is over 256 bytes aligned to 256.
    macro_rules! on_both {
        (|$cursor:ident| $body:block) => {
            let block = Block::new(layout(256, 256)).unwrap();
            {
                // SAFETY: the block is this cursor's alone.
                let $cursor = unsafe { Cursor::new(block.ptr(), block.len()) };
                $body
            }
            {
                // SAFETY: the first cursor is gone.
                let $cursor = unsafe { AtomicCursor::new(block.ptr(), block.len()) };
                $body
            }
        };
    }

    #[test]
    fn blocks_are_cut_from_the_high_end_without_gaps_but_for_alignment() {
        on_both!(|cursor| {
            let first = cursor.reserve(layout(1, 1)).unwrap().at();
            let second = cursor.reserve(layout(8, 8)).unwrap().at();
            assert_eq!(first.addr().get() - second.addr().get(), 15);
            assert_eq!((cursor.capacity(), cursor.remaining()), (256, 240));
        });
    }

    #[test]
    fn what_does_not_fit_changes_nothing_and_the_last_byte_can_be_had() {
        on_both!(|cursor| {
            assert!(cursor.reserve(layout(257, 1)).is_err());
            assert!(cursor.reserve(layout(isize::MAX as usize, 1)).is_err());
            cursor.reserve(layout(255, 1)).unwrap();
            assert!(cursor.reserve(layout(2, 1)).is_err());
            cursor.reserve(layout(1, 1)).unwrap();
            assert_eq!(cursor.remaining(), 0);
            assert_eq!(cursor.reserve(layout(0, 128)).unwrap().at().addr().get() % 128, 0);
        });
    }

    #[test]
    fn only_the_newest_goes_back_and_takes_its_padding_along() {
        on_both!(|cursor| {
            let old = cursor.reserve(layout(3, 1)).unwrap();
            let new = cursor.reserve(layout(8, 8)).unwrap();
            for (taken, remaining) in [(old, 240), (new, 253), (old, 256)] {
                // SAFETY: nobody uses the bytes.
                unsafe { cursor.give_back(taken) };
                assert_eq!(cursor.remaining(), remaining);
            }
        });
    }

    #[test]
    fn the_newest_block_can_be_lowered_into_the_free_bytes() {
        on_both!(|cursor| {
            let taken = cursor.reserve(layout(8, 8)).unwrap();
            // SAFETY: nobody uses the bytes.
            let at = unsafe { cursor.lower(taken.at, taken.above, layout(32, 8)) }.unwrap();
            assert_eq!(taken.above.addr().get() - at.addr().get(), 32);
            assert_eq!(cursor.remaining(), 224);
            // SAFETY: as above.
            assert!(unsafe { cursor.lower(taken.at, taken.above, layout(64, 8)) }.is_none());
        });
    }

    #[test]
    fn the_peak_outlives_a_rewind() {
        let block = Block::new(layout(64, 64)).unwrap();
        // SAFETY: the block is the cursor's alone.
        let mut cursor = unsafe { AtomicCursor::new(block.ptr(), block.len()) };
        cursor.reserve(layout(40, 1)).unwrap();
        // SAFETY: nobody uses the bytes.
        unsafe { cursor.rewind(8) };
        assert_eq!((cursor.used(), cursor.peak_used()), (8, 40));
    }
}
