//! [`SyncBlinkAlloc`]: the allocator that many threads share, and [`LocalBlinkAlloc`]: one thread's part of it.

use core::alloc::Layout;
use core::fmt;
use core::ptr::NonNull;

use crate::error::AllocError;
use crate::raw::blocks::BlinkAllocator;
use crate::raw::bump::Bump;
use crate::raw::chunk::FIRST_CHUNK;
use crate::raw::shared::{SharedBump, Window};
use crate::raw::source::{ChunkSource, Global};
use crate::stats::Stats;
use crate::sync::{AtomicUsize, Ordering};

/// Bytes of the first window of a local allocator, if nothing else is known: enough that threads do not share cache
/// lines, and little enough that a handful fit into a first chunk.
const WINDOW: usize = (2 << 10) - 64;

/// The greatest first window that a local allocator asks for because one before it used so much.
const GREATEST_HINT: usize = 64 << 10;

/// A bump allocator over growing chunks that many threads share.
///
/// A block costs one atomic read-modify-write and no lock: a thread that is stopped anywhere keeps no other from taking
/// a block of the current chunk. To add a chunk takes a lock, under which one thread at a time calls the base allocator
/// (which therefore need not be `Sync`); who waited for it looks again before it asks for another.
///
/// Many small blocks are faster from a [`LocalBlinkAlloc`] per thread or task, see [`local`](Self::local). `reset` takes
/// `&mut`, so it comes when the threads have been joined.
///
/// ```
/// use arenas::SyncBlinkAlloc;
/// use core::alloc::Layout;
///
/// let mut blink = SyncBlinkAlloc::new();
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| assert!(blink.allocate(Layout::new::<[u64; 16]>()).is_ok()));
///     }
/// });
/// assert_eq!(blink.stats().used, 4 * 128);
/// assert_eq!(blink.stats().chunks, 1);
/// blink.reset();
/// ```
pub struct SyncBlinkAlloc<A: ChunkSource = Global> {
    bump: SharedBump<A>,
    /// What a local allocator asks for first.
    window: AtomicUsize,
}

/// The constructors, which are `const` where the atomics are.
macro_rules! constructors {
    ($($constness:ident)?) => {
        impl SyncBlinkAlloc<Global> {
            /// An allocator over the global one. Takes no memory yet.
            #[must_use]
            pub $($constness)? fn new() -> Self {
                Self::new_in(Global)
            }

            /// The same with chunks of at least `chunk_size` usable bytes; 0 means the default.
            #[must_use]
            pub $($constness)? fn with_chunk_size(chunk_size: usize) -> Self {
                Self::with_chunk_size_in(chunk_size, Global)
            }
        }

        impl<A: ChunkSource> SyncBlinkAlloc<A> {
            /// An allocator over `base`. Takes no memory yet.
            #[must_use]
            pub $($constness)? fn new_in(base: A) -> Self {
                Self::with_chunk_size_in(0, base)
            }

            /// The same with chunks of at least `chunk_size` usable bytes; 0 means the default.
            #[must_use]
            pub $($constness)? fn with_chunk_size_in(chunk_size: usize, base: A) -> Self {
                let first = if chunk_size == 0 { FIRST_CHUNK } else { chunk_size };
                Self { bump: SharedBump::new(chunk_size, first, base), window: AtomicUsize::new(WINDOW) }
            }
        }
    };
}

#[cfg(not(arenas_loom))]
constructors!(const);
#[cfg(arenas_loom)]
constructors!();

impl<A: ChunkSource> SyncBlinkAlloc<A> {
    /// The base allocator, which other threads may call meanwhile.
    #[must_use]
    pub const fn inner(&self) -> &A
    where
        A: Sync,
    {
        self.bump.source()
    }

    /// Gives all chunks back, and the base allocator.
    pub fn into_inner(self) -> A {
        self.bump.into_source()
    }

    /// An allocator for one thread that takes windows of this one: as fast as a [`BlinkAlloc`](crate::BlinkAlloc), on
    /// shared memory.
    ///
    /// What it took comes back when it goes, its blocks with it.
    ///
    /// ```
    /// use arenas::SyncBlinkAlloc;
    /// use core::alloc::Layout;
    ///
    /// let blink = SyncBlinkAlloc::new();
    /// for _ in 0..1000 {
    ///     let local = blink.local();
    ///     local.allocate(Layout::new::<u64>())?;
    /// }
    /// assert_eq!(blink.stats().used, 0);
    /// # Ok::<(), arenas::AllocError>(())
    /// ```
    #[must_use]
    pub fn local(&self) -> LocalBlinkAlloc<'_, A> {
        // ORDERING: relaxed, a hint.
        let window = self.window.load(Ordering::Relaxed);
        LocalBlinkAlloc { bump: Bump::new(0, window, Window(&self.bump)), shared: self }
    }

    /// Lets local allocators that are made from now on ask for a first window of at least `size` bytes.
    ///
    /// It follows the use of local allocators by itself, up to 64 KiB.
    pub fn update_max_local_alloc(&self, size: usize) {
        // ORDERING: relaxed, a hint.
        self.window.fetch_max(size, Ordering::Relaxed);
    }

    /// Takes a block of exactly `layout.size()` bytes. Lock-free while the current chunk has room.
    ///
    /// The block is valid until it is deallocated, or the allocator is reset or dropped.
    ///
    /// # Errors
    ///
    /// When the base allocator has no memory, the limit is reached, or the size overflows.
    #[inline]
    pub fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Ok(NonNull::slice_from_raw_parts(self.bump.allocate(layout)?, layout.size()))
    }

    /// Takes a block of zeros.
    ///
    /// # Errors
    ///
    /// As [`allocate`](Self::allocate).
    pub fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.bump.allocate_zeroed(layout).map(|block| NonNull::slice_from_raw_parts(block, layout.size()))
    }

    /// Makes a block larger or smaller, or aligned otherwise, with its contents.
    ///
    /// The newest block changes in place while the chunk lasts. One that shrinks and is aligned never moves.
    ///
    /// # Errors
    ///
    /// As [`allocate`](Self::allocate); the block is as before then.
    ///
    /// # Safety
    ///
    /// The block was allocated here with `old` and is still valid. After success it is used through the returned pointer
    /// only.
    #[inline]
    pub unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise.
        let block = unsafe { self.bump.resize(block, old, new) }?;
        Ok(NonNull::slice_from_raw_parts(block, new.size()))
    }

    /// Gives a block back. If it is the newest of all threads, its bytes are reused at once; otherwise at the next reset.
    ///
    /// # Safety
    ///
    /// The block was allocated here with `layout`, is still valid, and is not used any more.
    #[inline]
    pub unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.bump.deallocate(block, layout) }
    }

    /// Gives all blocks back and keeps one chunk, large enough for all that was in use at once since the last reset.
    ///
    /// It may take that chunk from the base allocator now; if that refuses, the largest one is kept. O(chunks).
    pub fn reset(&mut self) {
        self.bump.reset();
    }

    /// Gives all blocks and all chunks back.
    pub fn reset_final(&mut self) {
        self.bump.release_all();
    }

    /// [`reset`](Self::reset) through a shared reference.
    ///
    /// # Safety
    ///
    /// No block that was allocated before is used any more, no local allocator that was made before is used or dropped any
    /// more, and no other thread uses this allocator meanwhile.
    pub unsafe fn reset_unchecked(&self) {
        // SAFETY: the caller's promise.
        unsafe { self.bump.reset_unchecked() };
    }

    /// Gives chunks back that no block is in, while more than `bytes` are held. After a reset that may be all.
    pub fn shrink_to(&mut self, bytes: usize) {
        self.bump.shrink_to(bytes);
    }

    /// Sets how many bytes may be held from the base allocator; `None` for as many as it gives. What is held already stays.
    pub fn set_limit(&self, bytes: Option<usize>) {
        self.bump.set_limit(bytes.unwrap_or(usize::MAX));
    }

    /// A snapshot of the memory; what local allocators hold counts as used. O(chunks).
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.bump.stats()
    }

    /// Whether the block is in a chunk of this allocator.
    #[cfg(feature = "std")]
    pub(super) fn owns(&self, block: NonNull<u8>) -> bool {
        self.bump.owns(block)
    }
}

impl<A: ChunkSource + Default> Default for SyncBlinkAlloc<A> {
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<A: ChunkSource> fmt::Debug for SyncBlinkAlloc<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncBlinkAlloc").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

// SAFETY: I14 for the blocks of the bump; a position never falls but by `reset`, `rewind`, and at the tip.
unsafe impl<A: ChunkSource> BlinkAllocator for SyncBlinkAlloc<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Self::allocate(self, layout)
    }

    #[inline]
    unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise.
        unsafe { Self::resize(self, block, old, new) }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { Self::deallocate(self, block, layout) }
    }

    fn reset(&mut self) {
        Self::reset(self);
    }

    fn extent(&self, block: NonNull<u8>, layout: Layout) -> usize {
        self.bump.extent(block, layout)
    }

    fn remaining(&self) -> usize {
        self.bump.remaining()
    }

    fn mark(&self) -> Option<usize> {
        Some(self.bump.position())
    }

    fn rewind(&mut self, mark: usize) {
        self.bump.rewind(mark);
    }

    fn stats(&self) -> Stats {
        Self::stats(self)
    }
}

/// One thread's part of a [`SyncBlinkAlloc`]: a bump allocator over windows of its chunks. Made by
/// [`SyncBlinkAlloc::local`].
///
/// `Send` where the shared one is `Sync`, and not `Sync`. What it took comes back when it goes, or is
/// [`reset`](Self::reset) and then needed by less: its blocks end with it.
pub struct LocalBlinkAlloc<'a, A: ChunkSource = Global> {
    bump: Bump<Window<'a, A>>,
    shared: &'a SyncBlinkAlloc<A>,
}

impl<A: ChunkSource> LocalBlinkAlloc<'_, A> {
    /// Takes a block of exactly `layout.size()` bytes. No atomic operation, but for a new window.
    ///
    /// The block is valid until it is deallocated, or the allocator is reset or dropped.
    ///
    /// # Errors
    ///
    /// When the shared allocator has no window to give.
    #[inline]
    pub fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Ok(NonNull::slice_from_raw_parts(self.bump.allocate(layout)?, layout.size()))
    }

    /// Takes a block of zeros.
    ///
    /// # Errors
    ///
    /// As [`allocate`](Self::allocate).
    pub fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.bump.allocate_zeroed(layout).map(|block| NonNull::slice_from_raw_parts(block, layout.size()))
    }

    /// Makes a block larger or smaller, or aligned otherwise, with its contents.
    ///
    /// The newest block changes in place while the window lasts. One that shrinks and is aligned never moves.
    ///
    /// # Errors
    ///
    /// As [`allocate`](Self::allocate); the block is as before then.
    ///
    /// # Safety
    ///
    /// The block was allocated here with `old` and is still valid. After success it is used through the returned pointer
    /// only.
    #[inline]
    pub unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise.
        let block = unsafe { self.bump.resize(block, old, new) }?;
        Ok(NonNull::slice_from_raw_parts(block, new.size()))
    }

    /// Gives a block back. If it is the newest, its bytes are reused at once; otherwise at the next reset.
    ///
    /// # Safety
    ///
    /// The block was allocated here with `layout`, is still valid, and is not used any more.
    #[inline]
    pub unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.bump.deallocate(block, layout) }
    }

    /// Gives all blocks back, and all windows but one, as [`BlinkAlloc::reset`](crate::BlinkAlloc::reset).
    pub fn reset(&mut self) {
        self.bump.reset();
    }

    /// [`reset`](Self::reset) through a shared reference.
    ///
    /// # Safety
    ///
    /// No block that was allocated before is used any more.
    pub unsafe fn reset_unchecked(&self) {
        // SAFETY: the caller's promise.
        unsafe { self.bump.reset_unchecked() };
    }

    /// A snapshot of the windows. O(windows).
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.bump.stats()
    }
}

impl<A: ChunkSource> Drop for LocalBlinkAlloc<'_, A> {
    fn drop(&mut self) {
        self.shared.update_max_local_alloc(self.bump.stats().peak_used.min(GREATEST_HINT));
    }
}

impl<A: ChunkSource> fmt::Debug for LocalBlinkAlloc<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalBlinkAlloc").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

// SAFETY: I14 for the blocks of the bump; a position never falls but by `reset`, `rewind`, and at the tip.
unsafe impl<A: ChunkSource> BlinkAllocator for LocalBlinkAlloc<'_, A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Self::allocate(self, layout)
    }

    #[inline]
    unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise.
        unsafe { Self::resize(self, block, old, new) }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { Self::deallocate(self, block, layout) }
    }

    fn reset(&mut self) {
        Self::reset(self);
    }

    #[inline(always)]
    fn allocate_known(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        self.bump.allocate_known(layout)
    }

    #[inline]
    fn extent(&self, block: NonNull<u8>, layout: Layout) -> usize {
        self.bump.extent(block, layout)
    }

    fn remaining(&self) -> usize {
        self.bump.remaining()
    }

    fn mark(&self) -> Option<usize> {
        Some(self.bump.position())
    }

    fn rewind(&mut self, mark: usize) {
        self.bump.rewind(mark);
    }

    fn stats(&self) -> Stats {
        Self::stats(self)
    }
}
