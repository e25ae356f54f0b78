//! The holes in best-fit order: by size, then by address.
//!
//! ```text
//! units    1          2       ..  16      | 17    18   ..  256 | 257-  288-  ..  480-  512-  ..
//! bins     0 .. 63    64 ..       .. 1023 | 1024  1025 .. 1263 | 1264  1265  ..  1271  1272  ..
//!          a bin for each 64th of the     | a bin for each     | 8 bins for each power
//!          addresses in use: heaps        | size: heaps        | of two: trees
//! ```
//!
//! The bins are in best-fit order, and a bitmap finds the first one that is not empty in a few instructions. In a bin
//! of one size all holes are large enough, and only the one with the lowest address matters: they form a
//! [heap](super::heap). Small holes are many, so that their bins are striped by address, which keeps the heaps small. In
//! a bin of several sizes the least that is large enough must be found: they form a [search tree](super::tree).
//!
//! The stripes cover the region from its end down to the lowest small hole that there has been, because blocks are cut
//! from high ends and a region fills from its end. When a hole appears further down, the stripes become wider.

use super::nodes::{NIL, Pool, RegionNode};
use super::tree::{Key, Path};
use super::{heap, tree};

/// Sizes up to this many units have bins of their own.
const EXACT: u64 = 256;
/// Sizes up to this many units have a bin per stripe.
const STRIPED: u64 = 16;
/// So many that the bins of a striped size are one word of the bitmap.
const STRIPES: u64 = 64;
/// The first bin of a size that is not striped.
const PLAIN: usize = (STRIPED * STRIPES) as usize;
/// The first bin of several sizes.
const RANGES: usize = PLAIN + (EXACT - STRIPED) as usize;
/// log2 of the bins per power of two above.
const STEP_BITS: u32 = 3;
const WORDS: usize = (RANGES + ((64 - EXACT.ilog2() as usize) << STEP_BITS)).div_ceil(64);
const BINS: usize = WORDS * 64;

/// The holes of a region, by size and address.
pub(super) struct Holes {
    roots: [u32; BINS],
    /// Which bins are not empty.
    bins: [u64; WORDS],
    /// Which words of `bins` are not 0.
    words: u64,
    /// The last unit of the region, where the last stripe ends.
    last: u64,
    /// log2 of the units per stripe. Every hole with a bin of one size is in one of the stripes.
    stripe_bits: u32,
    /// How many bits an offset of this region has.
    offset_bits: u32,
}

/// The first bin for holes of `size` units, which have bins of their own.
#[inline(always)]
fn small_bin_of(size: u64) -> usize {
    let striped = (size - 1) * STRIPES;
    let plain = PLAIN as u64 + size - STRIPED - 1;
    (if size <= STRIPED { striped } else { plain }) as usize
}

/// The bin for holes of `size` units and some others.
#[inline]
fn large_bin_of(size: u64) -> usize {
    let octave = size.ilog2();
    let step = (size >> (octave - STEP_BITS)) as usize & ((1 << STEP_BITS) - 1);
    RANGES + ((octave - EXACT.ilog2()) as usize * (1 << STEP_BITS)) + step
}

impl Holes {
    /// No holes, for a region of `total` units.
    pub(super) const fn new(total: u64) -> Self {
        Self {
            roots: [NIL; BINS],
            bins: [0; WORDS],
            words: 0,
            last: total.saturating_sub(1),
            stripe_bits: 0,
            offset_bits: 64 - total.leading_zeros(),
        }
    }

    pub(super) fn clear(&mut self) {
        (self.roots, self.bins, self.words, self.stripe_bits) = ([NIL; BINS], [0; WORDS], 0, 0);
    }

    /// The way to a hole in the tree of its bin, which is one of several sizes.
    ///
    /// What the sizes of a bin share, the leading bit and the step, is left out; and so are as many low bits of the
    /// offset as the size has, because holes of that size which differ there alone would overlap. That leaves
    /// `octave - STEP_BITS` bits of the size and `offset_bits - octave` of the offset, which is less than 64.
    #[inline]
    fn path(&self, (size, offset): Key) -> Path {
        let octave = size.ilog2();
        let low = size << (64 - octave + STEP_BITS);
        let high = offset >> octave;
        Path(low | (high << (64 + STEP_BITS - self.offset_bits)))
    }

    /// How many stripes from the end of the region a unit is.
    #[inline(always)]
    fn stripe(&self, offset: u64) -> u64 {
        (self.last - offset) >> self.stripe_bits
    }

    /// The bin of a hole whose size has bins of its own.
    #[inline(always)]
    fn small_bin(&self, size: u64, offset: u64) -> usize {
        // Computed both ways, which is faster than to branch on what nobody can foresee.
        let striped = size * STRIPES - 1 - self.stripe(offset);
        let plain = PLAIN as u64 + size - STRIPED - 1;
        (if size <= STRIPED { striped } else { plain }) as usize
    }

    /// Makes the stripes so wide that they reach down to `offset`.
    ///
    /// They only ever grow, at least twofold, so that this happens a few times in the life of a region.
    #[cold]
    #[inline(never)]
    fn widen(&mut self, nodes: &mut [RegionNode], offset: u64) {
        let bits = (self.last - offset).ilog2() + 1 - STRIPES.ilog2();
        let by = bits - self.stripe_bits;
        for first in (0..PLAIN).step_by(STRIPES as usize) {
            // From the last stripe down, so that what is merged has been left behind.
            for stripe in 0..STRIPES as usize {
                let from = first + STRIPES as usize - 1 - stripe;
                let to = first + STRIPES as usize - 1 - (stripe >> by);
                let root = self.roots[from];
                if root != NIL && from != to {
                    self.set_root(from, NIL);
                    let both = if self.roots[to] == NIL { root } else { heap::meld(nodes, root, self.roots[to]) };
                    self.set_root(to, both);
                }
            }
        }
        self.stripe_bits = bits;
    }

    /// Sets the root of a bin, and whether the bitmap has it.
    #[inline(always)]
    fn set_root(&mut self, bin: usize, root: u32) {
        self.roots[bin] = root;
        let word = bin / 64;
        let bits = self.bins[word] & !(1 << (bin % 64)) | u64::from(root != NIL) << (bin % 64);
        self.bins[word] = bits;
        self.words = self.words & !(1 << word) | u64::from(bits != 0) << word;
    }

    /// Sets the root of a bin that is not empty.
    #[inline(always)]
    fn set_some_root(&mut self, bin: usize, root: u32) {
        self.roots[bin] = root;
        self.bins[bin / 64] |= 1 << (bin % 64);
        self.words |= 1 << (bin / 64);
    }

    /// The first bin at or above `bin` that is not empty.
    #[inline(always)]
    fn first_bin_from(&self, bin: usize) -> Option<usize> {
        let word = bin / 64;
        let here = self.bins.get(word)? & (!0 << (bin % 64));
        if here != 0 {
            return Some(word * 64 + here.trailing_zeros() as usize);
        }
        let words = self.words & (!1 << word);
        let word = words.trailing_zeros() as usize;
        // Where there is no such word, this leads beyond the last one.
        Some(word * 64 + self.bins.get(word)?.trailing_zeros() as usize)
    }

    /// The first hole of a bin that is not empty.
    #[inline]
    fn least(&self, nodes: &[RegionNode], bin: usize) -> u32 {
        let root = self.roots[bin];
        if bin < RANGES { root } else { tree::least(nodes, root) }
    }

    /// Adds the block of `number` as a hole.
    #[inline(always)]
    pub(super) fn insert(&mut self, nodes: &mut [RegionNode], number: u32) {
        let size = nodes[number as usize].size;
        if size > EXACT {
            return self.insert_large(nodes, number);
        }
        let offset = nodes[number as usize].offset;
        if self.stripe(offset) >= STRIPES {
            self.widen(nodes, offset);
        }
        let bin = self.small_bin(size, offset);
        let root = heap::push(nodes, self.roots[bin], number);
        self.set_some_root(bin, root);
    }

    #[inline(never)]
    fn insert_large(&mut self, nodes: &mut [RegionNode], number: u32) {
        let key = tree::key(&nodes[number as usize]);
        let bin = large_bin_of(key.0);
        let root = tree::insert(nodes, self.roots[bin], number, self.path(key));
        self.set_some_root(bin, root);
    }

    /// Takes the hole of `number` out. Its links mean nothing afterwards.
    #[inline(always)]
    pub(super) fn remove(&mut self, nodes: &mut [RegionNode], number: u32) {
        let node = &nodes[number as usize];
        if node.size > EXACT {
            self.remove_large(nodes, number);
        } else if heap::is_root(node) {
            let bin = self.small_bin(node.size, node.offset);
            let root = heap::pop(nodes, number);
            self.set_root(bin, root);
        } else {
            heap::remove(nodes, number);
        }
    }

    #[inline(never)]
    fn remove_large(&mut self, nodes: &mut [RegionNode], number: u32) {
        let bin = large_bin_of(nodes[number as usize].size);
        let root = tree::remove(nodes, self.roots[bin], number);
        self.set_root(bin, root);
    }

    /// The bin of one size with the first hole of at least `size` units in best-fit order, if it is in such a bin.
    #[inline(always)]
    pub(super) fn small_from(&self, size: u64) -> Option<usize> {
        if size > EXACT {
            return None;
        }
        self.first_bin_from(small_bin_of(size)).filter(|&bin| bin < RANGES)
    }

    /// The first hole of a bin of one size that is not empty.
    #[inline(always)]
    pub(super) fn top(&self, bin: usize) -> u32 {
        self.roots[bin]
    }

    /// Takes the first hole out of a bin of one size.
    #[inline(always)]
    pub(super) fn pop(&mut self, nodes: &mut [RegionNode], bin: usize) {
        let root = heap::pop(nodes, self.roots[bin]);
        self.set_root(bin, root);
    }

    /// The first hole of at least `size` units in best-fit order, if it is in a bin of several sizes.
    #[inline(never)]
    pub(super) fn best_large(&self, nodes: &[RegionNode], size: u64) -> Option<u32> {
        self.large_from(nodes, (size.max(EXACT + 1), 0))
    }

    /// The first hole at or after `from`, a size with a bin of several sizes.
    #[inline(never)]
    fn large_from(&self, nodes: &[RegionNode], from: Key) -> Option<u32> {
        let bin = large_bin_of(from.0);
        if self.roots[bin] != NIL {
            let found = tree::lower_bound(nodes, self.roots[bin], from, self.path(from));
            if found != NIL {
                return Some(found);
            }
        }
        self.first_bin_from(bin + 1).map(|bin| tree::least(nodes, self.roots[bin]))
    }

    /// The first hole of at least `size` units in best-fit order that `fits`. O(log n) for each hole that does not.
    pub(super) fn best_that(
        &mut self,
        nodes: &mut [RegionNode],
        size: u64,
        fits: impl Fn(&RegionNode) -> bool,
    ) -> Option<u32> {
        let mut from = if size <= EXACT { small_bin_of(size) } else { RANGES };
        while let Some(bin) = self.first_bin_from(from).filter(|&bin| bin < RANGES) {
            if let Some(found) = self.first_of_bin_that(nodes, bin, &fits) {
                return Some(found);
            }
            from = bin + 1;
        }
        let mut hole = self.best_large(nodes, size)?;
        while !fits(&nodes[hole as usize]) {
            let (size, offset) = tree::key(&nodes[hole as usize]);
            hole = self.large_from(nodes, (size, offset + 1))?;
        }
        Some(hole)
    }

    /// The first hole that `fits` in a bin of one size.
    fn first_of_bin_that(
        &mut self,
        nodes: &mut [RegionNode],
        bin: usize,
        fits: impl Fn(&RegionNode) -> bool,
    ) -> Option<u32> {
        // A heap shows only its root. So those that do not fit are taken off, and put back in the end.
        let (mut root, mut aside) = (self.roots[bin], NIL);
        while nodes.get(root as usize).is_some_and(|node| !fits(node)) {
            let rest = heap::pop(nodes, root);
            nodes[root as usize].links = [aside, NIL, NIL];
            (aside, root) = (root, rest);
        }
        let found = root;
        while aside != NIL {
            let [next, ..] = nodes[aside as usize].links;
            if root == NIL {
                nodes[aside as usize].links = [NIL; 3];
                root = aside;
            } else {
                root = heap::push(nodes, root, aside);
            }
            aside = next;
        }
        self.roots[bin] = root;
        (found != NIL).then_some(found)
    }

    /// The first hole of all.
    pub(super) fn first(&self, nodes: &[RegionNode]) -> Option<u32> {
        self.first_bin_from(0).map(|bin| self.least(nodes, bin))
    }

    /// The hole that follows another one.
    pub(super) fn after(&self, nodes: &[RegionNode], number: u32) -> Option<u32> {
        let (size, offset) = tree::key(&nodes[number as usize]);
        if size > EXACT {
            return self.large_from(nodes, (size, offset + 1));
        }
        let bin = self.small_bin(size, offset);
        let found = after_in_heap(nodes, self.roots[bin], number);
        found.or_else(|| self.first_bin_from(bin + 1).map(|bin| self.least(nodes, bin)))
    }

    /// The size of the largest hole, 0 if there is none.
    pub(super) fn largest(&self, nodes: &[RegionNode]) -> u64 {
        let Some(word) = self.words.checked_ilog2() else { return 0 };
        let word = word as usize;
        let bin = word * 64 + self.bins[word].ilog2() as usize;
        let root = self.roots[bin];
        let largest = if bin < RANGES { root } else { tree::greatest(nodes, root) };
        nodes[largest as usize].size
    }

    /// Panics unless every hole is where a search would find it; returns how many there are.
    pub(super) fn check(&self, nodes: &[RegionNode], pool: &Pool) -> u32 {
        let (mut found, mut in_heaps) = (0, 0);
        for (bin, &root) in self.roots.iter().enumerate() {
            let marked = self.bins[bin / 64] >> (bin % 64) & 1 == 1;
            assert_eq!(marked, root != NIL, "the bitmap disagrees with bin {bin}");
            assert_eq!(self.words >> (bin / 64) & 1 == 1, self.bins[bin / 64] != 0, "the summary disagrees");
            if bin < RANGES && root != NIL {
                assert!(heap::is_root(&nodes[root as usize]), "bin {bin} begins inside its heap");
                for number in heap::iter(nodes, root) {
                    let RegionNode { size, offset, .. } = nodes[number as usize];
                    assert_eq!(self.small_bin(size, offset), bin, "the hole at unit {offset} is in the wrong bin");
                    in_heaps += 1;
                }
            }
        }
        for number in pool.numbers() {
            let node = &nodes[number as usize];
            if !node.is_hole() {
                continue;
            }
            found += 1;
            if node.size > EXACT {
                tree::check(nodes, self.roots[large_bin_of(node.size)], number, self.path(tree::key(node)));
            } else {
                heap::check(nodes, number);
                in_heaps -= 1;
            }
        }
        assert_eq!(in_heaps, 0, "a hole is not in its heap");
        found
    }
}

/// The hole that follows another one of the same size.
fn after_in_heap(nodes: &[RegionNode], root: u32, number: u32) -> Option<u32> {
    /// Up to so many holes are faster looked at than found by a walk.
    const FEW: usize = 64;
    let RegionNode { size, offset, next, .. } = nodes[number as usize];
    let mut looked = 0;
    let offset_of = |number: &u32| nodes[*number as usize].offset;
    let least = heap::iter(nodes, root).take(FEW).inspect(|_| looked += 1).filter(|number| offset_of(number) > offset);
    let least = least.min_by_key(offset_of);
    if looked < FEW {
        return least;
    }
    // A heap knows nothing but its first. The order of addresses knows the rest.
    let mut at = next;
    while let Some(node) = nodes.get(at as usize) {
        if node.size == size && !node.is_used() {
            return Some(at);
        }
        at = node.next;
    }
    None
}
