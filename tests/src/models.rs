//! How many random programs the model tests run.
//!
//! 256 of them, unless one of two variables says otherwise: `ARENAS_MODEL_CASES` is how many, and
//! `ARENAS_MODEL_OPERATIONS` is how many operations they have together.

use std::env;

use proptest::test_runner::Config;

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
