//! The workloads W1 to W7, each with all its peers.

use crate::table::Case;

pub mod w1;
pub mod w4;

/// Every case of every workload, in the order of the report.
pub fn cases() -> Vec<Case> {
    [w1::cases(), w4::cases()].concat()
}

/// The case with this short name.
pub fn case(id: &str) -> Option<Case> {
    cases().into_iter().find(|case| case.id == id)
}
