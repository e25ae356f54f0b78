//! Appending to a `Vec` that has room.
//!
//! `Vec::push` looks for room by itself, and what its caller has found out before does not always reach it. A
//! [`Vacancy`] is the proof that there is room; it is filled without another look.

use alloc::vec::Vec;

/// A `Vec` with room for one more value at least.
pub(crate) struct Vacancy<'v, T> {
    /// The length is below the capacity, as long as the vacancy has the borrow.
    values: &'v mut Vec<T>,
    /// The length when it is filled.
    past: usize,
}

impl<'v, T> Vacancy<'v, T> {
    /// `None` when there is no room, or when the next slot is at or beyond the bits of the capacity that `mask` keeps.
    ///
    /// The mask of the slots that a handle can name, all ones, leaves a capacity within that as it is, and lets the
    /// compiler see that the slot has a handle: so that is not looked at again either.
    #[inline]
    pub(crate) fn of(values: &'v mut Vec<T>, mask: usize) -> Option<Self> {
        let len = values.len();
        // Whatever the mask is, this is at most the capacity.
        let room = values.capacity() & mask;
        if len < room { Some(Self { values, past: len.wrapping_add(1) }) } else { None }
    }

    /// The slot that the value will have.
    #[inline]
    pub(crate) fn slot(&self) -> usize {
        self.values.len()
    }

    /// The slot after it: the length when it is filled.
    #[inline]
    pub(crate) fn past(&self) -> usize {
        self.past
    }

    /// Appends the value.
    #[inline]
    pub(crate) fn fill(self, value: T) {
        let len = self.values.len();
        // SAFETY: the length is below the capacity, as was looked at in `of`.
        let place = unsafe { self.values.as_mut_ptr().add(len) };
        // SAFETY: it is inside the buffer, and no value is there.
        unsafe { place.write(value) };
        // SAFETY: at most the capacity, and the value was just written.
        unsafe { self.values.set_len(self.past) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_appended_up_to_the_capacity_and_not_beyond() {
        let mut values = Vec::with_capacity(3);
        let capacity = values.capacity();
        while let Some(vacancy) = Vacancy::of(&mut values, usize::MAX) {
            let slot = vacancy.slot();
            vacancy.fill(slot.to_string());
        }
        assert_eq!((values.len(), values.capacity()), (capacity, capacity));
        assert!(values.iter().enumerate().all(|(slot, value)| *value == slot.to_string()));
    }

    #[test]
    fn the_mask_cuts_the_room_off() {
        let mut values: Vec<u8> = Vec::with_capacity(64);
        assert!(values.capacity() >= 64);
        values.shrink_to(64);
        let room = values.capacity() & 15;
        assert_eq!(Vacancy::of(&mut values, 15).is_some(), room > 0);
        assert!(Vacancy::of(&mut values, 0).is_none());
    }

    #[test]
    fn values_of_no_size_have_room_at_once() {
        let mut values = Vec::new();
        (0..3).for_each(|_| Vacancy::of(&mut values, usize::MAX).unwrap().fill(()));
        assert_eq!(values.len(), 3);
    }
}
