//! A bundle of every kind of store against plain vectors.
#![no_main]

use arenas_tests::models::bundle::{Op, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: Vec<Op>| run(&program));
