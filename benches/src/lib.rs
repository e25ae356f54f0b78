//! Speed of the allocators in this workspace, measured beside their peers.
//!
//! `README.md` of this package says how to make each table again. The parts: [`workloads`] is one table of cases and
//! peers, [`paired`] times them in turns, [`callgrind`] counts their instructions.

pub mod callgrind;
pub mod clock;
pub mod codemap;
pub mod paired;
pub mod random;
pub mod report;
pub mod sink;
pub mod table;
pub mod worker;
pub mod workloads;
