//! Slots of `MaybeUninit` with a state each, published one by one.
