//! Claiming slots, filling them, and giving back those that were not filled.

use core::cell::Cell;
use core::fmt;
use core::ops::Range;

use super::Slots;
use super::states::{HOLE, READY, VACANT};
use crate::raw::poison;
use crate::sync::Ordering;

/// Claimed slots: a run of them that nobody else may write (I9). Gives back what was not filled when it goes.
#[must_use = "claimed slots are given back when the run is dropped"]
pub(crate) struct Run<'a, T> {
    slots: &'a Slots<T>,
    next: usize,
    end: usize,
}

impl<T> Slots<T> {
    /// Claims one slot: a hole if there is one, else the next. `None` when all are taken. Lock-free.
    #[inline]
    pub(crate) fn claim(&self) -> Option<Run<'_, T>> {
        match self.claim_quickly(usize::MAX) {
            Some(run) => Some(run),
            None => self.claim_slowly(),
        }
    }

    /// Claims the next slot, unless there are holes. `None` says nothing: [`claim_slowly`](Self::claim_slowly) does.
    ///
    /// The mask keeps all bits of the capacity; the compiler sees from it that the slot has a handle, as in
    /// [`Vacancy::of`](crate::raw::room::Vacancy::of).
    #[inline]
    pub(crate) fn claim_quickly(&self, mask: usize) -> Option<Run<'_, T>> {
        let room = self.capacity & mask;
        debug_assert!(room == self.capacity, "the handle names all slots that there are");
        // ORDERING: relaxed for both: they are only looked at, to leave the usual way or not.
        if self.tip.holes.load(Ordering::Relaxed) == 0 && self.tip.cursor.load(Ordering::Relaxed) < room {
            self.claim_next(mask).map(|slot| self.run(slot, slot.wrapping_add(1)))
        } else {
            None
        }
    }

    /// Claims the slot at the cursor. Only after a look at the cursor, so that failed claims do not add up: it exceeds
    /// the capacity by one per thread at most.
    #[inline]
    fn claim_next(&self, mask: usize) -> Option<usize> {
        // ORDERING: acquire pairs with the release in `give_back`: whoever had the slot before is done with its memory.
        // Release, for who finds the arena full (see `claim_slowly`): what this thread gave back before, it sees.
        let slot = self.tip.cursor.fetch_add(1, Ordering::AcqRel);
        (slot < self.capacity & mask).then_some(slot)
    }

    /// Claims one slot, looking everywhere.
    #[cold]
    #[inline(never)]
    pub(crate) fn claim_slowly(&self) -> Option<Run<'_, T>> {
        loop {
            if let Some(slot) = self.take_hole() {
                return Some(self.run(slot, slot.wrapping_add(1)));
            }
            // ORDERING: relaxed, a look, on which the claim itself does not rely.
            if self.tip.cursor.load(Ordering::Relaxed) < self.capacity {
                if let Some(slot) = self.claim_next(usize::MAX) {
                    return Some(self.run(slot, slot.wrapping_add(1)));
                }
            }
            // A slot may have come back between the two looks. It is full only if it was at one moment:
            // ORDERING: acquire pairs with the release of the claims that moved the cursor to the end. Holes that they gave
            // back before are seen by the second look then, relaxed as all looks at the count.
            let full = self.tip.cursor.load(Ordering::Acquire) >= self.capacity;
            if full && self.tip.holes.load(Ordering::Relaxed) == 0 {
                return None;
            }
        }
    }

    /// Claims `len` contiguous slots. `None` when there are not so many beyond the cursor. Lock-free.
    ///
    /// Holes are not searched for a run that is long enough; but a single slot may be one.
    pub(crate) fn claim_exactly(&self, len: usize) -> Option<Run<'_, T>> {
        match len {
            0 => Some(self.no_run()),
            1 => self.claim(),
            _ => self.claim_from_cursor(|free| (len <= free).then_some(len)),
        }
    }

    /// Claims at most `len` contiguous slots: a hole if there is one, else up to the capacity. `None` when all are
    /// taken. Lock-free.
    pub(crate) fn claim_at_most(&self, len: usize) -> Option<Run<'_, T>> {
        // ORDERING: relaxed, as in `claim`.
        if self.tip.holes.load(Ordering::Relaxed) == 0 {
            if let Some(run) = self.claim_from_cursor(|free| (free > 0).then(|| len.clamp(1, free))) {
                return Some(run);
            }
        }
        self.claim_slowly()
    }

    /// Claims as many slots as `choose` says when it is told how many there are beyond the cursor.
    fn claim_from_cursor(&self, choose: impl Fn(usize) -> Option<usize>) -> Option<Run<'_, T>> {
        // ORDERING: relaxed, the exchange below confirms it.
        let mut start = self.tip.cursor.load(Ordering::Relaxed);
        loop {
            let len = choose(self.capacity.saturating_sub(start))?;
            // At most the capacity, because `choose` stays within what it is told.
            let end = start.wrapping_add(len);
            debug_assert!(start < end && end <= self.capacity);
            // ORDERING: acquire and release as in `claim_next`; relaxed when it fails, nothing is claimed then.
            match self.tip.cursor.compare_exchange_weak(start, end, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Some(self.run(start, end)),
                Err(now) => start = now,
            }
        }
    }

    /// A run of no slots.
    #[inline]
    pub(crate) fn no_run(&self) -> Run<'_, T> {
        self.run(0, 0)
    }

    #[inline]
    fn run(&self, next: usize, end: usize) -> Run<'_, T> {
        debug_assert!(next <= end && end <= self.capacity);
        Run { slots: self, next, end }
    }

    /// Takes a hole, if there is one that is not spoken for.
    fn take_hole(&self) -> Option<usize> {
        // ORDERING: relaxed, the exchange below confirms it.
        let mut holes = self.tip.holes.load(Ordering::Relaxed);
        loop {
            let fewer = holes.checked_sub(1)?;
            // ORDERING: acquire pairs with the release in `give_back`, so that the state of every hole counted so far is
            // visible; relaxed when it fails, nothing is taken then.
            match self.tip.holes.compare_exchange_weak(holes, fewer, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => holes = now,
            }
        }
        // One hole is ours now, though not yet which. There is one: states are set before they are counted.
        loop {
            // ORDERING: relaxed, a hint.
            let hint = self.tip.lowest_hole.load(Ordering::Relaxed);
            let end = self.end();
            let start = hint.min(end);
            if let Some(slot) = self.take_hole_of(start..end).or_else(|| self.take_hole_of(0..start)) {
                // ORDERING: relaxed, a hint: whether it fails or races, all slots are searched in the end.
                let _ = self.tip.lowest_hole.compare_exchange(
                    hint,
                    slot.wrapping_add(1),
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                );
                return Some(slot);
            }
            // Every hole that we could see was taken by claims that are entitled to later ones. Those claims come before
            // this look at the counter, and the giving back that they rely on before them.
            // ORDERING: acquire, as above.
            self.tip.holes.fetch_add(0, Ordering::Acquire);
        }
    }

    fn take_hole_of(&self, mut range: Range<usize>) -> Option<usize> {
        range.find(|&slot| {
            // SAFETY: `take_hole` searches below the cursor, which `end` bounds by the capacity.
            let state = unsafe { self.states.of(slot) };
            // ORDERING: relaxed, a look; then acquire, which pairs with the release in `give_back`: whoever had the slot
            // before is done with its memory.
            state.load(Ordering::Relaxed) == HOLE
                && state.compare_exchange(HOLE, VACANT, Ordering::Acquire, Ordering::Relaxed).is_ok()
        })
    }

    /// Gives claimed slots back that were not filled.
    #[cold]
    #[inline(never)]
    fn give_back(&self, unfilled: Range<usize>) {
        if unfilled.is_empty() {
            return;
        }
        // ORDERING: relaxed, the exchange below confirms it.
        let mut cursor = self.tip.cursor.load(Ordering::Relaxed);
        // Beyond the capacity means at it: only failed claims come there. So a claim that failed, and then sleeps,
        // keeps no slot from going back.
        while cursor.min(self.capacity) == unfilled.end {
            // When the cursor stands at the end of the run, no slot beyond is claimed, whatever happened meanwhile.
            // ORDERING: release: what was done to the memory of the slots comes before the next claim of them; relaxed
            // when it fails, nothing is given back then.
            match self.tip.cursor.compare_exchange_weak(cursor, unfilled.start, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => cursor = now,
            }
        }
        for slot in unfilled.clone() {
            // SAFETY: claimed slots are below the capacity (I9).
            let state = unsafe { self.states.of(slot) };
            // ORDERING: release, as above.
            state.store(HOLE, Ordering::Release);
        }
        // ORDERING: relaxed, a hint.
        self.tip.lowest_hole.fetch_min(unfilled.start, Ordering::Relaxed);
        // ORDERING: release: the states come before the count of them.
        self.tip.holes.fetch_add(unfilled.len(), Ordering::Release);
    }

    /// Writes a value into a claimed slot, without publishing it.
    ///
    /// # Safety
    ///
    /// The slot is claimed by the caller (I9) and not ready.
    #[inline]
    pub(super) unsafe fn write(&self, slot: usize, value: T) {
        self.states.payload(slot).note_write();
        // SAFETY: claimed slots are below the capacity (I9).
        let place = unsafe { self.value(slot) };
        poison::permit_units(place.cast(), size_of::<T>());
        // SAFETY: I2 and I9: valid, aligned, and nobody else reads or writes it.
        unsafe { place.write(value) };
    }

    /// Makes the value of a slot readable for everybody.
    ///
    /// # Safety
    ///
    /// The slot is claimed by the caller (I9), and its value is written. It is not claimed any more afterwards.
    #[inline]
    pub(super) unsafe fn publish(&self, slot: usize) {
        // SAFETY: claimed slots are below the capacity (I9).
        let state = unsafe { self.states.of(slot) };
        // ORDERING: release pairs with the acquire in `is_ready`: the value is written before anybody reads it.
        state.store(READY, Ordering::Release);
    }
}

impl<T> Run<'_, T> {
    /// The slot that is filled next.
    #[inline]
    pub(crate) fn slot(&self) -> usize {
        self.next
    }

    /// How many slots are not filled yet.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.end.wrapping_sub(self.next)
    }

    /// Whether all are filled.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.next == self.end
    }

    /// Fills the next slot and publishes it.
    ///
    /// # Errors
    ///
    /// The value, when all slots are filled.
    #[inline]
    pub(crate) fn push(&mut self, value: T) -> Result<(), T> {
        if self.is_empty() {
            return Err(value);
        }
        let slot = self.next;
        // From here on the slot is not the run's; nothing below panics.
        self.next = slot.wrapping_add(1);
        // SAFETY: I9, the slot was of the run, and is not filled.
        unsafe { self.slots.write(slot, value) };
        // SAFETY: as above, and the value was just written.
        unsafe { self.slots.publish(slot) };
        Ok(())
    }

    /// Fills slots with the items of an iterator, as many as there are of both, and publishes all of them at the end.
    /// What is not filled goes back.
    ///
    /// When the iterator panics, also in its destructor, the values are dropped, and all slots go back.
    pub(crate) fn push_all(self, items: impl Iterator<Item = T>) -> Range<usize> {
        let mut building = Building { end: self.next, run: self };
        // The limit comes first, so that no item is taken that has no slot. The iterator goes at the end of the loop,
        // before anything is published.
        for item in items.take(building.run.len()) {
            // SAFETY: I9, the slot is of the run: there are no more items than slots.
            unsafe { building.run.slots.write(building.end, item) };
            building.end = building.end.wrapping_add(1);
        }
        building.publish()
    }

    /// Leaves the next slot vacant until the slots are reset: it is neither filled nor given back.
    #[inline]
    pub(crate) fn abandon_next(&mut self) {
        if !self.is_empty() {
            self.next = self.next.wrapping_add(1);
        }
    }
}

impl<T> Drop for Run<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_empty() {
            self.slots.give_back(self.next..self.end);
        }
    }
}

impl<T> fmt::Debug for Run<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Run").field(&(self.next..self.end)).finish()
    }
}

/// A run that one thread takes slots from through `&self`. Gives back what is left when it goes.
pub(crate) struct OpenRun<'a, T> {
    slots: &'a Slots<T>,
    next: Cell<usize>,
    end: Cell<usize>,
}

impl<'a, T> OpenRun<'a, T> {
    /// Of no slots.
    #[inline]
    pub(crate) fn new(slots: &'a Slots<T>) -> Self {
        Self { slots, next: Cell::new(0), end: Cell::new(0) }
    }

    /// How many slots are left.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.end.get().wrapping_sub(self.next.get())
    }

    /// Whether none is left.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.next.get() == self.end.get()
    }

    /// The slot that is filled next.
    #[inline]
    pub(crate) fn slot(&self) -> usize {
        self.next.get()
    }

    /// A look at the next slot, if it is below the bits of the run's end that `mask` keeps; as in
    /// [`Vacancy::of`](crate::raw::room::Vacancy::of).
    #[inline]
    pub(crate) fn peek(&self, mask: usize) -> Option<NextSlot<'_, 'a, T>> {
        let next = self.next.get();
        // Whatever the mask is, this is at most the end.
        if next < self.end.get() & mask { Some(NextSlot { run: self, past: next.wrapping_add(1), mask }) } else { None }
    }

    /// The next slot, which is not this run's any more.
    #[inline]
    pub(crate) fn take(&self) -> Option<Run<'a, T>> {
        if self.is_empty() {
            return None;
        }
        let slot = self.next.get();
        self.next.set(slot.wrapping_add(1));
        Some(self.slots.run(slot, slot.wrapping_add(1)))
    }

    /// Takes slots back that stand directly before the next one; `run` keeps them otherwise.
    pub(crate) fn rejoin(&self, run: &mut Run<'a, T>) {
        if core::ptr::eq(self.slots, run.slots) && run.end == self.next.get() {
            self.next.set(run.next);
            run.next = run.end;
        }
    }

    /// Goes on with another run, and gives back what is left of this one.
    pub(crate) fn replace(&self, run: Run<'a, T>) {
        if !core::ptr::eq(self.slots, run.slots) {
            debug_assert!(false, "a run of other slots");
            // It goes back to where it is from.
            return;
        }
        let run = core::mem::ManuallyDrop::new(run);
        let (next, end) = (self.next.replace(run.next), self.end.replace(run.end));
        self.slots.give_back(next..end);
    }
}

/// The next slot of an [`OpenRun`] when it was looked at.
pub(crate) struct NextSlot<'w, 'a, T> {
    run: &'w OpenRun<'a, T>,
    past: usize,
    mask: usize,
}

impl<T> NextSlot<'_, '_, T> {
    /// The slot after it.
    #[inline]
    pub(crate) fn past(&self) -> usize {
        self.past
    }

    /// Fills the slot and publishes it.
    ///
    /// # Errors
    ///
    /// The value, when the run has moved on since the look.
    #[inline]
    pub(crate) fn fill(self, value: T) -> Result<(), T> {
        // The same look once more, of which nothing remains where nothing happened in between.
        match self.run.peek(self.mask) {
            Some(now) if now.past == self.past => {}
            _ => return Err(value),
        }
        // Read before the value is written, which might be anywhere for all that the compiler knows.
        let (slots, slot) = (self.run.slots, self.run.next.get());
        // From here on the slot is not the run's; nothing below panics.
        self.run.next.set(self.past);
        // SAFETY: I9, the slot was of the run, before its end, and not filled.
        unsafe { slots.write(slot, value) };
        // SAFETY: as above, and the value was just written.
        unsafe { slots.publish(slot) };
        Ok(())
    }
}

impl<T> Drop for OpenRun<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.slots.give_back(self.next.get()..self.end.get());
    }
}

impl<T> fmt::Debug for OpenRun<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenRun").field(&(self.next.get()..self.end.get())).finish()
    }
}

/// A run whose slots `run.next..end` are written and not published.
struct Building<'a, T> {
    run: Run<'a, T>,
    end: usize,
}

impl<T> Building<'_, T> {
    fn publish(mut self) -> Range<usize> {
        let range = self.run.next..self.end;
        for slot in range.clone() {
            self.run.next = slot.wrapping_add(1);
            // SAFETY: I9, the slot was of the run and is written.
            unsafe { self.run.slots.publish(slot) };
        }
        range
    }
}

impl<T> Drop for Building<'_, T> {
    fn drop(&mut self) {
        // Something is left only while a panic unwinds; then a second one aborts, and nothing has to be put right.
        while self.end > self.run.next {
            self.end = self.end.wrapping_sub(1);
            self.run.slots.states.payload(self.end).note_write();
            // SAFETY: claimed slots are below the capacity (I9).
            let place = unsafe { self.run.slots.value(self.end) };
            // SAFETY: the value is written, was not published, and is forgotten by the line above.
            unsafe { place.drop_in_place() };
        }
    }
}
