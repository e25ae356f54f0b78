//! `Arena` against a `Vec`, with plain and with stamped handles.
#![no_main]

use arenas::{Idx, Stamped};
use arenas_tests::drops::Logged;
use arenas_tests::models::typed::{Step, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: (bool, Vec<Step>)| match program {
    (false, steps) => run::<Idx<Logged>>(steps, false),
    (true, steps) => run::<Stamped<Logged>>(steps, true),
});
