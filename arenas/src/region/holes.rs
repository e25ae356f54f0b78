//! The holes in best-fit order: by size, then by address.
//!
//! ```text
//! bin      0    1    2  ..  255 | 256  257 ..  263 | 264 ..
//! units    1    2    3  ..  256 | 257- 288- .. 480- | 512- ..      8 bins per power of two
//! bitmap   0    1    0  ..   1  |   0   1  ..
//!               |                       |
//!             (tree)                  (tree)
//! ```
//!
//! A bitmap finds the first bin that is not empty in a few instructions. Within a bin the holes form a *digital search
//! tree* (E. G. Coffman and J. Eve, "File structures using hashing functions", 1970; dlmalloc keeps its large chunks
//! in one too): at depth `d` a hole goes left or right by bit `d` of its key, and rests at the first empty place. No
//! rebalancing, and never deeper than the key has bits. The key is the part of (size, offset) that the holes of a bin
//! do not share, so for bins of one size it is the offset alone. A hole is inserted, removed, and the least one at or
//! above a size found, in O(log n) for holes that lie evenly and at most one step per bit of the key in the worst case.
//!
//! In such a tree a node itself may have any key of its prefix, but everything in its left subtree is less than
//! everything in its right one. So the least of a subtree is on its leftmost path.

use super::nodes::{NIL, Pool, RegionNode};

/// Sizes up to this many units have a bin each.
const EXACT: u64 = 256;
/// log2 of the bins per power of two above.
const STEP_BITS: u32 = 3;
const BINS: usize = EXACT as usize + ((64 - EXACT.ilog2() as usize) << STEP_BITS);
const WORDS: usize = BINS.div_ceil(64);

/// The holes of a region, by size and address.
pub(super) struct Holes {
    roots: [u32; BINS],
    /// Which bins are not empty.
    bins: [u64; WORDS],
    /// Which words of `bins` are not 0.
    words: u32,
    /// How many bits an offset of this region has.
    offset_bits: u32,
}

/// The order of best fit.
type Key = (u64, u64);

/// Which way to go at each level of a tree, from the highest bit down.
#[derive(Clone, Copy)]
struct Path(u64);

impl Path {
    /// The side to go to here; the rest of the path is what remains.
    #[inline]
    fn next(&mut self) -> usize {
        let side = (self.0 >> 63) as usize;
        self.0 <<= 1;
        side
    }
}

/// The bin that holds holes of `size` units.
#[inline]
fn bin_of(size: u64) -> usize {
    debug_assert!(size > 0);
    if size <= EXACT {
        size as usize - 1
    } else {
        let octave = size.ilog2();
        let step = (size >> (octave - STEP_BITS)) as usize & ((1 << STEP_BITS) - 1);
        EXACT as usize + ((octave - EXACT.ilog2()) as usize * (1 << STEP_BITS)) + step
    }
}

#[inline]
fn key(node: &RegionNode) -> Key {
    (node.size, node.offset)
}

/// The extreme hole of a subtree in the order of `better`: on the path that prefers `side`.
#[inline]
fn extreme(nodes: &[RegionNode], root: u32, side: usize, better: impl Fn(&Key, &Key) -> bool) -> u32 {
    let mut node = &nodes[root as usize];
    let (mut best, mut best_key) = (root, key(node));
    loop {
        let at = if node.children[side] != NIL { node.children[side] } else { node.children[1 - side] };
        if at == NIL {
            return best;
        }
        node = &nodes[at as usize];
        if better(&key(node), &best_key) {
            (best, best_key) = (at, key(node));
        }
    }
}

#[inline]
fn least(nodes: &[RegionNode], root: u32) -> u32 {
    extreme(nodes, root, 0, |a, b| a < b)
}

impl Holes {
    /// No holes, for a region of `total` units.
    pub(super) const fn new(total: u64) -> Self {
        Self { roots: [NIL; BINS], bins: [0; WORDS], words: 0, offset_bits: 64 - total.leading_zeros() }
    }

    pub(super) fn clear(&mut self) {
        (self.roots, self.bins, self.words) = ([NIL; BINS], [0; WORDS], 0);
    }

    /// The way to a hole in the tree of its bin. No two holes have the same.
    #[inline]
    fn path(&self, (size, offset): Key) -> Path {
        if size <= EXACT {
            return Path(offset << (64 - self.offset_bits));
        }
        // What the sizes of a bin share, the leading bit and the step, is left out; and so are as many low bits of the
        // offset as the size has, because holes of that size which differ there alone would overlap. That leaves
        // `octave - STEP_BITS` bits of the size and `offset_bits - octave` of the offset, which is less than 64.
        let octave = size.ilog2();
        let low = size << (64 - octave + STEP_BITS);
        let high = offset >> octave;
        Path(low | (high << (64 + STEP_BITS - self.offset_bits)))
    }

    #[inline]
    fn set_root(&mut self, bin: usize, root: u32) {
        self.roots[bin] = root;
        let (word, bit) = (bin / 64, 1 << (bin % 64));
        if root == NIL {
            self.bins[word] &= !bit;
            if self.bins[word] == 0 {
                self.words &= !(1 << word);
            }
        } else {
            self.bins[word] |= bit;
            self.words |= 1 << word;
        }
    }

    /// The root of the first bin at or above `bin` that is not empty.
    #[inline]
    fn first_root_from(&self, bin: usize) -> Option<u32> {
        let word = bin / 64;
        if word >= WORDS {
            return None;
        }
        let here = self.bins[word] & (!0 << (bin % 64));
        let found = if here != 0 {
            word * 64 + here.trailing_zeros() as usize
        } else {
            let words = self.words & (!1 << word);
            if words == 0 {
                return None;
            }
            let word = words.trailing_zeros() as usize;
            word * 64 + self.bins[word].trailing_zeros() as usize
        };
        Some(self.roots[found])
    }

    /// Adds the block of `number` as a hole.
    #[inline]
    pub(super) fn insert(&mut self, nodes: &mut [RegionNode], number: u32) {
        let key = key(&nodes[number as usize]);
        let bin = bin_of(key.0);
        let mut parent = NIL;
        let mut at = self.roots[bin];
        if at == NIL {
            self.set_root(bin, number);
        } else {
            let mut path = self.path(key);
            loop {
                let side = path.next();
                let child = &mut nodes[at as usize].children[side];
                if *child == NIL {
                    *child = number;
                    parent = at;
                    break;
                }
                at = *child;
            }
        }
        let node = &mut nodes[number as usize];
        (node.stamp, node.children, node.parent) = (0, [NIL; 2], parent);
    }

    /// Takes the hole of `number` out. Its links mean nothing afterwards.
    #[inline]
    pub(super) fn remove(&mut self, nodes: &mut [RegionNode], number: u32) {
        let RegionNode { children, parent, size, .. } = nodes[number as usize];
        let mut leaf = NIL;
        let mut below = children;
        // Any leaf below may take the place: it has the prefix.
        loop {
            let child = if below[0] != NIL { below[0] } else { below[1] };
            if child == NIL {
                break;
            }
            leaf = child;
            below = nodes[leaf as usize].children;
        }
        if leaf != NIL {
            let above = nodes[leaf as usize].parent;
            let siblings = &mut nodes[above as usize].children;
            siblings[usize::from(siblings[1] == leaf)] = NIL;
            let children = nodes[number as usize].children;
            let heir = &mut nodes[leaf as usize];
            (heir.children, heir.parent) = (children, parent);
            for child in children {
                if child != NIL {
                    nodes[child as usize].parent = leaf;
                }
            }
        }
        if parent == NIL {
            self.set_root(bin_of(size), leaf);
        } else {
            let siblings = &mut nodes[parent as usize].children;
            siblings[usize::from(siblings[1] == number)] = leaf;
        }
    }

    /// The first hole at or after `from` in best-fit order.
    #[inline]
    pub(super) fn first_from(&self, nodes: &[RegionNode], from: Key) -> Option<u32> {
        let bin = bin_of(from.0);
        // All holes of an exact bin are large enough; which one is least is all that matters.
        if from.0 <= EXACT && from.1 == 0 {
            return self.first_root_from(bin).map(|root| least(nodes, root));
        }
        let found = self.lower_bound(nodes, bin, from);
        if found != NIL {
            return Some(found);
        }
        self.first_root_from(bin + 1).map(|root| least(nodes, root))
    }

    /// The least hole of `bin` that is not less than `from`, or `NIL`.
    fn lower_bound(&self, nodes: &[RegionNode], bin: usize, from: Key) -> u32 {
        let mut at = self.roots[bin];
        if at == NIL {
            return NIL;
        }
        let mut path = self.path(from);
        let (mut best, mut best_key) = (NIL, (u64::MAX, u64::MAX));
        // The deepest subtree that hangs right off the path: all of it is above `from`, and below all that hang higher.
        let mut right = NIL;
        while at != NIL {
            let node = &nodes[at as usize];
            let here = key(node);
            if here >= from && here < best_key {
                (best, best_key) = (at, here);
            }
            let side = path.next();
            if side == 0 && node.children[1] != NIL {
                right = node.children[1];
            }
            at = node.children[side];
        }
        if right != NIL {
            let candidate = least(nodes, right);
            if key(&nodes[candidate as usize]) < best_key {
                return candidate;
            }
        }
        best
    }

    /// The size of the largest hole, 0 if there is none.
    pub(super) fn largest(&self, nodes: &[RegionNode]) -> u64 {
        let Some(word) = self.words.checked_ilog2() else { return 0 };
        let word = word as usize;
        let bin = word * 64 + self.bins[word].ilog2() as usize;
        let largest = extreme(nodes, self.roots[bin], 1, |a, b| a > b);
        nodes[largest as usize].size
    }

    /// Panics unless every hole is where a search would find it; returns how many there are.
    pub(super) fn check(&self, nodes: &[RegionNode], pool: &Pool) -> u32 {
        let mut found = 0;
        for (bin, &root) in self.roots.iter().enumerate() {
            let marked = self.bins[bin / 64] >> (bin % 64) & 1 == 1;
            assert_eq!(marked, root != NIL, "the bitmap disagrees with bin {bin}");
            assert_eq!(self.words >> (bin / 64) & 1 == 1, self.bins[bin / 64] != 0, "the summary disagrees");
        }
        for number in pool.numbers() {
            let node = &nodes[number as usize];
            if !node.is_hole() {
                continue;
            }
            found += 1;
            // The way that an insertion would take leads to the node.
            let (mut at, mut path, mut above) = (self.roots[bin_of(node.size)], self.path(key(node)), NIL);
            while at != number {
                assert_ne!(at, NIL, "the hole at unit {} cannot be found", node.offset);
                above = at;
                at = nodes[at as usize].children[path.next()];
            }
            assert_eq!(node.parent, above, "the hole at unit {} hangs elsewhere", node.offset);
        }
        found
    }
}
