//! What is done to slots while nobody else can see them: dropping, taking out, growing, iterating.
//!
//! Under `&mut` every claim is over: a vacant slot below the cursor belongs to a run that was forgotten.

use core::borrow::BorrowMut;
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::mem::needs_drop;
use core::ops::Range;
use core::ptr::NonNull;

use super::Slots;
use super::states::{HOLE, LEAVING, READY, States, VACANT};
use crate::error::AllocError;
use crate::raw::block::fill_freed;
use crate::raw::poison;
use crate::sync::Ordering;

impl<T> Slots<T> {
    /// The value of a slot, if there is one.
    #[inline]
    pub(crate) fn get_mut(&mut self, slot: usize) -> Option<&mut T> {
        // ORDERING: relaxed, the borrow is exclusive.
        if slot < self.prefix.load(Ordering::Relaxed) || self.is_ready(slot) {
            // SAFETY: I10 or I11, the slot is ready.
            let mut place = unsafe { self.ready_mut(slot) };
            // SAFETY: the value is whole, and borrowed exclusively through `self`.
            Some(unsafe { place.as_mut() })
        } else {
            None
        }
    }

    /// The values of `slots`, if every one of them has one.
    pub(crate) fn get_range_mut(&mut self, slots: Range<usize>) -> Option<&mut [T]> {
        let len = self.get_range(slots.clone())?.len();
        if len == 0 {
            return Some(&mut []);
        }
        slots.clone().for_each(|slot| self.states.payload(slot).note_write());
        // SAFETY: I10 and I11, all of the slots are ready, as `get_range` saw.
        let first = unsafe { self.value(slots.start) };
        // SAFETY: `len` ready values from here on, contiguous, borrowed exclusively through `self`.
        Some(unsafe { core::slice::from_raw_parts_mut(first.as_ptr(), len) })
    }

    /// The values of several slots; `None` when one has none, or two are the same. O(N log N).
    pub(crate) fn get_disjoint_mut<const N: usize>(&mut self, slots: [usize; N]) -> Option<[&mut T; N]> {
        let mut sorted = slots;
        sorted.sort_unstable();
        if sorted.is_sorted_by(|a, b| a < b) && slots.iter().all(|&slot| self.is_ready(slot)) {
            // SAFETY: I10, all of the slots are ready.
            let places = slots.map(|slot| unsafe { self.ready_mut(slot) });
            // SAFETY: they differ, and are borrowed exclusively through `self`.
            Some(places.map(|mut place| unsafe { place.as_mut() }))
        } else {
            None
        }
    }

    /// The values of the longest prefix of ready slots.
    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        let len = self.len();
        (0..len).for_each(|slot| self.states.payload(slot).note_write());
        // SAFETY: I11, `len` ready values from the first on, borrowed exclusively through `self`. For a length of 0 the
        // pointer is aligned and not null, which is all that is asked of it.
        unsafe { core::slice::from_raw_parts_mut(self.values.ptr().cast::<T>().as_ptr(), len) }
    }

    /// Every complete slot and its value, also beyond holes, in slot order.
    pub(crate) fn complete_mut(&mut self) -> CompleteMut<'_, T> {
        let (dense, end) = (self.len(), self.end());
        let beyond = (dense..end).filter(|&slot| self.is_ready(slot)).count();
        CompleteMut {
            values: self.values.ptr().cast(),
            states: &self.states,
            dense,
            next: 0,
            end,
            left: dense.saturating_add(beyond),
            borrow: PhantomData,
        }
    }

    /// The place of a ready slot, for writing.
    ///
    /// # Safety
    ///
    /// The slot is ready.
    #[inline]
    unsafe fn ready_mut(&mut self, slot: usize) -> NonNull<T> {
        self.states.payload(slot).note_write();
        // SAFETY: ready slots are below the capacity.
        unsafe { self.value(slot) }
    }

    /// Drops every value at or beyond slot `len`, highest first, and makes these slots free.
    ///
    /// `len` is at most the length of the prefix of ready slots. When a destructor panics, the others still run.
    pub(crate) fn truncate(&mut self, len: usize) {
        let end = self.end();
        let len = len.min(self.len());
        self.taken_and_peak();
        self.set_tip(len, 0, usize::MAX);
        // ORDERING: relaxed, the borrow is exclusive.
        self.prefix.store(len, Ordering::Relaxed);
        // The slots are free from here on; what is left of their values is the business of this guard alone.
        let mut discard = Discard { slots: self, from: len, next: end, end };
        discard.drop_values();
    }

    /// Makes room for `capacity` slots in all, in new memory. Slots keep their numbers and values.
    ///
    /// # Errors
    ///
    /// A layout overflow, or out of memory. Nothing has changed then.
    pub(crate) fn grow_to(&mut self, capacity: usize) -> Result<(), AllocError> {
        if capacity <= self.capacity {
            return Ok(());
        }
        let mut grown = Self::new(capacity, self.source)?;
        let end = self.end();
        // Slots that hold no value are copied too, and the old memory goes where it came from.
        for block in [&self.values, &grown.values] {
            poison::permit(block.ptr(), self.touched.max(end).wrapping_mul(size_of::<T>())); // I1: within the block.
        }
        // SAFETY: I2, both blocks hold at least `end` values, they are different ones, and nobody else uses them. Values
        // of slots that are not ready are copied as the plain bytes that they are.
        unsafe { grown.values.ptr().cast::<T>().copy_from_nonoverlapping(self.values.ptr().cast::<T>(), end) };
        grown.states.copy_from(&mut self.states, end);
        // The values have moved: the old slots must not drop them, and the counters stay.
        core::mem::swap(&mut self.values, &mut grown.values);
        core::mem::swap(&mut self.states, &mut grown.states);
        core::mem::swap(&mut self.capacity, &mut grown.capacity);
        // ORDERING: relaxed, the borrow is exclusive. Failed claims may have left the cursor beyond the old capacity.
        self.tip.cursor.store(end, Ordering::Relaxed);
        self.touched = end;
        Ok(())
    }

    /// Makes slots free again that were claimed and forgotten.
    pub(crate) fn recover(&mut self) {
        let (prefix, mut end) = (self.len(), self.end());
        while end > prefix && !self.is_ready(end.wrapping_sub(1)) {
            end = end.wrapping_sub(1);
            self.set_state(end, VACANT);
        }
        let (mut holes, mut lowest) = (0usize, usize::MAX);
        for slot in (prefix..end).rev() {
            if !self.is_ready(slot) {
                self.set_state(slot, HOLE);
                holes = holes.wrapping_add(1);
                lowest = slot;
            }
        }
        self.set_tip(end, holes, lowest);
    }

    /// Puts a value into a slot that is free, at or beyond the end. The slots between are as if claimed and forgotten.
    pub(crate) fn put(&mut self, slot: usize, value: T) {
        assert!(self.end() <= slot && slot < self.capacity, "slot {slot} is not free");
        self.skip_to(slot.wrapping_add(1));
        // SAFETY: I9, the slot was not claimed by anybody, is below the capacity, and the borrow is exclusive.
        unsafe { self.write(slot, value) };
        // SAFETY: as above, and the value was just written.
        unsafe { self.publish(slot) };
    }

    /// Moves the end up. The slots between are as if claimed and forgotten.
    pub(crate) fn skip_to(&mut self, end: usize) {
        assert!(self.end() <= end && end <= self.capacity, "slot {end} is beyond the capacity");
        // ORDERING: relaxed, the borrow is exclusive.
        self.tip.cursor.store(end, Ordering::Relaxed);
    }

    fn set_tip(&mut self, cursor: usize, holes: usize, lowest_hole: usize) {
        self.touched = self.touched.max(self.end());
        // ORDERING: relaxed, the borrow is exclusive.
        self.tip.cursor.store(cursor, Ordering::Relaxed);
        self.tip.holes.store(holes, Ordering::Relaxed);
        self.tip.lowest_hole.store(lowest_hole, Ordering::Relaxed);
    }

    /// Sets the state of a slot below the end.
    fn set_state(&mut self, slot: usize, state: u8) {
        if slot >= self.capacity {
            debug_assert!(false, "slot {slot} is beyond the capacity");
            return;
        }
        // SAFETY: the slot is below the capacity, as was just checked.
        let byte = unsafe { self.states.of(slot) };
        // ORDERING: relaxed, the borrow is exclusive.
        byte.store(state, Ordering::Relaxed);
    }

    /// Fills the memory of free slots in debug builds.
    fn fill_freed(&mut self, slots: Range<usize>) {
        if slots.end > self.capacity || slots.is_empty() {
            return;
        }
        // SAFETY: the slot is below the capacity, as was just checked.
        let first = unsafe { self.value(slots.start) };
        // I1: the product is at most the size of the block.
        let bytes = slots.len().wrapping_mul(size_of::<T>());
        // SAFETY: I2, the slots are inside the block; they hold no values, and the borrow is exclusive.
        unsafe { fill_freed(first.cast(), bytes) };
    }

    /// Hands all values to the iterator that takes them out; there are none here any more, even when it is forgotten.
    fn evacuate(&mut self) -> (usize, usize) {
        let end = self.end();
        self.taken_and_peak();
        let mut values = 0usize;
        for slot in 0..end {
            let ready = self.is_ready(slot);
            values = values.wrapping_add(usize::from(ready));
            self.set_state(slot, if ready { LEAVING } else { VACANT });
        }
        self.set_tip(0, 0, usize::MAX);
        // ORDERING: relaxed, the borrow is exclusive.
        self.prefix.store(0, Ordering::Relaxed);
        (end, values)
    }
}

impl<T> Drop for Slots<T> {
    fn drop(&mut self) {
        if needs_drop::<T>() {
            self.truncate(0);
        }
        let touched = self.touched.max(self.end());
        poison::permit(self.values.ptr(), touched.wrapping_mul(size_of::<T>())); // I1: within the block.
    }
}

/// Drops the values of the slots `from..next`, highest first, also when one of the destructors panics.
///
/// The slots are free already as far as the cursor knows, but the states of those below `next` still say which of them
/// hold a value.
struct Discard<'a, T> {
    slots: &'a mut Slots<T>,
    from: usize,
    next: usize,
    end: usize,
}

impl<T> Discard<'_, T> {
    fn drop_values(&mut self) {
        if !needs_drop::<T>() {
            self.slots.states.clear(self.from, self.next);
            self.next = self.from;
        }
        while self.next > self.from {
            self.next = self.next.wrapping_sub(1);
            let slot = self.next;
            let ready = self.slots.is_ready(slot);
            self.slots.set_state(slot, VACANT);
            if ready {
                // SAFETY: I10, the slot was ready.
                let place = unsafe { self.slots.ready_mut(slot) };
                // SAFETY: the value is whole, and forgotten: the slot is vacant since above.
                unsafe { place.drop_in_place() };
            }
        }
    }
}

impl<T> Drop for Discard<'_, T> {
    fn drop(&mut self) {
        // Does something only after a panic. A second one aborts, as with `Vec`.
        self.drop_values();
        self.slots.fill_freed(self.from..self.end);
    }
}

/// Takes all values out of slots that are owned or borrowed, in slot order; drops what is left when it goes.
///
/// I12: the slots of `next..end` that say `LEAVING` hold values, which nobody else touches.
pub(crate) struct Leaving<T, S: BorrowMut<Slots<T>>> {
    slots: S,
    next: usize,
    end: usize,
    all: usize,
    left: usize,
    item: PhantomData<T>,
}

impl<T, S: BorrowMut<Slots<T>>> Leaving<T, S> {
    pub(crate) fn new(mut slots: S) -> Self {
        let (end, left) = slots.borrow_mut().evacuate();
        Self { slots, next: 0, end, all: end, left, item: PhantomData }
    }

    fn take(&mut self, slot: usize) -> Option<T> {
        let slots = self.slots.borrow_mut();
        assert!(slot < slots.capacity);
        // SAFETY: the slot is below the capacity, as was just checked.
        let state = unsafe { slots.states.of(slot) };
        // ORDERING: relaxed, here and below: the borrow is exclusive.
        if state.load(Ordering::Relaxed) != LEAVING {
            return None;
        }
        state.store(VACANT, Ordering::Relaxed);
        slots.states.payload(slot).note_write();
        self.left = self.left.wrapping_sub(1);
        // SAFETY: the slot is below the capacity, as above.
        let place = unsafe { slots.value(slot) };
        // SAFETY: I12, it holds a value, which the line above gave up.
        Some(unsafe { place.read() })
    }
}

impl<T, S: BorrowMut<Slots<T>>> Iterator for Leaving<T, S> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        while self.next < self.end {
            let slot = self.next;
            self.next = slot.wrapping_add(1);
            if let Some(value) = self.take(slot) {
                return Some(value);
            }
        }
        None
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T, S: BorrowMut<Slots<T>>> DoubleEndedIterator for Leaving<T, S> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        while self.next < self.end {
            self.end = self.end.wrapping_sub(1);
            if let Some(value) = self.take(self.end) {
                return Some(value);
            }
        }
        None
    }
}

impl<T, S: BorrowMut<Slots<T>>> ExactSizeIterator for Leaving<T, S> {}
impl<T, S: BorrowMut<Slots<T>>> FusedIterator for Leaving<T, S> {}

impl<T, S: BorrowMut<Slots<T>>> Drop for Leaving<T, S> {
    fn drop(&mut self) {
        /// Drops the rest when a destructor panics.
        struct Rest<'a, T, S: BorrowMut<Slots<T>>>(&'a mut Leaving<T, S>);

        impl<T, S: BorrowMut<Slots<T>>> Drop for Rest<'_, T, S> {
            fn drop(&mut self) {
                if needs_drop::<T>() {
                    self.0.by_ref().for_each(drop);
                }
                let all = self.0.all;
                self.0.slots.borrow_mut().fill_freed(0..all);
            }
        }

        let rest = Rest(self);
        if needs_drop::<T>() {
            rest.0.by_ref().for_each(drop);
        }
    }
}

impl<T, S: BorrowMut<Slots<T>>> fmt::Debug for Leaving<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaving").field("left", &self.left).finish_non_exhaustive()
    }
}

/// The complete slots and exclusive references to their values, in slot order.
pub(crate) struct CompleteMut<'a, T> {
    values: NonNull<T>,
    states: &'a States,
    /// All slots below are ready.
    dense: usize,
    next: usize,
    end: usize,
    left: usize,
    borrow: PhantomData<&'a mut T>,
}

// SAFETY: it is an iterator over `&mut T`, and the states are plain atomics.
unsafe impl<T: Send> Send for CompleteMut<'_, T> {}
// SAFETY: through a shared reference to it nothing but its length can be seen.
unsafe impl<T: Sync> Sync for CompleteMut<'_, T> {}

impl<'a, T> CompleteMut<'a, T> {
    /// # Safety
    ///
    /// Each slot is asked for once, and is below the end that the iterator began with.
    #[inline]
    unsafe fn value(&mut self, slot: usize) -> Option<(usize, &'a mut T)> {
        if slot >= self.dense {
            // SAFETY: the slot is below the end, and so below the capacity.
            let state = unsafe { self.states.of(slot) };
            // ORDERING: relaxed, the values are borrowed exclusively.
            if state.load(Ordering::Relaxed) != READY {
                return None;
            }
        }
        self.states.payload(slot).note_write();
        self.left = self.left.wrapping_sub(1);
        // SAFETY: as above; the pointer is to the first of the slots.
        let mut place = unsafe { self.values.add(slot) };
        // SAFETY: I10 or I11; it is asked for once, and borrowed exclusively for `'a`.
        Some((slot, unsafe { place.as_mut() }))
    }
}

impl<'a, T> Iterator for CompleteMut<'a, T> {
    type Item = (usize, &'a mut T);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while self.next < self.end {
            let slot = self.next;
            self.next = slot.wrapping_add(1);
            // SAFETY: `next` has just passed the slot, and is at most `end`, which only falls.
            if let Some(found) = unsafe { self.value(slot) } {
                return Some(found);
            }
        }
        None
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> DoubleEndedIterator for CompleteMut<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        while self.next < self.end {
            self.end = self.end.wrapping_sub(1);
            // SAFETY: `end` has just passed the slot.
            if let Some(found) = unsafe { self.value(self.end) } {
                return Some(found);
            }
        }
        None
    }
}

impl<T> ExactSizeIterator for CompleteMut<'_, T> {}
impl<T> FusedIterator for CompleteMut<'_, T> {}

impl<T> fmt::Debug for CompleteMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompleteMut").field("left", &self.left).finish_non_exhaustive()
    }
}
