//! Random programs in an `Arena`, against a `Vec`.

// Contract: S2, C9, C12

use arenas::{Idx, Stamped};
use arenas_tests::drops::Logged;
use arenas_tests::models::Pick;
use arenas_tests::models::typed::{Step, run};
use proptest::prelude::*;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => Just(Step::Alloc),
        2 => Just(Step::AllocWith),
        2 => (0..5u8).prop_map(Step::Extend),
        2 => (0..5u8).prop_map(Step::Batch),
        4 => Just(Step::Checkpoint),
        5 => any::<u16>().prop_map(Pick).prop_map(Step::Rollback),
        1 => Just(Step::Reset),
        1 => (0..5u8).prop_map(Step::Drain),
        3 => (0..5u8, any::<bool>()).prop_map(|(count, ok)| Step::Transaction(count, ok)),
        1 => Just(Step::Clone),
        1 => Just(Step::Shrink),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #![proptest_config(arenas_tests::models::config(30))]

    #[test]
    fn an_arena_with_plain_handles_agrees_with_a_vec(steps in steps()) {
        run::<Idx<Logged>>(steps, false);
    }

    #[test]
    fn an_arena_with_stamped_handles_agrees_with_a_vec(steps in steps()) {
        run::<Stamped<Logged>>(steps, true);
    }
}
