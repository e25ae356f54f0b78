//! `RingAl` against a map of intervals and a copy of every byte.
#![no_main]

use arenas_tests::models::ring::{Op, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: Vec<Op>| run(&program));
