//! The allocating methods of [`Bitena`], but for [`alloc`](Bitena::alloc) itself.
//!
//! Their bodies are the functions of `raw::place`; here the pointers become references that live as long as the borrow
//! of the arena (I4).

use core::alloc::Layout;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::Bitena;
use crate::boxed::ArenaBox;
use crate::error::{AllocError, Rejected};
use crate::holds::Holds;
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::place::{self, Reserve};

/// The second line of defence of [`Holds`]: an own implementation that is wrong does not build.
pub(super) const fn assert_held<T>()
where
    Bitena: Holds<T>,
{
    assert!(
        !core::mem::needs_drop::<T>() || <Bitena as Holds<T>>::LEAKS,
        "this type needs to be dropped, which a `Bitena` never does: it has a `Drop` impl, or an own `Holds` impl that is wrong"
    );
}

/// # Allocation
///
/// Each method panics when there is no room, and has a `try_` twin that returns an error instead and gives back what was
/// handed over.
#[allow(clippy::mut_from_ref, reason = "each call returns memory that nobody else has")]
impl Bitena {
    /// Copies `value` into the arena: any `Copy` type, also of a foreign crate.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_copy`](Self::try_alloc_copy) returns the value instead.
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let address = arena.alloc_copy(core::net::Ipv4Addr::LOCALHOST);
    /// assert!(address.is_loopback());
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_copy<T: Copy>(&self, value: T) -> &mut T {
        self.try_alloc_copy(value).or_panic("Bitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Copies `value` into the arena, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity, with the value, when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_copy<T: Copy>(&self, value: T) -> Result<&mut T, Rejected<T>> {
        place::value(self, value)
    }

    /// Puts what `make` returns into the arena, built in its place where the compiler can do that.
    ///
    /// `make` may allocate from the same arena. When it panics, its room goes back, unless something was
    /// allocated after it.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_with`](Self::try_alloc_with) returns the closure instead.
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let table = arena.alloc_with(|| [0u8; 256]);
    /// assert_eq!(table.len(), 256);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_with<T, F: FnOnce() -> T>(&self, make: F) -> &mut T
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_with(make).or_panic("Bitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Puts what `make` returns into the arena, if there is room; otherwise `make` is not called.
    ///
    /// # Errors
    ///
    /// Capacity, with the closure, when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_with<T, F: FnOnce() -> T>(&self, make: F) -> Result<&mut T, Rejected<F>>
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
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let place = arena.alloc_uninit::<u64>();
    /// assert_eq!(*place.write(7), 7);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_uninit<T>(&self) -> &mut MaybeUninit<T>
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_uninit().or_panic("Bitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Takes room for a `T`, if there is any.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_uninit<T>(&self) -> Result<&mut MaybeUninit<T>, AllocError>
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
    pub fn alloc_uninit_slice<T>(&self, len: usize) -> &mut [MaybeUninit<T>]
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_uninit_slice(len).or_panic("Bitena", || Shortage::values::<T>(len, self.left()))
    }

    /// Takes room for `len` values, if there is any.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows. Nothing has changed then.
    #[inline]
    pub fn try_alloc_uninit_slice<T>(&self, len: usize) -> Result<&mut [MaybeUninit<T>], AllocError>
    where
        Bitena: Holds<T>,
    {
        const { assert_held::<T>() };
        place::uninit_slice(self, len)
    }

    /// Puts `len` copies of `init` into the arena. O(`len`).
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_slice`](Self::try_alloc_slice).
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let zeros = arena.alloc_slice(0u64, 100);
    /// zeros[99] = 1;
    /// assert_eq!(zeros.iter().sum::<u64>(), 1);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_slice<T: Copy>(&self, init: T, len: usize) -> &mut [T] {
        self.try_alloc_slice(init, len).or_panic("Bitena", || Shortage::values::<T>(len, self.left()))
    }

    /// Puts `len` copies of `init` into the arena, if there is room. O(`len`).
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows, with `init`. Nothing has changed
    /// then.
    #[inline]
    pub fn try_alloc_slice<T: Copy>(&self, init: T, len: usize) -> Result<&mut [T], Rejected<T>> {
        place::slice(self, init, len).map_err(|error| Rejected::new(init, error))
    }

    /// Copies a slice into the arena.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_slice_copy`](Self::try_alloc_slice_copy).
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let copy = arena.alloc_slice_copy(&[3, 1, 2]);
    /// copy.sort();
    /// assert_eq!(copy, [1, 2, 3]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_slice_copy<T: Copy>(&self, values: &[T]) -> &mut [T] {
        self.try_alloc_slice_copy(values).or_panic("Bitena", || Shortage::values::<T>(values.len(), self.left()))
    }

    /// Copies a slice into the arena, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_slice_copy<T: Copy>(&self, values: &[T]) -> Result<&mut [T], AllocError> {
        place::slice_copy(self, values)
    }

    /// Clones a slice into the arena.
    ///
    /// `clone` may allocate from the same arena. When it panics, the clones that were made are dropped.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_slice_clone`](Self::try_alloc_slice_clone).
    #[inline]
    #[track_caller]
    pub fn alloc_slice_clone<T: Clone>(&self, values: &[T]) -> &mut [T]
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_clone(values).or_panic("Bitena", || Shortage::values::<T>(values.len(), self.left()))
    }

    /// Clones a slice into the arena, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_slice_clone<T: Clone>(&self, values: &[T]) -> Result<&mut [T], AllocError>
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_from_iter(values.iter().cloned()).map_err(AllocError::from)
    }

    /// Puts `len` values into the arena, each what `make` returns for its position.
    ///
    /// `make` may allocate from the same arena. When it panics, the values that were made are dropped, and the room
    /// goes back unless something was allocated after it.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_slice_fill_with`](Self::try_alloc_slice_fill_with) returns the closure
    /// instead.
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// assert_eq!(arena.alloc_slice_fill_with(4, |i| i * i), [0, 1, 4, 9]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_slice_fill_with<T, F: FnMut(usize) -> T>(&self, len: usize, make: F) -> &mut [T]
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_fill_with(len, make).or_panic("Bitena", || Shortage::values::<T>(len, self.left()))
    }

    /// Puts `len` values into the arena, if there is room; otherwise `make` is not called.
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
    ) -> Result<&mut [T], Rejected<F>>
    where
        Bitena: Holds<T>,
    {
        const { assert_held::<T>() };
        place::slice_fill_with(self, len, make)
    }

    /// Puts `len` default values into the arena.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_slice_fill_default`](Self::try_alloc_slice_fill_default).
    #[inline]
    #[track_caller]
    pub fn alloc_slice_fill_default<T: Default>(&self, len: usize) -> &mut [T]
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_fill_default(len).or_panic("Bitena", || Shortage::values::<T>(len, self.left()))
    }

    /// Puts `len` default values into the arena, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows. Nothing has changed then.
    #[inline]
    pub fn try_alloc_slice_fill_default<T: Default>(&self, len: usize) -> Result<&mut [T], AllocError>
    where
        Bitena: Holds<T>,
    {
        self.try_alloc_slice_fill_with(len, |_| T::default()).map_err(AllocError::from)
    }

    /// Puts what an iterator yields into the arena.
    ///
    /// Room is taken for the length that the iterator states. When it yields less, the slice is shorter, and the
    /// rest goes back unless something was allocated after it; when it could yield more, the surplus is not taken.
    /// The iterator may allocate from the same arena. When it panics, the values that it yielded are dropped.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_slice_from_iter`](Self::try_alloc_slice_from_iter) returns the iterator
    /// instead.
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let lengths = arena.alloc_slice_from_iter(["a", "few", "words"].iter().map(|word| word.len()));
    /// assert_eq!(lengths, [1, 3, 5]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_slice_from_iter<I>(&self, values: I) -> &mut [I::Item]
    where
        I: IntoIterator,
        I::IntoIter: ExactSizeIterator,
        Bitena: Holds<I::Item>,
    {
        let values = values.into_iter();
        let len = values.len();
        self.try_alloc_slice_from_iter(values).or_panic("Bitena", || Shortage::values::<I::Item>(len, self.left()))
    }

    /// Puts what an iterator yields into the arena, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows, with the iterator, of which
    /// nothing was taken. Nothing has changed then.
    #[inline]
    pub fn try_alloc_slice_from_iter<I>(&self, values: I) -> Result<&mut [I::Item], Rejected<I::IntoIter>>
    where
        I: IntoIterator,
        I::IntoIter: ExactSizeIterator,
        Bitena: Holds<I::Item>,
    {
        const { assert_held::<I::Item>() };
        place::slice_from_iter(self, values.into_iter())
    }

    /// Copies a text into the arena.
    ///
    /// An empty text takes nothing, and can be had from a full arena.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_str`](Self::try_alloc_str).
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let text = arena.alloc_str(&String::from("Test"));
    /// assert_eq!(text, "Test");
    /// assert_eq!(arena.used(), 4);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_str(&self, text: &str) -> &str {
        self.try_alloc_str(text).or_panic("Bitena", || Shortage::values::<u8>(text.len(), self.left()))
    }

    /// Copies a text into the arena, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_str(&self, text: &str) -> Result<&str, AllocError> {
        place::str(self, text)
    }

    /// Formats a text into the arena. O(length), formatted twice: once to measure and once to write.
    ///
    /// A `Display` that writes less the second time gives a shorter text; one that writes more is an error.
    ///
    /// # Panics
    ///
    /// When there is no room or formatting fails; see [`try_alloc_fmt`](Self::try_alloc_fmt).
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let text = arena.alloc_fmt(format_args!("{} + {} = {}", 1, 2, 1 + 2));
    /// assert_eq!(text, "1 + 2 = 3");
    /// assert_eq!(arena.used(), 9);
    /// ```
    #[track_caller]
    pub fn alloc_fmt(&self, arguments: fmt::Arguments<'_>) -> &str {
        self.try_alloc_fmt(arguments).or_panic("Bitena", || Shortage::Text { left: self.left() })
    }

    /// Formats a text into the arena, if there is room. O(length), formatted twice: once to measure and once to
    /// write.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room; a [formatting error](AllocError::is_format) when an implementation of a
    /// formatting trait returns one, or writes more the second time. Nothing has changed then, unless that
    /// implementation itself allocated.
    pub fn try_alloc_fmt(&self, arguments: fmt::Arguments<'_>) -> Result<&str, AllocError> {
        place::fmt(self, arguments)
    }

    /// Moves `value` into the arena and returns its owner, which drops it: the way in for values that need to be
    /// dropped. Any type.
    ///
    /// The room comes back with the arena's next reset, not with the box.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_box`](Self::try_alloc_box) returns the value instead.
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let mut words = arena.alloc_box(vec!["on", "the"]);
    /// words.push("heap");
    /// assert_eq!(words.join(" "), "on the heap");
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_box<T>(&self, value: T) -> ArenaBox<'_, T> {
        self.try_alloc_box(value).or_panic("Bitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Moves `value` into the arena and returns its owner, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity, with the value, when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_box<T>(&self, value: T) -> Result<ArenaBox<'_, T>, Rejected<T>> {
        place::owned_value(self, value).map(ArenaBox::new)
    }

    /// Puts what `make` returns into the arena, and returns its owner.
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc_box_with`](Self::try_alloc_box_with) returns the closure instead.
    #[inline]
    #[track_caller]
    pub fn alloc_box_with<T, F: FnOnce() -> T>(&self, make: F) -> ArenaBox<'_, T> {
        self.try_alloc_box_with(make).or_panic("Bitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Puts what `make` returns into the arena, and returns its owner, if there is room; otherwise `make` is not
    /// called.
    ///
    /// # Errors
    ///
    /// Capacity, with the closure, when there is no room. Nothing has changed then.
    #[inline]
    pub fn try_alloc_box_with<T, F: FnOnce() -> T>(&self, make: F) -> Result<ArenaBox<'_, T>, Rejected<F>> {
        place::owned_value_with(self, make).map(ArenaBox::new)
    }

    /// Puts what an iterator yields into the arena, and returns the owner of the slice, which drops the values.
    ///
    /// As [`alloc_slice_from_iter`](Self::alloc_slice_from_iter), for any type.
    ///
    /// # Panics
    ///
    /// When there is no room; see [`try_alloc_box_slice_from_iter`](Self::try_alloc_box_slice_from_iter).
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let names = arena.alloc_box_slice_from_iter((0..3).map(|i| format!("name {i}")));
    /// assert_eq!(names[2], "name 2");
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_box_slice_from_iter<I>(&self, values: I) -> ArenaBox<'_, [I::Item]>
    where
        I: IntoIterator,
        I::IntoIter: ExactSizeIterator,
    {
        let values = values.into_iter();
        let len = values.len();
        self.try_alloc_box_slice_from_iter(values).or_panic("Bitena", || Shortage::values::<I::Item>(len, self.left()))
    }

    /// Puts what an iterator yields into the arena, and returns the owner of the slice, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity when there is no room, a layout overflow when the size overflows, with the iterator, of which
    /// nothing was taken. Nothing has changed then.
    #[inline]
    pub fn try_alloc_box_slice_from_iter<I>(&self, values: I) -> Result<ArenaBox<'_, [I::Item]>, Rejected<I::IntoIter>>
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
        self.try_alloc_layout(layout).or_panic("Bitena", || Shortage::layout(layout, self.left()))
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
