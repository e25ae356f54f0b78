//! The nodes that describe blocks, in flat storage with 32-bit links.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

use super::error::RegionError;

/// The link that leads nowhere; all numbers are less.
pub(super) const NIL: u32 = u32::MAX >> 1;

/// Set in the stamp of every used block. Links are below it, so that no hole looks used.
pub(super) const USED: u64 = 1 << 63;

/// Room for the description of one block, for regions that must not use the heap; see
/// [`Region::with_nodes`](super::Region::with_nodes).
///
/// 40 bytes. What is in it belongs to the region.
#[derive(Clone, Copy)]
pub struct RegionNode {
    /// Where the block starts, in units.
    pub(super) offset: u64,
    /// How long it is, in units; 0 in a node that describes nothing.
    pub(super) size: u64,
    /// The block before it in address order.
    pub(super) prev: u32,
    /// The block after it in address order; for a vacant node the next vacant one.
    pub(super) next: u32,
    /// In a hole: what is around it in the heap or tree of its bin. In a used block: the halves of the stamp, then the
    /// rest of the chain of its hash.
    pub(super) links: [u32; 3],
    /// Not about this block: head of the chain of used blocks whose hash is this node's number.
    pub(super) bucket: u32,
}

impl RegionNode {
    /// A node that describes nothing yet.
    pub const EMPTY: Self = Self { offset: 0, size: 0, prev: NIL, next: NIL, links: [NIL; 3], bucket: NIL };

    /// The unit after its last.
    #[inline]
    pub(super) const fn end(&self) -> u64 {
        self.offset + self.size
    }

    /// What a used block is handed out under. That of a hole is none that a block ever has.
    #[inline]
    pub(super) const fn stamp(&self) -> u64 {
        self.links[0] as u64 | (self.links[1] as u64) << 32
    }

    #[inline]
    pub(super) const fn set_stamp(&mut self, stamp: u64) {
        (self.links[0], self.links[1]) = (stamp as u32, (stamp >> 32) as u32);
    }

    /// Whether it describes a block that is handed out.
    #[inline]
    pub(super) const fn is_used(&self) -> bool {
        self.stamp() & USED != 0
    }

    /// Whether it describes a hole.
    #[inline]
    pub(super) const fn is_hole(&self) -> bool {
        !self.is_used() && self.size != 0
    }
}

impl fmt::Debug for RegionNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegionNode").finish_non_exhaustive()
    }
}

/// Where the nodes are.
pub(super) enum Storage<'n> {
    #[cfg(feature = "alloc")]
    Owned(Vec<RegionNode>),
    Borrowed(&'n mut [RegionNode]),
}

impl<'n> Storage<'n> {
    #[cfg(feature = "alloc")]
    pub(super) const fn owned() -> Self {
        Self::Owned(Vec::new())
    }

    pub(super) fn borrowed(nodes: &'n mut [RegionNode]) -> Self {
        // All numbers are below `NIL`.
        let usable = nodes.len().min(NIL as usize);
        let nodes = &mut nodes[..usable];
        nodes.fill(RegionNode::EMPTY);
        Self::Borrowed(nodes)
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[RegionNode] {
        match self {
            #[cfg(feature = "alloc")]
            Self::Owned(nodes) => nodes,
            Self::Borrowed(nodes) => nodes,
        }
    }

    #[inline]
    pub(super) fn as_mut_slice(&mut self) -> &mut [RegionNode] {
        match self {
            #[cfg(feature = "alloc")]
            Self::Owned(nodes) => nodes,
            Self::Borrowed(nodes) => nodes,
        }
    }

    /// Makes room for `more` nodes beside `live` ones.
    #[cold]
    pub(super) fn grow(&mut self, live: u32, more: u32) -> Result<(), RegionError> {
        match self {
            #[cfg(feature = "alloc")]
            Self::Owned(nodes) => {
                let needed = (live as usize).saturating_add(more as usize);
                let len = nodes.len().saturating_mul(2).max(needed).clamp(32, NIL as usize);
                if len - (live as usize) < more as usize {
                    return Err(RegionError::TooManyBlocks { nodes: len });
                }
                nodes.try_reserve_exact(len - nodes.len()).map_err(|_| RegionError::OutOfMemory)?;
                nodes.resize(len, RegionNode::EMPTY);
                Ok(())
            }
            Self::Borrowed(nodes) => {
                let _ = (live, more);
                Err(RegionError::TooManyBlocks { nodes: nodes.len() })
            }
        }
    }
}

/// Which nodes describe something: hands them out by number.
pub(super) struct Pool {
    /// How many have ever been taken; those beyond are as they came.
    touched: u32,
    /// Those given back since, linked by `next`.
    vacant: u32,
    live: u32,
}

impl Pool {
    pub(super) const fn new() -> Self {
        Self { touched: 0, vacant: NIL, live: 0 }
    }

    /// The numbers of all nodes that were ever taken.
    pub(super) fn numbers(&self) -> core::ops::Range<u32> {
        0..self.touched
    }

    /// How many describe a block.
    #[inline]
    pub(super) fn live(&self) -> u32 {
        self.live
    }

    /// Takes a node. There must be one more than are live.
    #[inline]
    pub(super) fn take(&mut self, nodes: &mut [RegionNode]) -> u32 {
        self.live += 1;
        if self.vacant == NIL {
            self.touched += 1;
            self.touched - 1
        } else {
            let number = self.vacant;
            self.vacant = nodes[number as usize].next;
            number
        }
    }

    /// Gives a node back.
    #[inline]
    pub(super) fn give(&mut self, nodes: &mut [RegionNode], number: u32) {
        self.live -= 1;
        let node = &mut nodes[number as usize];
        (node.size, node.links[1], node.next) = (0, NIL, self.vacant);
        self.vacant = number;
    }
}
