//! [`Blink`]: values on top of an allocator that bumps.

use core::fmt;
use core::mem::MaybeUninit;

use super::checkpoint::History;
use super::emplace::Emplace;
use super::local::BlinkAlloc;
use super::scope::ScopeGuard;
use crate::error::{AllocError, Rejected};
use crate::raw::blocks::BlinkAllocator;
use crate::raw::drops::DropList;
use crate::raw::emplace;
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::source::OneChunk;
use crate::stats::Stats;
#[cfg(feature = "alloc")]
use crate::{BlinkCheckpoint, typed::CheckpointError};

/// An arena for values of any types, which are dropped when it is reset.
///
/// `put` and its relatives take `&self` and return references that live as long as that borrow; `reset` takes
/// `&mut self` and drops the values, newest first. A value that needs no drop costs its own bytes only (rounded up to
/// 8); one that does costs two words more.
///
/// Values that are dropped here must be `'static`: a borrow in them might be dead by then. The `_no_drop` forms take any
/// type.
///
/// ```
/// use arenas::Blink;
///
/// let mut blink = Blink::new();
/// let x = blink.put(42);
/// assert_eq!(*x, 42);
///
/// let string = blink.copy_str("Hello world");
/// string.make_ascii_lowercase();
/// assert_eq!(string, "hello world");
///
/// let slice = blink.emplace().from_iter((0..10).filter(|x| x % 3 != 0));
/// assert_eq!(slice, &[1, 2, 4, 5, 7, 8]);
/// blink.reset();
/// ```
///
/// # Over what
///
/// `A` is a [`BlinkAlloc`] (the default), a [`SyncBlinkAlloc`](crate::SyncBlinkAlloc), a
/// [`LocalBlinkAlloc`](crate::LocalBlinkAlloc), or a reference to one. Over `&mut A` everything is as over `A`. Over
/// `&A`, which others may use too, values are dropped, but the memory is not rewound.
///
/// It is never `Send`: it may hold values that are not. [`SendBlink`](crate::SendBlink) moves an empty one.
pub struct Blink<A: BlinkAllocator = BlinkAlloc> {
    drops: DropList,
    history: History,
    /// That of `drops`.
    dropped: History,
    alloc: A,
}

impl Blink<BlinkAlloc> {
    /// An empty arena over the global allocator. Takes no memory yet.
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(BlinkAlloc::new())
    }

    /// The same with chunks of at least `chunk_size` usable bytes; 0 means the default.
    #[must_use]
    pub const fn with_chunk_size(chunk_size: usize) -> Self {
        Self::new_in(BlinkAlloc::with_chunk_size(chunk_size))
    }
}

impl<'m> Blink<BlinkAlloc<OneChunk<'m>>> {
    /// An arena over the caller's memory, which never grows and needs no other allocator.
    ///
    /// ```
    /// use arenas::Blink;
    /// let mut memory = [core::mem::MaybeUninit::uninit(); 512];
    /// let blink = Blink::over(&mut memory);
    /// assert_eq!(blink.copy_str("on the stack"), "on the stack");
    /// ```
    #[must_use]
    pub fn over(memory: &'m mut [MaybeUninit<u8>]) -> Self {
        Self::new_in(BlinkAlloc::over(memory))
    }
}

impl<A: BlinkAllocator> Blink<A> {
    /// An empty arena over `alloc`.
    #[must_use]
    pub const fn new_in(alloc: A) -> Self {
        Self { drops: DropList::new(), history: History::new(), dropped: History::new(), alloc }
    }

    /// The allocator.
    #[inline]
    #[must_use]
    pub const fn allocator(&self) -> &A {
        &self.alloc
    }

    /// The allocator. The same as [`allocator`](Self::allocator).
    #[inline]
    #[must_use]
    pub const fn inner(&self) -> &A {
        &self.alloc
    }

    /// What is left, for messages.
    #[cold]
    fn left(&self) -> usize {
        self.alloc.remaining()
    }

    /// Moves a value in. It is dropped on reset. O(1).
    ///
    /// # Panics
    ///
    /// When there is no memory: see [`try_put`](Self::try_put).
    #[inline(always)]
    #[track_caller]
    #[allow(clippy::mut_from_ref, reason = "each call returns another value")]
    pub fn put<T: 'static>(&self, value: T) -> &mut T {
        self.try_put(value).or_panic("Blink", || Shortage::values::<T>(1, self.left()))
    }

    /// [`put`](Self::put) that does not panic.
    ///
    /// # Errors
    ///
    /// When there is no memory, with the value.
    #[inline(always)]
    #[allow(clippy::mut_from_ref, reason = "each call returns another value")]
    pub fn try_put<T: 'static>(&self, value: T) -> Result<&mut T, Rejected<T>> {
        emplace::value(&self.alloc, Some(&self.drops), value)
    }

    /// Moves a value in, of any type. It is never dropped. O(1).
    ///
    /// # Panics
    ///
    /// When there is no memory: see [`try_put_no_drop`](Self::try_put_no_drop).
    #[inline(always)]
    #[track_caller]
    #[allow(clippy::mut_from_ref, reason = "each call returns another value")]
    pub fn put_no_drop<T>(&self, value: T) -> &mut T {
        self.try_put_no_drop(value).or_panic("Blink", || Shortage::values::<T>(1, self.left()))
    }

    /// [`put_no_drop`](Self::put_no_drop) that does not panic.
    ///
    /// # Errors
    ///
    /// When there is no memory, with the value.
    #[inline(always)]
    #[allow(clippy::mut_from_ref, reason = "each call returns another value")]
    pub fn try_put_no_drop<T>(&self, value: T) -> Result<&mut T, Rejected<T>> {
        emplace::value(&self.alloc, None, value)
    }

    /// A place for a value, uninitialised. What is written into it is never dropped. O(1).
    ///
    /// # Panics
    ///
    /// When there is no memory: see [`try_uninit`](Self::try_uninit).
    #[inline]
    #[track_caller]
    #[allow(clippy::mut_from_ref, reason = "each call returns another place")]
    pub fn uninit<T>(&self) -> &mut MaybeUninit<T> {
        self.try_uninit().or_panic("Blink", || Shortage::values::<T>(1, self.left()))
    }

    /// [`uninit`](Self::uninit) that does not panic.
    ///
    /// # Errors
    ///
    /// When there is no memory.
    #[inline]
    #[allow(clippy::mut_from_ref, reason = "each call returns another place")]
    pub fn try_uninit<T>(&self) -> Result<&mut MaybeUninit<T>, AllocError> {
        emplace::uninit(&self.alloc)
    }

    /// A copy of a slice. O(bytes).
    ///
    /// # Panics
    ///
    /// When there is no memory: see [`try_copy_slice`](Self::try_copy_slice).
    #[inline]
    #[track_caller]
    #[allow(clippy::mut_from_ref, reason = "each call returns another slice")]
    pub fn copy_slice<T: Copy>(&self, slice: &[T]) -> &mut [T] {
        self.try_copy_slice(slice).or_panic("Blink", || Shortage::values::<T>(slice.len(), self.left()))
    }

    /// [`copy_slice`](Self::copy_slice) that does not panic.
    ///
    /// # Errors
    ///
    /// When there is no memory.
    #[inline]
    #[allow(clippy::mut_from_ref, reason = "each call returns another slice")]
    pub fn try_copy_slice<T: Copy>(&self, slice: &[T]) -> Result<&mut [T], AllocError> {
        emplace::copy_slice(&self.alloc, slice)
    }

    /// A copy of a string. O(bytes).
    ///
    /// # Panics
    ///
    /// When there is no memory: see [`try_copy_str`](Self::try_copy_str).
    #[inline]
    #[track_caller]
    #[allow(clippy::mut_from_ref, reason = "each call returns another string")]
    pub fn copy_str(&self, string: &str) -> &mut str {
        self.try_copy_str(string).or_panic("Blink", || Shortage::values::<u8>(string.len(), self.left()))
    }

    /// [`copy_str`](Self::copy_str) that does not panic.
    ///
    /// # Errors
    ///
    /// When there is no memory.
    #[inline]
    #[allow(clippy::mut_from_ref, reason = "each call returns another string")]
    pub fn try_copy_str(&self, string: &str) -> Result<&mut str, AllocError> {
        emplace::copy_str(&self.alloc, string)
    }

    /// More ways to get values in: from a closure, a fallible one, an iterator. They are dropped on reset.
    ///
    /// ```
    /// let blink = arenas::Blink::new();
    /// let number: Result<&mut u32, _> = blink.emplace().with_fallible(|| "17".parse::<u32>());
    /// assert_eq!(number, Ok(&mut 17));
    /// ```
    #[inline]
    pub fn emplace<T: 'static>(&self) -> Emplace<'_, A, T> {
        Emplace::new(&self.alloc, Some(&self.drops))
    }

    /// [`emplace`](Self::emplace) for values of any type, which are never dropped.
    ///
    /// ```
    /// let text = String::from("borrowed");
    /// let blink = arenas::Blink::new();
    /// let words: &mut [&str] = blink.emplace_no_drop().from_iter(text.split('r'));
    /// assert_eq!(words, ["bo", "", "owed"]);
    /// ```
    #[inline]
    pub fn emplace_no_drop<T>(&self) -> Emplace<'_, A, T> {
        Emplace::new(&self.alloc, None)
    }

    /// [`emplace`](Self::emplace) that gives shared references. The values are dropped on reset.
    #[inline]
    pub fn emplace_shared<T: 'static>(&self) -> Emplace<'_, A, T, &T, &[T]> {
        Emplace::new(&self.alloc, Some(&self.drops))
    }

    /// [`emplace`](Self::emplace) for values of any type, which are dropped on reset nevertheless.
    ///
    /// # Safety
    ///
    /// What the values borrow is still alive when the arena is reset, rolled back or dropped, or their destructors do not
    /// look at it. That includes other values in this arena, which are dropped newest first.
    #[inline]
    #[allow(unsafe_code, reason = "the promise is the caller's; nothing in here is unsafe")]
    pub unsafe fn emplace_unchecked<T>(&self) -> Emplace<'_, A, T> {
        Emplace::new(&self.alloc, Some(&self.drops))
    }

    /// How many drop records there are: values and slices that wait for their destructors.
    #[must_use]
    pub fn pending_drops(&self) -> usize {
        self.drops.len()
    }

    /// Drops all values, newest first, and keeps the memory as it is. O(values with destructors).
    ///
    /// # Panics
    ///
    /// When a destructor does; the others run nevertheless.
    pub fn drop_all(&mut self) {
        self.discard_from(Mark::START);
        self.drops.drop_down_to(0);
    }

    /// Drops all values, newest first, and resets the allocator (unless that is a shared reference).
    ///
    /// # Panics
    ///
    /// When a destructor does; the others run nevertheless, and the allocator is reset.
    pub fn reset(&mut self) {
        struct Then<'a, A: BlinkAllocator>(&'a mut Blink<A>);
        impl<A: BlinkAllocator> Drop for Then<'_, A> {
            fn drop(&mut self) {
                self.0.alloc.reset();
            }
        }
        self.discard_from(Mark::START);
        Then(self).0.drops.drop_down_to(0);
    }

    /// How much is in use: of memory, as a position, if that can be rewound, and of values.
    pub(super) fn mark(&self) -> Mark {
        Mark { memory: self.alloc.mark(), records: self.drops.len() }
    }

    /// What was put in after `mark` is given up. Before the first destructor runs.
    fn discard_from(&mut self, mark: Mark) {
        self.history.discard_from(mark.position());
        self.dropped.discard_from(mark.records);
    }

    /// Drops the values that were put in after `mark`, newest first, and rewinds the memory.
    pub(super) fn rewind(&mut self, mark: Mark) {
        struct Then<'a, A: BlinkAllocator>(&'a mut Blink<A>, Option<usize>);
        impl<A: BlinkAllocator> Drop for Then<'_, A> {
            fn drop(&mut self) {
                if let Some(memory) = self.1 {
                    self.0.alloc.rewind(memory);
                }
            }
        }
        self.discard_from(mark);
        Then(self, mark.memory).0.drops.drop_down_to(mark.records);
    }

    /// Calls `work` with this arena and gives back what it put in, also when it panics.
    ///
    /// Nothing that is put in can escape, and nothing else can be put in meanwhile:
    ///
    /// ```
    /// let mut blink = arenas::Blink::new();
    /// let sum = blink.scope(|inner| {
    ///     let numbers = inner.emplace().from_iter(0..100u32);
    ///     numbers.iter().sum::<u32>()
    /// });
    /// assert_eq!(sum, 4950);
    /// assert_eq!(blink.stats().used, 0);
    /// ```
    ///
    /// # Panics
    ///
    /// When `work` or the destructor of a value does.
    pub fn scope<R>(&mut self, work: impl FnOnce(&Self) -> R) -> R {
        let guard = self.scope_guard();
        work(&guard)
    }

    /// A guard that derefs to this arena, and gives back what was put in through it when it goes.
    ///
    /// ```
    /// let mut blink = arenas::Blink::new();
    /// {
    ///     let scope = blink.scope_guard();
    ///     scope.put(String::from("dropped at the end of the block"));
    /// }
    /// assert_eq!(blink.pending_drops(), 0);
    /// ```
    pub fn scope_guard(&mut self) -> ScopeGuard<'_, A> {
        ScopeGuard::new(self)
    }

    /// A snapshot of the allocator's memory.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.alloc.stats()
    }

    #[cfg(feature = "alloc")]
    fn now(&self) -> usize {
        self.mark().position()
    }

    /// Remembers what is in here now. O(1).
    #[cfg(feature = "alloc")]
    pub fn checkpoint(&self) -> BlinkCheckpoint {
        let mark = self.mark();
        self.history.checkpoint(mark.position()).with_records(&self.dropped, mark.records)
    }

    /// Drops the values that were put in after the checkpoint, newest first, and gives their memory back.
    ///
    /// # Panics
    ///
    /// When the checkpoint is refused, see [`try_rollback`](Self::try_rollback), or a destructor does.
    ///
    /// ```
    /// let mut blink = arenas::Blink::new();
    /// blink.put(String::from("kept"));
    /// let checkpoint = blink.checkpoint();
    /// blink.put(String::from("dropped"));
    /// blink.rollback(checkpoint);
    /// assert_eq!(blink.pending_drops(), 1);
    /// ```
    #[cfg(feature = "alloc")]
    #[track_caller]
    pub fn rollback(&mut self, checkpoint: BlinkCheckpoint) {
        let now = self.now();
        match self.try_rollback(checkpoint) {
            Ok(()) => {}
            Err(error) => super::checkpoint::refused("Blink", error, checkpoint, now),
        }
    }

    /// [`rollback`](Self::rollback) that does not panic, unless a destructor does.
    ///
    /// # Errors
    ///
    /// When the checkpoint is of another arena, beyond the present position, or of a branch that was rolled back since.
    /// Nothing has changed then.
    #[cfg(feature = "alloc")]
    pub fn try_rollback(&mut self, checkpoint: BlinkCheckpoint) -> Result<(), CheckpointError> {
        self.check_rollback(checkpoint)?;
        let memory = self.alloc.mark().map(|_| checkpoint.position());
        self.rewind(Mark { memory, records: checkpoint.records() });
        Ok(())
    }

    /// Whether [`try_rollback`](Self::try_rollback) would succeed.
    #[cfg(feature = "alloc")]
    pub(crate) fn check_rollback(&self, checkpoint: BlinkCheckpoint) -> Result<(), CheckpointError> {
        let now = self.now();
        self.history.check(checkpoint, now)?;
        self.dropped.check_records(checkpoint, self.drops.len(), now)
    }
}

impl<S: crate::ChunkSource> Blink<BlinkAlloc<S>> {
    /// Gives chunks back that nothing is in, while more than `bytes` are held. After a reset that may be all.
    pub fn shrink_to(&mut self, bytes: usize) {
        self.alloc.shrink_to(bytes);
    }

    /// Sets how many bytes may be held from the base allocator; `None` for as many as it gives.
    pub fn set_limit(&self, bytes: Option<usize>) {
        self.alloc.set_limit(bytes);
    }
}

/// A state of a `Blink` to return to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    memory: Option<usize>,
    records: usize,
}

impl Mark {
    /// Of an arena that nothing is in.
    const START: Self = Self { memory: None, records: 0 };

    /// What checkpoints are compared by.
    fn position(self) -> usize {
        self.memory.unwrap_or(self.records)
    }
}

impl<A: BlinkAllocator + Default> Default for Blink<A> {
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<A: BlinkAllocator> Drop for Blink<A> {
    fn drop(&mut self) {
        self.drops.drop_down_to(0);
    }
}

impl<A: BlinkAllocator> fmt::Debug for Blink<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blink")
            .field("pending_drops", &self.pending_drops())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
