//! Random programs in the bump allocators, against a list of live blocks, byte for byte.

// Contract: C1, C6, C9, K2, K4, K14, C11

use arenas_tests::models::blink::{Step, run_local, run_shared};
use proptest::collection::vec;
use proptest::prelude::*;

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 0..100usize, 2 => 100..2000usize, 1 => 2000..20_000usize]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (size(), 0..9u32).prop_map(|(size, align)| Step::Allocate { size, align }),
        4 => (0..4usize, size(), 0..7u32).prop_map(|(which, size, align)| Step::Resize { which, size, align }),
        2 => (0..20usize).prop_map(|which| Step::Deallocate { which }),
        2 => Just(Step::Pop),
        1 => Just(Step::Reset),
        1 => Just(Step::Checkpoint),
        1 => (0..4usize).prop_map(|which| Step::Rollback { which }),
    ]
}

proptest! {
    #![proptest_config(arenas_tests::models::config(40))]

    #[test]
    fn a_local_allocator_keeps_every_byte(steps in vec(step(), 1..80), chunk in 0..3000usize) {
        run_local(chunk, &steps);
    }

    #[test]
    fn a_shared_allocator_keeps_every_byte(steps in vec(step(), 1..80), chunk in 0..3000usize) {
        run_shared(chunk, &steps);
    }
}
