//! What a region refuses, and why.

use core::error::Error;
use core::fmt;

use crate::stats::Bytes;

/// Why a region refused a request, or a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegionError {
    /// The alignment is 0 or no power of two.
    BadAlignment {
        /// The alignment that was given.
        align: usize,
    },
    /// A block of no bytes has no place; ask for at least one.
    ZeroSize,
    /// The size, rounded up to the alignment, is more than any memory can have.
    LayoutOverflow,
    /// No hole is large enough.
    NoRoom {
        /// Bytes asked for.
        asked: usize,
        /// Bytes of the largest hole. It may be no less than `asked` when the alignment is above that of the region.
        largest_free: usize,
    },
    /// The region has no room to describe another block.
    TooManyBlocks {
        /// How many it can describe.
        nodes: usize,
    },
    /// The system refused memory for the description of blocks.
    OutOfMemory,
    /// The pointer or handle is not of this region.
    Foreign,
    /// The block was freed, resized, or never handed out.
    Freed,
    /// The pointer is inside a used block, not at its start.
    NotTheStart {
        /// How far behind the start of its block it is, in bytes.
        by: usize,
    },
    /// The block is a region of its own; give it back with `close_sub_region`.
    SubRegion,
    /// The region owns its memory, and a region inside it could outlive that. Cut regions out of one over borrowed
    /// memory.
    OwnedMemory,
}

impl fmt::Display for RegionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::BadAlignment { align } => write!(f, "the alignment {align} is not a power of two"),
            Self::ZeroSize => f.write_str("a block of no bytes was asked for"),
            Self::LayoutOverflow => f.write_str("the requested size overflows"),
            Self::NoRoom { asked, largest_free } => {
                write!(f, "no room for {asked} bytes: the largest free block has {}", Bytes(largest_free))
            }
            Self::TooManyBlocks { nodes } => write!(f, "the region can describe {nodes} blocks, and all are taken"),
            Self::OutOfMemory => f.write_str("out of memory: no room to describe another block"),
            Self::Foreign => f.write_str("foreign: it does not belong to this region"),
            Self::Freed => f.write_str("freed or never allocated"),
            Self::NotTheStart { by } => write!(f, "not the start of a block: it is {by} bytes behind one"),
            Self::SubRegion => f.write_str("the block is a region of its own: close that instead"),
            Self::OwnedMemory => {
                f.write_str("a region that owns its memory cannot be cut: one inside it could outlive that")
            }
        }
    }
}

impl Error for RegionError {}
