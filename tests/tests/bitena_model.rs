//! Random programs in a Bitena, against a model of its bytes.
// Contract: C4, C6, C9, C13, B2, S1

use arenas_tests::models::bitena::{Step, run};
use proptest::prelude::*;

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0usize..80, 0u32..13).prop_map(|(size, align_log2)| Step::Layout { size, align_log2 }),
        4 => any::<u64>().prop_map(Step::Word),
        2 => any::<u128>().prop_map(Step::Wide),
        4 => "[a-zé]{0,70}".prop_map(Step::Text),
        2 => any::<u32>().prop_map(Step::Formatted),
        3 => prop::collection::vec(any::<u16>(), 0..60).prop_map(Step::Copied),
        3 => (0usize..40, any::<u32>()).prop_map(|(len, with)| Step::Filled { len, with }),
        3 => (0usize..20, 0usize..20).prop_map(|(stated, yielded)| Step::FromIter { stated, yielded }),
        3 => (0usize..200, 0usize..20).prop_map(|(bytes, words)| Step::Window { bytes, words }),
        2 => "[a-z]{0,40}".prop_map(Step::Boxed),
        2 => Just(Step::Checkpoint),
        2 => (0usize..8).prop_map(Step::Rollback),
        1 => (0usize..200).prop_map(|bytes| Step::Scope { bytes }),
        1 => Just(Step::Reset),
    ]
}

proptest! {
    #![proptest_config(arenas_tests::models::config(60))]

    #[test]
    fn an_arena_does_what_its_model_does(
        offset in 0usize..16,
        capacity in 0usize..8000,
        steps in prop::collection::vec(step(), 1..120),
    ) {
        run(offset, capacity, &steps);
    }
}
