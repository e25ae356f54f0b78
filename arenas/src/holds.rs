//! The relation `Holds<T>`: what a `Bitena` may hold.
