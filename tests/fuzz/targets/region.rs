//! `Region` against a list of blocks that is searched from end to end.
#![no_main]

use arenas_tests::models::region::{Step, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: (u16, u8, u8, Vec<Step>)| {
    let (size, offset, align, steps) = program;
    run(usize::from(size % 20_000), usize::from(offset % 16), 1 << (align % 6), steps);
});
