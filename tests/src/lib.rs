//! The harness that the behaviour tests share.

pub mod base;
pub mod checking;
pub mod drops;
pub mod faults;
#[allow(
    missing_docs,
    missing_debug_implementations,
    clippy::missing_panics_doc,
    reason = "steps are named after what they call, and to panic is how a model says no"
)]
pub mod models;
pub mod mutations;
pub mod panics;
pub mod threads;
pub mod unsafe_blocks;
