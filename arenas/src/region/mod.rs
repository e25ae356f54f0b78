//! A best-fit allocator over memory that the caller owns.
