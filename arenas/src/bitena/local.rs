//! [`LocalBitena`]: a window of a [`Bitena`] in which one thread allocates without atomics.

use core::alloc::Layout;
use core::fmt;
use core::ptr::NonNull;

use super::Bitena;
use crate::error::AllocError;
use crate::raw::cursor::{BumpDown, Cursor, Taken};
use crate::raw::layout;
use crate::raw::place::Reserve;
use crate::stats::Stats;

/// A run of bytes of a [`Bitena`] for one thread, made by [`Bitena::local`].
///
/// It was reserved in one atomic step, and allocation in it takes none. What is allocated lives as long as the borrow of
/// the `Bitena`, and outlives the window. When the window is dropped, its unused end goes back to the `Bitena` if
/// nothing was taken from that since; otherwise it is lost until the next reset.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use arenas::Bitena;
///
/// let arena = Bitena::new(64 << 10)?;
/// let lists = std::thread::scope(|threads| {
///     let workers: Vec<_> = (0..4u32)
///         .map(|thread| {
///             let window = arena.local(8 << 10);
///             threads.spawn(move || {
///                 let window = window?;
///                 Ok((0..1000).map(|i| &*window.alloc(thread * 1000 + i)).collect())
///             })
///         })
///         .collect();
///     workers.into_iter().map(|worker| worker.join().unwrap()).collect::<Result<Vec<Vec<&u32>>, arenas::AllocError>>()
/// })?;
/// assert_eq!(*lists[3][999], 3999);
/// # }
/// # Ok::<(), arenas::AllocError>(())
/// ```
///
/// `Send`, but not `Sync`:
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// shared::<arenas::LocalBitena<'static>>();
/// ```
pub struct LocalBitena<'a> {
    cursor: Cursor,
    arena: &'a Bitena,
}

// SAFETY: I4 follows from I3: the cursor hands out aligned, disjoint runs of bytes that the window owns, and the memory
// of the arena neither moves nor goes for `'a`. Bytes go back to the arena only in `drop`, and only those that the
// window's cursor has not handed out.
unsafe impl<'a> Reserve<'a> for &LocalBitena<'a> {
    #[inline]
    fn reserve(self, layout: Layout) -> Result<Taken, AllocError> {
        self.cursor.reserve(layout)
    }

    #[inline]
    unsafe fn give_back(self, taken: Taken) {
        // SAFETY: the caller's promise.
        unsafe { self.cursor.give_back(taken) }
    }

    unsafe fn shorten(self, taken: Taken, len: usize, keep: usize) -> NonNull<u8> {
        // SAFETY: the caller's promise.
        unsafe { self.cursor.shorten(taken, len, keep) }
    }
}

impl Bitena {
    /// Reserves the next `bytes` bytes for one thread, which allocates there without atomics.
    ///
    /// The window takes exactly `bytes`, at whatever address the tip has: a value of alignment 8 may lose up to 7 of them
    /// to padding. 1 to 4 KiB are enough to make contention vanish.
    ///
    /// # Errors
    ///
    /// Capacity when less than `bytes` remain; a layout overflow when `bytes` is more than `isize::MAX`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// let arena = arenas::Bitena::new(1024)?;
    /// let window = arena.local(512)?;
    /// let number = window.alloc(7u64);
    /// drop(window);
    /// assert_eq!(*number, 7);
    /// assert_eq!(arena.remaining(), 1016);
    /// # }
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    pub fn local(&self, bytes: usize) -> Result<LocalBitena<'_>, AllocError> {
        let taken = self.cursor.reserve(layout::array_of::<u8>(bytes)?)?;
        // SAFETY: the bytes were just reserved (I3), and go back only when the window does.
        let cursor = unsafe { Cursor::new(taken.at(), bytes) };
        Ok(LocalBitena { cursor, arena: self })
    }
}

impl<'a> LocalBitena<'a> {
    /// The arena that the window belongs to.
    #[must_use]
    pub fn arena(&self) -> &'a Bitena {
        self.arena
    }

    pub(crate) fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// How many bytes the window has in all.
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.cursor.capacity()
    }

    /// How many bytes of the window are still to be had.
    #[inline]
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.cursor.remaining()
    }

    /// What the window holds now: a part of what the arena counts as used.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats::of(self.used(), 0, self.remaining(), 0).with_chunks(usize::from(self.capacity() != 0))
    }

    /// `remaining` for the messages of panics: out of line, so that the path that succeeds keeps no number for them.
    #[cold]
    #[inline(never)]
    pub(super) fn left(&self) -> usize {
        self.remaining()
    }

    /// How many bytes of the window have been handed out, alignment padding included.
    #[inline]
    #[must_use]
    pub fn used(&self) -> usize {
        self.capacity() - self.remaining()
    }
}

impl Drop for LocalBitena<'_> {
    fn drop(&mut self) {
        let (start, tip) = self.cursor.free();
        // SAFETY: the bytes came from this arena and the window has not handed them out (I3); it is not used any more.
        unsafe { self.arena.cursor.raise(start, tip) };
    }
}

impl fmt::Debug for LocalBitena<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalBitena").field("capacity", &self.capacity()).field("used", &self.used()).finish()
    }
}
