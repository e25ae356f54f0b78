//! A best-fit allocator over memory that the caller owns, or that it takes once and for all.
//!
//! [`Region`] finds, splits and merges blocks by offset, and keeps everything that it knows about them outside the
//! memory that it manages. It never reads or writes that memory, so that can be shared memory, a file, a GPU heap; and
//! [`OffsetRegion`] is the same without any memory, over plain numbers. [`RegionStore`] keeps values of one type.
//!
//! ```text
//! the caller's memory                               what the region knows
//! ┌────┬───────────┬──────┬───────────┬────┐        blocks in address order: used A, free, used B, free
//! │head│  used A   │ free │  used B   │free│        holes in best-fit order: 64 bytes, 96 bytes
//! └────┴───────────┴──────┴───────────┴────┘        40 bytes per block
//!  └ padding up to the first aligned byte
//! ```
//!
//! **Best fit**: a request takes the smallest hole that is large enough, the lowest among equals, and is cut from its
//! high end. Freed blocks merge with the holes beside them at once, so that no two holes ever meet.
//!
//! **Handles.** [`try_alloc`](Region::try_alloc) returns a [`RegionBlock`], which carries a stamp: to free a block twice
//! is an error even when its place has a new owner, who is not harmed. [`alloc`](Region::alloc) and
//! [`free`](Region::free) speak raw pointers, for C interfaces; there a stale pointer whose place was given out again
//! cannot be told from a fresh one.
//!
//! **Cost.** Every operation is O(log n) in the number of holes, without a heap allocation once the region has described
//! as many blocks before. The bound is amortised: equal holes are put in order no further than they are asked for, so
//! that the one request that first takes from n new holes of a size may look at all of them. A request that is aligned
//! beyond the region looks at holes in best-fit order until it fits one, which is O(log n) each. The pointer form keeps
//! an index by address from its first use on. A region itself is 7 KiB, most of it the heads of the lists of holes.
//!
//! **When not to use it**: for values that all die together ([`Bitena`](crate::Bitena), [`Blink`](crate::Blink)) or in
//! the order in which they came ([`RingAl`](crate::RingAl)), which cost a tenth of this; or for general use as the
//! heap, which is what `malloc` is for.
//!
//! One thread at a time: allocation takes `&mut self`. A region can be sent, and put into a lock.

mod blocks;
mod error;
mod heap;
mod holes;
mod nodes;
mod offset_region;
mod offsets;
#[cfg(feature = "alloc")]
mod store;
#[cfg(feature = "alloc")]
mod store_iter;
mod tree;
mod walk;

#[cfg(feature = "alloc")]
use alloc::string::String;
use core::alloc::Layout;
use core::ffi::c_void;
use core::fmt;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

pub use error::RegionError;
pub use nodes::RegionNode;
pub use offset_region::OffsetRegion;
pub use offsets::RegionBlock;
#[cfg(feature = "alloc")]
pub use store::RegionStore;
#[cfg(feature = "alloc")]
pub use store_iter::{RegionStoreIter, RegionStoreIterMut};
pub use walk::{FreeBySize, RegionRun, RegionStats, Walk};

use crate::raw::block::Block;
#[cfg(feature = "alloc")]
use crate::raw::layout;
use crate::raw::poison;
use crate::stats::Stats;
use nodes::Storage;
use offsets::Offsets;

/// A best-fit allocator over borrowed memory, or over memory of its own ([`with_capacity`](Self::with_capacity)).
///
/// A request takes the smallest hole that is large enough, the lowest among equals, and is cut from its high end. Freed
/// blocks merge with the holes beside them at once. What the region knows of its blocks is outside the memory, which it
/// never reads or writes. Every operation is O(log n) amortised in the number of holes, without a heap allocation once the
/// region has described as many blocks before.
///
/// Handles ([`try_alloc`](Self::try_alloc)) find a double free even after the place has a new owner; raw pointers
/// ([`alloc`](Self::alloc)) are for C interfaces and cannot.
///
/// ```
/// use core::alloc::Layout;
/// use core::mem::MaybeUninit;
/// use arenas::{Region, RegionError};
///
/// let mut memory = [MaybeUninit::uninit(); 4096];
/// let mut region = Region::new(&mut memory, 16)?;
///
/// let coin = region.try_alloc(Layout::array::<u8>(100).unwrap())?;
/// assert_eq!(region.write(coin, b"spendable"), b"spendable");
///
/// region.try_free(coin)?;
/// assert_eq!(region.try_free(coin), Err(RegionError::Freed));
/// assert_eq!(region.region_stats().chunks_free, 1);
/// # Ok::<(), RegionError>(())
/// ```
pub struct Region<'m> {
    memory: Block,
    /// Bytes of `memory` before offset 0.
    head: usize,
    offsets: Offsets<'m>,
    /// What this region is in the one that it was cut from.
    parent: Option<RegionBlock>,
    /// Whether access to free bytes is forbidden; see [`Region::poison_free`].
    poisons: bool,
    borrow: PhantomData<&'m mut [MaybeUninit<u8>]>,
}

/// A region over memory of its own.
#[cfg(feature = "alloc")]
impl Region<'static> {
    /// What the blocks of [`with_capacity`](Self::with_capacity) are aligned to, in bytes.
    const ALIGN: usize = 16;

    /// Makes a region over at least `bytes` bytes of its own, in blocks that are aligned to 16 bytes.
    ///
    /// # Panics
    ///
    /// If there is not enough memory. [`try_with_capacity`](Self::try_with_capacity) does not.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut region = arenas::Region::with_capacity(1000);
    /// assert_eq!(region.capacity(), 1008);
    /// let first = region.alloc(400);
    /// assert!(!region.alloc(600).is_null() && region.alloc(1).is_null());
    /// region.free(first);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_capacity(bytes: usize) -> Self {
        Self::with_capacity_and_align(bytes, Self::ALIGN)
    }

    /// Makes a region over at least `bytes` bytes of its own, in blocks that are aligned to 16 bytes.
    ///
    /// # Errors
    ///
    /// [`LayoutOverflow`](RegionError::LayoutOverflow), or [`OutOfMemory`](RegionError::OutOfMemory) when there is no
    /// memory for it or for the description of blocks.
    pub fn try_with_capacity(bytes: usize) -> Result<Self, RegionError> {
        Self::try_with_capacity_and_align(bytes, Self::ALIGN)
    }

    /// Makes a region over at least `bytes` bytes of its own, in blocks that are aligned to `align` bytes, a power of
    /// two, and sized in multiples of it.
    ///
    /// # Panics
    ///
    /// If `align` is no power of two, or if there is not enough memory.
    /// [`try_with_capacity_and_align`](Self::try_with_capacity_and_align) does not.
    #[must_use]
    #[track_caller]
    pub fn with_capacity_and_align(bytes: usize, align: usize) -> Self {
        match Self::try_with_capacity_and_align(bytes, align) {
            Ok(region) => region,
            Err(error) => not_made(bytes, align, error),
        }
    }

    /// Makes a region over at least `bytes` bytes of its own, in blocks that are aligned to `align` bytes, a power of
    /// two, and sized in multiples of it.
    ///
    /// # Errors
    ///
    /// As [`try_with_capacity`](Self::try_with_capacity); [`BadAlignment`](RegionError::BadAlignment) for an alignment
    /// that is no power of two.
    pub fn try_with_capacity_and_align(bytes: usize, align: usize) -> Result<Self, RegionError> {
        if !align.is_power_of_two() {
            return Err(RegionError::BadAlignment { align });
        }
        // Whole units, so that all of the bytes are usable.
        let layout = layout::from_size_align(bytes, align).map_err(|_| RegionError::LayoutOverflow)?.pad_to_align();
        let memory = Block::new(layout).map_err(|_| RegionError::OutOfMemory)?;
        Self::over(memory, align, Storage::owned())
    }
}

#[cfg(feature = "alloc")]
#[cold]
#[inline(never)]
#[track_caller]
fn not_made(bytes: usize, align: usize, error: RegionError) -> ! {
    panic!("Region: no memory for {bytes} bytes in blocks aligned to {align}: {error}")
}

impl<'m> Region<'m> {
    /// Makes a region over `memory` whose blocks are all aligned to `align` bytes, a power of two, and sized in
    /// multiples of it.
    ///
    /// The bytes before the first aligned one, and those after the last whole multiple, are padding. A region without a
    /// usable byte is legal and always full.
    ///
    /// # Errors
    ///
    /// [`BadAlignment`](RegionError::BadAlignment) for an alignment that is no power of two,
    /// [`OutOfMemory`](RegionError::OutOfMemory) when there is no memory for the description of blocks.
    #[cfg(feature = "alloc")]
    pub fn new(memory: &'m mut [MaybeUninit<u8>], align: usize) -> Result<Self, RegionError> {
        // SAFETY: the region holds the exclusive borrow of `memory` as long as it lives.
        let memory = unsafe { Block::borrowed(memory) };
        Self::over(memory, align, Storage::owned())
    }

    /// Makes a region that describes its blocks in `nodes` and never uses the heap. It can have as many blocks, used
    /// and free together, as there are nodes.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`TooManyBlocks`](RegionError::TooManyBlocks) when there is no node at all.
    pub fn with_nodes(
        memory: &'m mut [MaybeUninit<u8>],
        align: usize,
        nodes: &'m mut [RegionNode],
    ) -> Result<Self, RegionError> {
        // SAFETY: the region holds the exclusive borrow of `memory` as long as it lives.
        let memory = unsafe { Block::borrowed(memory) };
        Self::over(memory, align, Storage::borrowed(nodes))
    }

    /// Makes a region over `size` bytes at `base`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`LayoutOverflow`](RegionError::LayoutOverflow) for a size above `isize::MAX` or a
    /// range that wraps around the end of the address space,
    /// [`Foreign`](RegionError::Foreign) for a null `base` with a size that is not 0.
    ///
    /// # Safety
    ///
    /// Either the memory is valid for reads and writes for `'m` and nobody else uses it, but through pointers that the
    /// region gave out; or nobody calls [`bytes`](Self::bytes), [`bytes_mut`](Self::bytes_mut), [`write`](Self::write),
    /// their `try_` twins, or [`poison_free`](Self::poison_free), on this region or one inside it. The region itself
    /// never touches the memory.
    #[cfg(feature = "alloc")]
    pub unsafe fn from_raw_parts(base: *mut c_void, size: usize, align: usize) -> Result<Self, RegionError> {
        // SAFETY: the caller's promise; what is not valid is only asked for its pointer and length.
        match unsafe { Block::from_raw(base.cast(), size) } {
            Ok(memory) => Self::over(memory, align, Storage::owned()),
            Err(error) if error.is_layout_overflow() => Err(RegionError::LayoutOverflow),
            Err(_) => Err(RegionError::Foreign),
        }
    }

    fn over(memory: Block, align: usize, nodes: Storage<'m>) -> Result<Self, RegionError> {
        let address = memory.ptr().addr().get();
        let (offsets, head) = Offsets::new(address, memory.len(), align, nodes)?;
        Ok(Self { memory, head, offsets, parent: None, poisons: false, borrow: PhantomData })
    }

    /// Takes a block of at least `size` bytes and returns its address, or null when there is no room or `size` is 0.
    /// O(log n).
    ///
    /// The block is freed by its address, with [`free`](Self::free). Use [`try_alloc`](Self::try_alloc) where you can:
    /// its handles are checked.
    #[inline]
    pub fn alloc(&mut self, size: usize) -> *mut c_void {
        match self.offsets.alloc_raw(size) {
            Ok(offset) => {
                self.permit(offset, size);
                self.at(offset).cast()
            }
            Err(_) => ptr::null_mut(),
        }
    }

    /// Frees the block that starts at `ptr`. Null is a no-op. O(log n).
    ///
    /// # Panics
    ///
    /// If there is no such block, and says which: "foreign" for a pointer outside the region, "freed or never
    /// allocated" for one into a hole, "not the start of a block" for one into a used block. Nothing has changed then.
    #[inline]
    #[track_caller]
    pub fn free(&mut self, ptr: *mut c_void) {
        if ptr.is_null() {
            return;
        }
        let result = match self.offset_of(ptr) {
            Some(offset) => self.offsets.free_at(offset),
            None => Err(RegionError::Foreign),
        };
        if let Err(error) = result {
            self.refuse_free(ptr, error)
        }
        self.forbid_holes();
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn refuse_free(&self, ptr: *mut c_void, error: RegionError) -> ! {
        let base = self.at(0);
        let end = base.wrapping_add(self.offsets.total());
        match error {
            RegionError::Foreign => {
                panic!("Region: cannot free {ptr:p}: foreign pointer outside arena {base:p}..{end:p}")
            }
            _ => panic!("Region: cannot free {ptr:p} in {base:p}..{end:p}: invalid or double free: {error}"),
        }
    }

    /// Takes a block of this layout. O(log n).
    ///
    /// # Errors
    ///
    /// [`ZeroSize`](RegionError::ZeroSize), [`LayoutOverflow`](RegionError::LayoutOverflow),
    /// [`NoRoom`](RegionError::NoRoom), or that the block cannot be described.
    #[inline]
    pub fn try_alloc(&mut self, layout: Layout) -> Result<RegionBlock, RegionError> {
        let block = self.offsets.alloc(layout)?;
        self.permit(block.offset(), block.len());
        Ok(block)
    }

    /// Frees a block. O(log n).
    ///
    /// # Errors
    ///
    /// [`Foreign`](RegionError::Foreign) for a block of another region, [`Freed`](RegionError::Freed) for one that was
    /// freed or resized. Whoever has its place now is not harmed.
    #[inline]
    pub fn try_free(&mut self, block: RegionBlock) -> Result<(), RegionError> {
        self.offsets.free(block)?;
        self.forbid_holes();
        Ok(())
    }

    /// Gives a block another size without moving it, and returns its new handle; the old one is stale. O(log n).
    ///
    /// # Errors
    ///
    /// [`NoRoom`](RegionError::NoRoom) when the bytes behind the block are not free; the block is as it was then. And
    /// as [`try_free`](Self::try_free) and [`try_alloc`](Self::try_alloc).
    pub fn try_resize(&mut self, block: RegionBlock, size: usize) -> Result<RegionBlock, RegionError> {
        let block = self.offsets.resize(block, size)?;
        self.permit(block.offset(), block.len());
        self.forbid_holes();
        Ok(block)
    }

    /// Whether a block is live and of this region.
    #[must_use]
    pub fn is_valid(&self, block: RegionBlock) -> bool {
        self.offsets.verify(block).is_ok()
    }

    /// Frees every block, but not the regions inside this one. All handles go stale. O(capacity for blocks).
    pub fn reset(&mut self) {
        self.offsets.reset();
        self.forbid_holes();
    }

    /// Lets AddressSanitizer report every access to bytes that are free, from now on, or not any more.
    ///
    /// It has an effect only in programs that are built with `-Zsanitizer=address` and `--cfg arenas_asan`, where all other
    /// allocators of this crate do so by themselves. A region does it on request, because its memory need not be memory:
    /// over raw parts, see the safety section of `from_raw_parts`. Freeing then takes O(number of blocks).
    ///
    /// ```
    /// let mut memory = [core::mem::MaybeUninit::uninit(); 1024];
    /// # let mut nodes = [arenas::RegionNode::EMPTY; 8];
    /// let mut region = arenas::Region::with_nodes(&mut memory, 16, &mut nodes)?;
    /// region.poison_free(true);
    /// let block = region.alloc(100);
    /// region.free(block); // a use of `block` after this is reported at the instruction
    /// # Ok::<(), arenas::RegionError>(())
    /// ```
    pub fn poison_free(&mut self, on: bool) {
        if on {
            self.memory.is_valid_memory();
        } else {
            self.permit(0, self.capacity());
        }
        self.poisons = on;
        self.forbid_holes();
    }

    /// Permits access to bytes that are not free any more.
    #[inline]
    fn permit(&self, offset: usize, len: usize) {
        if cfg!(arenas_asan) && self.poisons {
            if let Some(start) = NonNull::new(self.at(offset)) {
                poison::permit(start, len);
            }
        }
    }

    /// Forbids access to all free bytes.
    #[inline]
    fn forbid_holes(&self) {
        if cfg!(arenas_asan) && self.poisons {
            for hole in self.walk().filter(|run| !run.used) {
                if let Some(start) = NonNull::new(self.at(hole.offset)) {
                    poison::forbid(start, hole.len);
                }
            }
        }
    }

    #[inline]
    fn at(&self, offset: usize) -> *mut u8 {
        self.memory.ptr().as_ptr().wrapping_add(self.head + offset)
    }

    /// How far behind the first usable byte `ptr` is, if it is within the usable bytes.
    #[inline]
    fn offset_of(&self, ptr: *const c_void) -> Option<usize> {
        let offset = ptr.addr().checked_sub(self.at(0).addr())?;
        (offset < self.offsets.total()).then_some(offset)
    }

    /// Whether an address is within the usable bytes of this region.
    #[must_use]
    pub fn address_in_arena(&self, ptr: *const c_void) -> bool {
        self.offset_of(ptr).is_some()
    }

    /// The address of a block.
    ///
    /// # Panics
    ///
    /// If the block is stale or foreign.
    #[must_use]
    #[track_caller]
    pub fn ptr(&self, block: RegionBlock) -> *mut u8 {
        self.try_ptr(block).unwrap_or_else(|error| bad_block(block, error))
    }

    /// The address of a block.
    ///
    /// # Errors
    ///
    /// [`Foreign`](RegionError::Foreign) or [`Freed`](RegionError::Freed).
    pub fn try_ptr(&self, block: RegionBlock) -> Result<*mut u8, RegionError> {
        self.offsets.verify(block).map(|()| self.at(block.offset()))
    }

    /// The bytes of a block, as many as were asked for.
    ///
    /// # Panics
    ///
    /// If the block is stale or foreign.
    #[must_use]
    #[track_caller]
    pub fn bytes(&self, block: RegionBlock) -> &[MaybeUninit<u8>] {
        self.try_bytes(block).unwrap_or_else(|error| bad_block(block, error))
    }

    /// The bytes of a block, as many as were asked for.
    ///
    /// # Errors
    ///
    /// [`Foreign`](RegionError::Foreign) or [`Freed`](RegionError::Freed).
    pub fn try_bytes(&self, block: RegionBlock) -> Result<&[MaybeUninit<u8>], RegionError> {
        self.offsets.verify(block)?;
        // SAFETY: the memory is valid (I2, or the promise of `from_raw_parts`). Live blocks do not overlap each other
        // or the regions inside this one, and this block is written only through `&mut self`.
        Ok(unsafe { self.memory.bytes(self.head + block.offset(), block.len()) })
    }

    /// The bytes of a block, as many as were asked for, for writing.
    ///
    /// # Panics
    ///
    /// If the block is stale or foreign.
    #[track_caller]
    pub fn bytes_mut(&mut self, block: RegionBlock) -> &mut [MaybeUninit<u8>] {
        match self.try_bytes_mut(block) {
            Ok(bytes) => bytes,
            Err(error) => bad_block(block, error),
        }
    }

    /// The bytes of a block, as many as were asked for, for writing.
    ///
    /// # Errors
    ///
    /// [`Foreign`](RegionError::Foreign) or [`Freed`](RegionError::Freed).
    pub fn try_bytes_mut(&mut self, block: RegionBlock) -> Result<&mut [MaybeUninit<u8>], RegionError> {
        self.offsets.verify(block)?;
        // SAFETY: as in `try_bytes`, and `&mut self` keeps everybody else away from the block.
        Ok(unsafe { self.memory.bytes_mut(self.head + block.offset(), block.len()) })
    }

    /// Copies `bytes` to the start of a block and returns them there.
    ///
    /// # Panics
    ///
    /// If the block is stale, foreign, or shorter than `bytes`.
    #[track_caller]
    pub fn write(&mut self, block: RegionBlock, bytes: &[u8]) -> &mut [u8] {
        let room = self.bytes_mut(block);
        assert!(bytes.len() <= room.len(), "Region: {} bytes do not fit into a block of {}", bytes.len(), room.len());
        let room = &mut room[..bytes.len()];
        for (to, &from) in room.iter_mut().zip(bytes) {
            to.write(from);
        }
        let written: *mut [MaybeUninit<u8>] = room;
        // SAFETY: all of these bytes were just written, and `MaybeUninit<u8>` has the layout of `u8`.
        unsafe { &mut *(written as *mut [u8]) }
    }

    /// Cuts a region of `size` bytes out of this one, with the same alignment, which can be used beside it, on another
    /// thread or for another class of blocks.
    ///
    /// The bytes count as one used block here until [`close_sub_region`](Self::close_sub_region) gives them back;
    /// nothing else frees them.
    ///
    /// # Errors
    ///
    /// As [`try_alloc`](Self::try_alloc) and [`new`](Self::new); [`OwnedMemory`](RegionError::OwnedMemory) when the
    /// region owns its memory.
    #[cfg(feature = "alloc")]
    pub fn sub_region(&mut self, size: usize) -> Result<Region<'m>, RegionError> {
        self.sub_region_over(size, Storage::owned())
    }

    /// As [`sub_region`](Self::sub_region), with blocks described in `nodes`.
    ///
    /// # Errors
    ///
    /// As [`try_alloc`](Self::try_alloc) and [`with_nodes`](Self::with_nodes); [`OwnedMemory`](RegionError::OwnedMemory)
    /// when the region owns its memory.
    pub fn sub_region_with_nodes(
        &mut self,
        size: usize,
        nodes: &'m mut [RegionNode],
    ) -> Result<Region<'m>, RegionError> {
        self.sub_region_over(size, Storage::borrowed(nodes))
    }

    fn sub_region_over(&mut self, size: usize, nodes: Storage<'m>) -> Result<Region<'m>, RegionError> {
        // It would have to end before this one does, which `'m` says of borrowed memory only.
        if self.memory.is_owned() {
            return Err(RegionError::OwnedMemory);
        }
        let block = self.offsets.sub_region(size)?;
        self.permit(block.offset(), block.len());
        // SAFETY: the block is this region's until it is closed, by giving up the new region; nothing else frees it,
        // and nobody else gets a handle to it. So the new region has it for itself, under the promise of this one.
        let memory = unsafe { Block::from_raw(self.at(block.offset()), block.len()) };
        let made = match memory {
            Ok(memory) => Self::over(memory, self.offsets.align(), nodes),
            Err(_) => Err(RegionError::LayoutOverflow),
        };
        match made {
            Ok(region) => Ok(Region { parent: Some(block), ..region }),
            Err(error) => {
                // It is live and this region's own, so that it can be closed.
                let _ = self.offsets.close_sub_region(block);
                Err(error)
            }
        }
    }

    /// Gives back a region that was cut out of this one. Its blocks are gone with it.
    ///
    /// # Errors
    ///
    /// The region comes back when it was not cut out of this one ([`Foreign`](RegionError::Foreign)), or when regions
    /// that were cut out of it are still open ([`SubRegion`](RegionError::SubRegion)).
    #[allow(clippy::result_large_err, reason = "the region is what comes back, and without a heap there is no box")]
    pub fn close_sub_region(&mut self, region: Region<'m>) -> Result<(), (Region<'m>, RegionError)> {
        let Some(block) = region.parent else { return Err((region, RegionError::Foreign)) };
        if region.offsets.sub_regions() > 0 {
            return Err((region, RegionError::SubRegion));
        }
        if let Err(error) = self.offsets.close_sub_region(block) {
            return Err((region, error));
        }
        // It permits its bytes when it goes, if it had forbidden some.
        drop(region);
        self.forbid_holes();
        Ok(())
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn bad_block(block: RegionBlock, error: RegionError) -> ! {
    panic!("Region: the block of {} bytes at offset {} is stale or foreign: {error}", block.len(), block.offset())
}

/// What can be known of a region.
impl Region<'_> {
    /// Usable bytes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.offsets.total()
    }

    /// What all blocks are aligned to, in bytes.
    #[must_use]
    pub fn align(&self) -> usize {
        self.offsets.align()
    }

    /// A snapshot in the glossary that all allocators share. `metadata` is the room for the description of blocks.
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

    /// All blocks and holes in address order. `Display` of it prints the map of the region, one line each.
    #[must_use]
    pub fn walk(&self) -> Walk<'_> {
        self.offsets.walk()
    }

    /// The holes in best-fit order: the smallest first, the lowest address among equals.
    ///
    /// Equal holes are not kept in order but for the first one, so that this is for looking at a region rather than
    /// for a hot path: each step looks at up to 64 holes of the size, and where there are more of it, at the blocks up to
    /// the next one.
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

impl fmt::Debug for Region<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Region")
            .field("base", &self.at(0))
            .field("align", &self.align())
            .field("stats", &self.region_stats())
            .finish_non_exhaustive()
    }
}

/// The map of the region, as [`walk`](Region::walk) prints it.
impl fmt::Display for Region<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.walk(), f)
    }
}
