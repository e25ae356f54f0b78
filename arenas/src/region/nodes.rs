//! The nodes that describe blocks, in flat storage with 32-bit links.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;
use core::ops::{Index, IndexMut};

use super::error::RegionError;

/// The link that leads nowhere.
pub(super) const NIL: u32 = u32::MAX;

/// Room for the description of one block, for regions that must not use the heap; see
/// [`Region::with_nodes`](super::Region::with_nodes).
///
/// 48 bytes. What is in it belongs to the region.
#[derive(Clone, Copy)]
pub struct RegionNode {
    /// Where the block starts, in units.
    pub(super) offset: u64,
    /// How long it is, in units; never 0 in a block.
    pub(super) size: u64,
    /// The block before it in address order.
    pub(super) prev: u32,
    /// The block after it in address order; for a vacant node the next vacant one.
    pub(super) next: u32,
    /// Not about this block: head of the chain of used blocks whose hash is this node's number.
    pub(super) bucket: u32,
    pub(super) kind: Kind,
}

/// What a node describes.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Nothing.
    Vacant,
    /// A hole, in the search tree of its bin.
    Free { children: [u32; 2], parent: u32 },
    /// A block that is handed out under `stamp`, and where its hash chain goes on.
    Used { chain: u32, stamp: u64 },
}

impl RegionNode {
    /// A node that describes nothing yet.
    pub const EMPTY: Self = Self { offset: 0, size: 0, prev: NIL, next: NIL, bucket: NIL, kind: Kind::Vacant };

    /// The unit after its last.
    pub(super) const fn end(&self) -> u64 {
        self.offset + self.size
    }

    /// The stamp of a used block.
    pub(super) const fn stamp(&self) -> Option<u64> {
        match self.kind {
            Kind::Used { stamp, .. } => Some(stamp),
            Kind::Free { .. } | Kind::Vacant => None,
        }
    }
}

impl fmt::Debug for RegionNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegionNode").finish_non_exhaustive()
    }
}

/// All nodes of a region: a pool that hands them out by number.
pub(super) struct Nodes<'n> {
    storage: Storage<'n>,
    /// How many have ever been taken; those beyond are as they came.
    touched: u32,
    /// Those given back since, linked by `next`.
    vacant: u32,
    live: u32,
}

enum Storage<'n> {
    #[cfg(feature = "alloc")]
    Owned(Vec<RegionNode>),
    Borrowed(&'n mut [RegionNode]),
}

impl<'n> Nodes<'n> {
    #[cfg(feature = "alloc")]
    pub(super) const fn owned() -> Self {
        Self { storage: Storage::Owned(Vec::new()), touched: 0, vacant: NIL, live: 0 }
    }

    pub(super) fn borrowed(nodes: &'n mut [RegionNode]) -> Self {
        // Numbers are 32 bits, and the last one is `NIL`.
        let usable = nodes.len().min(NIL as usize);
        let nodes = &mut nodes[..usable];
        nodes.fill(RegionNode::EMPTY);
        Self { storage: Storage::Borrowed(nodes), touched: 0, vacant: NIL, live: 0 }
    }

    fn slice(&self) -> &[RegionNode] {
        match &self.storage {
            #[cfg(feature = "alloc")]
            Storage::Owned(nodes) => nodes,
            Storage::Borrowed(nodes) => nodes,
        }
    }

    /// How many there is room for without growing.
    pub(super) fn capacity(&self) -> usize {
        self.slice().len()
    }

    /// The numbers of all nodes that were ever taken.
    pub(super) fn numbers(&self) -> core::ops::Range<u32> {
        0..self.touched
    }

    /// How many describe a block.
    pub(super) fn live(&self) -> u32 {
        self.live
    }

    /// The node of this number, which may come from a handle and be beyond all.
    pub(super) fn get(&self, node: u32) -> Option<&RegionNode> {
        self.slice().get(node as usize)
    }

    /// Makes room for `more` nodes; says whether the storage moved to a larger place.
    pub(super) fn reserve(&mut self, more: u32) -> Result<bool, RegionError> {
        let free = self.capacity() - self.live as usize;
        if free >= more as usize { Ok(false) } else { self.grow(more) }
    }

    #[cold]
    fn grow(&mut self, more: u32) -> Result<bool, RegionError> {
        match &mut self.storage {
            #[cfg(feature = "alloc")]
            Storage::Owned(nodes) => {
                let len = nodes.len().saturating_mul(2).clamp(32, NIL as usize);
                if len - (self.live as usize) < more as usize {
                    return Err(RegionError::TooManyBlocks { nodes: len });
                }
                nodes.try_reserve_exact(len - nodes.len()).map_err(|_| RegionError::OutOfMemory)?;
                nodes.resize(len, RegionNode::EMPTY);
                Ok(true)
            }
            Storage::Borrowed(nodes) => {
                let _ = more;
                Err(RegionError::TooManyBlocks { nodes: nodes.len() })
            }
        }
    }

    /// Takes a node. There must be room: [`reserve`](Self::reserve) was called before.
    pub(super) fn take(&mut self, node: RegionNode) -> u32 {
        let number = if self.vacant == NIL {
            self.touched += 1;
            self.touched - 1
        } else {
            let number = self.vacant;
            self.vacant = self[number].next;
            number
        };
        self.live += 1;
        let bucket = self[number].bucket;
        self[number] = RegionNode { bucket, ..node };
        number
    }

    /// Gives a node back.
    pub(super) fn give(&mut self, number: u32) {
        self.live -= 1;
        let vacant = self.vacant;
        let node = &mut self[number];
        node.kind = Kind::Vacant;
        node.next = vacant;
        self.vacant = number;
    }

    /// Gives all nodes back.
    pub(super) fn clear(&mut self) {
        // All of them: the heads of hash chains are also in nodes that were never taken.
        match &mut self.storage {
            #[cfg(feature = "alloc")]
            Storage::Owned(nodes) => nodes.fill(RegionNode::EMPTY),
            Storage::Borrowed(nodes) => nodes.fill(RegionNode::EMPTY),
        }
        (self.touched, self.vacant, self.live) = (0, NIL, 0);
    }
}

impl Index<u32> for Nodes<'_> {
    type Output = RegionNode;

    #[inline]
    fn index(&self, node: u32) -> &RegionNode {
        &self.slice()[node as usize]
    }
}

impl IndexMut<u32> for Nodes<'_> {
    #[inline]
    fn index_mut(&mut self, node: u32) -> &mut RegionNode {
        match &mut self.storage {
            #[cfg(feature = "alloc")]
            Storage::Owned(nodes) => &mut nodes[node as usize],
            Storage::Borrowed(nodes) => &mut nodes[node as usize],
        }
    }
}
