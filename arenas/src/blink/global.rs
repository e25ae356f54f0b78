//! [`GlobalBlinkAlloc`] and [`UnsafeGlobalBlinkAlloc`]: as `#[global_allocator]`.
//!
//! Both begin in *direct mode*, in which every block comes from the base allocator and goes back to it. In *blink mode*
//! blocks are bumped, and come back all at once by `reset`. A block finds its way home in either mode, because an
//! allocator knows its own chunks: so what the runtime allocates behind the program's back does no harm.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use std::alloc::System;

use super::local::BlinkAlloc;
use super::sync::{LocalBlinkAlloc, SyncBlinkAlloc};
use crate::raw::homing::{Homing, Owns};
use crate::raw::source::ChunkSource;
use crate::stats::Stats;
use crate::sync::{AtomicBool, Ordering};

/// A [`SyncBlinkAlloc`] as global allocator.
///
/// ```
/// use arenas::GlobalBlinkAlloc;
///
/// #[global_allocator]
/// static GLOBAL: GlobalBlinkAlloc = GlobalBlinkAlloc::new();
///
/// let mut list = vec![1, 2, 3];
/// list.push(4);
///
/// // SAFETY: one thread, and nothing that is allocated here is used after the reset.
/// unsafe {
///     GLOBAL.blink_mode();
///     let sum: u64 = (0..1000).collect::<Vec<u64>>().iter().sum();
///     assert_eq!(sum, 499_500);
///     GLOBAL.direct_mode();
///     GLOBAL.reset();
/// }
/// assert_eq!(list, [1, 2, 3, 4]);
/// ```
pub struct GlobalBlinkAlloc<A: ChunkSource = System> {
    blink: SyncBlinkAlloc<A>,
    blinks: AtomicBool,
}

/// The constructors, which are `const` where the atomics are.
macro_rules! constructors {
    ($($constness:ident)?) => {
        impl GlobalBlinkAlloc<System> {
            /// An allocator over that of the system, in direct mode.
            #[must_use]
            pub $($constness)? fn new() -> Self {
                Self::new_in(System)
            }

            /// The same with chunks of at least `chunk_size` usable bytes; 0 means the default.
            #[must_use]
            pub $($constness)? fn with_chunk_size(chunk_size: usize) -> Self {
                Self::with_chunk_size_in(chunk_size, System)
            }
        }

        impl<A: ChunkSource> GlobalBlinkAlloc<A> {
            /// An allocator over `base`, in direct mode.
            #[must_use]
            pub $($constness)? fn new_in(base: A) -> Self {
                Self::with_chunk_size_in(0, base)
            }

            /// The same with chunks of at least `chunk_size` usable bytes; 0 means the default.
            #[must_use]
            pub $($constness)? fn with_chunk_size_in(chunk_size: usize, base: A) -> Self {
                Self { blink: SyncBlinkAlloc::with_chunk_size_in(chunk_size, base), blinks: AtomicBool::new(false) }
            }
        }
    };
}

#[cfg(not(arenas_loom))]
constructors!(const);
#[cfg(arenas_loom)]
constructors!();

impl<A: ChunkSource> GlobalBlinkAlloc<A> {
    /// Switches to blink mode: blocks are bumped from now on.
    ///
    /// # Safety
    ///
    /// None beyond those of [`reset`](Self::reset); `unsafe` because that is what follows.
    pub unsafe fn blink_mode(&self) {
        // ORDERING: relaxed, either mode is right for any block.
        self.blinks.store(true, Ordering::Relaxed);
    }

    /// Switches to direct mode: blocks come from the base allocator from now on. Blocks of blink mode stay as they are
    /// until the next [`reset`](Self::reset).
    ///
    /// # Safety
    ///
    /// None beyond those of [`reset`](Self::reset).
    pub unsafe fn direct_mode(&self) {
        // ORDERING: relaxed, either mode is right for any block.
        self.blinks.store(false, Ordering::Relaxed);
    }

    /// Gives back all blocks that were allocated in blink mode, and keeps one chunk.
    ///
    /// # Safety
    ///
    /// None of these blocks is used or freed any more, on any thread, and no other thread allocates or frees anything
    /// meanwhile, in either mode. Mind what libraries allocate lazily and keep, like the buffer of `stdout`.
    pub unsafe fn reset(&self) {
        // SAFETY: the caller's promise.
        unsafe { self.blink.reset_unchecked() };
    }

    /// An allocator for one thread that takes windows of this one, in either mode.
    #[must_use]
    pub fn local(&self) -> LocalBlinkAlloc<'_, A> {
        self.blink.local()
    }

    /// A snapshot of the memory of blink mode.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.blink.stats()
    }

    fn state(&self) -> Homing<'_, SyncBlinkAlloc<A>, A>
    where
        A: Sync,
    {
        // ORDERING: relaxed, either mode is right for any block.
        Homing { bump: &self.blink, base: self.blink.inner(), bumps: self.blinks.load(Ordering::Relaxed) }
    }
}

impl<A: ChunkSource + Default> Default for GlobalBlinkAlloc<A> {
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<A: ChunkSource> fmt::Debug for GlobalBlinkAlloc<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GlobalBlinkAlloc").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// A [`BlinkAlloc`] as global allocator: without synchronisation, for a program of one thread.
///
/// ```no_run
/// use arenas::UnsafeGlobalBlinkAlloc;
///
/// // SAFETY: the program has one thread.
/// #[global_allocator]
/// static GLOBAL: UnsafeGlobalBlinkAlloc = unsafe { UnsafeGlobalBlinkAlloc::new() };
/// ```
pub struct UnsafeGlobalBlinkAlloc<A: ChunkSource = System> {
    blink: BlinkAlloc<A>,
    blinks: Cell<bool>,
}

// SAFETY: who makes one promises that one thread at a time uses it.
unsafe impl<A: ChunkSource> Sync for UnsafeGlobalBlinkAlloc<A> {}

impl UnsafeGlobalBlinkAlloc<System> {
    /// An allocator over that of the system, in direct mode.
    ///
    /// # Safety
    ///
    /// It is never used by two threads at once. (A test harness and many libraries start threads.)
    #[must_use]
    pub const unsafe fn new() -> Self {
        Self::over(0, System)
    }

    /// The same with chunks of at least `chunk_size` usable bytes; 0 means the default.
    ///
    /// # Safety
    ///
    /// As [`new`](Self::new).
    #[must_use]
    pub const unsafe fn with_chunk_size(chunk_size: usize) -> Self {
        Self::over(chunk_size, System)
    }
}

impl<A: ChunkSource> UnsafeGlobalBlinkAlloc<A> {
    /// An allocator over `base`, in direct mode.
    ///
    /// # Safety
    ///
    /// It is never used by two threads at once.
    #[must_use]
    pub const unsafe fn new_in(base: A) -> Self {
        Self::over(0, base)
    }

    /// The same with chunks of at least `chunk_size` usable bytes; 0 means the default.
    ///
    /// # Safety
    ///
    /// It is never used by two threads at once.
    #[must_use]
    pub const unsafe fn with_chunk_size_in(chunk_size: usize, base: A) -> Self {
        Self::over(chunk_size, base)
    }

    /// Who calls this, an `unsafe fn` each, has the promise that one thread at a time uses the allocator.
    const fn over(chunk_size: usize, base: A) -> Self {
        Self { blink: BlinkAlloc::with_chunk_size_in(chunk_size, base), blinks: Cell::new(false) }
    }

    /// Switches to blink mode: blocks are bumped from now on.
    ///
    /// # Safety
    ///
    /// No other thread uses the allocator.
    pub unsafe fn blink_mode(&self) {
        self.blinks.set(true);
    }

    /// Switches to direct mode: blocks come from the base allocator from now on. Blocks of blink mode stay as they are
    /// until the next [`reset`](Self::reset).
    ///
    /// # Safety
    ///
    /// No other thread uses the allocator.
    pub unsafe fn direct_mode(&self) {
        self.blinks.set(false);
    }

    /// Gives back all blocks that were allocated in blink mode, and keeps one chunk.
    ///
    /// # Safety
    ///
    /// None of these blocks is used or freed any more, and no other thread uses the allocator. Mind what libraries
    /// allocate lazily and keep, like the buffer of `stdout`.
    pub unsafe fn reset(&self) {
        // SAFETY: the caller's promise.
        unsafe { self.blink.reset_unchecked() };
    }

    fn state(&self) -> Homing<'_, BlinkAlloc<A>, A> {
        Homing { bump: &self.blink, base: self.blink.inner(), bumps: self.blinks.get() }
    }
}

impl<A: ChunkSource> fmt::Debug for UnsafeGlobalBlinkAlloc<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsafeGlobalBlinkAlloc").finish_non_exhaustive()
    }
}

impl<A: ChunkSource> Owns for SyncBlinkAlloc<A> {
    fn owns(&self, block: NonNull<u8>) -> bool {
        Self::owns(self, block)
    }
}

impl<A: ChunkSource> Owns for BlinkAlloc<A> {
    fn owns(&self, block: NonNull<u8>) -> bool {
        Self::owns(self, block)
    }
}

// SAFETY: blocks of the two allocators fit their layouts and do not overlap, and each goes back where it came from. The
// base allocator is called by several threads in direct mode, hence `Sync`. Nothing here panics.
unsafe impl<A: ChunkSource + Send + Sync> GlobalAlloc for GlobalBlinkAlloc<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.state().alloc(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.state().dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { self.state().realloc(block, layout, size) }
    }
}

// SAFETY: as above; who made it promises that one thread uses it.
unsafe impl<A: ChunkSource> GlobalAlloc for UnsafeGlobalBlinkAlloc<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.state().alloc(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.state().dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { self.state().realloc(block, layout, size) }
    }
}
