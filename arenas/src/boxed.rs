//! [`ArenaBox`]: an owned handle to a value in an arena, which runs `Drop`.
//!
//! ```text
//!   ArenaBox<'a, T>            the arena, borrowed for 'a
//!   +---------+                +-----------------------------+
//!   | pointer |--------------->|    ...    | T |     ...     |
//!   +---------+                +-----------------------------+
//! ```
//!
//! A bump arena drops nothing by itself, so a value that owns something gets an owner on the stack (or in another
//! structure): the box drops the value when it goes. The bytes stay taken until the arena is reset.
//!
//! One pointer wide, two for slices and trait objects. There is no way to a `Pin` that would need the value to be dropped
//! before its memory is reused: a forgotten box ends its borrow, and then the arena may be reset.

use core::any::Any;
use core::borrow::{Borrow, BorrowMut};
use core::cmp::Ordering;
use core::error::Error;
use core::fmt;
use core::future::Future;
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;
use core::ops::{Deref, DerefMut};
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{Context, Poll};

use crate::raw::owned::Owned;

/// The owner of a value in an arena that is borrowed for `'a`. Drops the value when it goes.
///
/// Made by [`Bitena::alloc_box`](crate::Bitena::alloc_box) and its relatives. It does what a `Box` does: it derefs, and
/// formats, compares, hashes and iterates as its value.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// let arena = arenas::Bitena::new(1024)?;
/// let mut list = arena.alloc_box(vec![3, 1, 2]);
/// list.sort();
/// assert_eq!(*list, [1, 2, 3]);
/// drop(list); // and the `Vec` with it
/// # }
/// # Ok::<(), arenas::AllocError>(())
/// ```
///
/// Trait objects and slices are made of sized boxes by [`unsize`](Self::unsize) or [`unsize_box!`](crate::unsize_box).
///
/// `Send` and `Sync` where `T` is, and covariant in `T`.
#[must_use = "the value is dropped with the box"]
pub struct ArenaBox<'a, T: ?Sized> {
    value: Owned<'a, T>,
}

impl<'a, T: ?Sized> ArenaBox<'a, T> {
    #[inline]
    pub(crate) const fn new(value: Owned<'a, T>) -> Self {
        Self { value }
    }

    /// Gives up the ownership: the value stays where it is as long as the arena is borrowed, and is never dropped.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// let arena = arenas::Bitena::new(64)?;
    /// let number: &mut u32 = arena.alloc_box(7).leak();
    /// assert_eq!(*number, 7);
    /// # }
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    #[inline]
    #[must_use = "the value is never dropped"]
    pub fn leak(self) -> &'a mut T
    where
        T: 'a,
    {
        self.value.leak()
    }

    /// The address of the value. An associated function, so that it does not hide `as_ptr` of a slice.
    #[inline]
    #[must_use]
    pub fn as_ptr(this: &Self) -> *const T {
        this.value.as_ptr().as_ptr()
    }

    /// The address of the value, for writing.
    #[inline]
    #[must_use]
    pub fn as_mut_ptr(this: &mut Self) -> *mut T {
        this.value.as_ptr().as_ptr()
    }

    /// The same box of an unsized type: a slice of an array, a trait object.
    ///
    /// `coerce` returns its argument; the coercion happens on the way out. [`unsize_box!`](crate::unsize_box) writes it.
    ///
    /// # Panics
    ///
    /// When `coerce` returns something else: another address, size or alignment. The value is dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use arenas::{ArenaBox, Bitena};
    ///
    /// # #[cfg(feature = "alloc")] {
    /// let arena = Bitena::new(1024)?;
    /// let array = arena.alloc_box([String::from("a"), String::from("b")]);
    /// let slice: ArenaBox<[String]> = array.unsize(|array| array);
    /// assert_eq!(slice.concat(), "ab");
    /// # }
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    #[track_caller]
    pub fn unsize<U: ?Sized>(mut self, coerce: for<'x> fn(&'x mut T) -> &'x mut U) -> ArenaBox<'a, U> {
        let (at, size, align) = (self.value.as_ptr().cast::<u8>(), size_of_val::<T>(&self), align_of_val::<T>(&self));
        // The box stays whole while user code runs: should that panic, it drops the value.
        let target = coerce(&mut self);
        let (new_size, new_align) = (size_of_val(target), align_of_val(target));
        let value = NonNull::from(target);
        assert!(
            (value.cast::<u8>(), new_size, new_align) == (at, size, align),
            "the closure given to `ArenaBox::unsize` must return its argument: {size} bytes aligned to {align} at {at:p} \
             became {new_size} bytes aligned to {new_align} at {value:p}",
        );
        let _ = self.value.into_raw();
        // SAFETY: a `U` that was borrowed from the whole of the value, as the same place and size show, and that nobody
        // drops now but the new box. (Of size 0 it may be another value, which then was leaked by the closure: there is no
        // other way to a reference of every lifetime.)
        ArenaBox::new(unsafe { Owned::new(value) })
    }
}

impl<T> ArenaBox<'_, T> {
    /// Moves the value out. Its place in the arena stays taken.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// let arena = arenas::Bitena::new(64)?;
    /// let text: String = arena.alloc_box(String::from("moved")).into_inner();
    /// assert_eq!(text, "moved");
    /// # }
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

/// Makes a box of a trait object, or of another unsized type, of an [`ArenaBox`].
///
/// `unsize_box!(value => dyn Trait)`; for a trait object that borrows, `dyn Trait + '_`.
///
/// ```
/// use arenas::{ArenaBox, Bitena, unsize_box};
///
/// # #[cfg(feature = "alloc")] {
/// let arena = Bitena::new(1024)?;
/// let mut count = 0;
/// let mut steps: Vec<ArenaBox<dyn FnMut() -> i32 + '_>> = Vec::new();
/// steps.push(unsize_box!(arena.alloc_box(|| 1) => dyn FnMut() -> i32 + '_));
/// steps.push(unsize_box!(arena.alloc_box(|| { count += 1; count }) => dyn FnMut() -> i32 + '_));
/// assert_eq!(steps.iter_mut().map(|step| step()).sum::<i32>(), 2);
/// # }
/// # Ok::<(), arenas::AllocError>(())
/// ```
#[macro_export]
macro_rules! unsize_box {
    ($value:expr => $target:ty) => {
        $crate::ArenaBox::unsize::<$target>($value, |value| value)
    };
}

/// The value as a `T`, or the box unchanged, for each form of `dyn Any`.
macro_rules! downcast {
    ($($any:ty),*) => {$(
        impl<'a> ArenaBox<'a, $any> {
            /// Makes it a box of `T`, if that is what the value is.
            ///
            /// # Errors
            ///
            /// The box, when the value is of another type.
            pub fn downcast<T: Any>(self) -> Result<ArenaBox<'a, T>, Self> {
                if (*self).is::<T>() {
                    // SAFETY: the value is a `T`, and the box that owned it is taken apart.
                    Ok(ArenaBox::new(unsafe { Owned::new(self.value.into_raw().cast()) }))
                } else {
                    Err(self)
                }
            }
        }
    )*};
}

downcast!(dyn Any, dyn Any + Send, dyn Any + Send + Sync);

impl<T: ?Sized> Deref for ArenaBox<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> DerefMut for ArenaBox<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: ?Sized> AsRef<T> for ArenaBox<'_, T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> AsMut<T> for ArenaBox<'_, T> {
    fn as_mut(&mut self) -> &mut T {
        self
    }
}

impl<T: ?Sized> Borrow<T> for ArenaBox<'_, T> {
    fn borrow(&self) -> &T {
        self
    }
}

impl<T: ?Sized> BorrowMut<T> for ArenaBox<'_, T> {
    fn borrow_mut(&mut self) -> &mut T {
        self
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ArenaBox<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for ArenaBox<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl<T: ?Sized> fmt::Pointer for ArenaBox<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.value.as_ptr(), f)
    }
}

impl<T: ?Sized + Error> Error for ArenaBox<'_, T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

impl<T: ?Sized + PartialEq<U>, U: ?Sized> PartialEq<ArenaBox<'_, U>> for ArenaBox<'_, T> {
    fn eq(&self, other: &ArenaBox<'_, U>) -> bool {
        **self == **other
    }
}

impl<T: ?Sized + Eq> Eq for ArenaBox<'_, T> {}

impl<T: ?Sized + PartialOrd<U>, U: ?Sized> PartialOrd<ArenaBox<'_, U>> for ArenaBox<'_, T> {
    fn partial_cmp(&self, other: &ArenaBox<'_, U>) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: ?Sized + Ord> Ord for ArenaBox<'_, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: ?Sized + Hash> Hash for ArenaBox<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: ?Sized + Hasher> Hasher for ArenaBox<'_, T> {
    fn finish(&self) -> u64 {
        (**self).finish()
    }

    fn write(&mut self, bytes: &[u8]) {
        (**self).write(bytes);
    }
}

impl<T: ?Sized + fmt::Write> fmt::Write for ArenaBox<'_, T> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        (**self).write_str(text)
    }
}

impl<T: ?Sized + Iterator> Iterator for ArenaBox<'_, T> {
    type Item = T::Item;

    fn next(&mut self) -> Option<T::Item> {
        (**self).next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (**self).size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<T::Item> {
        (**self).nth(n)
    }
}

impl<T: ?Sized + DoubleEndedIterator> DoubleEndedIterator for ArenaBox<'_, T> {
    fn next_back(&mut self) -> Option<T::Item> {
        (**self).next_back()
    }
}

impl<T: ?Sized + ExactSizeIterator> ExactSizeIterator for ArenaBox<'_, T> {}

impl<T: ?Sized + FusedIterator> FusedIterator for ArenaBox<'_, T> {}

impl<'b, T> IntoIterator for &'b ArenaBox<'_, [T]> {
    type Item = &'b T;
    type IntoIter = core::slice::Iter<'b, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The box may move while the value is polled, because the value may: it is `Unpin`.
impl<T: ?Sized + Future + Unpin> Future for ArenaBox<'_, T> {
    type Output = T::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T::Output> {
        Pin::new(&mut **self).poll(context)
    }
}

impl<T: ?Sized> Unpin for ArenaBox<'_, T> {}
