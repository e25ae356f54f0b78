//! Bitena: a lock-free fixed-capacity bump arena.
