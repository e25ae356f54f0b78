//! The allocator over byte offsets, which [`Region`](super::Region) and [`OffsetRegion`](super::OffsetRegion) share:
//! sizes and alignments become units, used blocks become handles.

use core::alloc::Layout;

use super::blocks::{BlockMap, Handle, Request, Shortage};
use super::error::RegionError;
use super::nodes::{RegionNode, Storage};
use super::walk::{FreeBySize, RegionStats, Walk};
use crate::raw::layout;
use crate::stats::Stats;
use crate::sync::{CounterUsize, Ordering};

/// A block of a region, as a checked handle.
///
/// `Copy`: it names the block and owns nothing. It goes stale when the block is freed or resized, whoever does it, and
/// a stale or foreign handle is an error wherever it is used, also after the place has a new owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RegionBlock {
    offset: usize,
    len: usize,
    stamp: u64,
    node: u32,
    region: u32,
}

impl RegionBlock {
    /// Where it starts, in bytes from the first aligned byte of the region.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }

    /// How many bytes were asked for. The region may hold a few more for it, up to the next multiple of its alignment.
    #[must_use]
    pub const fn len(self) -> usize {
        self.len
    }

    /// Always `false`: a block has at least one byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }

    fn handle(self) -> Handle {
        Handle { node: self.node, stamp: self.stamp }
    }
}

/// A number that tells this region from the others, until 2^32 more have been made.
fn region_id() -> u32 {
    static REGIONS: CounterUsize = CounterUsize::new(0);
    // ORDERING: relaxed, because only the number counts and no memory is published with it.
    REGIONS.fetch_add(1, Ordering::Relaxed) as u32
}

/// Marks the stamp of a block that is a region of its own. Stamps never get this far by counting.
const SUB_REGION: u64 = 1 << 62;

pub(super) struct Offsets<'n> {
    map: BlockMap<'n>,
    /// log2 of the bytes per unit, which is the alignment.
    shift: u32,
    /// Bytes that are not usable: less than a unit before and after the blocks.
    padding: usize,
    /// The address of offset 0, in units.
    origin: u64,
    id: u32,
    sub_regions: u32,
}

impl<'n> Offsets<'n> {
    /// `size` bytes from `address` on, and how many of them are before the first aligned one.
    pub(super) fn new(
        address: usize,
        size: usize,
        align: usize,
        nodes: Storage<'n>,
    ) -> Result<(Self, usize), RegionError> {
        if !align.is_power_of_two() {
            return Err(RegionError::BadAlignment { align });
        }
        let shift = align.trailing_zeros();
        let head = layout::align_up(address, align).map_or(size, |aligned| (aligned - address).min(size));
        let units = (size - head) >> shift;
        let padding = size - (units << shift);
        let map = BlockMap::new(units as u64, nodes)?;
        let origin = address.wrapping_add(head) as u64 >> shift;
        Ok((Self { map, shift, padding, origin, id: region_id(), sub_regions: 0 }, head))
    }

    fn bytes(&self, units: u64) -> usize {
        // No region has more units than bytes fit into a `usize`.
        (units << self.shift) as usize
    }

    fn units(&self, bytes: usize) -> Result<u64, RegionError> {
        match bytes {
            0 => Err(RegionError::ZeroSize),
            _ => match layout::align_up(bytes, 1 << self.shift) {
                Some(rounded) => Ok((rounded >> self.shift) as u64),
                None => Err(RegionError::LayoutOverflow),
            },
        }
    }

    #[cold]
    #[inline(never)]
    fn refused(&self, shortage: Shortage, asked: usize) -> RegionError {
        match shortage {
            Shortage::Room => RegionError::NoRoom { asked, largest_free: self.bytes(self.map.largest_hole()) },
            Shortage::Nodes(error) => error,
        }
    }

    #[inline]
    pub(super) fn alloc(&mut self, layout: Layout) -> Result<RegionBlock, RegionError> {
        let size = self.units(layout.size())?;
        let align = (layout.align() >> self.shift).max(1) as u64;
        let request = Request { size, align, origin: self.origin };
        match self.map.alloc(request) {
            Ok((handle, offset)) => Ok(self.block(handle, offset, layout.size())),
            Err(shortage) => Err(self.refused(shortage, layout.size())),
        }
    }

    /// The offset of a new block of `size` bytes, which is to be freed by offset.
    #[inline]
    pub(super) fn alloc_raw(&mut self, size: usize) -> Result<usize, RegionError> {
        self.map.keep_index();
        let units = self.units(size)?;
        match self.map.alloc(Request { size: units, align: 1, origin: 0 }) {
            Ok((_, offset)) => Ok(self.bytes(offset)),
            Err(shortage) => Err(self.refused(shortage, size)),
        }
    }

    #[inline]
    fn block(&self, handle: Handle, offset: u64, len: usize) -> RegionBlock {
        RegionBlock { offset: self.bytes(offset), len, stamp: handle.stamp, node: handle.node, region: self.id }
    }

    /// That the block is live, and of this region.
    #[inline]
    pub(super) fn verify(&self, block: RegionBlock) -> Result<(), RegionError> {
        if block.region != self.id {
            return Err(RegionError::Foreign);
        }
        self.map.block(block.handle()).map(|_| ()).ok_or(RegionError::Freed)
    }

    #[inline]
    pub(super) fn free(&mut self, block: RegionBlock) -> Result<(), RegionError> {
        if block.region != self.id {
            return Err(RegionError::Foreign);
        }
        if self.map.try_free(block.handle()) { Ok(()) } else { Err(RegionError::Freed) }
    }

    /// Frees the block that starts at `offset`, which is below the end of the region.
    #[inline]
    pub(super) fn free_at(&mut self, offset: usize) -> Result<(), RegionError> {
        self.map.keep_index();
        let aligned = offset & ((1 << self.shift) - 1) == 0;
        match self.map.used_at((offset >> self.shift) as u64) {
            Some(handle) if aligned && handle.stamp & SUB_REGION == 0 => {
                self.map.free(handle);
                Ok(())
            }
            _ => Err(self.why_not_freed(offset)),
        }
    }

    #[cold]
    #[inline(never)]
    fn why_not_freed(&self, offset: usize) -> RegionError {
        let Some(node) = self.map.containing((offset >> self.shift) as u64) else { return RegionError::Foreign };
        let by = offset - self.bytes(node.offset);
        match by {
            _ if !node.is_used() => RegionError::Freed,
            0 => RegionError::SubRegion,
            _ => RegionError::NotTheStart { by },
        }
    }

    pub(super) fn resize(&mut self, block: RegionBlock, size: usize) -> Result<RegionBlock, RegionError> {
        self.verify(block)?;
        let units = self.units(size)?;
        match self.map.resize(block.handle(), units) {
            Ok(handle) => Ok(RegionBlock { len: size, stamp: handle.stamp, ..block }),
            Err(shortage) => Err(self.refused(shortage, size)),
        }
    }

    /// Takes a block that only [`close_sub_region`](Self::close_sub_region) frees.
    pub(super) fn sub_region(&mut self, size: usize) -> Result<RegionBlock, RegionError> {
        let layout = layout::from_size_align(size, 1).map_err(|_| RegionError::LayoutOverflow)?;
        let block = self.alloc(layout)?;
        let handle = self.map.restamp(block.handle(), block.stamp | SUB_REGION);
        self.sub_regions += 1;
        Ok(RegionBlock { stamp: handle.stamp, ..block })
    }

    pub(super) fn close_sub_region(&mut self, block: RegionBlock) -> Result<(), RegionError> {
        self.free(block)?;
        self.sub_regions -= 1;
        Ok(())
    }

    /// How many regions inside this one are open.
    pub(super) fn sub_regions(&self) -> u32 {
        self.sub_regions
    }

    /// Frees every block but those that are regions of their own.
    pub(super) fn reset(&mut self) {
        if self.sub_regions == 0 {
            self.map.reset();
        } else {
            self.map.free_all(|stamp| stamp & SUB_REGION == 0);
        }
    }

    pub(super) fn stats(&self) -> Stats {
        let free = self.bytes(self.map.total() - self.map.used());
        let metadata = self.map.node_capacity() * size_of::<RegionNode>();
        Stats::of(self.bytes(self.map.used()), self.padding, free, metadata)
            .with_peak(self.bytes(self.map.peak()))
            .with_allocations(u64::from(self.map.used_blocks()))
            .with_chunks(1)
    }

    pub(super) fn region_stats(&self) -> RegionStats {
        let (used, total) = (self.bytes(self.map.used()), self.bytes(self.map.total()));
        RegionStats {
            used,
            free: total - used,
            total,
            chunks_used: self.map.used_blocks() as usize,
            chunks_free: self.map.holes() as usize,
            largest_free: self.bytes(self.map.largest_hole()),
        }
    }

    pub(super) fn walk(&self) -> Walk<'_> {
        Walk::new(&self.map, self.shift)
    }

    pub(super) fn free_by_size(&self) -> FreeBySize<'_> {
        FreeBySize::new(&self.map, self.shift)
    }

    pub(super) fn check(&self) {
        self.map.check();
    }

    /// Usable bytes.
    pub(super) fn total(&self) -> usize {
        self.bytes(self.map.total())
    }

    pub(super) fn align(&self) -> usize {
        1 << self.shift
    }
}
