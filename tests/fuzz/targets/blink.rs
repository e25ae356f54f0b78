//! `BlinkAlloc` against a list of live blocks.
#![no_main]

use arenas_tests::models::blink::{Step, run_local};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: (u16, Vec<Step>)| {
    let (chunk, steps) = program;
    run_local(usize::from(chunk % 3000), &steps);
});
