//! The allocator over plain numbers: blocks of units, found by best fit, split and merged by offset.
//!
//! ```text
//! unit      0        12     20            40        48
//!           [ used A ][ free ][  used B   ][  free   ]
//! nodes       A  <->   f1  <->   B   <->    f2          in address order: prev, next
//! holes       f1 (8 units), f2 (8 units)                in best-fit order
//! ```
//!
//! Invariants, verified by [`BlockMap::check`]: the nodes cover `0..total` without gaps, in address order; no two free
//! blocks are neighbours; exactly the free blocks are in [`Holes`]; when `indexed`, exactly the used blocks can be
//! found by their offset.

use super::error::RegionError;
use super::holes::Holes;
use super::nodes::{NIL, Pool, RegionNode, Storage, USED};
use crate::sync;

/// Which link of a used block goes on with the chain of its hash; the others are its stamp.
const CHAIN: usize = 2;

/// Which blocks of `0..total` units are used.
pub(super) struct BlockMap<'n> {
    storage: Storage<'n>,
    pool: Pool,
    holes: Holes,
    /// The first block in address order.
    first: u32,
    total: u64,
    used: u64,
    peak: u64,
    used_blocks: u32,
    /// Whether used blocks can be found by their offset; switched on by the first look-up, so that those who use
    /// handles alone never pay for it.
    indexed: bool,
    stamps: sync::Stamps,
}

/// A used block, as its owner knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle {
    pub(super) node: u32,
    pub(super) stamp: u64,
}

/// What a request asks for, in units.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) size: u64,
    /// A power of two; 1 unless the request is aligned beyond the region.
    pub(super) align: u64,
    /// The address of unit 0, in units: what makes alignment by address work.
    pub(super) origin: u64,
}

impl Request {
    /// Where it would start in `start..end`, as far up as alignment allows.
    #[inline]
    fn place(self, start: u64, end: u64) -> Option<u64> {
        let highest = end.checked_sub(self.size)?;
        let at = (self.origin.wrapping_add(highest) & !(self.align - 1)).wrapping_sub(self.origin);
        // Aligning down may have gone below the hole, or below unit 0.
        (at >= start && at <= highest).then_some(at)
    }
}

impl<'n> BlockMap<'n> {
    /// One hole of `total` units.
    pub(super) fn new(total: u64, storage: Storage<'n>) -> Result<Self, RegionError> {
        let mut map = Self {
            storage,
            pool: Pool::new(),
            holes: Holes::new(total),
            first: NIL,
            total,
            used: 0,
            peak: 0,
            used_blocks: 0,
            indexed: false,
            stamps: sync::Stamps::new(),
        };
        if map.storage.as_slice().is_empty() {
            map.storage.grow(0, 1)?;
        }
        map.make_one_hole();
        Ok(map)
    }

    fn make_one_hole(&mut self) {
        if self.total > 0 {
            let nodes = self.storage.as_mut_slice();
            self.first = self.pool.take(nodes);
            nodes[self.first as usize].size = self.total;
            self.holes.insert(nodes, self.first);
        }
    }

    /// Frees everything.
    pub(super) fn reset(&mut self) {
        self.storage.as_mut_slice().fill(RegionNode::EMPTY);
        self.pool = Pool::new();
        self.holes.clear();
        (self.first, self.used, self.used_blocks) = (NIL, 0, 0);
        self.make_one_hole();
    }

    /// Takes the smallest hole that is large enough, the lowest among equals, and cuts the block from its high end.
    /// Returns its offset, too.
    #[inline(never)]
    pub(super) fn alloc(&mut self, request: Request) -> Result<(Handle, u64), Shortage> {
        if request.align != 1 {
            return self.alloc_aligned(request);
        }
        let size = request.size;
        let Some(bin) = self.holes.small_from(size) else { return self.alloc_large(size) };
        let hole = self.holes.top(bin);
        let nodes = self.storage.as_mut_slice();
        let hole_size = nodes[hole as usize].size;
        if hole_size == size {
            self.holes.pop(nodes, bin);
            return Ok(self.hand_out(hole, size));
        }
        if nodes.len() == self.pool.live() as usize {
            self.grow_nodes(1)?;
        }
        let nodes = self.storage.as_mut_slice();
        self.holes.pop(nodes, bin);
        Ok(self.hand_out_high_end(hole, size))
    }

    #[inline(never)]
    fn alloc_large(&mut self, size: u64) -> Result<(Handle, u64), Shortage> {
        let hole = self.holes.best_large(self.storage.as_slice(), size).ok_or(Shortage::Room)?;
        let whole = self.storage.as_slice()[hole as usize].size == size;
        self.reserve_nodes(u32::from(!whole))?;
        self.holes.remove(self.storage.as_mut_slice(), hole);
        if whole {
            return Ok(self.hand_out(hole, size));
        }
        Ok(self.hand_out_high_end(hole, size))
    }

    /// Makes a used block of the high end of a hole that was taken out, and puts the rest back.
    #[inline(always)]
    fn hand_out_high_end(&mut self, hole: u32, size: u64) -> (Handle, u64) {
        let nodes = self.storage.as_mut_slice();
        let left = &mut nodes[hole as usize];
        left.size -= size;
        let at = left.end();
        self.holes.insert(nodes, hole);
        let block = insert_after(nodes, &mut self.pool, hole, at);
        self.hand_out(block, size)
    }

    #[cold]
    #[inline(never)]
    fn alloc_aligned(&mut self, request: Request) -> Result<(Handle, u64), Shortage> {
        // One below and one above what was a hole.
        let place = |node: &RegionNode| request.place(node.offset, node.end());
        let nodes = self.storage.as_mut_slice();
        let hole = self.holes.best_that(nodes, request.size, |node| place(node).is_some()).ok_or(Shortage::Room)?;
        let RegionNode { offset: start, size: hole_size, .. } = nodes[hole as usize];
        let at = request.place(start, start + hole_size).ok_or(Shortage::Room)?;
        let (end, block_end) = (start + hole_size, at + request.size);
        self.reserve_nodes(u32::from(at > start) + u32::from(block_end < end))?;
        let nodes = self.storage.as_mut_slice();
        self.holes.remove(nodes, hole);
        let block = if at == start {
            hole
        } else {
            nodes[hole as usize].size = at - start;
            self.holes.insert(nodes, hole);
            insert_after(nodes, &mut self.pool, hole, at)
        };
        if block_end < end {
            let above = insert_after(nodes, &mut self.pool, block, block_end);
            nodes[above as usize].size = end - block_end;
            self.holes.insert(nodes, above);
        }
        Ok(self.hand_out(block, request.size))
    }

    /// Makes a used block of a node that is no longer a hole.
    #[inline(always)]
    fn hand_out(&mut self, block: u32, size: u64) -> (Handle, u64) {
        let stamp = self.stamps.next() | USED;
        let node = &mut self.storage.as_mut_slice()[block as usize];
        node.size = size;
        node.set_stamp(stamp);
        let offset = node.offset;
        self.index_insert(block);
        self.used += size;
        self.peak = self.peak.max(self.used);
        self.used_blocks += 1;
        (Handle { node: block, stamp }, offset)
    }

    /// Makes sure that so many more blocks can be described.
    #[inline]
    pub(super) fn reserve_nodes(&mut self, more: u32) -> Result<(), Shortage> {
        let free = self.storage.as_slice().len() - self.pool.live() as usize;
        if free >= more as usize { Ok(()) } else { self.grow_nodes(more) }
    }

    #[cold]
    #[inline(never)]
    fn grow_nodes(&mut self, more: u32) -> Result<(), Shortage> {
        self.storage.grow(self.pool.live(), more).map_err(Shortage::Nodes)?;
        self.rebuild_index();
        Ok(())
    }

    /// The node of a live block.
    #[inline]
    pub(super) fn block(&self, handle: Handle) -> Option<&RegionNode> {
        // A stamp is unique, and no hole looks like one that was handed out.
        self.node(handle.node).filter(|node| node.stamp() == handle.stamp)
    }

    /// Frees a block and merges it with the holes beside it; `false` if it is not live.
    #[inline(never)]
    pub(super) fn try_free(&mut self, handle: Handle) -> bool {
        if self.block(handle).is_none() {
            return false;
        }
        self.free(handle);
        true
    }

    /// Frees a live block and merges it with the holes beside it.
    #[inline(always)]
    pub(super) fn free(&mut self, handle: Handle) {
        let mut number = handle.node;
        self.index_remove(number);
        let nodes = self.storage.as_mut_slice();
        let RegionNode { mut size, prev, next, .. } = nodes[number as usize];
        self.used -= size;
        self.used_blocks -= 1;
        if let Some(behind) = nodes.get(next as usize).filter(|node| !node.is_used()) {
            size += behind.size;
            self.holes.remove(nodes, next);
            remove_after(nodes, &mut self.pool, number, next);
        }
        if let Some(before) = nodes.get(prev as usize).filter(|node| !node.is_used()) {
            size += before.size;
            self.holes.remove(nodes, prev);
            remove_after(nodes, &mut self.pool, prev, number);
            number = prev;
        }
        nodes[number as usize].size = size;
        self.holes.insert(nodes, number);
    }

    /// Gives a live block another size in its place: what is missing comes from the hole behind it, what is left over
    /// goes there. On success the block has a new stamp.
    pub(super) fn resize(&mut self, handle: Handle, size: u64) -> Result<Handle, Shortage> {
        let number = handle.node;
        let nodes = self.storage.as_slice();
        let RegionNode { size: old, next, offset, .. } = nodes[number as usize];
        let behind = nodes.get(next as usize).filter(|node| !node.is_used()).map_or(0, |node| node.size);
        if size > old && size - old > behind {
            return Err(Shortage::Room);
        }
        if size != old {
            let (end, left) = (offset + size, old + behind - size);
            self.reserve_nodes(u32::from(behind == 0))?;
            let nodes = self.storage.as_mut_slice();
            nodes[number as usize].size = size;
            let hole = if behind == 0 {
                insert_after(nodes, &mut self.pool, number, end)
            } else {
                self.holes.remove(nodes, next);
                next
            };
            if left == 0 {
                remove_after(nodes, &mut self.pool, number, hole);
            } else {
                (nodes[hole as usize].offset, nodes[hole as usize].size) = (end, left);
                self.holes.insert(nodes, hole);
            }
            self.used = self.used - old + size;
            self.peak = self.peak.max(self.used);
        }
        let fresh = self.stamps.next() | USED;
        Ok(self.restamp(handle, fresh))
    }

    /// Gives a live block another stamp: handles with the old one are stale.
    pub(super) fn restamp(&mut self, handle: Handle, stamp: u64) -> Handle {
        self.storage.as_mut_slice()[handle.node as usize].set_stamp(stamp);
        Handle { stamp, ..handle }
    }

    /// Frees all blocks whose stamp is of a kind.
    pub(super) fn free_all(&mut self, of_kind: impl Fn(u64) -> bool) {
        let mut at = self.first;
        while let Some(node) = self.node(at) {
            let (stamp, prev) = (node.stamp(), node.prev);
            if node.is_used() && of_kind(stamp) {
                let into_prev = self.node(prev).is_some_and(|node| !node.is_used());
                self.free(Handle { node: at, stamp });
                // Merging may have taken this node's place: the walk goes on from what now covers its start.
                at = if into_prev { prev } else { at };
            }
            at = self.storage.as_slice()[at as usize].next;
        }
    }

    // The index by offset: a hash table whose buckets and chains are in the nodes, so that it needs no storage of its
    // own and is never smaller than the number of blocks.

    #[inline]
    fn index_insert(&mut self, number: u32) {
        if self.indexed {
            let nodes = self.storage.as_mut_slice();
            let bucket = bucket_of(nodes, nodes[number as usize].offset);
            nodes[number as usize].links[CHAIN] = nodes[bucket].bucket;
            nodes[bucket].bucket = number;
        }
    }

    #[inline]
    fn index_remove(&mut self, number: u32) {
        if !self.indexed {
            return;
        }
        let nodes = self.storage.as_mut_slice();
        let RegionNode { offset, links: [.., rest], .. } = nodes[number as usize];
        let bucket = bucket_of(nodes, offset);
        let mut at = nodes[bucket].bucket;
        if at == number {
            nodes[bucket].bucket = rest;
            return;
        }
        while nodes[at as usize].links[CHAIN] != number {
            at = nodes[at as usize].links[CHAIN];
        }
        nodes[at as usize].links[CHAIN] = rest;
    }

    #[cold]
    #[inline(never)]
    fn rebuild_index(&mut self) {
        if !self.indexed {
            return;
        }
        for node in self.storage.as_mut_slice() {
            node.bucket = NIL;
        }
        for number in self.pool.numbers() {
            if self.storage.as_slice()[number as usize].is_used() {
                self.index_insert(number);
            }
        }
    }

    /// From now on used blocks can be found by their offset.
    #[inline]
    pub(super) fn keep_index(&mut self) {
        if !self.indexed {
            self.indexed = true;
            self.rebuild_index();
        }
    }

    /// The used block that starts at `offset`. The index must be kept.
    #[inline]
    pub(super) fn used_at(&self, offset: u64) -> Option<Handle> {
        debug_assert!(self.indexed);
        let nodes = self.storage.as_slice();
        let mut at = nodes[bucket_of(nodes, offset)].bucket;
        while let Some(node) = nodes.get(at as usize) {
            if node.offset == offset {
                return Some(Handle { node: at, stamp: node.stamp() });
            }
            at = node.links[CHAIN];
        }
        None
    }

    /// The block that `unit` is in, by a walk.
    pub(super) fn containing(&self, unit: u64) -> Option<&RegionNode> {
        self.in_address_order().map(|(_, node)| node).find(|node| node.end() > unit)
    }

    // What is known of the whole.

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn used(&self) -> u64 {
        self.used
    }

    pub(super) fn peak(&self) -> u64 {
        self.peak
    }

    pub(super) fn used_blocks(&self) -> u32 {
        self.used_blocks
    }

    pub(super) fn holes(&self) -> u32 {
        self.pool.live() - self.used_blocks
    }

    pub(super) fn largest_hole(&self) -> u64 {
        self.holes.largest(self.storage.as_slice())
    }

    /// How many blocks can be described without asking for more memory.
    pub(super) fn node_capacity(&self) -> usize {
        self.storage.as_slice().len()
    }

    /// The number of the first block in address order; leads nowhere in a region of no units.
    pub(super) fn first(&self) -> u32 {
        self.first
    }

    #[inline]
    pub(super) fn node(&self, number: u32) -> Option<&RegionNode> {
        self.storage.as_slice().get(number as usize)
    }

    /// All blocks with their numbers, from the lowest address up.
    pub(super) fn in_address_order(&self) -> impl Iterator<Item = (u32, &RegionNode)> + Clone {
        let at = |number: u32| self.node(number).map(|node| (number, node));
        core::iter::successors(at(self.first), move |(_, node)| at(node.next))
    }

    /// The first hole in best-fit order.
    pub(super) fn first_hole(&self) -> Option<u32> {
        self.holes.first(self.storage.as_slice())
    }

    /// The hole that follows another one in best-fit order.
    pub(super) fn hole_after(&self, number: u32) -> Option<u32> {
        self.holes.after(self.storage.as_slice(), number)
    }

    /// Verifies every invariant.
    pub(super) fn check(&self) {
        let (mut unit, mut used, mut used_blocks, mut holes) = (0, 0, 0, 0);
        let (mut after_hole, mut before) = (false, NIL);
        for (number, node) in self.in_address_order() {
            assert_eq!(node.offset, unit, "a gap or an overlap before unit {}", node.offset);
            assert!(node.size > 0, "an empty block at unit {unit}");
            assert_eq!(node.prev, before, "the block at unit {unit} does not know the one before it");
            if node.is_used() {
                used += node.size;
                used_blocks += 1;
                let handle = Handle { node: number, stamp: node.stamp() };
                assert!(!self.indexed || self.used_at(unit) == Some(handle), "not indexed: unit {unit}");
            } else {
                assert!(!after_hole, "two free blocks meet at unit {unit}");
                holes += 1;
            }
            after_hole = !node.is_used();
            unit = node.end();
            before = number;
        }
        assert_eq!(unit, self.total, "the blocks do not cover the region");
        assert_eq!((used, used_blocks), (self.used, self.used_blocks), "the sums of used blocks disagree");
        assert_eq!(self.pool.live(), used_blocks + holes, "a node is lost");
        assert_eq!(self.holes.check(self.storage.as_slice(), &self.pool), holes, "a hole is lost");
    }
}

/// Makes a node for what starts at `offset`, between `before` and what follows it. There must be one more than are
/// live.
#[inline]
fn insert_after(nodes: &mut [RegionNode], pool: &mut Pool, before: u32, offset: u64) -> u32 {
    let new = pool.take(nodes);
    let next = nodes[before as usize].next;
    nodes[before as usize].next = new;
    if let Some(next) = nodes.get_mut(next as usize) {
        next.prev = new;
    }
    let node = &mut nodes[new as usize];
    (node.offset, node.prev, node.next) = (offset, before, next);
    new
}

/// Removes a node whose place its neighbour `before` has taken over.
#[inline]
fn remove_after(nodes: &mut [RegionNode], pool: &mut Pool, before: u32, number: u32) {
    let next = nodes[number as usize].next;
    nodes[before as usize].next = next;
    if let Some(next) = nodes.get_mut(next as usize) {
        next.prev = before;
    }
    pool.give(nodes, number);
}

/// The node that holds the head of the hash chain of `offset`.
#[inline]
fn bucket_of(nodes: &[RegionNode], offset: u64) -> usize {
    // Multiplicative hashing (Knuth, TAOCP 6.4), then the high half scaled to the number of nodes.
    let hash = offset.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    ((hash * nodes.len() as u64) >> 32) as usize
}

/// Why [`BlockMap`] refused.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shortage {
    Room,
    Nodes(RegionError),
}
