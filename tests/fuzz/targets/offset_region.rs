//! `OffsetRegion` against a list of blocks that is searched from end to end.
#![no_main]

use arenas_tests::models::region::{Step, run_offsets};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: (u16, u8, Vec<Step>)| {
    let (size, align, steps) = program;
    run_offsets(usize::from(size).max(64), 1 << (align % 6), &steps);
});
