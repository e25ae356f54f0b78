//! Type-erased drop records: what a bump arena needs to run destructors.
//!
//! ```text
//!   newest
//!     |
//!   +------+------+-------+        +------+------+-----+---+---+---+
//!   | drop | next | value |        | drop | next | len | v | v | v |
//!   +------+------+-------+        +------+------+-----+---+---+---+
//!             |                    ^         |
//!             +--------------------+         +--> older ones
//! ```
//!
//! A record stands directly before its value, or before the slice of its values. The list is shortened before each
//! destructor runs, so that a value is dropped at most once whatever the destructor does, and one that panics does not
//! keep the others from running.

use core::alloc::Layout;
use core::cell::Cell;
use core::fmt;
use core::mem::offset_of;
use core::ptr::NonNull;

use super::layout;
use crate::error::AllocError;

/// The part of a record that does not depend on the type of the value.
struct Record {
    /// Drops what stands behind the record.
    drop: unsafe fn(NonNull<Record>),
    next: Option<NonNull<Record>>,
}

#[repr(C)]
struct One<T> {
    record: Record,
    value: T,
}

#[repr(C)]
struct Many<T> {
    record: Record,
    len: usize,
    values: [T; 0],
}

/// The layout of a record with its value.
pub(crate) const fn layout_of_one<T>() -> Layout {
    Layout::new::<One<T>>()
}

/// Where the value of a record in the block at `block` goes.
///
/// # Safety
///
/// The block has at least the layout [`layout_of_one`].
#[inline]
pub(crate) unsafe fn value_of<T>(block: NonNull<u8>) -> NonNull<T> {
    // SAFETY: within the block.
    unsafe { block.byte_add(offset_of!(One<T>, value)) }.cast()
}

/// The layout of a record with `len` values.
///
/// # Errors
///
/// A layout overflow when it has more than `isize::MAX` bytes.
#[inline]
pub(crate) fn layout_of_many<T>(len: usize) -> Result<Layout, AllocError> {
    let values = layout::array_of::<T>(len)?;
    let (whole, offset) = Layout::new::<Many<T>>().extend(values).map_err(|_| AllocError::LAYOUT_OVERFLOW)?;
    debug_assert!(offset == offset_of!(Many<T>, values));
    Ok(whole)
}

/// Bytes of a record before its values.
#[inline]
pub(crate) const fn values_offset<T>() -> usize {
    // The size is a multiple of the alignment of `T` too, so the values stand directly behind.
    const { assert!(offset_of!(Many<T>, values) == size_of::<Many<T>>()) };
    offset_of!(Many<T>, values)
}

/// The values that an arena will drop. Newest first.
pub(crate) struct DropList {
    newest: Cell<Option<NonNull<Record>>>,
    len: Cell<usize>,
}

impl DropList {
    pub(crate) const fn new() -> Self {
        Self { newest: Cell::new(None), len: Cell::new(0) }
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.len.get()
    }

    /// Adds the record of the value at [`value_of`]`(block)`.
    ///
    /// # Safety
    ///
    /// The block has the layout [`layout_of_one`], is valid for reads and writes until the record is dropped, and
    /// nobody else drops the value, which is initialised.
    #[inline]
    pub(crate) unsafe fn add_one<T>(&self, block: NonNull<u8>) {
        unsafe fn drop_one<T>(record: NonNull<Record>) {
            // SAFETY: the record is the head of a `One<T>`, by which it was added.
            let value = unsafe { value_of::<T>(record.cast()) };
            // SAFETY: initialised, and dropped only here.
            unsafe { value.drop_in_place() };
        }
        // SAFETY: the caller's promise.
        unsafe { self.add(block, drop_one::<T>) };
    }

    /// Adds the record of the `len` values that stand [`values_offset`] behind `block`.
    ///
    /// # Safety
    ///
    /// The block has the layout [`layout_of_many`] of at least `len`, is valid for reads and writes until the record is
    /// dropped, and nobody else drops the values, which are initialised.
    #[inline]
    pub(crate) unsafe fn add_many<T>(&self, block: NonNull<u8>, len: usize) {
        unsafe fn drop_many<T>(record: NonNull<Record>) {
            // SAFETY: the record is the head of a `Many<T>`, by which it was added.
            let len = unsafe { record.byte_add(offset_of!(Many<T>, len)) }.cast::<usize>();
            // SAFETY: written by `add_many`.
            let len = unsafe { len.read() };
            // From the pointer to the block, because a reference to the head would not reach to the values.
            // SAFETY: within the block.
            let first = unsafe { record.byte_add(values_offset::<T>()) }.cast::<T>();
            // SAFETY: so many values are initialised, and are dropped only here.
            unsafe { NonNull::slice_from_raw_parts(first, len).drop_in_place() };
        }
        // SAFETY: within the block.
        let place = unsafe { block.byte_add(offset_of!(Many<T>, len)) }.cast::<usize>();
        // SAFETY: as above, and aligned.
        unsafe { place.write(len) };
        // SAFETY: the caller's promise.
        unsafe { self.add(block, drop_many::<T>) };
    }

    /// # Safety
    ///
    /// A record fits at `block`, whose memory stays until the record is dropped, and `drop` may be called then, once.
    #[inline]
    unsafe fn add(&self, block: NonNull<u8>, drop: unsafe fn(NonNull<Record>)) {
        let record = block.cast::<Record>();
        // SAFETY: the caller's promise.
        unsafe { record.write(Record { drop, next: self.newest.get() }) };
        self.newest.set(Some(record));
        // Each record takes memory, so there are fewer than a `usize` can say.
        self.len.set(self.len.get().wrapping_add(1));
    }

    /// Drops the values of the newest records until only `keep` are left.
    ///
    /// # Panics
    ///
    /// When a destructor does; the others run nevertheless.
    pub(crate) fn drop_down_to(&self, keep: usize) {
        struct Others<'a>(&'a DropList, usize);
        impl Drop for Others<'_> {
            fn drop(&mut self) {
                // After a panic. A second one aborts.
                self.0.drop_newest(self.1);
            }
        }
        let others = Others(self, keep);
        self.drop_newest(keep);
        core::mem::forget(others);
    }

    fn drop_newest(&self, keep: usize) {
        while self.len.get() > keep {
            let Some(newest) = self.newest.get() else { return };
            // SAFETY: a record in the list is initialised, and its memory stays until it is dropped.
            let Record { drop, next } = unsafe { newest.read() };
            self.newest.set(next);
            self.len.set(self.len.get().wrapping_sub(1)); // More than `keep`.
            // SAFETY: the record is out of the list now, so this is the only call.
            unsafe { drop(newest) };
        }
    }
}

impl fmt::Debug for DropList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DropList").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(align(64))]
    struct Wide<'a>(&'a Cell<u32>, u32);

    impl Drop for Wide<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get().wrapping_mul(10).wrapping_add(self.1));
        }
    }

    #[repr(align(64))]
    struct Memory(#[allow(dead_code, reason = "bytes for blocks")] [core::mem::MaybeUninit<u8>; 1024]);

    #[test]
    fn records_drop_the_newest_first_and_only_down_to_what_is_kept() {
        let seen = Cell::new(0);
        let list = DropList::new();
        let mut memory = [const { Memory([core::mem::MaybeUninit::uninit(); 1024]) }; 3];
        let [a, b, c] = memory.each_mut().map(|memory| NonNull::from(memory).cast::<u8>());
        for (block, number) in [(a, 1), (b, 2)] {
            assert!(layout_of_one::<Wide<'_>>().size() <= 1024);
            // SAFETY: the block is large enough.
            let value = unsafe { value_of(block) };
            // SAFETY: as above, and it outlives the list's use of it.
            unsafe { value.write(Wide(&seen, number)) };
            // SAFETY: as above.
            unsafe { list.add_one::<Wide<'_>>(block) };
        }
        let many = layout_of_many::<Wide<'_>>(3).unwrap();
        assert!(many.size() <= 1024);
        for (place, number) in [3, 4, 5].into_iter().enumerate() {
            // SAFETY: the block is large enough.
            let first = unsafe { c.byte_add(values_offset::<Wide<'_>>()) }.cast::<Wide<'_>>();
            // SAFETY: as above.
            let value = unsafe { first.add(place) };
            // SAFETY: aligned, because the block and the offset are.
            unsafe { value.write(Wide(&seen, number)) };
        }
        // SAFETY: three values were written.
        unsafe { list.add_many::<Wide<'_>>(c, 3) };
        assert_eq!(list.len(), 3);
        list.drop_down_to(1);
        assert_eq!((seen.get(), list.len()), (3452, 1));
        list.drop_down_to(0);
        assert_eq!((seen.get(), list.len()), (34521, 0));
    }
}
