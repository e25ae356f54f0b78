//! `Bitena` over the caller's memory, against a model of its bytes.
#![no_main]

use arenas_tests::models::bitena::{Step, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: (u8, u16, Vec<Step>)| {
    let (offset, capacity, steps) = program;
    run(usize::from(offset % 16), usize::from(capacity % 8000), &steps);
});
