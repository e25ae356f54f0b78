//! Slots of `MaybeUninit` with a state each, published one by one.
//!
//! The memory of `FastArena`, and everything of it that needs care:
//!
//! ```text
//!              prefix (cached)      cursor
//!                 │                   │
//!   values   [ A │ B │ C │   │ E │   │   │   │   │   ]      contiguous, one place per slot
//!   states   [ R │ R │ R │ H │ R │ V │ V │ V │ V │ V ]      one byte per slot
//!                          │        │
//!            a hole: given back    claimed, not yet written
//!
//!   R ready   H hole   V vacant: claimed below the cursor, free from it on
//! ```
//!
//! **Claiming.** A slot is claimed by one `fetch_add` on the cursor, a run of slots by one compare-exchange. A [`Run`]
//! is the proof of that: who holds it is the only one who may write into its slots, and it gives back what it did not
//! fill when it goes.
//!
//! **Publishing.** The value is written, then the state becomes `READY` with release. That is all that an allocation does:
//! one read-modify-write and two stores, whatever other threads do meanwhile.
//!
//! **Reading.** All slots below `prefix` are ready, so that in the steady state a read is one comparison. The prefix is
//! advanced by *readers*: who needs more than it shows looks at the states beyond it and moves it on. A slot beyond the
//! prefix is read through its own state, so that nobody ever waits for the slot before.
//!
//! **Giving back.** The unfilled end of the last run goes back to the cursor. Elsewhere the slots become holes: their
//! states say `HOLE`, and a counter beside the cursor says how many holes there are. A later claim first takes one off
//! the counter, which entitles it to one hole, and then turns the state of some hole from `HOLE` to `VACANT`. There are
//! no links between holes, so there is no ABA: what a claim exchanges is the whole truth about that slot, and however
//! often it was taken and given back between two looks, `HOLE` means that it is free now. The search starts at a hint,
//! and covers all slots below the cursor if it must. While there is no hole, all that a claim pays is a look at the
//! counter, which lies on the cache line of the cursor that it needs anyway.
//!
//! **Lock-free in the strict sense.** No loop here waits for another thread: each repeats only when another thread has
//! finished a step. A thread that stops between claiming and publishing keeps its own slots; all others go on, find the
//! same free slots, and read what is ready.

mod claim;
mod exclusive;
mod states;

use core::fmt;
use core::marker::PhantomData;
#[cfg(not(arenas_loom))]
use core::mem::offset_of;
use core::num::NonZeroUsize;
use core::ptr::NonNull;

use crossbeam_utils::CachePadded;

pub(crate) use claim::{NextSlot, OpenRun, Run};
pub(crate) use exclusive::{CompleteMut, Leaving};
pub(crate) use states::Source;

use super::block::Block;
use super::{layout, poison};
use crate::error::AllocError;
use crate::sync::{AtomicUsize, Ordering};
use states::{READY, States};

/// How many slots a single read moves the prefix on at most, so that its time is bounded.
const CATCH_UP: usize = 256;

/// A fixed number of slots, some of which hold values. See the [module](self) and I9 to I12.
///
/// Invariant in `T`, because values are put in through `&self`.
pub(crate) struct Slots<T> {
    tip: CachePadded<Tip>,
    /// All slots below are ready (I11). Only grows while shared.
    prefix: CachePadded<AtomicUsize>,
    values: Block,
    states: States,
    capacity: usize,
    source: Source,
    /// The memory of slots from here on was not touched before the end last fell.
    touched: usize,
    owned: PhantomData<T>,
    invariant: PhantomData<fn(T) -> T>,
}

/// What claims change, on a cache line of its own.
struct Tip {
    /// No slot from here on is claimed (I9). Claims that failed may have moved it beyond the capacity.
    cursor: AtomicUsize,
    /// How many holes are not spoken for. Never more than there are states that say so.
    holes: AtomicUsize,
    /// A hint: there is probably no hole below.
    lowest_hole: AtomicUsize,
    /// The most slots that were taken at once, as far as anybody looked.
    peak: AtomicUsize,
}

// Whoever claims slots leaves the cache line of those alone who only read: the prefix, and what says where the values are.
#[cfg(not(arenas_loom))]
const _: () = {
    let line = align_of::<CachePadded<u8>>();
    let (tip, prefix) = (offset_of!(Slots<u8>, tip), offset_of!(Slots<u8>, prefix));
    let (values, states) = (offset_of!(Slots<u8>, values), offset_of!(Slots<u8>, states));
    assert!(line >= 64 && align_of::<Slots<u8>>() == line);
    assert!(tip.abs_diff(prefix) >= line && tip.abs_diff(values) >= line && tip.abs_diff(states) >= line);
    assert!(size_of::<Tip>() <= line, "what a claim touches is one line");
};

// SAFETY: slots own their values, which may be dropped or taken out on the thread that they are sent to. Nothing else in
// them is tied to a thread.
unsafe impl<T: Send> Send for Slots<T> {}
// SAFETY: through `&Slots` values are put in (which sends them to whoever drops the slots) and read, so that both
// bounds are needed. Concurrent access is ordered by the states and the prefix (I10, I11).
unsafe impl<T: Send + Sync> Sync for Slots<T> {}

impl<T> Slots<T> {
    /// `capacity` vacant slots.
    ///
    /// # Errors
    ///
    /// A layout overflow, or out of memory.
    pub(crate) fn new(capacity: usize, source: Source) -> Result<Self, AllocError> {
        let layout = layout::array_of::<T>(capacity)?;
        let values = match source {
            Source::Heap => Block::new(layout)?,
            #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
            Source::Reserved(pages) => Block::reserved(layout, pages)?,
        };
        let tip = Tip {
            cursor: AtomicUsize::new(0),
            holes: AtomicUsize::new(0),
            lowest_hole: AtomicUsize::new(usize::MAX),
            peak: AtomicUsize::new(0),
        };
        // What is reserved may be more than there is memory for the shadow of.
        if source == Source::Heap {
            poison::forbid(values.ptr(), layout.size());
        }
        Ok(Self {
            tip: CachePadded::new(tip),
            prefix: CachePadded::new(AtomicUsize::new(0)),
            values,
            states: States::new(capacity, source)?,
            capacity,
            source,
            touched: 0,
            owned: PhantomData,
            invariant: PhantomData,
        })
    }

    /// How many slots there are.
    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Where their memory comes from.
    #[inline]
    pub(crate) fn source(&self) -> Source {
        self.source
    }

    /// Bytes of memory that values and states take, when `taken` slots are in use now. Of reserved addresses only those
    /// count that were ever used.
    pub(crate) fn held(&self, taken: usize) -> (usize, usize) {
        // The end may have fallen since `taken` was counted.
        let touched = self.touched.max(self.end()).max(taken).min(self.capacity);
        (self.values.held(touched.wrapping_mul(size_of::<T>())), self.states.held(touched)) // I1: at most the block.
    }

    /// No slot from here on is claimed.
    #[inline]
    pub(crate) fn end(&self) -> usize {
        // ORDERING: relaxed; slots below it are looked at through their states.
        self.tip.cursor.load(Ordering::Relaxed).min(self.capacity)
    }

    /// How many slots are claimed or hold values, and the most that this was seen to be.
    pub(crate) fn taken_and_peak(&self) -> (usize, usize) {
        // ORDERING: relaxed, here and below: these are numbers for people, and nothing is read through them.
        let taken = self.end().saturating_sub(self.tip.holes.load(Ordering::Relaxed));
        let before = self.tip.peak.fetch_max(taken, Ordering::Relaxed);
        (taken, before.max(taken))
    }

    /// The value of a slot, if there is one. Wait-free.
    #[inline]
    pub(crate) fn get(&self, slot: usize) -> Option<&T> {
        self.get_before(NonZeroUsize::MIN.saturating_add(slot))
    }

    /// The value of the slot before `past`, if there is one. Wait-free.
    #[inline]
    pub(crate) fn get_before(&self, past: NonZeroUsize) -> Option<&T> {
        // Handles consist of this number: comparing it takes no arithmetic, and the address takes it along.
        let slot = past.get().wrapping_sub(1);
        // The way beyond the prefix only says yes or no, so that the address is computed in one place, from registers.
        // ORDERING: acquire pairs with the release in `advance`, and so with that of every `publish` below the prefix.
        if past.get() <= self.prefix.load(Ordering::Acquire) || self.is_ready_beyond_prefix(slot) {
            // SAFETY: I11, the slot is below the prefix; or I10, as was just checked with acquire.
            Some(unsafe { self.ready(slot) })
        } else {
            None
        }
    }

    /// As [`is_ready`](Self::is_ready), and moves the prefix on if it can.
    #[cold]
    #[inline(never)]
    fn is_ready_beyond_prefix(&self, slot: usize) -> bool {
        let ready = self.is_ready(slot);
        if ready {
            self.advance(CATCH_UP);
        }
        ready
    }

    /// The value of a slot, looking at the state of that slot only.
    #[inline]
    fn get_by_state(&self, slot: usize) -> Option<&T> {
        if self.is_ready(slot) {
            // SAFETY: I10, as was just checked with acquire.
            Some(unsafe { self.ready(slot) })
        } else {
            None
        }
    }

    /// Whether a slot holds a value. What the publisher wrote is visible then.
    #[inline]
    fn is_ready(&self, slot: usize) -> bool {
        if slot >= self.capacity {
            return false;
        }
        // SAFETY: the slot is below the capacity.
        let state = unsafe { self.states.of(slot) };
        // ORDERING: acquire pairs with the release in `publish`.
        state.load(Ordering::Acquire) == READY
    }

    /// The values of `slots`, if every one of them has one.
    pub(crate) fn get_range(&self, slots: core::ops::Range<usize>) -> Option<&[T]> {
        let len = slots.end.checked_sub(slots.start)?;
        if slots.end > self.prefix(slots.end) && !slots.clone().all(|slot| self.is_ready(slot)) {
            return None;
        }
        if len == 0 {
            return Some(&[]);
        }
        slots.clone().for_each(|slot| self.states.payload(slot).note_read());
        // SAFETY: all of the slots are ready, so below the capacity.
        let first = unsafe { self.value(slots.start) };
        // SAFETY: I10 and I11, `len` ready values from here on, contiguous, never written while shared.
        Some(unsafe { core::slice::from_raw_parts(first.as_ptr(), len) })
    }

    /// A prefix of ready slots that is known to reach `enough`, or else the longest that there is.
    #[inline]
    fn prefix(&self, enough: usize) -> usize {
        // ORDERING: acquire, as in `get`.
        let known = self.prefix.load(Ordering::Acquire);
        if known >= enough { known } else { self.advance(usize::MAX) }
    }

    /// How many slots from the first on are ready.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.prefix(usize::MAX)
    }

    /// The values of the longest prefix of ready slots.
    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        let len = self.len();
        (0..len).for_each(|slot| self.states.payload(slot).note_read());
        // SAFETY: I11, `len` ready values from the first on, never written while shared. For a length of 0 the pointer
        // is aligned and not null, which is all that is asked of it.
        unsafe { core::slice::from_raw_parts(self.values.ptr().cast::<T>().as_ptr(), len) }
    }

    /// Moves the prefix over at most `limit` ready slots, and returns it.
    fn advance(&self, limit: usize) -> usize {
        // ORDERING: acquire: who advances passes on what others published to it.
        let start = self.prefix.load(Ordering::Acquire);
        let bound = start.saturating_add(limit).min(self.capacity);
        let mut end = start;
        while end < bound && self.is_ready(end) {
            end = end.wrapping_add(1);
        }
        let mut seen = start;
        while seen < end {
            // ORDERING: release publishes what was acquired from the states of `start..end` and from the prefix;
            // acquire when it fails, because what is returned then was published by another.
            match self.prefix.compare_exchange_weak(seen, end, Ordering::Release, Ordering::Acquire) {
                Ok(_) => return end,
                // Another reader moved it on. To move it back would be right as well, but all would look at the same
                // states again.
                Err(now) => seen = now,
            }
        }
        seen
    }

    /// Every complete slot and its value, also beyond holes, in slot order.
    #[inline]
    pub(crate) fn complete(&self) -> Complete<'_, T> {
        Complete { slots: self, next: 0, end: self.end() }
    }

    /// The place of the first slot; that of the others follows.
    #[inline]
    pub(crate) fn first(&self) -> NonNull<T> {
        self.values.ptr().cast()
    }

    /// Tells the model checker that the value of a slot is read.
    #[inline(always)]
    pub(crate) fn note_read(&self, slot: usize) {
        self.states.payload(slot).note_read();
    }

    /// The place of a slot.
    ///
    /// # Safety
    ///
    /// `slot` is below the capacity.
    #[inline]
    unsafe fn value(&self, slot: usize) -> NonNull<T> {
        debug_assert!(slot < self.capacity);
        // SAFETY: I2, the block holds `capacity` values, and `slot` is below that.
        unsafe { self.values.ptr().cast::<T>().add(slot) }
    }

    /// The value of a ready slot.
    ///
    /// # Safety
    ///
    /// The slot was seen to be ready with acquire (I10), or to be below the prefix (I11).
    #[inline]
    unsafe fn ready(&self, slot: usize) -> &T {
        self.states.payload(slot).note_read();
        // SAFETY: ready slots are below the capacity.
        let place = unsafe { self.value(slot) };
        // SAFETY: I10, the value was written before the state was, and nobody writes it while the slots are shared.
        unsafe { place.as_ref() }
    }
}

impl<T> fmt::Debug for Slots<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots").field("capacity", &self.capacity).field("end", &self.end()).finish_non_exhaustive()
    }
}

/// The complete slots below a bound, while others may publish more.
pub(crate) struct Complete<'a, T> {
    slots: &'a Slots<T>,
    next: usize,
    end: usize,
}

impl<T> Clone for Complete<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<T> Complete<'_, T> {
    /// The bound.
    pub(crate) fn end(&self) -> usize {
        self.end
    }
}

impl<'a, T> Iterator for Complete<'a, T> {
    type Item = (usize, &'a T);

    #[inline]
    fn next(&mut self) -> Option<(usize, &'a T)> {
        while self.next < self.end {
            let slot = self.next;
            self.next = slot.wrapping_add(1);
            if let Some(value) = self.slots.get_by_state(slot) {
                return Some((slot, value));
            }
        }
        None
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.end.saturating_sub(self.next)))
    }
}

#[cfg(all(test, not(arenas_loom)))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn slots(capacity: usize) -> Slots<usize> {
        Slots::new(capacity, Source::Heap).unwrap()
    }

    fn claimed(slots: &Slots<usize>) -> Option<usize> {
        slots.claim().map(|mut run| {
            let slot = run.slot();
            run.push(slot).unwrap();
            slot
        })
    }

    #[test]
    fn a_run_gives_back_to_the_cursor_at_the_end_and_as_holes_elsewhere() {
        let slots = slots(10);
        let (low, high) = (slots.claim_exactly(3).unwrap(), slots.claim_at_most(100).unwrap());
        assert_eq!((low.slot(), low.len(), high.slot(), high.len()), (0, 3, 3, 7));
        assert!(slots.claim().is_none() && slots.claim_exactly(2).is_none() && slots.claim_at_most(2).is_none());
        drop(low);
        assert_eq!((slots.end(), slots.taken_and_peak().0), (10, 7));
        drop(high);
        assert_eq!((slots.end(), slots.taken_and_peak().0), (3, 0));
        assert_eq!((0..11).map_while(|_| claimed(&slots)).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_hole_is_found_wherever_the_hint_points() {
        let slots = slots(8);
        let mut runs: Vec<_> = (0..8).map(|_| slots.claim()).collect();
        for slot in [5, 2, 6, 0] {
            runs[slot] = None;
            // The hint is beyond the next, lower hole now.
            assert_eq!(claimed(&slots), Some(slot));
            assert_eq!(claimed(&slots), None);
        }
        runs[4] = None;
        runs[1] = None;
        let mut found = [claimed(&slots).unwrap(), claimed(&slots).unwrap()];
        found.sort_unstable();
        assert_eq!((found, claimed(&slots)), ([1, 4], None));
    }

    #[test]
    fn failed_claims_do_not_move_the_cursor_away() {
        let mut slots = slots(2);
        (0..2).for_each(|slot| assert_eq!(claimed(&slots), Some(slot)));
        for _ in 0..1000 {
            assert!(slots.claim().is_none() && slots.claim_at_most(9).is_none());
        }
        // ORDERING: relaxed, one thread.
        assert_eq!(slots.tip.cursor.load(Ordering::Relaxed), 2);
        slots.grow_to(3).unwrap();
        assert_eq!(claimed(&slots), Some(2));
    }

    #[test]
    fn a_read_moves_the_prefix_by_a_bounded_step() {
        let slots = slots(1000);
        while claimed(&slots).is_some() {}
        assert_eq!(slots.get(999), Some(&999));
        // ORDERING: relaxed, one thread.
        assert_eq!(slots.prefix.load(Ordering::Relaxed), CATCH_UP);
        assert_eq!(slots.len(), 1000);
    }
}
