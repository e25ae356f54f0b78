//! The workloads W1 to W7, each with all its peers.

use crate::table::Case;

pub mod heaps;
pub mod w1;
pub mod w2;
pub mod w3;
pub mod w4;
pub mod w5;
pub mod w6;
pub mod w7;

/// Every case of every workload, in the order of the report.
pub fn cases() -> Vec<Case> {
    [w1::cases(), w2::cases(), w3::cases(), w4::cases(), w5::cases(), w6::cases(), w7::cases()].concat()
}

/// The case with this short name.
pub fn case(id: &str) -> Option<Case> {
    cases().into_iter().find(|case| case.id == id)
}
