//! Random programs in a `FastArena`, against a model of its slots.

// Contract: S2, C9, C12, F3, F4, F5, F7, F10, F11, F12

use arenas::{Idx, Stamped};
use arenas_tests::drops::Logged;
use arenas_tests::models::Pick;
use arenas_tests::models::fast::{Exclusive, Shared, run};
use proptest::prelude::*;

fn shared() -> impl Strategy<Value = Shared> {
    let pick = || any::<u16>().prop_map(Pick);
    prop_oneof![
        5 => Just(Shared::Alloc),
        2 => Just(Shared::AllocWith),
        2 => (0..5u8).prop_map(Shared::Batch),
        2 => (0..5u8).prop_map(Shared::Extend),
        3 => Just(Shared::Reserve),
        2 => pick().prop_map(Shared::Fill),
        3 => pick().prop_map(Shared::Unreserve),
        1 => pick().prop_map(Shared::ForgetReserved),
        2 => (0..6u8).prop_map(Shared::OpenWriter),
        6 => pick().prop_map(Shared::Write),
        2 => pick().prop_map(Shared::CloseWriter),
        1 => pick().prop_map(Shared::ForgetWriter),
        2 => Just(Shared::Checkpoint),
    ]
}

fn exclusive() -> impl Strategy<Value = Exclusive> {
    prop_oneof![
        2 => Just(Exclusive::Nothing),
        4 => any::<u16>().prop_map(Pick).prop_map(Exclusive::Rollback),
        1 => Just(Exclusive::Reset),
        1 => (0..9u8).prop_map(Exclusive::Drain),
        2 => (0..9u8).prop_map(Exclusive::GrowBy),
        1 => (0..9u8).prop_map(Exclusive::Extend),
        2 => Just(Exclusive::Clone),
        1 => (0..5u8).prop_map(Exclusive::FailedTransaction),
    ]
}

fn phases() -> impl Strategy<Value = Vec<(Vec<Shared>, Exclusive)>> {
    prop::collection::vec((prop::collection::vec(shared(), 0..14), exclusive()), 0..7)
}

proptest! {
    #![proptest_config(arenas_tests::models::config(25))]

    #[test]
    fn plain_handles(capacity in 0..40usize, phases in phases()) {
        run::<Idx<Logged>>(capacity, false, phases);
    }

    #[test]
    fn stamped_handles(capacity in 0..40usize, phases in phases()) {
        run::<Stamped<Logged>>(capacity, true, phases);
    }
}
