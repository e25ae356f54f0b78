//! Values in a claimed part of a ring: a short vector, shared bytes, and a single value.
//!
//! All three own their [`Claim`], and their contents are dropped before it is released: the claim is a field, so it
//! goes even when a destructor of a value panics.

use core::fmt;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit, needs_drop};
use core::ptr::{self, NonNull};
use core::slice;

use super::block::fill_freed;
use super::guards::{self, Chain, Claim};
use super::{layout, poison};
use crate::error::AllocError;
#[cfg(feature = "alloc")]
use crate::error::Rejected;

/// Up to `capacity` values, of which the first `len` are there. Two words.
pub(crate) struct Elements<T> {
    claim: Claim,
    len: u32,
    capacity: u32,
    values: PhantomData<T>,
}

impl<T> Elements<T> {
    /// Takes room for `capacity` values.
    ///
    /// # Errors
    ///
    /// A limit or an overflow when that is more than a buffer may have, no capacity when it does not fit.
    #[inline]
    pub(crate) fn take(chain: &Chain, capacity: usize) -> Result<Self, AllocError> {
        let layout = layout::array_of::<T>(capacity)?;
        let Ok(capacity) = u32::try_from(capacity) else { return Err(AllocError::LIMIT) };
        let units = guards::units(layout.size())?;
        let claim = chain.take(units, layout.align()).ok_or(AllocError::CAPACITY)?;
        claim.note_write();
        poison::permit(claim.payload(), layout.size());
        Ok(Self { claim, len: 0, capacity, values: PhantomData })
    }

    #[inline(always)]
    pub(crate) const fn len(&self) -> usize {
        self.len as usize
    }

    #[inline(always)]
    pub(crate) const fn capacity(&self) -> usize {
        self.capacity as usize
    }

    /// Room that is left.
    #[inline(always)]
    pub(crate) const fn spare(&self) -> usize {
        self.capacity.wrapping_sub(self.len) as usize // `len <= capacity` (I8).
    }

    #[inline(always)]
    fn ptr(&self) -> NonNull<T> {
        self.claim.payload().cast()
    }

    /// The place of value `index`, which is at most `capacity`.
    #[inline(always)]
    fn slot(&self, index: u32) -> NonNull<T> {
        debug_assert!(index <= self.capacity);
        // SAFETY: the claim has room for `capacity` values (I8).
        unsafe { self.ptr().add(index as usize) }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        self.claim.note_read();
        // SAFETY: the first `len` values are there, aligned, and this handle's own (I6, I8).
        unsafe { slice::from_raw_parts(self.ptr().as_ptr(), self.len()) }
    }

    #[inline]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        self.claim.note_write();
        // SAFETY: as in `as_slice`, and `&mut self` is the only way to them.
        unsafe { slice::from_raw_parts_mut(self.ptr().as_ptr(), self.len()) }
    }

    /// The room that is left.
    #[inline]
    pub(crate) fn spare_mut(&mut self) -> &mut [MaybeUninit<T>] {
        self.claim.note_write();
        let start = self.slot(self.len).cast().as_ptr();
        // SAFETY: the claim has room for `spare` values more (I8), which nobody else sees.
        unsafe { slice::from_raw_parts_mut(start, self.spare()) }
    }

    /// Says that the first `len` values are there.
    ///
    /// # Safety
    ///
    /// They must be, and `len` must be at most the capacity.
    #[inline]
    pub(crate) unsafe fn set_len(&mut self, len: usize) {
        debug_assert!(len <= self.capacity());
        self.len = len as u32; // At most the capacity, which is a `u32`.
    }

    /// Adds a value at the end; gives it back when there is no room.
    #[inline]
    pub(crate) fn push(&mut self, value: T) -> Option<T> {
        if self.len == self.capacity {
            return Some(value);
        }
        self.claim.note_write();
        // SAFETY: there is room at `len` (checked above), which nobody else sees.
        unsafe { self.slot(self.len).write(value) };
        self.len = self.len.wrapping_add(1); // Less than the capacity.
        None
    }

    /// Puts a value at `index` and moves those behind it; gives it back when there is no room or `index` is beyond
    /// the length.
    pub(crate) fn insert(&mut self, value: T, index: usize) -> Option<T> {
        let index = match u32::try_from(index) {
            Ok(index) if index <= self.len && self.len < self.capacity => index,
            _ => return Some(value),
        };
        self.claim.note_write();
        let place = self.slot(index);
        let behind = self.len.wrapping_sub(index) as usize; // Checked above.
        // SAFETY: the values from `index` on, and room for one more, are there (checked above).
        unsafe { ptr::copy(place.as_ptr(), place.as_ptr().wrapping_add(1), behind) };
        // SAFETY: what was at `index` has moved, or `index` is the first place of the spare room.
        unsafe { place.write(value) };
        self.len = self.len.wrapping_add(1); // Less than the capacity.
        None
    }

    /// Takes out the last value.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        self.claim.note_write();
        // SAFETY: the value was there, and is beyond the length now (I8).
        Some(unsafe { self.slot(self.len).read() })
    }

    /// Takes out the value at `index` and moves those behind it.
    pub(crate) fn remove(&mut self, index: usize) -> Option<T> {
        let index = u32::try_from(index).ok().filter(|&index| index < self.len)?;
        self.claim.note_write();
        let place = self.slot(index);
        self.len = self.len.wrapping_sub(1); // More than `index`.
        let behind = self.len.wrapping_sub(index) as usize;
        // SAFETY: the value at `index` is there (checked above), and is overwritten or beyond the length below.
        let value = unsafe { place.read() };
        // SAFETY: `behind` values follow it.
        unsafe { ptr::copy(place.as_ptr().wrapping_add(1), place.as_ptr(), behind) };
        Some(value)
    }

    /// Takes out the value at `index` and puts the last one there.
    pub(crate) fn swap_remove(&mut self, index: usize) -> Option<T> {
        let last = self.len().checked_sub(1)?;
        if index > last {
            return None;
        }
        self.as_mut_slice().swap(index, last);
        self.pop()
    }

    /// Drops the values from `len` on, first to last.
    pub(crate) fn truncate(&mut self, len: usize) {
        let Some(count) = self.len().checked_sub(len) else { return };
        self.claim.note_write();
        self.len = self.len.wrapping_sub(count as u32); // At most the length.
        let tail = ptr::slice_from_raw_parts_mut(self.slot(self.len).as_ptr(), count);
        // SAFETY: these values were there, and are beyond the length now: nobody drops them again (I8).
        unsafe { ptr::drop_in_place(tail) };
    }

    /// Takes the parts apart, without dropping anything.
    fn into_claim(self) -> Claim {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again.
        unsafe { ptr::read(&raw const this.claim) }
    }
}

impl<T: Copy> Elements<T> {
    /// Copies as many of `values` as there is room for, and says how many.
    #[inline]
    pub(crate) fn append(&mut self, values: &[T]) -> usize {
        let spare = self.spare();
        if values.len() <= spare {
            // SAFETY: there is room for all of them (checked above). Where their number is known, so is the copy's size.
            unsafe { self.append_unchecked(values) };
            return values.len();
        }
        let (fitting, _) = values.split_at(spare);
        // SAFETY: there is room for as many.
        unsafe { self.append_unchecked(fitting) };
        spare
    }

    /// Appends `count` copies of `value`, for which there must be room.
    #[inline]
    pub(crate) fn append_filled(&mut self, count: usize, value: T) {
        let (fitting, _) = self.spare_mut().split_at_mut(count);
        for slot in fitting {
            slot.write(value);
        }
        self.len = self.len.wrapping_add(count as u32); // At most the capacity, as was just checked.
    }

    /// # Safety
    ///
    /// There must be room for all `values`.
    #[inline(always)]
    unsafe fn append_unchecked(&mut self, values: &[T]) {
        debug_assert!(values.len() <= self.spare());
        self.claim.note_write();
        let start = self.slot(self.len).as_ptr();
        // SAFETY: the caller's promise; `values` cannot be in memory that only this handle sees.
        unsafe { ptr::copy_nonoverlapping(values.as_ptr(), start, values.len()) };
        self.len = self.len.wrapping_add(values.len() as u32); // At most the capacity.
    }
}

impl Elements<u8> {
    /// Makes room for `capacity` bytes (more than now): where it stands, else elsewhere with at least `roomy` bytes
    /// or as much as needed, else by sliding down. On failure nothing has changed.
    ///
    /// # Errors
    ///
    /// A limit when that is more than a buffer may have, no capacity when there is no room.
    ///
    /// # Safety
    ///
    /// The buffer must be of this chain.
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn grow(&mut self, chain: &Chain, capacity: usize, roomy: usize) -> Result<(), AllocError> {
        let Ok(wanted) = u32::try_from(capacity) else { return Err(AllocError::LIMIT) };
        let units = guards::units(capacity)?;
        // SAFETY: of this chain (the caller's promise), and never shared: `Shared` has no way back to here.
        if unsafe { chain.grow_in_place(&self.claim, units) } {
            poison::permit(self.claim.payload(), capacity);
            self.capacity = wanted;
            return Ok(());
        }
        let elsewhere = Self::take(chain, roomy).or_else(|_| Self::take(chain, capacity));
        if let Ok(mut bytes) = elsewhere {
            bytes.append(self.as_slice());
            *self = bytes;
            return Ok(());
        }
        self.claim.note_write();
        // SAFETY: as for `grow_in_place`, and `len` bytes are there (I8).
        if unsafe { chain.slide_down(&mut self.claim, self.len as usize, units) } {
            self.capacity = wanted;
            return Ok(());
        }
        Err(AllocError::CAPACITY)
    }

    /// Gives back the room beyond `capacity` bytes, but no byte that was written.
    ///
    /// # Safety
    ///
    /// The buffer must be of this chain.
    pub(crate) unsafe fn shrink(&mut self, chain: &Chain, capacity: usize) {
        let capacity = capacity.max(self.len());
        if capacity < self.capacity() {
            if let Ok(units) = guards::units(capacity) {
                // SAFETY: within the claim, which has room for more.
                let end = unsafe { self.claim.payload().byte_add(capacity) };
                poison::forbid(end, self.capacity().wrapping_sub(capacity));
                self.capacity = capacity as u32; // Less than a `u32`.
                // SAFETY: of this chain (the caller's promise), not shared, and nothing uses what is beyond.
                unsafe { chain.shrink(&self.claim, units) };
            }
        }
    }
}

impl<T> Drop for Elements<T> {
    #[inline]
    fn drop(&mut self) {
        if needs_drop::<T>() {
            self.truncate(0);
        }
        // SAFETY: the values are gone, and the claim, which is released after this, has room for `capacity` of them.
        unsafe { fill_freed(self.ptr().cast(), self.capacity().wrapping_mul(size_of::<T>())) }; // The claim's size.
    }
}

impl<T: fmt::Debug> fmt::Debug for Elements<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_slice(), f)
    }
}

/// Bytes that nobody changes any more, shared by counting in the guard. Two words.
pub(crate) struct Shared {
    claim: Claim,
    len: u32,
    capacity: u32,
}

impl Shared {
    #[inline]
    pub(crate) fn new(bytes: Elements<u8>) -> Self {
        let (len, capacity) = (bytes.len, bytes.capacity);
        Self { claim: bytes.into_claim(), len, capacity }
    }

    /// The bytes to write to again, when this handle is the only one.
    ///
    /// # Errors
    ///
    /// This handle, when there are others.
    pub(crate) fn try_unique(self) -> Result<Elements<u8>, Self> {
        if !self.claim.is_unique() {
            return Err(self);
        }
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again.
        let claim = unsafe { ptr::read(&raw const this.claim) };
        Ok(Elements { claim, len: this.len, capacity: this.capacity, values: PhantomData })
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.claim.note_read();
        // SAFETY: the first `len` bytes are there (I8), and nobody writes them while there are handles.
        unsafe { slice::from_raw_parts(self.claim.payload().as_ptr(), self.len as usize) }
    }
}

impl Clone for Shared {
    #[inline]
    fn clone(&self) -> Self {
        Self { claim: self.claim.share(), len: self.len, capacity: self.capacity }
    }
}

impl Drop for Shared {
    #[inline]
    fn drop(&mut self) {
        if cfg!(any(debug_assertions, arenas_asan)) && self.claim.is_unique() {
            self.claim.note_write();
            // SAFETY: this is the last handle, and the claim is released after this.
            unsafe { fill_freed(self.claim.payload(), self.capacity as usize) };
        }
    }
}

/// One value. One word.
#[cfg(feature = "alloc")]
pub(crate) struct Single<T> {
    claim: Claim,
    value: PhantomData<T>,
}

#[cfg(feature = "alloc")]
impl<T> Single<T> {
    /// Units that each value takes, its guard included.
    pub(crate) const UNITS: Result<u32, AllocError> = guards::units(size_of::<T>());

    /// Moves a value in.
    ///
    /// # Errors
    ///
    /// The value comes back when there is no room.
    #[inline]
    pub(crate) fn new(chain: &Chain, value: T) -> Result<Self, Rejected<T>> {
        let claim = match Self::UNITS {
            Ok(units) => chain.take(units, align_of::<T>()).ok_or(AllocError::CAPACITY),
            Err(error) => Err(error),
        };
        match claim {
            Ok(claim) => {
                claim.note_write();
                poison::permit(claim.payload(), size_of::<T>());
                // SAFETY: the claim has room for one value, aligned, which nobody else sees (I6).
                unsafe { claim.payload().cast().write(value) };
                Ok(Self { claim, value: PhantomData })
            }
            Err(error) => Err(Rejected::new(value, error)),
        }
    }

    #[inline]
    pub(crate) fn get(&self) -> &T {
        self.claim.note_read();
        // SAFETY: `new` has put a value there, and it goes with this handle.
        unsafe { self.claim.payload().cast().as_ref() }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.claim.note_write();
        // SAFETY: as in `get`, and `&mut self` is the only way to it.
        unsafe { self.claim.payload().cast().as_mut() }
    }

    /// Moves the value out.
    #[inline]
    pub(crate) fn into_inner(self) -> T {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again.
        let claim = unsafe { ptr::read(&raw const this.claim) };
        claim.note_write();
        // SAFETY: the value is there, and nobody drops it there any more.
        let value = unsafe { claim.payload().cast::<T>().read() };
        // SAFETY: the value is gone, and the claim, which is released after this, is of its size.
        unsafe { fill_freed(claim.payload(), size_of::<T>()) };
        value
    }
}

#[cfg(feature = "alloc")]
impl<T> Drop for Single<T> {
    #[inline]
    fn drop(&mut self) {
        self.claim.note_write();
        // SAFETY: the value is there until now, and this handle goes.
        unsafe { self.claim.payload().cast::<T>().drop_in_place() };
        // SAFETY: the value is gone, and the claim, which is released after this, is of its size.
        unsafe { fill_freed(self.claim.payload(), size_of::<T>()) };
    }
}
