//! [`BlinkAllocCache`]: warm allocators for tasks.

use core::fmt;

use super::local::BlinkAlloc;
use crate::error::Rejected;
use crate::raw::bag::Bag;
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::source::{ChunkSource, Global};

/// A bag of [`BlinkAlloc`]s from which tasks take one and put it back, chunk and all.
///
/// `push` and `pop` are lock-free: each looks for the first slot that is empty or full and takes it by one
/// compare-exchange. Slots are added 32 at a time when all are full (that takes memory from the global allocator), and stay.
/// They come back in no particular order. What is left in the cache is dropped with it.
///
/// ```
/// use arenas::{BlinkAlloc, BlinkAllocCache};
///
/// static CACHE: BlinkAllocCache = BlinkAllocCache::new();
///
/// let mut blink = CACHE.pop().unwrap_or_default();
/// blink.allocate(core::alloc::Layout::new::<[u8; 100]>())?;
/// blink.reset();
/// CACHE.push(blink);
/// assert!(CACHE.pop().unwrap().stats().reserved >= 100);
/// assert!(CACHE.pop().is_none());
/// # Ok::<(), arenas::AllocError>(())
/// ```
pub struct BlinkAllocCache<A: ChunkSource = Global> {
    bag: Bag<BlinkAlloc<A>>,
}

impl<A: ChunkSource> BlinkAllocCache<A> {
    /// An empty cache. Takes no memory yet.
    #[cfg(not(arenas_loom))]
    #[must_use]
    pub const fn new() -> Self {
        Self { bag: Bag::new() }
    }

    /// An empty cache. Takes no memory yet.
    #[cfg(arenas_loom)]
    #[must_use]
    pub fn new() -> Self {
        Self { bag: Bag::new() }
    }

    /// Takes an allocator out; `None` when there is none. O(slots), lock-free.
    #[must_use]
    pub fn pop(&self) -> Option<BlinkAlloc<A>> {
        self.bag.pop()
    }

    /// Puts an allocator in, as it is: [`reset`](BlinkAlloc::reset) it before. O(slots), lock-free.
    ///
    /// # Panics
    ///
    /// When a slot is needed and there is no memory: see [`try_push`](Self::try_push).
    #[track_caller]
    pub fn push(&self, blink: BlinkAlloc<A>) {
        self.try_push(blink).or_panic("BlinkAllocCache", || Shortage::values::<BlinkAlloc<A>>(32, 0));
    }

    /// [`push`](Self::push) that does not panic.
    ///
    /// # Errors
    ///
    /// When a slot is needed and there is no memory, with the allocator.
    #[allow(clippy::result_large_err, reason = "the allocator comes back")]
    pub fn try_push(&self, blink: BlinkAlloc<A>) -> Result<(), Rejected<BlinkAlloc<A>>> {
        self.bag.push(blink)
    }
}

impl<A: ChunkSource> Default for BlinkAllocCache<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: ChunkSource> fmt::Debug for BlinkAllocCache<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BlinkAllocCache").field(&self.bag).finish()
    }
}
