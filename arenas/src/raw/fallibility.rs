//! One body for a method and its `try_` twin.
//!
//! The body is the fallible one. The panicking twin is a line that ends in [`OrPanic::or_panic`], whose message names
//! the allocator, what was asked and what was left. Everything that formats is out of line and takes plain numbers by
//! value, so that nothing of it weighs on the path that succeeds.

use core::alloc::Layout;
use core::fmt;

use crate::error::{AllocError, Rejected};

/// What was asked of an allocator, and what it had left.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shortage {
    /// Bytes at an alignment.
    Bytes {
        /// The size asked for; `None` when it is more than a `usize` can say.
        size: Option<usize>,
        align: usize,
        left: usize,
    },
    /// Text of a length that is known only once it is formatted.
    Text { left: usize },
    /// Slots of a typed arena.
    #[cfg(feature = "alloc")]
    Slots { asked: usize, capacity: usize },
}

impl Shortage {
    /// `len` values of type `T` did not fit into `left` bytes.
    #[inline]
    pub(crate) const fn values<T>(len: usize, left: usize) -> Self {
        Self::Bytes { size: size_of::<T>().checked_mul(len), align: align_of::<T>(), left }
    }

    /// A block of `layout` did not fit into `left` bytes.
    #[inline]
    pub(crate) const fn layout(layout: Layout, left: usize) -> Self {
        Self::Bytes { size: Some(layout.size()), align: layout.align(), left }
    }
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Bytes { size: Some(size), align, left } => {
                write!(f, "asked for {size} bytes aligned to {align}, {left} bytes left")
            }
            Self::Bytes { size: None, align, left } => {
                write!(f, "asked for more than {} bytes aligned to {align}, {left} bytes left", usize::MAX)
            }
            Self::Text { left } => write!(f, "asked for formatted text, {left} bytes left"),
            #[cfg(feature = "alloc")]
            Self::Slots { asked, capacity } => {
                let plural = if asked == 1 { "" } else { "s" };
                write!(f, "asked for {asked} slot{plural}, capacity {capacity}")
            }
        }
    }
}

/// Turns the result of a `try_` method into its value, or into a panic that says what was missing.
pub(crate) trait OrPanic<T> {
    /// The value; panics with `allocator`, the error and the shortage otherwise.
    fn or_panic(self, allocator: &'static str, shortage: impl FnOnce() -> Shortage) -> T;
}

impl<T> OrPanic<T> for Result<T, AllocError> {
    #[inline]
    #[track_caller]
    fn or_panic(self, allocator: &'static str, shortage: impl FnOnce() -> Shortage) -> T {
        match self {
            Ok(value) => value,
            Err(error) => allocation_failed(allocator, error, shortage()),
        }
    }
}

impl<T, V> OrPanic<T> for Result<T, Rejected<V>> {
    #[inline]
    #[track_caller]
    fn or_panic(self, allocator: &'static str, shortage: impl FnOnce() -> Shortage) -> T {
        match self {
            Ok(value) => value,
            Err(rejected) => allocation_failed(allocator, rejected.error(), shortage()),
        }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn allocation_failed(allocator: &'static str, error: AllocError, shortage: Shortage) -> ! {
    panic!("{allocator}: {error} ({shortage})")
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn the_panic_names_the_allocator_the_request_and_what_was_left() {
        let payload = std::panic::catch_unwind(|| {
            Err::<(), _>(AllocError::CAPACITY).or_panic("Bitena", || Shortage::values::<u64>(150, 1024));
        })
        .unwrap_err();
        let text = payload.downcast::<String>().unwrap();
        for part in ["Bitena", "1200 bytes", "aligned to 8", "1024 bytes left"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
