//! The harness that the behaviour tests share.

pub mod base;
pub mod checking;
pub mod drops;
pub mod models;
pub mod panics;
pub mod threads;
