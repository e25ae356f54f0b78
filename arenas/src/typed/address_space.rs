//! How a `FastArena` reserves its address space.

use super::fast::FastArena;
use super::idx::ArenaIdx;
use crate::error::AllocError;
use crate::raw::block::Pages;
use crate::raw::slots::Source;

/// Options for a [`FastArena`] that grows through `&self`, as [`FastArena::reserve_address_space`] makes it without any.
///
/// ```
/// use arenas::{AddressSpace, FastArena};
///
/// let arena: FastArena<u64> = AddressSpace::new(1_000_000_000).huge_pages(true).reserve()?;
/// let index = arena.alloc(7);
/// assert_eq!(arena[index], 7);
/// # Ok::<(), arenas::AllocError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is reserved before `reserve`"]
#[cfg_attr(docsrs, doc(cfg(feature = "mmap")))]
pub struct AddressSpace {
    max_slots: usize,
    pages: Pages,
}

impl AddressSpace {
    /// For an arena of `max_slots` slots.
    #[inline]
    pub const fn new(max_slots: usize) -> Self {
        Self { max_slots, pages: Pages::Usual }
    }

    /// Asks the system for huge pages; off unless asked for.
    ///
    /// For arenas of many megabytes that are read all over: a huge page (2 MiB on most machines) takes the place of 512
    /// in the processor's table of addresses, and comes by one fault instead of 512. In return the first value takes
    /// 2 MiB, and the states of the slots as much, all of it filled with zeros at once.
    ///
    /// It is advice to the system (`madvise` with `MADV_HUGEPAGE`). Other systems than Linux have none, and a Linux may
    /// be set up never to follow it (`/sys/kernel/mm/transparent_hugepage/enabled`) or have no huge page free: then the
    /// arena is as without it. [`stats`](FastArena::stats) counts in huge pages all the same, as the most that it may
    /// take.
    #[inline]
    pub const fn huge_pages(mut self, yes: bool) -> Self {
        self.pages = if yes { Pages::Huge } else { Pages::Usual };
        self
    }

    /// Makes an empty arena, which takes no memory until it is used.
    ///
    /// # Errors
    ///
    /// As [`FastArena::reserve_address_space`].
    #[inline]
    pub fn reserve<T, I: ArenaIdx>(self) -> Result<FastArena<T, I>, AllocError> {
        FastArena::of_source(self.max_slots, Source::Reserved(self.pages))
    }
}
