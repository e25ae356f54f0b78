//! What AddressSanitizer is told about the memory inside arenas. Empty but under `cfg(arenas_asan)`.
//!
//! AddressSanitizer knows blocks of the heap, not what an arena hands out of one: a use of a value after a reset, or of
//! bytes beyond the tip, is an access to a live block for it. Under `--cfg arenas_asan` (with `-Zsanitizer=address`, or it does not
//! link) the core forbids access to what is free, and permits it where it hands something out. No byte count
//! changes. `--cfg arenas_redzones` beside it leaves [`ZONE`](super::layout::ZONE) forbidden bytes between allocations.
//!
//! The shadow has a byte for each [`UNIT`] of 8 bytes, which says how many of them, from the first on, may be accessed. A
//! call permits at least what is asked, and forbids at most that. Shadow bytes are changed without atomic operations, so
//! where threads may own parts of one unit, the functions on whole units must be used: these only store, and whatever
//! the order of the stores, no byte that is permitted is forbidden by them.
//!
//! Who gives memory back to where it came from permits it before.

use core::ptr::NonNull;

#[cfg(feature = "alloc")]
pub(crate) use values::{Values, for_one_more, from_vec, into_vec};

/// Bytes of memory for each byte of the shadow.
#[cfg(arenas_asan)]
const UNIT: usize = 8;

#[cfg(arenas_asan)]
mod runtime {
    // SAFETY: the runtime has these functions, and they change nothing but its own shadow of the address space.
    unsafe extern "C" {
        pub(super) safe fn __asan_poison_memory_region(start: *const u8, len: usize);
        pub(super) safe fn __asan_unpoison_memory_region(start: *const u8, len: usize);
    }
}

/// Forbids access to bytes whose units no other thread owns a part of.
#[inline(always)]
pub(crate) fn forbid(start: NonNull<u8>, len: usize) {
    #[cfg(arenas_asan)]
    if len != 0 {
        runtime::__asan_poison_memory_region(start.as_ptr(), len);
    }
    let _ = (start, len);
}

/// Permits access to bytes whose units no other thread owns a part of.
#[inline(always)]
pub(crate) fn permit(start: NonNull<u8>, len: usize) {
    #[cfg(arenas_asan)]
    if len != 0 {
        runtime::__asan_unpoison_memory_region(start.as_ptr(), len);
    }
    let _ = (start, len);
}

/// Forbids access to those units that are wholly within these bytes.
#[inline(always)]
pub(crate) fn forbid_units(start: NonNull<u8>, len: usize) {
    #[cfg(arenas_asan)]
    {
        let end = start.as_ptr().wrapping_add(len);
        let first = start.as_ptr().wrapping_add(start.addr().get().wrapping_neg() % UNIT);
        let last = end.wrapping_sub(end.addr() % UNIT);
        if first < last {
            runtime::__asan_poison_memory_region(first, last.addr().wrapping_sub(first.addr()));
        }
    }
    let _ = (start, len);
}

/// Permits access to all units that have a part in these bytes.
#[inline(always)]
pub(crate) fn permit_units(start: NonNull<u8>, len: usize) {
    #[cfg(arenas_asan)]
    if len != 0 {
        let before = start.addr().get() % UNIT;
        let units = before.wrapping_add(len).div_ceil(UNIT);
        runtime::__asan_unpoison_memory_region(start.as_ptr().wrapping_sub(before), units.wrapping_mul(UNIT));
    }
    let _ = (start, len);
}

/// A `Vec` whose room behind the values is forbidden when values were cut off, for code that has no business with
/// pointers. Without the cfg it is a `Vec`.
#[cfg(all(feature = "alloc", not(arenas_asan)))]
mod values {
    use alloc::vec::Vec;

    pub(crate) type Values<T> = Vec<T>;

    #[inline(always)]
    pub(crate) fn from_vec<T>(values: Vec<T>) -> Values<T> {
        values
    }

    #[inline(always)]
    pub(crate) fn into_vec<T>(values: Values<T>) -> Vec<T> {
        values
    }

    #[inline(always)]
    pub(crate) fn for_one_more<T>(values: &mut Values<T>) -> &mut Vec<T> {
        values
    }
}

#[cfg(all(feature = "alloc", arenas_asan))]
mod values {
    use alloc::vec::Vec;
    use core::ops::{Deref, DerefMut};
    use core::ptr::NonNull;
    use core::slice::SliceIndex;

    use super::{forbid, permit};

    pub(crate) struct Values<T> {
        // Goes first, so that the memory is permitted when the `Vec` gives it back.
        room: Room,
        vec: Vec<T>,
    }

    /// What may be forbidden. A type of its own, because a `Values` with a destructor could not hold borrows that a `Vec`
    /// can.
    struct Room {
        address: usize,
        len: usize,
    }

    impl Room {
        const NONE: Self = Self { address: 0, len: 0 };
    }

    impl Drop for Room {
        fn drop(&mut self) {
            if let Some(start) = NonNull::new(core::ptr::without_provenance_mut(self.address)) {
                permit(start, self.len);
            }
        }
    }

    pub(crate) fn from_vec<T>(vec: Vec<T>) -> Values<T> {
        Values { room: Room::NONE, vec }
    }

    pub(crate) fn into_vec<T>(mut values: Values<T>) -> Vec<T> {
        values.room = Room::NONE;
        values.vec
    }

    /// The `Vec`, to which one value may be added.
    pub(crate) fn for_one_more<T>(values: &mut Values<T>) -> &mut Vec<T> {
        if let Some(place) = values.vec.spare_capacity_mut().first_mut() {
            permit(NonNull::from(place).cast(), size_of::<T>());
        }
        &mut values.vec
    }

    // Those of `Vec` that are used while the room is forbidden. All others permit it, by `DerefMut`.
    impl<T> Values<T> {
        pub(crate) const fn new() -> Self {
            Self { room: Room::NONE, vec: Vec::new() }
        }

        pub(crate) fn truncate(&mut self, len: usize) {
            self.vec.truncate(len);
            let room = self.vec.spare_capacity_mut();
            let (start, len) = (NonNull::from(&mut *room).cast::<u8>(), size_of_val(room));
            forbid(start, len);
            // The room only grows here, so that this is all that was forbidden before, too.
            core::mem::forget(core::mem::replace(&mut self.room, Room { address: start.addr().get(), len }));
        }

        pub(crate) fn get_mut<I: SliceIndex<[T]>>(&mut self, index: I) -> Option<&mut I::Output> {
            self.vec.get_mut(index)
        }

        pub(crate) fn iter_mut(&mut self) -> core::slice::IterMut<'_, T> {
            self.vec.iter_mut()
        }
    }

    impl<T> Deref for Values<T> {
        type Target = Vec<T>;

        fn deref(&self) -> &Vec<T> {
            &self.vec
        }
    }

    impl<T> DerefMut for Values<T> {
        fn deref_mut(&mut self) -> &mut Vec<T> {
            self.room = Room::NONE;
            &mut self.vec
        }
    }
}
