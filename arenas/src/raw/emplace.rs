//! Putting values, slices and the items of iterators into the blocks of an allocator that bumps, with a drop record or
//! without.
//!
//! User code runs here (closures, iterators), and may panic or allocate from the same allocator. It finds a block that
//! is taken and not yet a value: dropped on the way out it goes back, and nothing about the allocator is remembered
//! across the call.

#![allow(clippy::mut_from_ref, reason = "each call returns another block")]

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit, needs_drop};
use core::ptr::NonNull;

use super::blocks::BlinkAllocator;
use super::copy::copy_bytes;
use super::drops::{self, DropList};
use super::layout;
use crate::error::{AllocError, Rejected};

/// A block that waits for its value; it goes back when it is dropped.
struct Place<'b, A: BlinkAllocator, T> {
    on: &'b A,
    /// Where the value is to be recorded, if it is to be dropped.
    drops: Option<&'b DropList>,
    block: NonNull<u8>,
    value: PhantomData<T>,
}

impl<'b, A: BlinkAllocator, T> Place<'b, A, T> {
    #[inline(always)]
    fn reserve(on: &'b A, drops: Option<&'b DropList>) -> Result<Self, AllocError> {
        let drops = if needs_drop::<T>() { drops } else { None };
        let block = on.allocate_known(Self::layout(drops.is_some()))?;
        Ok(Self { on, drops, block, value: PhantomData })
    }

    #[inline(always)]
    const fn layout(recorded: bool) -> Layout {
        if recorded { drops::layout_of_one::<T>() } else { Layout::new::<T>() }
    }

    #[inline(always)]
    fn finish(self, value: T) -> &'b mut T {
        let this = ManuallyDrop::new(self);
        let mut place = match this.drops {
            Some(drops) => {
                // SAFETY: the block was reserved for a record with its value.
                let place = unsafe { drops::value_of::<T>(this.block) };
                // SAFETY: valid for writes, and aligned (I14).
                unsafe { place.write(value) };
                // SAFETY: as above; the record is dropped before the allocator gives the block back (I15).
                unsafe { drops.add_one::<T>(this.block) };
                place
            }
            None => {
                let place = this.block.cast::<T>();
                // SAFETY: valid for writes, and aligned (I14).
                unsafe { place.write(value) };
                place
            }
        };
        // SAFETY: initialised, valid while the allocator is borrowed, and nobody else's (I14): the drop record is used
        // only when the borrow has ended.
        unsafe { place.as_mut() }
    }
}

impl<A: BlinkAllocator, T> Drop for Place<'_, A, T> {
    fn drop(&mut self) {
        // SAFETY: reserved by `reserve`, and nobody else knows of the block.
        unsafe { self.on.deallocate(self.block, Self::layout(self.drops.is_some())) };
    }
}

/// A place for a value, uninitialised.
#[inline]
pub(crate) fn uninit<A: BlinkAllocator, T>(on: &A) -> Result<&mut MaybeUninit<T>, AllocError> {
    let mut place = on.allocate_known(Layout::new::<T>())?.cast::<MaybeUninit<T>>();
    // SAFETY: valid while the allocator is borrowed, aligned, and nobody else's (I14).
    Ok(unsafe { place.as_mut() })
}

/// `value`, moved.
#[inline(always)]
pub(crate) fn value<'a, A: BlinkAllocator, T>(
    on: &'a A,
    drops: Option<&'a DropList>,
    value: T,
) -> Result<&'a mut T, Rejected<T>> {
    match Place::reserve(on, drops) {
        Ok(place) => Ok(place.finish(value)),
        Err(error) => Err(Rejected::new(value, error)),
    }
}

/// What `make` returns.
#[inline]
pub(crate) fn value_with<'a, A: BlinkAllocator, T, F: FnOnce() -> T>(
    on: &'a A,
    drops: Option<&'a DropList>,
    make: F,
) -> Result<&'a mut T, Rejected<F>> {
    match Place::reserve(on, drops) {
        Ok(place) => {
            let value = make();
            Ok(place.finish(value))
        }
        Err(error) => Err(Rejected::new(make, error)),
    }
}

/// What `make` returns, unless it fails: then the block goes back. The result is built beside the block, and only the
/// value gets into it.
#[inline]
pub(crate) fn value_with_fallible<'a, A: BlinkAllocator, T, E, F: FnOnce() -> Result<T, E>>(
    on: &'a A,
    drops: Option<&'a DropList>,
    make: F,
) -> Result<&'a mut T, Result<E, Rejected<F>>> {
    match Place::reserve(on, drops) {
        Ok(place) => match make() {
            Ok(value) => Ok(place.finish(value)),
            Err(error) => Err(Ok(error)),
        },
        Err(error) => Err(Err(Rejected::new(make, error))),
    }
}

/// A bitwise copy of `values`.
#[inline]
pub(crate) fn copy_slice<'a, A: BlinkAllocator, T: Copy>(on: &'a A, values: &[T]) -> Result<&'a mut [T], AllocError> {
    let place = on.allocate_known(Layout::for_value(values))?;
    // SAFETY: `place` was allocated for the layout of `values`, and is disjoint from it (I14).
    unsafe { copy_bytes(values.as_ptr().cast(), place.as_ptr(), size_of_val(values)) };
    let mut copy = NonNull::slice_from_raw_parts(place.cast(), values.len());
    // SAFETY: initialised, valid while the allocator is borrowed, and nobody else's (I14).
    Ok(unsafe { copy.as_mut() })
}

/// A block that takes values one by one. Dropped, it keeps those that it has.
struct Growing<'b, A: BlinkAllocator, T> {
    on: &'b A,
    drops: Option<&'b DropList>,
    block: Option<NonNull<u8>>,
    /// How many values the block has room for.
    capacity: usize,
    len: usize,
    values: PhantomData<T>,
}

impl<'b, A: BlinkAllocator, T> Growing<'b, A, T> {
    fn new(on: &'b A, drops: Option<&'b DropList>) -> Self {
        let drops = if needs_drop::<T>() { drops } else { None };
        Self { on, drops, block: None, capacity: 0, len: 0, values: PhantomData }
    }

    /// The layout of the block with room for `capacity` values.
    #[inline]
    fn layout(&self, capacity: usize) -> Result<Layout, AllocError> {
        let capacity = if size_of::<T>() == 0 { 0 } else { capacity };
        if self.drops.is_some() { drops::layout_of_many::<T>(capacity) } else { layout::array_of::<T>(capacity) }
    }

    /// Bytes before the first value.
    #[inline]
    fn offset(&self) -> usize {
        if self.drops.is_some() { drops::values_offset::<T>() } else { 0 }
    }

    /// Makes room for at least one more value, better for `expected`.
    #[inline(never)]
    fn grow(&mut self, expected: usize) -> Result<(), AllocError> {
        match self.block {
            None => self.start(expected),
            Some(block) => self.extend(block, expected),
        }
    }

    fn start(&mut self, expected: usize) -> Result<(), AllocError> {
        // A hint that no memory could satisfy says nothing, and one that is refused is none either.
        let mut wish = expected.max(4);
        if self.layout(wish).is_err() {
            wish = 4;
        }
        for capacity in [wish, 4, 1] {
            let allocated = self.layout(capacity).and_then(|layout| self.on.allocate_known(layout));
            match allocated {
                Ok(block) => {
                    self.block = Some(block);
                    self.capacity = if size_of::<T>() == 0 { usize::MAX } else { capacity };
                    return Ok(());
                }
                Err(error) if capacity == 1 => return Err(error),
                Err(_) => {}
            }
        }
        Err(AllocError::CAPACITY)
    }

    fn extend(&mut self, block: NonNull<u8>, expected: usize) -> Result<(), AllocError> {
        let old = self.layout(self.capacity)?;
        let mut extra = expected.max(self.capacity);
        // What is left in the chunk comes first: nothing is moved, no chunk is taken and no end is lost.
        let room = self.on.extent(block, old).saturating_sub(self.offset());
        let fitting = room.checked_div(size_of::<T>()).unwrap_or(0).saturating_sub(self.capacity);
        if fitting != 0 {
            extra = extra.min(fitting);
        }
        loop {
            let capacity = self.capacity.saturating_add(extra);
            let resized = self.layout(capacity).and_then(|new| {
                // SAFETY: the block was allocated with `old`, and only this value knows of it.
                unsafe { self.on.resize(block, old, new) }
            });
            match resized {
                Ok(block) => {
                    self.block = Some(block.cast());
                    self.capacity = capacity;
                    return Ok(());
                }
                Err(error) if extra <= 1 => return Err(error),
                Err(_) => extra /= 2,
            }
        }
    }

    /// There must be room.
    #[inline]
    fn push(&mut self, value: T) {
        debug_assert!(self.len < self.capacity);
        let Some(block) = self.block else { return };
        // No overflow: within the block, or 0 for values of size 0.
        let offset = self.offset().wrapping_add(self.len.wrapping_mul(size_of::<T>()));
        // SAFETY: `len < capacity`, as the caller checked, so it is within the block.
        let place = unsafe { block.byte_add(offset) }.cast::<T>();
        // SAFETY: valid for writes, and aligned: the offset is that of a value in an array.
        unsafe { place.write(value) };
        self.len = self.len.wrapping_add(1);
    }

    /// Gives up the room that is left, and records the values if they are to be dropped.
    fn settle(&mut self) -> NonNull<[T]> {
        let Some(mut block) = self.block.take() else { return NonNull::slice_from_raw_parts(NonNull::dangling(), 0) };
        if let (Ok(old), Ok(new)) = (self.layout(self.capacity), self.layout(self.len)) {
            if new.size() < old.size() {
                // SAFETY: the block was allocated with `old`, and only this value knows of it.
                if let Ok(shorter) = unsafe { self.on.resize(block, old, new) } {
                    block = shorter.cast();
                }
            }
        }
        if let Some(drops) = self.drops {
            // SAFETY: `len` values were written behind the head; the record is dropped before the allocator gives the
            // block back (I15).
            unsafe { drops.add_many::<T>(block, self.len) };
        }
        // SAFETY: within the block, or its end when there are no values.
        let first = unsafe { block.byte_add(self.offset()) }.cast();
        NonNull::slice_from_raw_parts(first, self.len)
    }

    /// The values, which are all.
    fn finish(self) -> &'b mut [T] {
        let mut values = ManuallyDrop::new(self).settle();
        // SAFETY: initialised, valid while the allocator is borrowed, and nobody else's (I14): the drop record is used
        // only when the borrow has ended.
        unsafe { values.as_mut() }
    }
}

impl<A: BlinkAllocator, T> Drop for Growing<'_, A, T> {
    fn drop(&mut self) {
        self.settle();
    }
}

/// The values that got in, and those that did not.
pub(crate) struct Partial<'a, I: Iterator> {
    pub(crate) built: &'a mut [I::Item],
    pub(crate) next: I::Item,
    pub(crate) rest: I,
    pub(crate) error: AllocError,
}

/// All items of `items`, one after the other.
pub(crate) fn from_iter<'a, A: BlinkAllocator, I: Iterator>(
    on: &'a A,
    drops: Option<&'a DropList>,
    mut items: I,
) -> Result<&'a mut [I::Item], Partial<'a, I>> {
    let mut growing = Growing::new(on, drops);
    while let Some(item) = items.next() {
        if growing.len == growing.capacity {
            let expected = items.size_hint().0.saturating_add(1);
            if let Err(error) = growing.grow(expected) {
                return Err(Partial { built: growing.finish(), next: item, rest: items, error });
            }
        }
        growing.push(item);
    }
    // Before the iterator goes, whose destructor is user code.
    Ok(growing.finish())
}

/// The bytes of `text`.
#[inline]
pub(crate) fn copy_str<'a, A: BlinkAllocator>(on: &'a A, text: &str) -> Result<&'a mut str, AllocError> {
    let bytes = copy_slice(on, text.as_bytes())?;
    // SAFETY: the bytes of a `str`.
    Ok(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
}
