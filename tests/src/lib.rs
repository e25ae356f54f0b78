//! The harness that the behaviour tests share.
