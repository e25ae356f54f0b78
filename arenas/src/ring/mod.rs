//! Ring allocation: short-lived buffers, handed out in turn and released from any thread.
//!
//! [`RingAl`] owns one block of memory and hands out buffers from it, each after the last, and from the start again
//! when it comes to the end. A buffer owns its bytes without borrowing the ring: it can be sent to another thread,
//! outlive the ring, and is released where it is dropped, by one atomic subtraction and without a lock. What is
//! released becomes part of what is free when the ring next comes by.
//!
//! ```text
//!   +---------+---+-----------+---+---------------+---+-------+---+---------------------+---+
//!   | control | g | buffer 4  | g | free          | g | buf 2 | g | buffer 3            | g |
//!   +---------+---+-----------+---+---------------+---+-------+---+---------------------+---+
//!                               ^ next                ^ still live: skipped               ^ never free
//! ```
//!
//! | | what it is | size of the handle |
//! |---|---|---|
//! | [`FixedBufMut`] | room for a number of bytes; `io::Write` | 16 bytes |
//! | [`FixedBuf`] | the same, frozen: cheap clones on any thread, counted in the ring, no heap | 16 bytes |
//! | [`ExtBuf`] | bytes that grow while they are written; on the ring's thread | 32 bytes |
//! | [`TypedBufMut`] | a vector of fixed capacity; drops its values | 16 bytes |
//! | [`RingStore`], [`RingBox`] | single values of one type, each in an owned handle | 8 bytes |
//!
//! Invariants, cost, and when not to use it: see [`RingAl`].
//!
//! Cursor and guards work like those of the `ringal` crate (0.4, 2024); how releasing threads and a dropped ring find
//! out about each other is described in `raw/guards.rs`.

#[allow(
    unsafe_code,
    reason = "an extendable buffer promises to be of its chain; `set_len` passes its caller's promise on"
)]
mod buf;
#[cfg(feature = "alloc")]
mod store;
#[cfg(feature = "std")]
mod tls;
mod typed;

use core::cell::Cell;
use core::fmt;
use core::mem::MaybeUninit;
use core::panic::{RefUnwindSafe, UnwindSafe};

pub use buf::{ExtBuf, FixedBuf, FixedBufMut};
#[cfg(feature = "alloc")]
pub use store::{RingBox, RingStore};
pub use typed::{GenericBufMut, TypedBufMut};

use crate::error::AllocError;
use crate::raw::elements::Elements;
#[cfg(feature = "alloc")]
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::guards::Chain;
#[cfg(feature = "alloc")]
use crate::raw::{guards, layout};
use crate::stats::Stats;

/// Hands out short-lived buffers from one block, in turn.
///
/// All methods take `&self`: several extendable buffers may be open at once, and a thread-local ring needs no cell
/// around it. It is `Send` and not `Sync`: one thread at a time allocates, while buffers are released from any.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use arenas::RingAl;
/// use std::io::Write;
///
/// let ring = RingAl::new(1024);
/// let mut buffer = ring.fixed(256).unwrap();
/// let size = buffer.write(b"hello world").unwrap();
/// assert_eq!(buffer.spare(), 256 - size);
///
/// let shared = buffer.freeze();
/// let copy = shared.clone();
/// drop(ring);
/// std::thread::spawn(move || assert_eq!(copy, b"hello world")).join().unwrap();
/// assert_eq!(shared, b"hello world");
/// # }
/// ```
///
/// # What holds
///
/// - Buffers never overlap. An allocation passes over live buffers, for one lap at most, so an old one that stays
///   only takes its own room.
/// - A size that fits into a fresh ring fits whenever nothing is live.
/// - What is written by a buffer's owner happens before its bytes are handed out again, on whichever thread it was
///   released.
/// - Dropping the ring never waits and never leaks: the block goes with the last buffer. A buffer that is forgotten
///   (`mem::forget`) keeps its bytes, and after the ring its block.
/// - Every payload is aligned to 16 bytes at least, and has 8 bytes of guard before it. So `n` bytes take
///   `(n + 8)` rounded up to 16.
/// - Debug builds fill what is released with `0xA5`.
///
/// # When not to use it
///
/// For values that live long: they stay in the way of every lap. For buffers larger than `u32::MAX` bytes, or rings
/// above 64 GiB. For many threads that allocate: a ring is `Send`, but serves one thread at a time ([`ringal!`]
/// gives each its own).
///
/// # Cost
///
/// Allocating at the cursor is a load, a comparison, and the writing of two guards; merging released buffers costs a
/// load each, once. When live buffers stand in the way, one lap over all guards at most. Releasing is one
/// read-modify-write. [`stats`](Self::stats) and [`check`](Self::check) walk all guards.
///
/// # Coming from `ringal`
///
/// | `ringal` 0.4 | here |
/// |---|---|
/// | `RingAl::new(size)` | the same, not rounded up to a power of two; [`try_new`](Self::try_new) does not panic |
/// | `fixed(n)` | the same; room for exactly `n` bytes, so that `spare() == n` at first |
/// | `extendable(n)` | the same; other allocations go on while it is open, and a write that fails takes nothing |
/// | `generic::<T>(n)`, `GenericBufMut` | the same, an alias of [`typed`](Self::typed) and [`TypedBufMut`]; drops what is left in it |
/// | `FixedBufMut::freeze`, `FixedBuf` | the same; clones are counted in the ring and take no heap |
/// | `ringal!(@init ..)`, `@fixed`, `@ext` | the same, and `@typed`; may be nested, and declared in any number of modules |
/// | features `generic`, `tls`, `drop` | not needed: dropping a ring frees its memory and waits for nobody |
///
/// [`ringal!`]: crate::ringal
pub struct RingAl {
    chain: Chain,
    peak: Cell<usize>,
}

// It runs no code of its users, so no panic of theirs can leave it half changed.
impl UnwindSafe for RingAl {}
impl RefUnwindSafe for RingAl {}

impl RingAl {
    /// A ring of `size` bytes, guards included: [`capacity`](Self::capacity) is 8 less.
    ///
    /// The size is rounded up to a multiple of 16. The block has 48 bytes more (on 64-bit machines) for the ring's own
    /// record and the last guard.
    ///
    /// # Panics
    ///
    /// When `size` is 0, more than 64 GiB, or more than the system gives; [`try_new`](Self::try_new) does not panic.
    #[cfg(feature = "alloc")]
    #[must_use]
    #[track_caller]
    pub fn new(size: usize) -> Self {
        Self::try_new(size).or_panic("RingAl", || Shortage::Bytes { size: Some(size), align: guards::UNIT, left: 0 })
    }

    /// [`new`](Self::new), or an error.
    ///
    /// # Errors
    ///
    /// No capacity for a `size` of 0, a layout overflow, a limit above 64 GiB, or out of memory.
    #[cfg(feature = "alloc")]
    pub fn try_new(size: usize) -> Result<Self, AllocError> {
        if size == 0 {
            return Err(AllocError::CAPACITY);
        }
        // Aligned as well as its size can use, so that whether a large alignment fits is no matter of luck.
        let align = layout::align_of_ring(size);
        Ok(Self::of(Chain::new(size.div_ceil(guards::UNIT), guards::UNIT, align)?))
    }

    /// The same as [`new`](Self::new), under the name that all stores of a bundle have.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    #[cfg(feature = "alloc")]
    #[must_use]
    #[track_caller]
    pub fn with_capacity(bytes: usize) -> Self {
        Self::new(bytes)
    }

    /// The same as [`try_new`](Self::try_new), under the name that all stores of a bundle have.
    ///
    /// # Errors
    ///
    /// As [`try_new`](Self::try_new).
    #[cfg(feature = "alloc")]
    pub fn try_with_capacity(bytes: usize) -> Result<Self, AllocError> {
        Self::try_new(bytes)
    }

    /// A ring over memory that is never given back, such as a `static`; needs no `alloc`.
    ///
    /// It is for ever because buffers do not borrow the ring and may outlive it.
    ///
    /// # Errors
    ///
    /// No capacity when the memory is too small for a single guard (up to 100 bytes), a limit above 64 GiB.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use arenas::RingAl;
    /// use core::mem::MaybeUninit;
    ///
    /// let memory: &'static mut [MaybeUninit<u8>] = Box::leak(Box::new([MaybeUninit::uninit(); 1024]));
    /// let ring = RingAl::over(memory).unwrap();
    /// assert!(ring.fixed(800).is_some());
    /// # }
    /// ```
    pub fn over(memory: &'static mut [MaybeUninit<u8>]) -> Result<Self, AllocError> {
        Ok(Self::of(Chain::over(memory)?))
    }

    fn of(chain: Chain) -> Self {
        Self { chain, peak: Cell::new(0) }
    }

    /// The bytes of the largest buffer that it can hand out, which it does whenever nothing is live.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.chain.capacity()
    }

    /// Takes a buffer of exactly `size` bytes; `None` when there is no room.
    ///
    /// `fixed(0)` is an empty buffer, which takes a guard all the same.
    #[inline]
    #[must_use]
    pub fn fixed(&self, size: usize) -> Option<FixedBufMut> {
        self.try_fixed(size).ok()
    }

    /// [`fixed`](Self::fixed) that says why not.
    ///
    /// # Errors
    ///
    /// A limit above `u32::MAX` bytes, else no capacity.
    #[inline]
    pub fn try_fixed(&self, size: usize) -> Result<FixedBufMut, AllocError> {
        Ok(FixedBufMut::new(Elements::take(&self.chain, size)?))
    }

    /// Takes a buffer of `size` bytes at first that grows when more is written to it; `None` when there is no room.
    #[inline]
    #[must_use]
    pub fn extendable(&self, size: usize) -> Option<ExtBuf<'_>> {
        self.try_extendable(size).ok()
    }

    /// [`extendable`](Self::extendable) that says why not.
    ///
    /// # Errors
    ///
    /// A limit above `u32::MAX` bytes, else no capacity.
    #[inline]
    pub fn try_extendable(&self, size: usize) -> Result<ExtBuf<'_>, AllocError> {
        Ok(ExtBuf::new(&self.chain, Elements::take(&self.chain, size)?))
    }

    /// Takes room for `count` values of type `T`; `None` when there is not enough.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// let ring = arenas::RingAl::new(1024);
    /// let mut names = ring.typed::<String>(2).unwrap();
    /// assert_eq!(names.push("a".to_string()), None);
    /// assert_eq!(names.push("b".to_string()), None);
    /// assert_eq!(names.push("c".to_string()), Some("c".to_string()));
    /// assert_eq!(*names, ["a", "b"]);
    /// # }
    /// ```
    #[inline]
    #[must_use]
    pub fn typed<T>(&self, count: usize) -> Option<TypedBufMut<T>> {
        self.try_typed(count).ok()
    }

    /// [`typed`](Self::typed) that says why not.
    ///
    /// # Errors
    ///
    /// A limit above `u32::MAX` values, a layout overflow, else no capacity.
    #[inline]
    pub fn try_typed<T>(&self, count: usize) -> Result<TypedBufMut<T>, AllocError> {
        Ok(TypedBufMut::new(Elements::take(&self.chain, count)?))
    }

    /// The name that [`typed`](Self::typed) has in the `ringal` crate.
    #[inline]
    #[must_use]
    pub fn generic<T>(&self, count: usize) -> Option<TypedBufMut<T>> {
        self.typed(count)
    }

    /// What is used and what is free, by a walk over all guards.
    ///
    /// Buffers count with what they take, rounded up; `free` leaves out the guards between free pieces, so it grows
    /// when they are merged. Released buffers go unseen by the ring, so `peak_used` is the greatest `used` that any
    /// snapshot has seen.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let tally = self.chain.tally();
        self.peak.set(self.peak.get().max(tally.used));
        Stats::of(tally.used, 0, tally.free, tally.metadata)
            .with_peak(self.peak.get())
            .with_allocations(tally.claims)
            .with_chunks(1)
    }

    /// Walks all guards and verifies that the chain closes inside the block. For tests.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn check(&self) {
        self.chain.check();
    }
}

/// A ring of 64 KiB.
#[cfg(feature = "alloc")]
impl Default for RingAl {
    fn default() -> Self {
        Self::new(64 << 10)
    }
}

impl fmt::Debug for RingAl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = self.chain.tally();
        f.debug_struct("RingAl")
            .field("capacity", &self.capacity())
            .field("used", &tally.used)
            .field("buffers", &tally.claims)
            .finish_non_exhaustive()
    }
}
