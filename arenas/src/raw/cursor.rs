//! A cursor that bumps downwards through a block, for one thread and for many.
