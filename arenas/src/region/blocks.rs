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
use super::nodes::{Kind, NIL, Nodes, RegionNode};
use crate::sync;

/// Which blocks of `0..total` units are used.
pub(super) struct BlockMap<'n> {
    nodes: Nodes<'n>,
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
    pub(super) fn new(total: u64, nodes: Nodes<'n>) -> Result<Self, RegionError> {
        let mut map = Self {
            nodes,
            holes: Holes::new(total),
            first: NIL,
            total,
            used: 0,
            peak: 0,
            used_blocks: 0,
            indexed: false,
            stamps: sync::Stamps::new(),
        };
        map.nodes.reserve(1)?;
        map.make_one_hole();
        Ok(map)
    }

    fn make_one_hole(&mut self) {
        if self.total > 0 {
            self.first = self.nodes.take(RegionNode { size: self.total, ..RegionNode::EMPTY });
            self.holes.insert(&mut self.nodes, self.first);
        }
    }

    /// Frees everything.
    pub(super) fn reset(&mut self) {
        self.nodes.clear();
        self.holes.clear();
        (self.first, self.used, self.used_blocks) = (NIL, 0, 0);
        self.make_one_hole();
    }

    /// Takes the smallest hole that is large enough, the lowest among equals, and cuts the block from its high end.
    #[inline]
    pub(super) fn alloc(&mut self, request: Request) -> Result<Handle, Shortage> {
        let (hole, at) = self.find(request).ok_or(Shortage::Room)?;
        let (start, end) = (self.nodes[hole].offset, self.nodes[hole].end());
        self.reserve_nodes(u32::from(at > start) + u32::from(at + request.size < end))?;
        self.holes.remove(&mut self.nodes, hole);
        let stamp = self.stamps.next();
        let kind = Kind::Used { chain: NIL, stamp };
        let block = if at == start {
            hole
        } else {
            self.nodes[hole].size = at - start;
            self.holes.insert(&mut self.nodes, hole);
            self.insert_after(hole, RegionNode { offset: at, ..RegionNode::EMPTY })
        };
        self.nodes[block].size = request.size;
        self.nodes[block].kind = kind;
        let block_end = at + request.size;
        if block_end < end {
            let above = RegionNode { offset: block_end, size: end - block_end, ..RegionNode::EMPTY };
            let above = self.insert_after(block, above);
            self.holes.insert(&mut self.nodes, above);
        }
        self.index_insert(block);
        self.used += request.size;
        self.peak = self.peak.max(self.used);
        self.used_blocks += 1;
        Ok(Handle { node: block, stamp })
    }

    #[inline]
    fn reserve_nodes(&mut self, more: u32) -> Result<(), Shortage> {
        if self.nodes.reserve(more).map_err(Shortage::Nodes)? {
            self.rebuild_index();
        }
        Ok(())
    }

    #[inline]
    fn find(&self, request: Request) -> Option<(u32, u64)> {
        let mut hole = self.holes.first_from(&self.nodes, (request.size, 0))?;
        loop {
            let RegionNode { size, offset, .. } = self.nodes[hole];
            if let Some(at) = request.place(offset, offset + size) {
                return Some((hole, at));
            }
            hole = self.holes.first_from(&self.nodes, (size, offset + 1))?;
        }
    }

    /// Makes a node between `before` and what follows it.
    fn insert_after(&mut self, before: u32, node: RegionNode) -> u32 {
        let next = self.nodes[before].next;
        let new = self.nodes.take(RegionNode { prev: before, next, ..node });
        self.nodes[before].next = new;
        if next != NIL {
            self.nodes[next].prev = new;
        }
        new
    }

    /// Removes a node whose place its neighbour `before` has taken over.
    fn remove_after(&mut self, before: u32, node: u32) {
        let next = self.nodes[node].next;
        self.nodes[before].next = next;
        if next != NIL {
            self.nodes[next].prev = before;
        }
        self.nodes.give(node);
    }

    fn is_free(&self, node: u32) -> bool {
        node != NIL && matches!(self.nodes[node].kind, Kind::Free { .. })
    }

    /// The node of a live block.
    #[inline]
    pub(super) fn block(&self, handle: Handle) -> Option<&RegionNode> {
        let node = self.nodes.get(handle.node)?;
        match node.kind {
            Kind::Used { stamp, .. } if stamp == handle.stamp => Some(node),
            _ => None,
        }
    }

    /// Frees a live block and merges it with the holes beside it.
    #[inline]
    pub(super) fn free(&mut self, handle: Handle) {
        debug_assert!(self.block(handle).is_some());
        let mut node = handle.node;
        self.index_remove(node);
        self.used -= self.nodes[node].size;
        self.used_blocks -= 1;
        let next = self.nodes[node].next;
        if self.is_free(next) {
            self.holes.remove(&mut self.nodes, next);
            self.nodes[node].size += self.nodes[next].size;
            self.remove_after(node, next);
        }
        let prev = self.nodes[node].prev;
        if self.is_free(prev) {
            self.holes.remove(&mut self.nodes, prev);
            self.nodes[prev].size += self.nodes[node].size;
            self.remove_after(prev, node);
            node = prev;
        }
        self.holes.insert(&mut self.nodes, node);
    }

    /// Gives a live block another size in its place: what is missing comes from the hole behind it, what is left over
    /// goes there. On success the block has a new stamp.
    pub(super) fn resize(&mut self, handle: Handle, size: u64) -> Result<Handle, Shortage> {
        let node = handle.node;
        let RegionNode { size: old, next, offset, .. } = self.nodes[node];
        let behind = if self.is_free(next) { self.nodes[next].size } else { 0 };
        if size > old && size - old > behind {
            return Err(Shortage::Room);
        }
        if size != old {
            let left = old + behind - size;
            if behind == 0 {
                self.reserve_nodes(1)?;
            } else {
                self.holes.remove(&mut self.nodes, next);
            }
            self.nodes[node].size = size;
            match (behind == 0, left == 0) {
                (true, _) => {
                    let hole = RegionNode { offset: offset + size, size: left, ..RegionNode::EMPTY };
                    let hole = self.insert_after(node, hole);
                    self.holes.insert(&mut self.nodes, hole);
                }
                (false, true) => self.remove_after(node, next),
                (false, false) => {
                    (self.nodes[next].offset, self.nodes[next].size) = (offset + size, left);
                    self.holes.insert(&mut self.nodes, next);
                }
            }
            self.used = self.used - old + size;
            self.peak = self.peak.max(self.used);
        }
        let fresh = self.stamps.next();
        Ok(self.restamp(handle, |_| fresh))
    }

    /// Gives a live block another stamp: handles with the old one are stale.
    pub(super) fn restamp(&mut self, handle: Handle, new: impl FnOnce(u64) -> u64) -> Handle {
        let fresh = new(handle.stamp);
        if let Kind::Used { stamp, .. } = &mut self.nodes[handle.node].kind {
            *stamp = fresh;
        }
        Handle { stamp: fresh, ..handle }
    }

    /// Frees all blocks whose stamp is of a kind.
    pub(super) fn free_all(&mut self, of_kind: impl Fn(u64) -> bool) {
        let mut at = self.first;
        while at != NIL {
            let RegionNode { kind, offset, .. } = self.nodes[at];
            match kind {
                Kind::Used { stamp, .. } if of_kind(stamp) => {
                    // Merging may take this node's place, so the walk goes on from whatever now covers its start.
                    let before = self.nodes[at].prev;
                    self.free(Handle { node: at, stamp });
                    at = if self.is_free(before) { before } else { at };
                    debug_assert!(self.nodes[at].offset <= offset);
                }
                _ => {}
            }
            at = self.nodes[at].next;
        }
    }

    // The index by offset: a hash table whose buckets and chains are in the nodes, so that it needs no storage of its
    // own and is never smaller than the number of blocks.

    fn bucket_of(&self, offset: u64) -> u32 {
        // Multiplicative hashing (Knuth, TAOCP 6.4), then the high half scaled to the number of nodes.
        let hash = offset.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        ((hash * self.nodes.capacity() as u64) >> 32) as u32
    }

    #[inline]
    fn index_insert(&mut self, node: u32) {
        if self.indexed {
            let bucket = self.bucket_of(self.nodes[node].offset);
            let head = self.nodes[bucket].bucket;
            if let Kind::Used { chain, .. } = &mut self.nodes[node].kind {
                *chain = head;
            }
            self.nodes[bucket].bucket = node;
        }
    }

    fn chain(&self, node: u32) -> u32 {
        match self.nodes[node].kind {
            Kind::Used { chain, .. } => chain,
            Kind::Free { .. } | Kind::Vacant => unreachable!("only used blocks are in the index"),
        }
    }

    #[inline]
    fn index_remove(&mut self, node: u32) {
        if !self.indexed {
            return;
        }
        let bucket = self.bucket_of(self.nodes[node].offset);
        let rest = self.chain(node);
        let mut at = self.nodes[bucket].bucket;
        if at == node {
            self.nodes[bucket].bucket = rest;
            return;
        }
        while self.chain(at) != node {
            at = self.chain(at);
        }
        if let Kind::Used { chain, .. } = &mut self.nodes[at].kind {
            *chain = rest;
        }
    }

    #[cold]
    fn rebuild_index(&mut self) {
        if !self.indexed {
            return;
        }
        for bucket in 0..self.nodes.capacity() as u32 {
            self.nodes[bucket].bucket = NIL;
        }
        for node in self.nodes.numbers() {
            if let Kind::Used { .. } = self.nodes[node].kind {
                self.index_insert(node);
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
        let mut at = self.nodes.get(self.bucket_of(offset))?.bucket;
        while at != NIL {
            let node = &self.nodes[at];
            let Kind::Used { chain, stamp } = node.kind else { unreachable!("only used blocks are in the index") };
            if node.offset == offset {
                return Some(Handle { node: at, stamp });
            }
            at = chain;
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
        self.nodes.live() - self.used_blocks
    }

    pub(super) fn largest_hole(&self) -> u64 {
        self.holes.largest(&self.nodes)
    }

    /// How many blocks can be described without asking for more memory.
    pub(super) fn node_capacity(&self) -> usize {
        self.nodes.capacity()
    }

    /// All blocks with their numbers, from the lowest address up.
    pub(super) fn in_address_order(&self) -> impl Iterator<Item = (u32, &RegionNode)> + Clone {
        let at = |number: u32| self.nodes.get(number).map(|node| (number, node));
        core::iter::successors(at(self.first), move |(_, node)| at(node.next))
    }

    /// The number of the first block in address order; leads nowhere in a region of no units.
    pub(super) fn first(&self) -> u32 {
        self.first
    }

    pub(super) fn node(&self, number: u32) -> Option<&RegionNode> {
        self.nodes.get(number)
    }

    /// The hole at or after `from` = (size, offset) in best-fit order.
    pub(super) fn hole_from(&self, from: (u64, u64)) -> Option<&RegionNode> {
        self.holes.first_from(&self.nodes, from).map(|node| &self.nodes[node])
    }

    /// Verifies every invariant.
    pub(super) fn check(&self) {
        let (mut unit, mut used, mut used_blocks, mut holes) = (0, 0, 0, 0);
        let mut after_hole = false;
        let (mut at, mut before) = (self.first, NIL);
        while at != NIL {
            let node = &self.nodes[at];
            assert_eq!(node.offset, unit, "a gap or an overlap before unit {}", node.offset);
            assert!(node.size > 0, "an empty block at unit {unit}");
            assert_eq!(node.prev, before, "the block at unit {unit} does not know the one before it");
            match node.kind {
                Kind::Vacant => panic!("the block at unit {unit} is described by a vacant node"),
                Kind::Free { .. } => {
                    assert!(!after_hole, "two free blocks meet at unit {unit}");
                    holes += 1;
                }
                Kind::Used { stamp, .. } => {
                    used += node.size;
                    used_blocks += 1;
                    if self.indexed {
                        assert_eq!(self.used_at(unit), Some(Handle { node: at, stamp }), "not indexed: unit {unit}");
                    }
                }
            }
            after_hole = matches!(node.kind, Kind::Free { .. });
            unit = node.end();
            (before, at) = (at, node.next);
        }
        assert_eq!(unit, self.total, "the blocks do not cover the region");
        assert_eq!((used, used_blocks), (self.used, self.used_blocks), "the sums of used blocks disagree");
        assert_eq!(self.nodes.live(), used_blocks + holes, "a node is lost");
        assert_eq!(self.holes.check(&self.nodes), holes, "a hole is lost");
    }
}

/// Why [`BlockMap`] refused.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shortage {
    Room,
    Nodes(RegionError),
}
