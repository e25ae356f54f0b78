//! Holes of one size as a heap by address.
//!
//! A *pairing heap* (M. L. Fredman, R. Sedgewick, D. D. Sleator and R. E. Tarjan, "The pairing heap: a new form of
//! self-adjusting heap", 1986). It sorts no more than it is asked for: adding a hole is one comparison, and taking one
//! out from anywhere but the top is a few links, which is what merging does to most holes before they are ever wanted.
//! What the top leaves behind is linked in pairs. That is O(log n) amortised.
//!
//! ```text
//!         a            lowest address
//!         |
//!         d - b - c    each above what hangs below it; no order among siblings
//!         |   |
//!         e   f - g
//! ```

use super::nodes::{NIL, RegionNode};

/// Which of the links of a hole leads to the first one below it.
const CHILD: usize = 0;
/// To the next one with the same parent.
const NEXT: usize = 1;
/// To the previous one with the same parent; from the first one to the parent; from the root nowhere.
const PREV: usize = 2;

/// Adds a hole to a heap, and returns its root. No root is an empty heap.
///
/// Which of the two is lower is as good as random, so that nothing here branches on it.
#[inline(always)]
pub(super) fn push(nodes: &mut [RegionNode], root: u32, number: u32) -> u32 {
    // Where there is no root, the hole stands in for it, until its own links are set in the end.
    let other = if root == NIL { number } else { root };
    let new_offset = nodes[number as usize].offset;
    let old = &mut nodes[other as usize];
    let below = old.offset < new_offset;
    let child = old.links[CHILD];
    old.links[CHILD] = if below { number } else { child };
    old.links[PREV] = if below { NIL } else { number };
    let under = if below { child } else { NIL };
    let sibling = if under == NIL { number } else { under };
    nodes[sibling as usize].links[PREV] = number;
    let (top, low, above) = if below { (root, NIL, root) } else { (number, root, NIL) };
    nodes[number as usize].links = [low, under, above];
    top
}

/// The root of a heap without its root, or `NIL`.
#[inline(always)]
pub(super) fn pop(nodes: &mut [RegionNode], root: u32) -> u32 {
    let child = nodes[root as usize].links[CHILD];
    // The root has no sibling, and stands in where it has no child.
    let heir = if child == NIL { root } else { child };
    if nodes[heir as usize].links[NEXT] != NIL {
        return pop_merged(nodes, child);
    }
    nodes[heir as usize].links[PREV] = NIL;
    child
}

#[inline(never)]
fn pop_merged(nodes: &mut [RegionNode], first: u32) -> u32 {
    let heir = merge_pairs(nodes, first);
    (nodes[heir as usize].links[NEXT], nodes[heir as usize].links[PREV]) = (NIL, NIL);
    heir
}

/// Takes out a hole that is not the root.
#[inline(always)]
pub(super) fn remove(nodes: &mut [RegionNode], number: u32) {
    let [child, next, prev] = nodes[number as usize].links;
    let mut heir = next;
    if child != NIL {
        heir = merge(nodes, child);
        nodes[heir as usize].links[NEXT] = next;
        if let Some(next) = nodes.get_mut(next as usize) {
            next.links[PREV] = heir;
        }
    }
    if let Some(heir) = nodes.get_mut(heir as usize) {
        heir.links[PREV] = prev;
    }
    let before = &mut nodes[prev as usize].links;
    before[if before[CHILD] == number { CHILD } else { NEXT }] = heir;
}

/// Makes one heap of two.
pub(super) fn meld(nodes: &mut [RegionNode], a: u32, b: u32) -> u32 {
    let root = link(nodes, a, b);
    (nodes[root as usize].links[NEXT], nodes[root as usize].links[PREV]) = (NIL, NIL);
    root
}

/// Whether a hole is the root of its heap.
#[inline]
pub(super) fn is_root(node: &RegionNode) -> bool {
    node.links[PREV] == NIL
}

/// Makes one heap of a list of siblings. What is beside the root is for the caller to set.
#[inline]
fn merge(nodes: &mut [RegionNode], first: u32) -> u32 {
    if first == NIL || nodes[first as usize].links[NEXT] == NIL { first } else { merge_pairs(nodes, first) }
}

fn merge_pairs(nodes: &mut [RegionNode], first: u32) -> u32 {
    // In pairs from left to right, and the pairs from right to left: the order that the bound rests on.
    let (mut at, mut pairs) = (first, NIL);
    while at != NIL {
        let second = nodes[at as usize].links[NEXT];
        let (pair, rest) = if second == NIL {
            (at, NIL)
        } else {
            let rest = nodes[second as usize].links[NEXT];
            (link(nodes, at, second), rest)
        };
        nodes[pair as usize].links[NEXT] = pairs;
        (at, pairs) = (rest, pair);
    }
    let mut root = pairs;
    at = nodes[root as usize].links[NEXT];
    while at != NIL {
        let rest = nodes[at as usize].links[NEXT];
        root = link(nodes, root, at);
        at = rest;
    }
    root
}

/// Hangs the higher one of two roots below the other.
#[inline]
fn link(nodes: &mut [RegionNode], a: u32, b: u32) -> u32 {
    let less = nodes[a as usize].offset < nodes[b as usize].offset;
    let (root, below) = if less { (a, b) } else { (b, a) };
    let first = nodes[root as usize].links[CHILD];
    // Where there is no sibling, its place is one that is set below.
    let sibling = if first == NIL { below } else { first };
    nodes[sibling as usize].links[PREV] = below;
    nodes[root as usize].links[CHILD] = below;
    let links = &mut nodes[below as usize].links;
    (links[NEXT], links[PREV]) = (first, root);
    root
}

/// All holes of a heap, each after the one that it hangs below. O(n) for all of them.
pub(super) fn iter(nodes: &[RegionNode], root: u32) -> impl Iterator<Item = u32> {
    core::iter::successors((root != NIL).then_some(root), move |&number| following(nodes, number))
}

fn following(nodes: &[RegionNode], mut number: u32) -> Option<u32> {
    let child = nodes[number as usize].links[CHILD];
    if child != NIL {
        return Some(child);
    }
    loop {
        let next = nodes[number as usize].links[NEXT];
        if next != NIL {
            return Some(next);
        }
        // Back to the parent, past all siblings.
        loop {
            let prev = nodes[number as usize].links[PREV];
            let before = nodes.get(prev as usize)?;
            let above = before.links[CHILD] == number;
            number = prev;
            if above {
                break;
            }
        }
    }
}

/// Panics unless a hole hangs where its links say, below one with a lower address.
pub(super) fn check(nodes: &[RegionNode], number: u32) {
    let node = &nodes[number as usize];
    let [child, next, prev] = node.links;
    for (link, beside) in [(CHILD, child), (NEXT, next)] {
        if beside != NIL {
            let beside = &nodes[beside as usize];
            assert_eq!(beside.links[PREV], number, "the hole at unit {} hangs elsewhere", beside.offset);
            assert!(link == NEXT || beside.offset > node.offset, "holes out of order at unit {}", node.offset);
            assert_eq!(beside.size, node.size, "the hole at unit {} is in a heap of another size", beside.offset);
        }
    }
    assert!(prev != NIL || next == NIL, "the root at unit {} has a sibling", node.offset);
}
