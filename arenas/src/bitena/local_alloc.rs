//! The allocating methods of [`LocalBitena`]: those of [`Bitena`], with results that outlive the window.
//!
//! Their bodies are the functions of `raw::place`; here the pointers become references that live as long as the borrow
//! of the arena (I4).

use core::alloc::Layout;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::alloc::assert_held;
use super::{Bitena, LocalBitena};
use crate::boxed::ArenaBox;
use crate::error::{AllocError, Rejected};
use crate::holds::Holds;
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::place::{self, Reserve};

/// # Allocation
///
/// As in [`Bitena`], where there are examples; only that the results outlive the window, and no atomic operation is
/// needed.
#[allow(clippy::mut_from_ref, reason = "each call returns memory that nobody else has")]
impl<'a> LocalBitena<'a> {
    /// Moves `value` into the window.
    ///
    /// It is never dropped, so a type that needs that is refused: see [`Holds`].
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc`](Self::try_alloc) returns the value instead.
    #[inline]
    #[track_caller]
    pub fn alloc<T>(&self, value: T) -> &'a mut T
    where
        Bitena: Holds<T>,
    {
        self.try_alloc(value).or_panic("LocalBitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Moves `value` into the window, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity, with the value, when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc<T>(&self, value: T) -> Result<&'a mut T, Rejected<T>>
    where
        Bitena: Holds<T>,
    {
        const { assert_held::<T>() };
        place::value(self, value)
    }

    /// Copies `value` into the window: any `Copy` type, also of a foreign crate.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_copy`](Self::try_alloc_copy) returns the value instead.
    #[inline]
    #[track_caller]
    pub fn alloc_copy<T: Copy>(&self, value: T) -> &'a mut T {
        self.try_alloc_copy(value).or_panic("LocalBitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Copies `value` into the window, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity, with the value, when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_copy<T: Copy>(&self, value: T) -> Result<&'a mut T, Rejected<T>> {
        place::value(self, value)
    }

    /// Puts what `make` returns into the window, built in its place where the compiler can do that.
    ///
    /// `make` may allocate from the same arena. When it panics, its room goes back, unless something was
    /// allocated after it.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_with`](Self::try_alloc_with) returns the closure instead.
    #[inline]
    #[track_caller]
    pub fn alloc_with<T, F: FnOnce() -> T>(&self, make: F) -> &'a mut T
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_with(make).or_panic("LocalBitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Puts what `make` returns into the window, if there is room; otherwise `make` is not called.
    ///
    /// # Errors
    ///
    /// Capacity, with the closure, when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_with<T, F: FnOnce() -> T>(&self, make: F) -> Result<&'a mut T, Rejected<F>>
    where
        Bitena: Holds<T>,
    {
        const { assert_held::<T>() };
        place::value_with(self, make)
    }

    /// Takes room for a `T`, to be filled by the caller.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_uninit`](Self::try_alloc_uninit).
    #[inline]
    #[track_caller]
    pub fn alloc_uninit<T>(&self) -> &'a mut MaybeUninit<T>
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_uninit().or_panic("LocalBitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Takes room for a `T`, if there is any.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_uninit<T>(&self) -> Result<&'a mut MaybeUninit<T>, AllocError>
    where
        Bitena: Holds<T>,
    {
        const { assert_held::<T>() };
        place::uninit(self)
    }

    /// Takes room for `len` values, to be filled by the caller.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_uninit_slice`](Self::try_alloc_uninit_slice).
    #[inline]
    #[track_caller]
    pub fn alloc_uninit_slice<T>(&self, len: usize) -> &'a mut [MaybeUninit<T>]
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_uninit_slice(len).or_panic("LocalBitena", || Shortage::values::<T>(len, self.left()))
    }

    /// Takes room for `len` values, if there is any.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows. Nothing has changed then.
    #[inline]
    pub fn try_alloc_uninit_slice<T>(&self, len: usize) -> Result<&'a mut [MaybeUninit<T>], AllocError>
    where
        Bitena: Holds<T>,
    {
        const { assert_held::<T>() };
        place::uninit_slice(self, len)
    }

    /// Puts `len` copies of `init` into the window. O(`len`).
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_slice`](Self::try_alloc_slice).
    #[inline]
    #[track_caller]
    pub fn alloc_slice<T: Copy>(&self, init: T, len: usize) -> &'a mut [T] {
        self.try_alloc_slice(init, len).or_panic("LocalBitena", || Shortage::values::<T>(len, self.left()))
    }

    /// Puts `len` copies of `init` into the window, if there is room. O(`len`).
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows, with `init`. Nothing has changed
    /// then.
    #[inline]
    pub fn try_alloc_slice<T: Copy>(&self, init: T, len: usize) -> Result<&'a mut [T], Rejected<T>> {
        place::slice(self, init, len).map_err(|error| Rejected::new(init, error))
    }

    /// Copies a slice into the window.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_slice_copy`](Self::try_alloc_slice_copy).
    #[inline]
    #[track_caller]
    pub fn alloc_slice_copy<T: Copy>(&self, values: &[T]) -> &'a mut [T] {
        self.try_alloc_slice_copy(values).or_panic("LocalBitena", || Shortage::values::<T>(values.len(), self.left()))
    }

    /// Copies a slice into the window, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_slice_copy<T: Copy>(&self, values: &[T]) -> Result<&'a mut [T], AllocError> {
        place::slice_copy(self, values)
    }

    /// Clones a slice into the window.
    ///
    /// `clone` may allocate from the same arena. When it panics, the clones that were made are dropped.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_slice_clone`](Self::try_alloc_slice_clone).
    #[inline]
    #[track_caller]
    pub fn alloc_slice_clone<T: Clone>(&self, values: &[T]) -> &'a mut [T]
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_clone(values).or_panic("LocalBitena", || Shortage::values::<T>(values.len(), self.left()))
    }

    /// Clones a slice into the window, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_slice_clone<T: Clone>(&self, values: &[T]) -> Result<&'a mut [T], AllocError>
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_from_iter(values.iter().cloned()).map_err(AllocError::from)
    }

    /// Puts `len` values into the window, each what `make` returns for its position.
    ///
    /// `make` may allocate from the same arena. When it panics, the values that were made are dropped, and the room
    /// goes back unless something was allocated after it.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_slice_fill_with`](Self::try_alloc_slice_fill_with) returns the closure
    /// instead.
    #[inline]
    #[track_caller]
    pub fn alloc_slice_fill_with<T, F: FnMut(usize) -> T>(&self, len: usize, make: F) -> &'a mut [T]
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_fill_with(len, make).or_panic("LocalBitena", || Shortage::values::<T>(len, self.left()))
    }

    /// Puts `len` values into the window, if there is room; otherwise `make` is not called.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows, with the closure. Nothing has
    /// changed then.
    #[inline]
    pub fn try_alloc_slice_fill_with<T, F: FnMut(usize) -> T>(
        &self,
        len: usize,
        make: F,
    ) -> Result<&'a mut [T], Rejected<F>>
    where
        Bitena: Holds<T>,
    {
        const { assert_held::<T>() };
        place::slice_fill_with(self, len, make)
    }

    /// Puts `len` default values into the window.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_slice_fill_default`](Self::try_alloc_slice_fill_default).
    #[inline]
    #[track_caller]
    pub fn alloc_slice_fill_default<T: Default>(&self, len: usize) -> &'a mut [T]
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_fill_default(len).or_panic("LocalBitena", || Shortage::values::<T>(len, self.left()))
    }

    /// Puts `len` default values into the window, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows. Nothing has changed then.
    #[inline]
    pub fn try_alloc_slice_fill_default<T: Default>(&self, len: usize) -> Result<&'a mut [T], AllocError>
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_fill_with(len, |_| T::default()).map_err(AllocError::from)
    }

    /// Puts what an iterator yields into the window.
    ///
    /// Room is taken for the length that the iterator states. When it yields less, the slice is shorter, and the
    /// rest goes back unless something was allocated after it; when it could yield more, the surplus is not taken.
    /// The iterator may allocate from the same arena. When it panics, the values that it yielded are dropped.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_slice_from_iter`](Self::try_alloc_slice_from_iter) returns the iterator
    /// instead.
    #[inline]
    #[track_caller]
    pub fn alloc_slice_from_iter<I>(&self, values: I) -> &'a mut [I::Item]
    where
        I: IntoIterator,
        I::IntoIter: ExactSizeIterator,
        Bitena: Holds<I::Item>,
    {
        let values = values.into_iter();
        let len = values.len();
        self.try_alloc_slice_from_iter(values).or_panic("LocalBitena", || Shortage::values::<I::Item>(len, self.left()))
    }

    /// Puts what an iterator yields into the window, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows, with the iterator, of which
    /// nothing was taken. Nothing has changed then.
    #[inline]
    pub fn try_alloc_slice_from_iter<I>(&self, values: I) -> Result<&'a mut [I::Item], Rejected<I::IntoIter>>
    where
        I: IntoIterator,
        I::IntoIter: ExactSizeIterator,
        Bitena: Holds<I::Item>,
    {
        const { assert_held::<I::Item>() };
        place::slice_from_iter(self, values.into_iter())
    }

    /// Copies a text into the window.
    ///
    /// An empty text takes nothing, and can be had from a full arena.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_str`](Self::try_alloc_str).
    #[inline]
    #[track_caller]
    pub fn alloc_str(&self, text: &str) -> &'a str {
        self.try_alloc_str(text).or_panic("LocalBitena", || Shortage::values::<u8>(text.len(), self.left()))
    }

    /// Copies a text into the window, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_str(&self, text: &str) -> Result<&'a str, AllocError> {
        place::str(self, text)
    }

    /// Formats a text into the window. O(length), formatted twice: once to measure and once to write.
    ///
    /// A `Display` that writes less the second time gives a shorter text; one that writes more is an error.
    ///
    /// # Panics
    ///
    /// When there is no room or formatting fails; see [`try_alloc_fmt`](Self::try_alloc_fmt).
    #[track_caller]
    pub fn alloc_fmt(&self, arguments: fmt::Arguments<'_>) -> &'a str {
        self.try_alloc_fmt(arguments).or_panic("LocalBitena", || Shortage::Text { left: self.left() })
    }

    /// Formats a text into the window, if there is room. O(length), formatted twice: once to measure and once to
    /// write.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room; a [formatting error](AllocError::is_format) when an implementation of a
    /// formatting trait returns one, or writes more the second time. Nothing has changed then, unless that
    /// implementation itself allocated.
    pub fn try_alloc_fmt(&self, arguments: fmt::Arguments<'_>) -> Result<&'a str, AllocError> {
        place::fmt(self, arguments)
    }

    /// Moves `value` into the window and returns its owner, which drops it: the way in for values that need to be
    /// dropped. Any type.
    ///
    /// The room comes back with the arena's next reset, not with the box.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_box`](Self::try_alloc_box) returns the value instead.
    #[inline]
    #[track_caller]
    pub fn alloc_box<T>(&self, value: T) -> ArenaBox<'a, T> {
        self.try_alloc_box(value).or_panic("LocalBitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Moves `value` into the window and returns its owner, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity, with the value, when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_box<T>(&self, value: T) -> Result<ArenaBox<'a, T>, Rejected<T>> {
        place::owned_value(self, value).map(ArenaBox::new)
    }

    /// Puts what `make` returns into the window, and returns its owner.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_box_with`](Self::try_alloc_box_with) returns the closure instead.
    #[inline]
    #[track_caller]
    pub fn alloc_box_with<T, F: FnOnce() -> T>(&self, make: F) -> ArenaBox<'a, T> {
        self.try_alloc_box_with(make).or_panic("LocalBitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Puts what `make` returns into the window, and returns its owner, if there is room; otherwise `make` is not
    /// called.
    ///
    /// # Errors
    ///
    /// Capacity, with the closure, when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_box_with<T, F: FnOnce() -> T>(&self, make: F) -> Result<ArenaBox<'a, T>, Rejected<F>> {
        place::owned_value_with(self, make).map(ArenaBox::new)
    }

    /// Puts what an iterator yields into the window, and returns the owner of the slice, which drops the values.
    ///
    /// As [`alloc_slice_from_iter`](Self::alloc_slice_from_iter), for any type.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_box_slice_from_iter`](Self::try_alloc_box_slice_from_iter).
    #[inline]
    #[track_caller]
    pub fn alloc_box_slice_from_iter<I>(&self, values: I) -> ArenaBox<'a, [I::Item]>
    where
        I: IntoIterator,
        I::IntoIter: ExactSizeIterator,
    {
        let values = values.into_iter();
        let len = values.len();
        self.try_alloc_box_slice_from_iter(values)
            .or_panic("LocalBitena", || Shortage::values::<I::Item>(len, self.left()))
    }

    /// Puts what an iterator yields into the window, and returns the owner of the slice, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows, with the iterator, of which
    /// nothing was taken. Nothing has changed then.
    #[inline]
    pub fn try_alloc_box_slice_from_iter<I>(&self, values: I) -> Result<ArenaBox<'a, [I::Item]>, Rejected<I::IntoIter>>
    where
        I: IntoIterator,
        I::IntoIter: ExactSizeIterator,
    {
        place::owned_slice_from_iter(self, values.into_iter()).map(ArenaBox::new)
    }

    /// Takes room for `layout`, to be filled by the caller: valid for reads and writes of its size, and aligned to
    /// its alignment, while the arena is borrowed.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_layout`](Self::try_alloc_layout).
    #[inline]
    #[track_caller]
    pub fn alloc_layout(&self, layout: Layout) -> NonNull<u8> {
        self.try_alloc_layout(layout).or_panic("LocalBitena", || Shortage::layout(layout, self.left()))
    }

    /// Takes room for `layout`, if there is any.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_layout(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        Ok(Reserve::reserve(self, layout)?.at())
    }
}
