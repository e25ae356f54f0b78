//! Regions with many holes of the same sizes, against a sorted set of all holes.

use std::alloc::Layout;
use std::collections::{BTreeMap, BTreeSet};

use arenas::{OffsetRegion, RegionBlock};

/// The bytes of a unit.
const UNIT: usize = 16;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as usize % limit
    }
}

/// The holes by size and offset, and by offset.
#[derive(Default)]
struct Holes {
    by_size: BTreeSet<(usize, usize)>,
    by_offset: BTreeMap<usize, usize>,
}

impl Holes {
    fn insert(&mut self, offset: usize, len: usize) {
        if len > 0 {
            self.by_size.insert((len, offset));
            self.by_offset.insert(offset, len);
        }
    }

    fn remove(&mut self, offset: usize, len: usize) {
        assert!(self.by_size.remove(&(len, offset)));
        self.by_offset.remove(&offset);
    }

    fn alloc(&mut self, size: usize, align: usize) -> Option<usize> {
        let place = |len: usize, offset: usize| Some((offset + len - size) & !(align - 1)).filter(|&at| at >= offset);
        let mut holes = self.by_size.range((size, 0)..);
        let (len, offset, at) = holes.find_map(|&(len, offset)| Some((len, offset, place(len, offset)?)))?;
        self.remove(offset, len);
        self.insert(offset, at - offset);
        self.insert(at + size, offset + len - at - size);
        Some(at)
    }

    fn free(&mut self, mut offset: usize, mut len: usize) {
        if let Some(&behind) = self.by_offset.get(&(offset + len)) {
            self.remove(offset + len, behind);
            len += behind;
        }
        let before = self.by_offset.range(..offset).next_back().map(|(&before, &more)| (before, more));
        if let Some((before, more)) = before.filter(|(before, more)| before + more == offset) {
            self.remove(before, more);
            (offset, len) = (before, len + more);
        }
        self.insert(offset, len);
    }
}

struct Both {
    region: OffsetRegion,
    holes: Holes,
    live: Vec<RegionBlock>,
}

impl Both {
    fn new(units: usize) -> Self {
        let mut holes = Holes::default();
        holes.insert(0, units * UNIT);
        Self { region: OffsetRegion::new(units * UNIT, UNIT).unwrap(), holes, live: Vec::new() }
    }

    fn alloc(&mut self, units: usize, align: usize) {
        let block = self.region.try_alloc(Layout::from_size_align(units * UNIT, align).unwrap()).ok();
        let expected = self.holes.alloc(units * UNIT, align.max(UNIT));
        assert_eq!(block.map(RegionBlock::offset), expected, "{units} units aligned to {align}");
        self.live.extend(block);
    }

    fn free(&mut self, which: usize) {
        let block = self.live.swap_remove(which);
        self.region.try_free(block).unwrap();
        self.holes.free(block.offset(), block.len());
    }

    fn check(&self) {
        self.region.check();
        let by_size: Vec<_> = self.region.free_by_size().map(|run| (run.len, run.offset)).collect();
        assert!(by_size.iter().eq(&self.holes.by_size));
        assert_eq!(self.region.free_by_size().len(), self.holes.by_size.len());
    }
}

// Contract: R3, R4, R6, R6a
#[test]
fn thousands_of_small_holes_are_taken_in_order_while_the_region_fills_and_empties() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let mut both = Both::new(1 << 20);
    for target in [50, 3000, 400, 12_000, 0, 2000] {
        for step in 0..6 * target.max(2000) {
            let up = both.live.len() < target || numbers.below(2) == 0 && both.live.len() < target * 5 / 4;
            if up {
                let most = 1 + numbers.below(40);
                let units = 1 + numbers.below(most);
                both.alloc(units, UNIT);
            } else if !both.live.is_empty() {
                let which = numbers.below(both.live.len());
                both.free(which);
            }
            if step % 5003 == 0 {
                both.check();
            }
        }
        both.check();
    }
}

// Contract: R3, R5, R6a
#[test]
fn an_aligned_block_takes_the_first_of_many_equal_holes_that_it_fits() {
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    let mut both = Both::new(3 * 4000);
    for _ in 0..4000 {
        both.alloc(3, UNIT);
    }
    // Holes of three units each; and a few of six.
    both.live.sort_unstable_by_key(|block| block.offset());
    for which in (0..4000).rev().filter(|which| which % 2 == 0 || which % 101 == 0) {
        both.free(which);
    }
    both.check();
    for _ in 0..1500 {
        let (units, align) = (1 + numbers.below(4), UNIT << numbers.below(6));
        both.alloc(units, align);
        if numbers.below(3) == 0 {
            let which = numbers.below(both.live.len());
            both.free(which);
        }
    }
    both.check();
}

// Contract: R3
#[test]
fn equal_holes_far_apart_are_taken_from_the_lowest_up() {
    // Blocks of one unit that are doubly far from the end each, so that the second half is always looked at more coarsely.
    let mut both = Both::new(1 << 40);
    let mut singles = Vec::new();
    for power in 0..39 {
        both.alloc(1, UNIT);
        singles.push(both.live.len() - 1);
        both.alloc(1 << power, UNIT);
    }
    for which in singles.into_iter().rev() {
        let block = both.live[which];
        both.region.try_free(block).unwrap();
        both.holes.free(block.offset(), block.len());
        both.check();
    }
    both.live.clear();
    for _ in 0..39 {
        both.alloc(1, UNIT);
        both.check();
    }
    assert!(both.live.is_sorted_by_key(|block| block.offset()));
}
