//! The byte of state that each slot has.
//!
//! Under loom the bytes are loom's atomics, and each has a [`Tracked`] cell for the payload beside it.

use crate::error::AllocError;
use crate::sync::{AtomicU8, Tracked};

/// Nothing is in the slot, and nobody but a holder of a claim may change that.
pub(super) const VACANT: u8 = 0;
/// The slot holds a value. No other state follows while the slots are shared.
pub(super) const READY: u8 = 1;
/// Nothing is in the slot, and who turns this into `VACANT` has claimed it.
pub(super) const HOLE: u8 = 2;
/// The slot holds a value that a draining iterator will take; nobody else looks at it.
pub(super) const LEAVING: u8 = 3;

#[cfg(not(arenas_loom))]
pub(super) use plain::States;

#[cfg(arenas_loom)]
pub(super) use modelled::States;

/// Where the memory of slots comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The global allocator.
    Heap,
    /// Addresses that the system puts memory behind as they are touched.
    #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
    Reserved(crate::raw::block::Pages),
}

#[cfg(not(arenas_loom))]
mod plain {
    use super::*;
    use crate::raw::block::Block;
    use crate::raw::layout;

    pub(in super::super) struct States {
        bytes: Block,
    }

    impl States {
        pub(in super::super) fn new(capacity: usize, source: Source) -> Result<Self, AllocError> {
            let layout = layout::array_of::<AtomicU8>(capacity)?;
            let bytes = match source {
                Source::Heap => Block::new_zeroed(layout)?,
                #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
                Source::Reserved(pages) => Block::reserved(layout, pages)?,
            };
            Ok(Self { bytes })
        }

        /// The state of a slot.
        ///
        /// # Safety
        ///
        /// `slot` is below the capacity.
        #[inline]
        pub(in super::super) unsafe fn of(&self, slot: usize) -> &AtomicU8 {
            debug_assert!(slot < self.bytes.len());
            // SAFETY: the block holds one byte per slot, and `slot` is below the capacity.
            let byte = unsafe { self.bytes.ptr().add(slot) }.cast::<AtomicU8>();
            // SAFETY: I2; the byte was zero from the start, and is accessed as an atomic only while it is shared.
            unsafe { byte.as_ref() }
        }

        #[inline(always)]
        pub(in super::super) fn payload(&self, _: usize) -> &Tracked {
            &Tracked
        }

        /// Makes the slots `from..to` vacant.
        pub(in super::super) fn clear(&mut self, from: usize, to: usize) {
            debug_assert!(from <= to && to <= self.bytes.len());
            let to = to.min(self.bytes.len());
            let from = from.min(to);
            // SAFETY: `from` is at most the length of the block.
            let first = unsafe { self.bytes.ptr().add(from) };
            // SAFETY: I2, the range is inside the block as was just seen to, and it is borrowed exclusively.
            unsafe { first.write_bytes(VACANT, to.wrapping_sub(from)) };
        }

        /// Takes the states of the first `len` slots of `other` over.
        pub(in super::super) fn copy_from(&mut self, other: &mut Self, len: usize) {
            debug_assert!(len <= self.bytes.len() && len <= other.bytes.len());
            let len = len.min(self.bytes.len()).min(other.bytes.len());
            // SAFETY: I2, both blocks have at least `len` bytes as was just seen to, they are different ones, and both
            // are borrowed exclusively.
            unsafe { self.bytes.ptr().copy_from_nonoverlapping(other.bytes.ptr(), len) };
        }

        /// Bytes of memory that the states take when those from slot `touched` on were never used.
        pub(in super::super) fn held(&self, touched: usize) -> usize {
            self.bytes.held(touched)
        }
    }
}

#[cfg(arenas_loom)]
mod modelled {
    use super::*;
    use crate::sync::Ordering;
    use alloc::boxed::Box;

    pub(in super::super) struct States {
        slots: Box<[(AtomicU8, Tracked)]>,
    }

    impl States {
        pub(in super::super) fn new(capacity: usize, _: Source) -> Result<Self, AllocError> {
            let slots = (0..capacity).map(|_| (AtomicU8::new(VACANT), Tracked::new())).collect();
            Ok(Self { slots })
        }

        /// The state of a slot.
        ///
        /// # Safety
        ///
        /// `slot` is below the capacity.
        pub(in super::super) unsafe fn of(&self, slot: usize) -> &AtomicU8 {
            &self.slots[slot].0
        }

        pub(in super::super) fn payload(&self, slot: usize) -> &Tracked {
            &self.slots[slot].1
        }

        /// Makes the slots `from..to` vacant.
        pub(in super::super) fn clear(&mut self, from: usize, to: usize) {
            for (state, _) in &self.slots[from..to] {
                // ORDERING: relaxed, the borrow is exclusive.
                state.store(VACANT, Ordering::Relaxed);
            }
        }

        /// Takes the states of the first `len` slots of `other` over.
        pub(in super::super) fn copy_from(&mut self, other: &mut Self, len: usize) {
            for (to, from) in self.slots.iter().zip(&other.slots[..len]) {
                // ORDERING: relaxed, both borrows are exclusive.
                to.0.store(from.0.load(Ordering::Relaxed), Ordering::Relaxed);
            }
        }

        /// Bytes of memory that the states take.
        pub(in super::super) fn held(&self, _: usize) -> usize {
            self.slots.len()
        }
    }
}
