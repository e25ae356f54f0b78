//! Random programs in a bundle of every kind of store, against plain vectors.

// Contract: S2, C9

use arenas_tests::models::bundle::{End, Op, run};
use proptest::prelude::*;

fn op() -> impl Strategy<Value = Op> {
    let plain = prop_oneof![
        4 => Just(Op::Leaf),
        1 => Just(Op::LeafWith),
        1 => (0..4usize).prop_map(Op::Leaves),
        4 => Just(Op::Branch),
        2 => Just(Op::BranchShared),
        1 => (0..9usize).prop_map(Op::Branches),
        2 => Just(Op::Left),
        2 => Just(Op::Right),
        2 => Just(Op::Bytes),
        1 => Just(Op::Kept),
        2 => Just(Op::Checkpoint),
        2 => any::<usize>().prop_map(Op::Rollback),
        1 => Just(Op::Reset),
    ];
    let end = prop_oneof![Just(End::Ok), Just(End::Err), Just(End::Panic)];
    plain.prop_recursive(3, 40, 8, move |inner| {
        (prop::collection::vec(inner, 0..8), end.clone()).prop_map(|(ops, end)| Op::Transaction(ops, end))
    })
}

proptest! {
    #![proptest_config(arenas_tests::models::config(20))]

    #[test]
    fn a_bundle_does_what_vectors_do(ops in prop::collection::vec(op(), 0..40)) {
        run(&ops);
    }
}
