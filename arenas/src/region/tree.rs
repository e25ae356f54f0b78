//! Holes of similar sizes as a search tree by size and address.
//!
//! A *digital search tree* (E. G. Coffman and J. Eve, "File structures using hashing functions", 1970; dlmalloc keeps
//! its large chunks in one too): at depth `d` a hole goes left or right by bit `d` of its path, and rests at the first
//! empty place. No rebalancing, and never deeper than the path has bits. A hole is inserted, removed, and the least one
//! at or above a size found, in O(log n) for holes that lie evenly and at most one step per bit of the path in the worst
//! case.
//!
//! In such a tree a node itself may have any key of its prefix, but everything in its left subtree is less than
//! everything in its right one. So the least of a subtree is on its leftmost path.

use super::nodes::{NIL, RegionNode};

/// Which of the links of a hole leads to the one above it; the others lead to those below, left and right.
const PARENT: usize = 2;

/// The order of best fit: size, then offset.
pub(super) type Key = (u64, u64);

#[inline]
pub(super) fn key(node: &RegionNode) -> Key {
    (node.size, node.offset)
}

/// Which way to go at each level of a tree, from the highest bit down. No two holes of a tree have the same.
#[derive(Clone, Copy)]
pub(super) struct Path(pub(super) u64);

impl Path {
    /// The side to go to here; the rest of the path is what remains.
    #[inline]
    fn next(&mut self) -> usize {
        let side = (self.0 >> 63) as usize;
        self.0 <<= 1;
        side
    }
}

/// Adds a hole to a tree, and returns its root.
#[inline]
pub(super) fn insert(nodes: &mut [RegionNode], root: u32, number: u32, mut path: Path) -> u32 {
    let (mut at, mut parent) = (root, NIL);
    while at != NIL {
        let child = &mut nodes[at as usize].links[path.next()];
        parent = at;
        at = *child;
        if at == NIL {
            *child = number;
        }
    }
    nodes[number as usize].links = [NIL, NIL, parent];
    if root == NIL { number } else { root }
}

/// Takes a hole out of a tree, and returns its root.
#[inline]
pub(super) fn remove(nodes: &mut [RegionNode], root: u32, number: u32) -> u32 {
    let [left, right, parent] = nodes[number as usize].links;
    let mut leaf = NIL;
    let mut below = [left, right];
    // Any leaf below may take the place: it has the prefix.
    loop {
        let child = if below[0] != NIL { below[0] } else { below[1] };
        if child == NIL {
            break;
        }
        leaf = child;
        let [left, right, _] = nodes[leaf as usize].links;
        below = [left, right];
    }
    if leaf != NIL {
        let above = nodes[leaf as usize].links[PARENT];
        let siblings = &mut nodes[above as usize].links;
        siblings[usize::from(siblings[1] == leaf)] = NIL;
        let [left, right, _] = nodes[number as usize].links;
        nodes[leaf as usize].links = [left, right, parent];
        for child in [left, right] {
            if let Some(child) = nodes.get_mut(child as usize) {
                child.links[PARENT] = leaf;
            }
        }
    }
    if parent == NIL {
        return leaf;
    }
    let siblings = &mut nodes[parent as usize].links;
    siblings[usize::from(siblings[1] == number)] = leaf;
    root
}

/// The extreme hole of a subtree in the order of `better`: on the path that prefers `side`.
#[inline]
fn extreme(nodes: &[RegionNode], root: u32, side: usize, better: impl Fn(&Key, &Key) -> bool) -> u32 {
    let mut node = &nodes[root as usize];
    let (mut best, mut best_key) = (root, key(node));
    loop {
        let at = if node.links[side] != NIL { node.links[side] } else { node.links[1 - side] };
        if at == NIL {
            return best;
        }
        node = &nodes[at as usize];
        if better(&key(node), &best_key) {
            (best, best_key) = (at, key(node));
        }
    }
}

/// The first hole of a tree that is not empty.
#[inline]
pub(super) fn least(nodes: &[RegionNode], root: u32) -> u32 {
    extreme(nodes, root, 0, |a, b| a < b)
}

/// The last hole of a tree that is not empty.
pub(super) fn greatest(nodes: &[RegionNode], root: u32) -> u32 {
    extreme(nodes, root, 1, |a, b| a > b)
}

/// The first hole of a tree that is not less than `from`, whose path is `path`; or `NIL`.
pub(super) fn lower_bound(nodes: &[RegionNode], root: u32, from: Key, mut path: Path) -> u32 {
    let mut at = root;
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
        if side == 0 && node.links[1] != NIL {
            right = node.links[1];
        }
        at = node.links[side];
    }
    if right != NIL {
        let candidate = least(nodes, right);
        if key(&nodes[candidate as usize]) < best_key {
            return candidate;
        }
    }
    best
}

/// Panics unless the way that an insertion would take leads to the hole.
pub(super) fn check(nodes: &[RegionNode], root: u32, number: u32, mut path: Path) {
    let node = &nodes[number as usize];
    let (mut at, mut above) = (root, NIL);
    while at != number {
        assert_ne!(at, NIL, "the hole at unit {} cannot be found", node.offset);
        above = at;
        at = nodes[at as usize].links[path.next()];
    }
    assert_eq!(node.links[PARENT], above, "the hole at unit {} hangs elsewhere", node.offset);
}
