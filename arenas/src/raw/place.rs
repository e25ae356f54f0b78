//! Putting values into reserved bytes: the bodies of all allocating methods.
//!
//! They are generic over [`Reserve`], something that hands out bytes for good, so that each is written once, whatever
//! the arena and in whichever direction it bumps. Each reserves first and then runs the user's code (closure,
//! iterator, `Display`), which may therefore allocate from the same arena. If that code panics, what was built is
//! dropped and the bytes go back, if they are still the newest.

use core::alloc::Layout;
use core::fmt;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr::NonNull;

use super::copy::copy_bytes;
use super::cursor::Taken;
use super::layout;
use super::owned::Owned;
use crate::error::{AllocError, Rejected};

/// Something that hands out bytes which stay valid for `'a`.
///
/// # Safety
///
/// I4: what `reserve` returns is aligned to its layout, valid for reads and writes of its size for all of `'a`, and
/// disjoint from all else that was handed out and not given back.
pub(crate) unsafe trait Reserve<'a>: Copy {
    /// Takes bytes for `layout`; on an error nothing has changed.
    fn reserve(self, layout: Layout) -> Result<Taken, AllocError>;

    /// Gives all of `taken` back, if that is still possible.
    ///
    /// # Safety
    ///
    /// `taken` comes from `reserve` of the same arena, and nothing in it is used any more.
    unsafe fn give_back(self, taken: Taken);

    /// Keeps the first `keep` of `len` bytes, gives the others back if that is possible, and says where the kept ones
    /// are now: they may have moved within `taken`, and are aligned as before.
    ///
    /// # Safety
    ///
    /// `taken` comes from `reserve` of the same arena for `len` bytes; `keep <= len` is a multiple of its alignment;
    /// no pointer into it is used any more.
    unsafe fn shorten(self, taken: Taken, len: usize, keep: usize) -> NonNull<u8>;
}

/// Bytes whose value is being made; they go back when that panics.
struct Unfinished<'a, R: Reserve<'a>> {
    on: R,
    taken: Taken,
    arena: PhantomData<&'a ()>,
}

impl<'a, R: Reserve<'a>> Unfinished<'a, R> {
    #[inline]
    fn reserve(on: R, layout: Layout) -> Result<Self, AllocError> {
        Ok(Self { on, taken: on.reserve(layout)?, arena: PhantomData })
    }

    /// The bytes hold what they should: they stay taken.
    #[inline]
    fn finish(self) -> NonNull<u8> {
        ManuallyDrop::new(self).taken.at()
    }
}

impl<'a, R: Reserve<'a>> Drop for Unfinished<'a, R> {
    fn drop(&mut self) {
        // SAFETY: the bytes come from `on`, and only this value, which ends here, knows of them.
        unsafe { self.on.give_back(self.taken) }
    }
}

/// A slice that is being filled from its first element on; drops what it has when the filling panics.
struct Filling<'a, R: Reserve<'a>, T> {
    place: Unfinished<'a, R>,
    built: usize,
    len: usize,
    values: PhantomData<T>,
}

impl<'a, R: Reserve<'a>, T> Filling<'a, R, T> {
    #[inline]
    fn reserve(on: R, len: usize) -> Result<Self, AllocError> {
        let place = Unfinished::reserve(on, layout::array_of::<T>(len)?)?;
        Ok(Self { place, built: 0, len, values: PhantomData })
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.built == self.len
    }

    #[inline]
    fn push(&mut self, value: T) {
        debug_assert!(!self.is_full());
        // SAFETY: `built < len` as callers check, so the element is within what was reserved for `len` (I4).
        let next = unsafe { self.place.taken.at().cast::<T>().add(self.built) };
        // SAFETY: as above, and aligned for `T`.
        unsafe { next.write(value) };
        self.built = self.built.wrapping_add(1); // At most `len`.
    }

    /// The elements built so far, which are all that stays: valid for `'a` and the caller's alone (I4).
    #[inline]
    fn finish(self) -> NonNull<[T]> {
        let this = ManuallyDrop::new(self);
        let at = if this.built == this.len {
            this.place.taken.at()
        } else {
            // Both products are at most the size of the layout that was reserved (I1).
            let bytes = |count: usize| size_of::<T>().wrapping_mul(count);
            // SAFETY: the bytes come from `on` for `len` elements; `built < len`; no pointer to them is out yet.
            unsafe { this.place.on.shorten(this.place.taken, bytes(this.len), bytes(this.built)) }
        };
        NonNull::slice_from_raw_parts(at.cast(), this.built)
    }
}

impl<'a, R: Reserve<'a>, T> Drop for Filling<'a, R, T> {
    fn drop(&mut self) {
        let built = NonNull::<[T]>::slice_from_raw_parts(self.place.taken.at().cast(), self.built);
        // SAFETY: the first `built` elements are initialised, and nobody else knows of them. `place` gives the bytes
        // back afterwards.
        unsafe { built.drop_in_place() }
    }
}

/// Room for a `T`.
#[inline]
pub(crate) fn uninit<'a, R: Reserve<'a>, T: 'a>(on: R) -> Result<&'a mut MaybeUninit<T>, AllocError> {
    let mut place = on.reserve(Layout::new::<T>())?.at().cast::<MaybeUninit<T>>();
    // SAFETY: valid for `'a`, aligned, and the caller's alone (I4); it need not be initialised.
    Ok(unsafe { place.as_mut() })
}

/// Room for `len` values of type `T`.
#[inline]
pub(crate) fn uninit_slice<'a, R: Reserve<'a>, T: 'a>(
    on: R,
    len: usize,
) -> Result<&'a mut [MaybeUninit<T>], AllocError> {
    let taken = on.reserve(layout::array_of::<T>(len)?)?;
    let mut place = NonNull::slice_from_raw_parts(taken.at().cast::<MaybeUninit<T>>(), len);
    // SAFETY: valid for `'a`, aligned, and the caller's alone (I4); they need not be initialised.
    Ok(unsafe { place.as_mut() })
}

/// A value.
#[inline]
pub(crate) fn value<'a, R: Reserve<'a>, T: 'a>(on: R, value: T) -> Result<&'a mut T, Rejected<T>> {
    match uninit(on) {
        Ok(place) => Ok(place.write(value)),
        Err(error) => Err(Rejected::new(value, error)),
    }
}

/// A value with an owner.
#[inline]
pub(crate) fn owned_value<'a, R: Reserve<'a>, T>(on: R, value: T) -> Result<Owned<'a, T>, Rejected<T>> {
    let place = match on.reserve(Layout::new::<T>()) {
        Ok(taken) => taken.at().cast::<T>(),
        Err(error) => return Err(Rejected::new(value, error)),
    };
    // SAFETY: valid for `'a`, aligned, and the caller's alone (I4).
    unsafe { place.write(value) };
    // SAFETY: I18: initialised just now, and as above.
    Ok(unsafe { Owned::new(place) })
}

/// What a closure makes, in its place.
#[inline]
pub(crate) fn value_with<'a, R: Reserve<'a>, T: 'a, F: FnOnce() -> T>(
    on: R,
    make: F,
) -> Result<&'a mut T, Rejected<F>> {
    // SAFETY: initialised, valid for `'a` and the caller's alone (I4).
    made_with(on, make).map(|mut value| unsafe { value.as_mut() })
}

/// The same with an owner.
#[inline]
pub(crate) fn owned_value_with<'a, R: Reserve<'a>, T, F: FnOnce() -> T>(
    on: R,
    make: F,
) -> Result<Owned<'a, T>, Rejected<F>> {
    // SAFETY: I18: initialised just now, valid for `'a`, and nobody else's (I4).
    made_with(on, make).map(|value| unsafe { Owned::new(value) })
}

#[inline]
fn made_with<'a, R: Reserve<'a>, T, F: FnOnce() -> T>(on: R, make: F) -> Result<NonNull<T>, Rejected<F>> {
    match Unfinished::reserve(on, Layout::new::<T>()) {
        Ok(place) => {
            let value = make();
            let place = place.finish().cast::<T>();
            // SAFETY: valid for `'a`, aligned, and the caller's alone (I4).
            unsafe { place.write(value) };
            Ok(place)
        }
        Err(error) => Err(Rejected::new(make, error)),
    }
}

/// `len` copies of a value.
#[inline]
pub(crate) fn slice<'a, R: Reserve<'a>, T: Copy + 'a>(on: R, init: T, len: usize) -> Result<&'a mut [T], AllocError> {
    let place = uninit_slice::<R, T>(on, len)?;
    if size_of::<T>() != 0 {
        place.fill(MaybeUninit::new(init));
    }
    let mut values = NonNull::slice_from_raw_parts(NonNull::from(place).cast::<T>(), len);
    // SAFETY: initialised just now, or of no size and `Copy` like `init`; valid for `'a` and the caller's alone (I4).
    Ok(unsafe { values.as_mut() })
}

/// A copy of a slice.
#[inline]
pub(crate) fn slice_copy<'a, R: Reserve<'a>, T: Copy + 'a>(on: R, values: &[T]) -> Result<&'a mut [T], AllocError> {
    let place = on.reserve(Layout::for_value(values))?.at();
    // SAFETY: `place` was reserved for the layout of `values`, and is disjoint from it (I4).
    unsafe { copy_bytes(values.as_ptr().cast(), place.as_ptr(), size_of_val(values)) };
    let mut copy = NonNull::slice_from_raw_parts(place.cast::<T>(), values.len());
    // SAFETY: initialised just now, valid for `'a` and the caller's alone (I4).
    Ok(unsafe { copy.as_mut() })
}

/// A copy of a text.
#[inline]
pub(crate) fn str<'a, R: Reserve<'a>>(on: R, text: &str) -> Result<&'a str, AllocError> {
    let bytes = slice_copy(on, text.as_bytes())?;
    // SAFETY: the bytes of a `str`.
    Ok(unsafe { core::str::from_utf8_unchecked(bytes) })
}

/// `len` values that a closure makes, given their position.
#[inline]
pub(crate) fn slice_fill_with<'a, R: Reserve<'a>, T: 'a, F: FnMut(usize) -> T>(
    on: R,
    len: usize,
    mut make: F,
) -> Result<&'a mut [T], Rejected<F>> {
    let mut filling = match Filling::reserve(on, len) {
        Ok(filling) => filling,
        Err(error) => return Err(Rejected::new(make, error)),
    };
    while !filling.is_full() {
        filling.push(make(filling.built));
    }
    // The closure's destructor is user code too.
    drop(make);
    // SAFETY: initialised, valid for `'a` and the caller's alone (I4).
    Ok(unsafe { filling.finish().as_mut() })
}

/// What an iterator yields, up to the length that it states.
#[inline]
pub(crate) fn slice_from_iter<'a, R: Reserve<'a>, I: ExactSizeIterator<Item: 'a>>(
    on: R,
    values: I,
) -> Result<&'a mut [I::Item], Rejected<I>> {
    // SAFETY: initialised, valid for `'a` and the caller's alone (I4).
    built_from_iter(on, values).map(|mut slice| unsafe { slice.as_mut() })
}

/// The same with an owner.
#[inline]
pub(crate) fn owned_slice_from_iter<'a, R: Reserve<'a>, I: ExactSizeIterator>(
    on: R,
    values: I,
) -> Result<Owned<'a, [I::Item]>, Rejected<I>> {
    // SAFETY: I18: initialised just now, valid for `'a`, and nobody else's (I4).
    built_from_iter(on, values).map(|slice| unsafe { Owned::new(slice) })
}

#[inline]
fn built_from_iter<'a, R: Reserve<'a>, I: ExactSizeIterator>(
    on: R,
    mut values: I,
) -> Result<NonNull<[I::Item]>, Rejected<I>> {
    let mut filling = match Filling::reserve(on, values.len()) {
        Ok(filling) => filling,
        Err(error) => return Err(Rejected::new(values, error)),
    };
    while !filling.is_full() {
        match values.next() {
            Some(value) => filling.push(value),
            None => break,
        }
    }
    // The iterator's destructor is user code too.
    drop(values);
    Ok(filling.finish())
}

/// Formatted text, in two passes: one that measures and one that writes.
///
/// User code formats, so the second pass may differ from the first: more text is an error, less a shorter text.
pub(crate) fn fmt<'a, R: Reserve<'a>>(on: R, arguments: fmt::Arguments<'_>) -> Result<&'a str, AllocError> {
    if let Some(text) = arguments.as_str() {
        return str(on, text);
    }
    let mut measure = Measure(0);
    fmt::write(&mut measure, arguments).map_err(|_| AllocError::FORMAT)?;
    let len = measure.0;
    let place = Unfinished::reserve(on, layout::array_of::<u8>(len)?)?;
    let mut writer = Writer { at: place.taken.at(), left: len };
    fmt::write(&mut writer, arguments).map_err(|_| AllocError::FORMAT)?;
    let written = len.wrapping_sub(writer.left); // `left` starts at `len` and only falls.
    let bytes = NonNull::slice_from_raw_parts(place.finish(), written);
    // SAFETY: the first `written` bytes are initialised, valid for `'a` and shared with nobody who could write (I4).
    let bytes = unsafe { bytes.as_ref() };
    // SAFETY: the writer took whole `str`s one after the other.
    Ok(unsafe { core::str::from_utf8_unchecked(bytes) })
}

/// Counts the bytes of a text.
struct Measure(usize);

impl fmt::Write for Measure {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.checked_add(text.len()).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// Writes text into reserved bytes, and not beyond.
struct Writer {
    /// The next byte to write.
    at: NonNull<u8>,
    /// How many follow.
    left: usize,
}

impl fmt::Write for Writer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.left = self.left.checked_sub(text.len()).ok_or(fmt::Error)?;
        // SAFETY: `text` is no longer than what was left of the reserved bytes, and cannot overlap them: nobody else
        // knows of them (I4).
        unsafe { copy_bytes(text.as_ptr(), self.at.as_ptr(), text.len()) };
        // SAFETY: at most the end of the reserved bytes.
        self.at = unsafe { self.at.add(text.len()) };
        Ok(())
    }
}
