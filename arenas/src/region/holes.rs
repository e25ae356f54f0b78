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

use super::nodes::{Kind, NIL, Nodes};

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
struct Path(u128);

impl Path {
    /// The side to go to here; the rest of the path is what remains.
    #[inline]
    fn next(&mut self) -> usize {
        let side = (self.0 >> 127) as usize;
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

fn key(nodes: &Nodes<'_>, node: u32) -> Key {
    (nodes[node].size, nodes[node].offset)
}

fn links(nodes: &Nodes<'_>, node: u32) -> ([u32; 2], u32) {
    match nodes[node].kind {
        Kind::Free { children, parent } => (children, parent),
        Kind::Vacant | Kind::Used { .. } => unreachable!("a tree holds free blocks only"),
    }
}

fn set_child(nodes: &mut Nodes<'_>, node: u32, side: usize, child: u32) {
    if let Kind::Free { children, .. } = &mut nodes[node].kind {
        children[side] = child;
    }
}

fn set_parent(nodes: &mut Nodes<'_>, node: u32, new: u32) {
    if let Kind::Free { parent, .. } = &mut nodes[node].kind {
        *parent = new;
    }
}

/// The extreme hole of a subtree in the order of `better`: on the path that prefers `side`.
#[inline]
fn extreme(nodes: &Nodes<'_>, root: u32, side: usize, better: impl Fn(&Key, &Key) -> bool) -> u32 {
    let (mut best, mut best_key) = (root, key(nodes, root));
    let mut at = root;
    loop {
        let (children, _) = links(nodes, at);
        at = if children[side] != NIL { children[side] } else { children[1 - side] };
        if at == NIL {
            return best;
        }
        let here = key(nodes, at);
        if better(&here, &best_key) {
            (best, best_key) = (at, here);
        }
    }
}

fn least(nodes: &Nodes<'_>, root: u32) -> u32 {
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

    fn path(&self, (size, offset): Key) -> Path {
        let (bits, width) = if size <= EXACT {
            (u128::from(offset), self.offset_bits)
        } else {
            // What the sizes of a bin share, the leading one and the step, is left out.
            let size_bits = size.ilog2() - STEP_BITS;
            let low = size & ((1 << size_bits) - 1);
            (u128::from(low) << self.offset_bits | u128::from(offset), size_bits + self.offset_bits)
        };
        Path(bits.checked_shl(128 - width).unwrap_or(0))
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

    /// Adds the block of `node` as a hole.
    pub(super) fn insert(&mut self, nodes: &mut Nodes<'_>, node: u32) {
        let key = key(nodes, node);
        let bin = bin_of(key.0);
        let mut at = self.roots[bin];
        let parent = if at == NIL {
            self.set_root(bin, node);
            NIL
        } else {
            let mut path = self.path(key);
            loop {
                let side = path.next();
                let child = links(nodes, at).0[side];
                if child == NIL {
                    set_child(nodes, at, side, node);
                    break at;
                }
                at = child;
            }
        };
        nodes[node].kind = Kind::Free { children: [NIL; 2], parent };
    }

    /// Takes the hole of `node` out. Its links mean nothing afterwards.
    pub(super) fn remove(&mut self, nodes: &mut Nodes<'_>, node: u32) {
        // Any leaf below may take the node's place: it has the prefix.
        let mut leaf = node;
        loop {
            let (children, _) = links(nodes, leaf);
            let child = if children[0] != NIL { children[0] } else { children[1] };
            if child == NIL {
                break;
            }
            leaf = child;
        }
        let (_, above) = links(nodes, leaf);
        self.replace_child(nodes, leaf, above, NIL);
        if leaf == node {
            return;
        }
        let (children, parent) = links(nodes, node);
        self.replace_child(nodes, node, parent, leaf);
        nodes[leaf].kind = Kind::Free { children, parent };
        for child in children {
            if child != NIL {
                set_parent(nodes, child, leaf);
            }
        }
    }

    /// Puts `new` where `old` hangs: under `parent`, or at the root of its bin.
    fn replace_child(&mut self, nodes: &mut Nodes<'_>, old: u32, parent: u32, new: u32) {
        if parent == NIL {
            self.set_root(bin_of(nodes[old].size), new);
        } else {
            let side = usize::from(links(nodes, parent).0[1] == old);
            set_child(nodes, parent, side, new);
        }
    }

    /// The first hole at or after `from` in best-fit order.
    #[inline]
    pub(super) fn first_from(&self, nodes: &Nodes<'_>, from: Key) -> Option<u32> {
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
    fn lower_bound(&self, nodes: &Nodes<'_>, bin: usize, from: Key) -> u32 {
        let mut path = self.path(from);
        let (mut best, mut best_key) = (NIL, (u64::MAX, u64::MAX));
        // The deepest subtree that hangs right off the path: all of it is above `from`, and below all that hang higher.
        let mut right = NIL;
        let mut at = self.roots[bin];
        while at != NIL {
            let here = key(nodes, at);
            if here >= from && here < best_key {
                (best, best_key) = (at, here);
            }
            let (children, _) = links(nodes, at);
            let side = path.next();
            if side == 0 && children[1] != NIL {
                right = children[1];
            }
            at = children[side];
        }
        if right != NIL {
            let candidate = least(nodes, right);
            if key(nodes, candidate) < best_key {
                return candidate;
            }
        }
        best
    }

    /// The size of the largest hole, 0 if there is none.
    pub(super) fn largest(&self, nodes: &Nodes<'_>) -> u64 {
        let Some(word) = self.words.checked_ilog2() else { return 0 };
        let word = word as usize;
        let bin = word * 64 + self.bins[word].ilog2() as usize;
        let largest = extreme(nodes, self.roots[bin], 1, |a, b| a > b);
        nodes[largest].size
    }

    /// Panics unless every hole is where a search would find it; returns how many there are.
    pub(super) fn check(&self, nodes: &Nodes<'_>) -> u32 {
        let mut found = 0;
        for (bin, &root) in self.roots.iter().enumerate() {
            let marked = self.bins[bin / 64] >> (bin % 64) & 1 == 1;
            assert_eq!(marked, root != NIL, "the bitmap disagrees with bin {bin}");
            assert_eq!(self.words >> (bin / 64) & 1 == 1, self.bins[bin / 64] != 0, "the summary disagrees");
            if root != NIL {
                assert_eq!(links(nodes, root).1, NIL, "the root of bin {bin} has a parent");
            }
        }
        for node in nodes.numbers() {
            let Kind::Free { children, parent } = nodes[node].kind else { continue };
            found += 1;
            for child in children.into_iter().filter(|&child| child != NIL) {
                assert_eq!(links(nodes, child).1, node, "a child does not know its parent");
            }
            // The way that an insertion would take leads to the node.
            let key = key(nodes, node);
            let (mut at, mut path, mut above) = (self.roots[bin_of(key.0)], self.path(key), NIL);
            while at != node {
                assert_ne!(at, NIL, "the hole at unit {} cannot be found", key.1);
                above = at;
                at = links(nodes, at).0[path.next()];
            }
            assert_eq!(parent, above, "the hole at unit {} hangs elsewhere", key.1);
        }
        found
    }
}
