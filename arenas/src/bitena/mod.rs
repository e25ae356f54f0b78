//! [`Bitena`]: a lock-free bump arena of fixed capacity whose values are never dropped.
//!
//! One block of memory, taken once. An allocation moves the tip of the arena down and is done; everything goes at
//! once, with [`reset`](Bitena::reset), with a [`rollback`](Bitena::rollback), at the end of a
//! [`scope`](Bitena::scope), or with the arena.
//!
//! ```text
//!    base                 tip                        base + capacity
//!     |  remaining()       |  used()                        |
//!     +--------------------+-----------+------+--+----------+
//!     |                    |  newest   |      |//|  oldest  |     // alignment padding
//!     +--------------------+-----------+------+--+----------+
//! ```
//!
//! **What is guaranteed.**
//! - Blocks never overlap and are aligned by address, whatever their alignment: the base is aligned to what the
//!   capacity allows, to 16 at least and to 4096 at most, so that 64 bytes hold one value of size and alignment 64
//!   every time.
//! - Every byte that alignment allows is filled. Padding counts as used. Zero-sized values, empty slices and empty
//!   texts take nothing, and can be had from a full arena too.
//! - What fails changes nothing, and a smaller request may still succeed.
//! - Lock-free in the strict sense: an allocation is one compare-exchange of the tip. A thread that is stopped
//!   anywhere neither keeps another from finishing nor makes another's request fail that fits.
//! - Destructors never run, so the arena takes no value that would need one: see [`Holds`](crate::Holds). The way in
//!   for such values is [`alloc_box`](Bitena::alloc_box).
//!
//! **Cost.** One compare-exchange per allocation; about twenty cycles as long as one thread allocates, and far more when
//! several do, because they pass the cache line of the tip around. [`local`](Bitena::local) takes a window in one step,
//! in which allocation is a subtraction and a compare. There is no bookkeeping per value.
//!
//! **Who may call.** All allocation goes through `&self` from any thread; what gives memory back takes `&mut self`, so
//! that no reference into it can be left.
//!
//! **When not.** When the total size cannot be bounded, take a [`Blink`](crate), which grows. When values must be
//! dropped, or should be named by an index, take an [`Arena`](crate::Arena).

use core::alloc::Layout;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use crossbeam_utils::CachePadded;

use crate::error::{AllocError, Rejected};
use crate::holds::Holds;
use crate::raw::block::Block;
use crate::raw::cursor::{AtomicCursor, BumpDown, Taken};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::place::{self, Reserve};
use crate::stats::Stats;

mod alloc;
mod borrowed;
#[cfg(feature = "alloc")]
mod checkpoint;
mod local;
mod local_alloc;

pub use borrowed::BorrowedBitena;
#[cfg(feature = "alloc")]
pub use checkpoint::BitenaCheckpoint;
pub use local::LocalBitena;

/// A lock-free bump arena of fixed capacity, for values that need not be dropped.
///
/// ```
/// use arenas::Bitena;
///
/// # #[cfg(feature = "alloc")] {
/// let mut arena = Bitena::new(1024)?;
/// let number = arena.alloc(41u32);
/// let words: &mut [&str] = arena.alloc_slice("", 2);
/// words[0] = arena.alloc_str("forty");
/// words[1] = arena.alloc_fmt(format_args!("{}", *number - 39));
/// *number += 1;
/// assert_eq!((*number, &*words), (42, &["forty", "2"][..]));
///
/// arena.reset();
/// assert_eq!(arena.remaining(), 1024);
/// # }
/// # Ok::<(), arenas::AllocError>(())
/// ```
///
/// What would need to be dropped is refused at compile time:
///
/// ```compile_fail,E0277
/// let arena = arenas::Bitena::new(1024).unwrap();
/// arena.alloc(String::from("on the heap"));
/// ```
///
/// `Send` and `Sync`, whatever is in it: values are reached only through the references that were handed out.
pub struct Bitena {
    /// On cache lines of its own, so that whatever stands beside the arena is not slowed down by its allocations.
    cursor: CachePadded<AtomicCursor>,
    #[cfg(feature = "alloc")]
    history: checkpoint::History,
    /// What the cursor is over.
    block: Block,
}

// SAFETY: I4 follows from I3: the cursor hands out aligned, disjoint runs of `block`, whose memory neither moves nor
// goes (I2) while the arena is borrowed for `'a`, and whatever takes bytes back from others (`rewind`) needs `&mut`.
unsafe impl<'a> Reserve<'a> for &'a Bitena {
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
    /// Takes `capacity` bytes from the global allocator for a new arena.
    ///
    /// They are aligned to what their number allows: the greatest power of two that is at most `capacity`, but at least
    /// 16 and at most 4096. `new(0)` takes no memory; zero-sized values can be had from it.
    ///
    /// # Errors
    ///
    /// A layout overflow when `capacity`, rounded up to that alignment, is more than `isize::MAX`; out of memory when
    /// the global allocator refuses.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = arenas::Bitena::new(1024)?;
    /// arena.alloc(7u8);
    /// assert_eq!(arena.remaining(), 1023);
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    #[cfg(feature = "alloc")]
    pub fn new(capacity: usize) -> Result<Self, AllocError> {
        Ok(Self::in_block(Block::new(crate::raw::layout::arena(capacity)?)?))
    }

    /// Makes an arena over the caller's memory: on the stack, in a static, mapped from a file.
    ///
    /// Alignment is by address, so that the first value may lose a few bytes to it; all of `memory` is capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    ///
    /// let mut memory = [MaybeUninit::uninit(); 64];
    /// let arena = arenas::Bitena::over(&mut memory);
    /// assert_eq!(arena.alloc_str("on the stack"), "on the stack");
    /// assert_eq!(arena.remaining(), 52);
    /// ```
    #[must_use]
    pub fn over(memory: &mut [MaybeUninit<u8>]) -> BorrowedBitena<'_> {
        BorrowedBitena::new(memory)
    }

    fn in_block(block: Block) -> Self {
        // SAFETY: the memory of the block is the arena's alone and has this length (I2); it goes with the arena.
        let cursor = unsafe { AtomicCursor::new(block.ptr(), block.len()) };
        Self {
            cursor: CachePadded::new(cursor),
            #[cfg(feature = "alloc")]
            history: checkpoint::History::new(),
            block,
        }
    }

    pub(crate) fn cursor(&self) -> &AtomicCursor {
        &self.cursor
    }

    /// How many bytes the arena has in all.
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.cursor.capacity()
    }

    /// How many bytes are still to be had. A snapshot while other threads allocate.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// let arena = arenas::Bitena::new(1024)?;
    /// arena.alloc(1u8);
    /// arena.alloc_str("Test");
    /// assert_eq!(arena.remaining(), 1019);
    /// # }
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.cursor.remaining()
    }

    /// `remaining` for the messages of panics: out of line, so that the path that succeeds keeps no number for them.
    #[cold]
    #[inline(never)]
    pub(super) fn left(&self) -> usize {
        self.remaining()
    }

    /// How many bytes have been handed out, alignment padding and open [windows](Self::local) included.
    #[inline]
    #[must_use]
    pub fn used(&self) -> usize {
        self.cursor.used()
    }

    /// What the arena holds now. Allocations are not counted, because that would cost each of them an instruction.
    #[must_use]
    pub fn stats(&self) -> Stats {
        // One reading of the tip, so that the sum holds also while other threads allocate.
        let used = self.used();
        Stats::of(used, 0, self.capacity() - used, 0)
            .with_peak(self.cursor.peak_used())
            .with_chunks(usize::from(self.block.len() != 0))
    }

    /// Takes all memory back, in constant time (debug builds fill it with `0xA5`).
    ///
    /// Destructors do not run. The exclusive borrow proves that no reference into the arena is left:
    ///
    /// ```compile_fail,E0502
    /// let mut arena = arenas::Bitena::new(64).unwrap();
    /// let number = arena.alloc(1);
    /// arena.reset();
    /// *number += 1;
    /// ```
    pub fn reset(&mut self) {
        self.rewind(0);
    }

    /// Runs `work`, and takes back what was allocated inside, also when it panics.
    ///
    /// Nothing that was allocated inside can leave: the closure must take a borrow of any lifetime.
    ///
    /// ```compile_fail
    /// let mut arena = arenas::Bitena::new(64).unwrap();
    /// let escaped = arena.scope(|inner| inner.alloc(1));
    /// ```
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// let mut arena = arenas::Bitena::new(1024)?;
    /// let sum = arena.scope(|scratch| {
    ///     let squares = scratch.alloc_slice_fill_with(10, |i| i * i);
    ///     squares.iter().sum::<usize>()
    /// });
    /// assert_eq!(sum, 285);
    /// assert_eq!(arena.used(), 0);
    /// # }
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    pub fn scope<R>(&mut self, work: impl FnOnce(&Bitena) -> R) -> R {
        struct Rewind<'a> {
            arena: &'a mut Bitena,
            used: usize,
        }

        impl Drop for Rewind<'_> {
            fn drop(&mut self) {
                self.arena.rewind(self.used);
            }
        }

        let used = self.used();
        let scope = Rewind { arena: self, used };
        work(scope.arena)
    }

    /// Takes back all but the first `used` bytes, of those that are used now.
    fn rewind(&mut self, used: usize) {
        #[cfg(feature = "alloc")]
        self.history.discard_from(used);
        // SAFETY: whatever was handed out borrows the arena, and this borrow is exclusive. Callers pass what `used`
        // was at a time from which on nothing below was taken back.
        unsafe { self.cursor.rewind(used) }
    }
}

// Here, and not with the other methods of their kind, because the compiler prints the path of a method in its messages,
// and that is `Bitena::alloc` only beside the type.
#[allow(clippy::mut_from_ref, reason = "each call returns memory that nobody else has")]
impl Bitena {
    /// Moves `value` into the arena.
    ///
    /// It is never dropped, so a type that needs that is refused: see [`Holds`].
    ///
    /// # Panics
    ///
    /// When there is no room; [`try_alloc`](Self::try_alloc) returns the value instead.
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let number = arena.alloc(1u32);
    /// *number += 1;
    /// assert_eq!(*number, 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc<T>(&self, value: T) -> &mut T
    where
        Bitena: Holds<T>,
    {
        self.try_alloc(value).or_panic("Bitena", || Shortage::values::<T>(1, self.left()))
    }

    /// Moves `value` into the arena, if there is room.
    ///
    /// # Errors
    ///
    /// Capacity, with the value, when there is no room. Nothing has changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let arena = arenas::Bitena::over(&mut memory);
    /// let error = arena.try_alloc([7u8; 2000]).unwrap_err();
    /// assert!(error.error().is_capacity());
    /// assert_eq!(error.into_inner()[1999], 7);
    /// ```
    #[inline]
    pub fn try_alloc<T>(&self, value: T) -> Result<&mut T, Rejected<T>>
    where
        Bitena: Holds<T>,
    {
        const { alloc::assert_held::<T>() };
        place::value(self, value)
    }
}

impl fmt::Debug for Bitena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bitena").field("capacity", &self.capacity()).field("used", &self.used()).finish()
    }
}
