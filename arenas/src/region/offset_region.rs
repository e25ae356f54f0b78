//! The allocator over plain offsets.

#[cfg(feature = "alloc")]
use alloc::string::String;
use core::alloc::Layout;
use core::fmt;

use super::error::RegionError;
use super::nodes::{RegionNode, Storage};
use super::offsets::{Offsets, RegionBlock};
use super::walk::{FreeBySize, RegionStats, Walk};
use crate::stats::Stats;

/// A best-fit allocator over the offsets `0..size`, for memory that this process cannot see: a GPU heap, a file, a
/// range of addresses.
///
/// Like [`Region`](crate::Region) in everything else. Alignment is relative to offset 0.
///
/// ```
/// use core::alloc::Layout;
/// use arenas::OffsetRegion;
///
/// # #[cfg(feature = "alloc")] {
/// let mut heap = OffsetRegion::new(1 << 40, 256)?; // a terabyte that is nowhere
/// let texture = heap.try_alloc(Layout::from_size_align(6 << 20, 4096).unwrap())?;
/// assert_eq!(texture.offset() % 4096, 0);
/// heap.try_free(texture)?;
/// # }
/// # Ok::<(), arenas::RegionError>(())
/// ```
pub struct OffsetRegion {
    offsets: Offsets<'static>,
}

impl OffsetRegion {
    /// Makes a region over `0..size` whose blocks start at multiples of `align`, a power of two, and are sized in
    /// multiples of it.
    ///
    /// # Errors
    ///
    /// [`BadAlignment`](RegionError::BadAlignment) for an alignment that is no power of two,
    /// [`OutOfMemory`](RegionError::OutOfMemory) when there is no memory for the description of blocks.
    #[cfg(feature = "alloc")]
    pub fn new(size: usize, align: usize) -> Result<Self, RegionError> {
        Self::over(size, align, Storage::owned())
    }

    /// Makes a region that describes its blocks in `nodes` and never uses the heap. It can have as many blocks, used
    /// and free together, as there are nodes.
    ///
    /// # Errors
    ///
    /// [`BadAlignment`](RegionError::BadAlignment); [`TooManyBlocks`](RegionError::TooManyBlocks) when there is no node
    /// at all.
    pub fn with_nodes(size: usize, align: usize, nodes: &'static mut [RegionNode]) -> Result<Self, RegionError> {
        Self::over(size, align, Storage::borrowed(nodes))
    }

    fn over(size: usize, align: usize, nodes: Storage<'static>) -> Result<Self, RegionError> {
        let (offsets, _) = Offsets::new(0, size, align, nodes)?;
        Ok(Self { offsets })
    }

    /// Takes a block of at least `size` bytes and returns its offset, to be freed with [`free`](Self::free); `None`
    /// when there is no room or `size` is 0. O(log n).
    pub fn alloc(&mut self, size: usize) -> Option<usize> {
        self.offsets.alloc_raw(size).ok()
    }

    /// Frees the block that starts at `offset`. O(log n).
    ///
    /// # Panics
    ///
    /// If there is no such block, and says which: "foreign" for an offset beyond the region, "freed or never allocated"
    /// for one in a hole, "not the start of a block" for one in a used block. Nothing has changed then.
    #[track_caller]
    pub fn free(&mut self, offset: usize) {
        let total = self.offsets.total();
        let result = if offset < total { self.offsets.free_at(offset) } else { Err(RegionError::Foreign) };
        if let Err(error) = result {
            panic!("OffsetRegion: cannot free offset {offset} of {total}: {error}");
        }
    }

    /// Takes a block of this layout. O(log n).
    ///
    /// # Errors
    ///
    /// As [`Region::try_alloc`](crate::Region::try_alloc).
    pub fn try_alloc(&mut self, layout: Layout) -> Result<RegionBlock, RegionError> {
        self.offsets.alloc(layout)
    }

    /// Frees a block. O(log n).
    ///
    /// # Errors
    ///
    /// [`Foreign`](RegionError::Foreign) for a block of another region, [`Freed`](RegionError::Freed) for one that was
    /// freed or resized. Whoever has its place now is not harmed.
    pub fn try_free(&mut self, block: RegionBlock) -> Result<(), RegionError> {
        self.offsets.free(block)
    }

    /// Gives a block another size without moving it, and returns its new handle; the old one is stale. O(log n).
    ///
    /// # Errors
    ///
    /// As [`Region::try_resize`](crate::Region::try_resize).
    pub fn try_resize(&mut self, block: RegionBlock, size: usize) -> Result<RegionBlock, RegionError> {
        self.offsets.resize(block, size)
    }

    /// Whether a block is live and of this region.
    #[must_use]
    pub fn is_valid(&self, block: RegionBlock) -> bool {
        self.offsets.verify(block).is_ok()
    }

    /// Frees every block. All handles go stale. O(capacity for blocks).
    pub fn reset(&mut self) {
        self.offsets.reset();
    }

    /// Usable bytes: the size, rounded down to the alignment.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.offsets.total()
    }

    /// What all blocks are aligned to, in bytes.
    #[must_use]
    pub fn align(&self) -> usize {
        self.offsets.align()
    }

    /// A snapshot in the glossary that all allocators share.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.offsets.stats()
    }

    /// The state in numbers, as the original crate reports them.
    #[must_use]
    pub fn region_stats(&self) -> RegionStats {
        self.offsets.region_stats()
    }

    /// How far the free bytes are from being in one piece: 1 − largest hole / free bytes, 0 where nothing is free.
    #[must_use]
    pub fn fragmentation(&self) -> f64 {
        self.region_stats().fragmentation()
    }

    /// All blocks and holes in address order.
    #[must_use]
    pub fn walk(&self) -> Walk<'_> {
        self.offsets.walk()
    }

    /// The holes in best-fit order, as with [`Region::free_by_size`](crate::Region::free_by_size).
    #[must_use]
    pub fn free_by_size(&self) -> FreeBySize<'_> {
        self.offsets.free_by_size()
    }

    /// Draws the region to scale as an SVG picture; see [`Walk::to_svg`].
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_svg(&self) -> String {
        self.walk().to_svg()
    }

    /// Verifies every invariant of the bookkeeping, in O(n log n). For tests.
    ///
    /// # Panics
    ///
    /// If one does not hold, which is a bug in this crate.
    pub fn check(&self) {
        self.offsets.check();
    }
}

impl fmt::Debug for OffsetRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OffsetRegion")
            .field("align", &self.align())
            .field("stats", &self.region_stats())
            .finish_non_exhaustive()
    }
}

/// The map of the region, as [`walk`](OffsetRegion::walk) prints it.
impl fmt::Display for OffsetRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.walk(), f)
    }
}
