//! Random operations against a list of live blocks, byte for byte.

use std::alloc::Layout;
use std::ptr::NonNull;

use super::below;
use crate::base::Base;
use arbitrary::Arbitrary;
use arenas::{BlinkAlloc, BlinkAllocator, BlinkCheckpoint, SyncBlinkAlloc};

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Step {
    Allocate {
        #[arbitrary(with = below::<4000, _>)]
        size: usize,
        #[arbitrary(with = below::<9, _>)]
        align: u32,
    },
    Resize {
        #[arbitrary(with = below::<4, _>)]
        which: usize,
        #[arbitrary(with = below::<4000, _>)]
        size: usize,
        #[arbitrary(with = below::<7, _>)]
        align: u32,
    },
    Deallocate {
        #[arbitrary(with = below::<20, _>)]
        which: usize,
    },
    /// The newest block, which is at the tip as a rule.
    Pop,
    Reset,
    Checkpoint,
    Rollback {
        #[arbitrary(with = below::<4, _>)]
        which: usize,
    },
}

/// A live block, full of its own byte.
struct Live {
    block: NonNull<u8>,
    layout: Layout,
    byte: u8,
}

impl Live {
    fn fill(block: NonNull<[u8]>, layout: Layout, byte: u8) -> Self {
        assert_eq!(block.len(), layout.size());
        let block = block.cast::<u8>();
        assert_eq!(block.addr().get() % layout.align(), 0);
        // SAFETY: the block has this size.
        unsafe { block.write_bytes(byte, layout.size()) };
        Self { block, layout, byte }
    }

    fn check(&self, bytes: usize) {
        // SAFETY: the bytes were written by `fill`.
        let seen = unsafe { std::slice::from_raw_parts(self.block.as_ptr(), bytes) };
        assert!(seen.iter().all(|&byte| byte == self.byte), "{:?} of {}", self.layout, self.byte);
    }

    fn range(&self) -> std::ops::Range<usize> {
        let start = self.block.addr().get();
        start..start + self.layout.size()
    }
}

/// Where an allocator can be rolled back.
trait Rolls: BlinkAllocator {
    fn cp(&self) -> Option<BlinkCheckpoint>;
    fn back(&mut self, checkpoint: BlinkCheckpoint);
}

impl Rolls for BlinkAlloc<&Base> {
    fn cp(&self) -> Option<BlinkCheckpoint> {
        Some(self.checkpoint())
    }

    fn back(&mut self, checkpoint: BlinkCheckpoint) {
        self.rollback(checkpoint);
    }
}

impl Rolls for SyncBlinkAlloc<&Base> {
    fn cp(&self) -> Option<BlinkCheckpoint> {
        None
    }

    fn back(&mut self, _: BlinkCheckpoint) {}
}

fn run<A: Rolls>(mut alloc: A, base: &Base, steps: &[Step]) {
    let mut live: Vec<Live> = Vec::new();
    // With how many blocks each was taken. Blocks that were given back or resized since make it useless here.
    let mut checkpoints: Vec<(BlinkCheckpoint, usize)> = Vec::new();
    let mut byte = 0u8;
    for &step in steps {
        byte = byte.wrapping_add(1);
        match step {
            Step::Allocate { size, align } => {
                let layout = Layout::from_size_align(size, 1 << align).unwrap();
                live.push(Live::fill(alloc.allocate(layout).unwrap(), layout, byte));
            }
            Step::Resize { which, size, align } if !live.is_empty() => {
                let index = live.len() - 1 - which % live.len();
                let old = live.remove(index);
                let layout = Layout::from_size_align(size, 1 << align).unwrap();
                // SAFETY: the block is live.
                let block = unsafe { alloc.resize(old.block, old.layout, layout) }.unwrap();
                let moved = Live { block: block.cast(), layout, byte: old.byte };
                moved.check(old.layout.size().min(size));
                live.push(Live::fill(block, layout, byte));
                checkpoints.clear();
            }
            Step::Deallocate { which } if !live.is_empty() => {
                let gone = live.swap_remove(which % live.len());
                // SAFETY: the block was live.
                unsafe { alloc.deallocate(gone.block, gone.layout) };
                checkpoints.clear();
            }
            Step::Pop if live.len() > checkpoints.last().map_or(0, |checkpoint| checkpoint.1) => {
                let gone = live.pop().unwrap();
                // SAFETY: the block was live.
                unsafe { alloc.deallocate(gone.block, gone.layout) };
            }
            Step::Reset => {
                live.clear();
                checkpoints.clear();
                alloc.reset();
                assert_eq!(alloc.stats().used, 0);
                assert!(base.live_blocks() <= 1);
            }
            Step::Checkpoint => checkpoints.extend(alloc.cp().map(|checkpoint| (checkpoint, live.len()))),
            Step::Rollback { which } if !checkpoints.is_empty() => {
                let index = checkpoints.len() - 1 - which % checkpoints.len();
                checkpoints.truncate(index + 1);
                let (checkpoint, blocks) = checkpoints[index];
                live.truncate(blocks);
                alloc.back(checkpoint);
            }
            _ => {}
        }
        let mut ranges: Vec<_> = live.iter().map(Live::range).filter(|range| !range.is_empty()).collect();
        ranges.sort_unstable_by_key(|range| range.start);
        assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "blocks overlap");
        live.iter().for_each(|block| block.check(block.layout.size()));
        let stats = alloc.stats();
        assert_eq!(stats.reserved, base.live_bytes());
        assert!(stats.used >= ranges.iter().map(|range| range.len()).sum::<usize>());
    }
}

/// Runs a program in an allocator for one thread whose first chunk has this size.
pub fn run_local(chunk: usize, steps: &[Step]) {
    let base = Base::default();
    run(BlinkAlloc::with_chunk_size_in(chunk, &base), &base, steps);
}

/// Runs a program in a shared allocator whose first chunk has this size.
pub fn run_shared(chunk: usize, steps: &[Step]) {
    let base = Base::default();
    run(SyncBlinkAlloc::with_chunk_size_in(chunk, &base), &base, steps);
}
