//! `FastArena` against a model of its slots, with plain and with stamped handles.
#![no_main]

use arenas::{Idx, Stamped};
use arenas_tests::drops::Logged;
use arenas_tests::models::fast::{Exclusive, Shared, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: (u8, bool, Vec<(Vec<Shared>, Exclusive)>)| {
    let (capacity, checked, phases) = program;
    let capacity = usize::from(capacity % 40);
    if checked { run::<Stamped<Logged>>(capacity, true, phases) } else { run::<Idx<Logged>>(capacity, false, phases) }
});
