//! A bundle of every kind of store against plain vectors, with values that count their drops.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::below;
use crate::drops::{DropLog, Logged};
use arbitrary::Arbitrary;
use arenas::{Arena, ArenaAlloc, Bitena, FastArena, arena_struct};

#[derive(ArenaAlloc, Debug)]
struct Leaf(Logged);

#[derive(ArenaAlloc, Debug)]
#[arena(store = FastArena)]
struct Branch(Logged);

arena_struct!(
    #[derive(Debug)]
    struct Tree {
        leaves: Arena<Leaf>,
        #[arena(capacity = 4)]
        branches: FastArena<Branch>,
        #[arena(idx = LeftIdx)]
        left: Arena<Logged>,
        #[arena(idx = RightIdx)]
        right: FastArena<Logged>,
        #[arena(capacity = 1 << 16)]
        bytes: Bitena,
        #[arena(idx = KeptIdx, no_checkpoint)]
        kept: Arena<u32>,
    }
);

/// The numbers of the values of each store.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    leaves: Vec<u32>,
    branches: Vec<u32>,
    left: Vec<u32>,
    right: Vec<u32>,
    bytes: usize,
    kept: Vec<u32>,
}

impl Model {
    /// Back to an earlier state, except for the store that takes no part.
    fn roll_back(&mut self, to: &Self) {
        *self = Self { kept: std::mem::take(&mut self.kept), ..to.clone() };
    }
}

#[derive(Arbitrary, Clone, Debug)]
pub enum Op {
    Leaf,
    LeafWith,
    Leaves(#[arbitrary(with = below::<4, _>)] usize),
    Branch,
    BranchShared,
    Branches(#[arbitrary(with = below::<9, _>)] usize),
    Left,
    Right,
    Bytes,
    Kept,
    Checkpoint,
    /// To the checkpoint of this number, modulo how many there are.
    Rollback(usize),
    Reset,
    Transaction(Vec<Op>, End),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum End {
    Ok,
    Err,
    Panic,
}

struct Run {
    log: DropLog,
    next: u32,
    /// Checkpoints that are still true, with what they stand for: those of the current branch only.
    checkpoints: Vec<(TreeCheckpoint, Model)>,
    /// Checkpoints that must be refused.
    refused: Vec<TreeCheckpoint>,
    /// How many transactions are open.
    depth: usize,
}

const MAX_DEPTH: usize = 8;

impl Run {
    fn value(&mut self) -> Logged {
        self.next += 1;
        self.log.value(self.next)
    }

    fn check(&self, tree: &Tree, model: &Model) {
        let numbers = |values: &[Logged]| values.iter().map(Logged::number).collect::<Vec<_>>();
        assert_eq!(tree.leaves.iter().map(|leaf| leaf.0.number()).collect::<Vec<_>>(), model.leaves);
        assert_eq!(tree.branches.iter().map(|branch| branch.0.number()).collect::<Vec<_>>(), model.branches);
        assert_eq!(numbers(tree.left.as_slice()), model.left);
        assert_eq!(numbers(tree.right.as_slice()), model.right);
        assert_eq!(tree.bytes.used(), model.bytes);
        assert_eq!(tree.kept.as_slice(), model.kept);
        let live = model.leaves.len() + model.branches.len() + model.left.len() + model.right.len();
        assert_eq!(self.log.made() - self.log.dropped(), live);
        assert_eq!(self.log.dropped_twice(), 0);
    }

    /// Forgets the checkpoints that a return to `model` makes untrue: those that hold more in some store.
    fn discard(&mut self, model: &Model) {
        let longer = |old: &Model| {
            old.leaves.len() > model.leaves.len()
                || old.branches.len() > model.branches.len()
                || old.left.len() > model.left.len()
                || old.right.len() > model.right.len()
                || old.bytes > model.bytes
        };
        let (gone, good): (Vec<_>, Vec<_>) = self.checkpoints.drain(..).partition(|(_, old)| longer(old));
        self.checkpoints = good;
        self.refused.extend(gone.into_iter().map(|(checkpoint, _)| checkpoint));
    }

    fn apply(&mut self, op: &Op, tree: &mut Tree, model: &mut Model) {
        match op {
            Op::Leaf => {
                let value = self.value();
                model.leaves.push(value.number());
                let index = tree.alloc(Leaf(value));
                assert_eq!(tree[index].0.number(), self.next);
            }
            Op::LeafWith => {
                let value = self.value();
                model.leaves.push(value.number());
                let mut own = None;
                let index = tree.alloc_with(|index: LeafIdx| {
                    own = Some(index);
                    Leaf(value)
                });
                assert_eq!(own, Some(index));
            }
            Op::Leaves(count) => {
                let values = (0..*count).map(|_| self.value()).collect::<Vec<_>>();
                model.leaves.extend(values.iter().map(Logged::number));
                let first = tree.alloc_extend(values.into_iter().map(Leaf));
                assert_eq!(first.map(LeafIdx::into_raw), (*count > 0).then(|| model.leaves.len() - count));
            }
            Op::Branch => {
                let value = self.value();
                model.branches.push(value.number());
                tree.try_alloc(Branch(value)).expect("through `&mut` it grows");
            }
            Op::BranchShared => {
                let value = self.value();
                let number = value.number();
                let room = tree.branches.len() < tree.branches.capacity();
                match tree.try_alloc_shared(Branch(value)) {
                    Ok(index) => {
                        assert!(room && tree.is_valid(index));
                        model.branches.push(number);
                    }
                    Err(rejected) => assert!(!room && rejected.into_inner().0.number() == number),
                }
            }
            Op::Branches(count) => {
                let values = (0..*count).map(|_| self.value()).collect::<Vec<_>>();
                model.branches.extend(values.iter().map(Logged::number));
                let range = tree.alloc_batch(values.into_iter().map(Branch));
                assert_eq!((range.len(), tree[range].len()), (*count, *count));
            }
            Op::Left => {
                let value = self.value();
                model.left.push(value.number());
                let index: LeftIdx = tree.left.alloc(value);
                assert_eq!(tree.get(index).number(), self.next);
            }
            Op::Right => {
                let value = self.value();
                // The store has address space, or 65536 slots.
                model.right.push(value.number());
                let index: RightIdx = tree.right.alloc(value);
                assert_eq!(tree.get_mut(index).number(), self.next);
            }
            Op::Bytes => {
                tree.bytes.alloc(self.next as u64);
                model.bytes += 8;
            }
            Op::Kept => {
                model.kept.push(self.next);
                tree.kept.alloc(self.next);
            }
            Op::Checkpoint => self.checkpoints.push((tree.checkpoint(), model.clone())),
            Op::Rollback(_) if self.checkpoints.is_empty() => {}
            Op::Rollback(which) => {
                let (checkpoint, old) = self.checkpoints[which % self.checkpoints.len()].clone();
                tree.rollback(checkpoint);
                model.roll_back(&old);
                self.discard(&old);
            }
            Op::Reset => {
                tree.reset();
                *model = Model::default();
                self.discard(model);
            }
            Op::Transaction(ops, end) => self.transaction(ops, *end, tree, model),
        }
        self.check(tree, model);
    }

    /// Nothing beyond so many levels: programs of a fuzzer would use up the stack.
    fn transaction(&mut self, ops: &[Op], end: End, tree: &mut Tree, model: &mut Model) {
        if self.depth == MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let start = (tree.checkpoint(), model.clone());
        // Stands among the checkpoints, so that it is known whether the body went below it.
        self.checkpoints.push(start.clone());
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            tree.transaction(|tree| {
                for op in ops {
                    self.apply(op, tree, model);
                }
                match end {
                    End::Ok => Ok(5),
                    End::Err => Err(6),
                    End::Panic => std::panic::resume_unwind(Box::new(7)),
                }
            })
        }));
        self.depth -= 1;
        match end {
            End::Ok => assert!(matches!(outcome, Ok(Ok(5)))),
            End::Err => assert!(matches!(outcome, Ok(Err(6)))),
            End::Panic => assert!(outcome.is_err_and(|payload| payload.downcast_ref() == Some(&7))),
        }
        let still_there = self.checkpoints.iter().any(|(checkpoint, _)| *checkpoint == start.0);
        if !matches!(end, End::Ok) && still_there {
            model.roll_back(&start.1);
            self.discard(&start.1);
        }
    }
}

/// Runs a program in a bundle.
pub fn run(ops: &[Op]) {
    let mut run = Run { log: DropLog::new(), next: 0, checkpoints: Vec::new(), refused: Vec::new(), depth: 0 };
    let (mut tree, mut model) = (Tree::new(), Model::default());
    for op in ops {
        run.apply(op, &mut tree, &mut model);
        // All or nothing: a refused checkpoint changes nothing in any store.
        for &checkpoint in &run.refused {
            assert!(tree.try_rollback(checkpoint).is_err());
        }
        run.check(&tree, &model);
    }
    for (checkpoint, old) in run.checkpoints.clone().into_iter().rev() {
        if tree.try_rollback(checkpoint).is_ok() {
            model.roll_back(&old);
            run.check(&tree, &model);
        }
    }
    drop(tree);
    run.log.assert_all_dropped_once();
}
