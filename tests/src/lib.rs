//! The harness that the behaviour tests share.

pub mod checking;
pub mod drops;
pub mod panics;
