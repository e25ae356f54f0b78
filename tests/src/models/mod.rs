//! Random programs and what they must do, one module for each allocator.
//!
//! A program is a list of steps. `run` applies each to the allocator and to a model of it, and panics where the two do
//! not agree. The programs come from proptest in the model tests, which shrinks those that fail, and from a fuzzer in
//! `tests/fuzz`, which looks for those that reach new code.
//!
//! The model tests run 256 programs each, unless one of two variables says otherwise: `ARENAS_MODEL_CASES` is how many,
//! and `ARENAS_MODEL_OPERATIONS` is how many operations they have together.

pub mod bitena;
pub mod blink;
pub mod bundle;
pub mod fast;
pub mod region;
pub mod ring;
pub mod typed;

use std::env;

use arbitrary::{Arbitrary, Unstructured};
use proptest::test_runner::Config;

/// One of the things that are there, however many that will be.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Pick(pub u16);

impl Pick {
    /// Its place among `len`, which must not be 0.
    pub fn index(self, len: usize) -> usize {
        assert!(len > 0, "there is nothing to pick from");
        (usize::from(self.0) * len) >> 16
    }
}

/// A number below `LIMIT` out of the bytes of a program.
fn below<const LIMIT: u16, T: TryFrom<u16>>(program: &mut Unstructured<'_>) -> arbitrary::Result<T> {
    program.int_in_range(0..=LIMIT - 1)?.try_into().map_err(|_| arbitrary::Error::IncorrectFormat)
}

const CASES: u32 = 256;

/// The configuration of a model test whose programs have so many operations on average.
///
/// # Panics
///
/// When one of the variables is set to something that is not a number.
pub fn config(operations_per_case: u32) -> Config {
    let number = |name: &str| {
        let text = env::var(name).ok()?;
        Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name} is `{text}`, which is not a number")))
    };
    let cases = match (number("ARENAS_MODEL_CASES"), number("ARENAS_MODEL_OPERATIONS")) {
        (Some(cases), _) => cases,
        (None, Some(operations)) => operations.div_ceil(u64::from(operations_per_case)),
        (None, None) => CASES.into(),
    };
    let cases = cases.try_into().expect("so many cases would take years");
    // A failure is printed whole and shrunk; nothing is written into the repository.
    Config { failure_persistence: None, ..Config::with_cases(cases) }
}
