//! What the code that `arena_struct!` makes stands on.
