//! Compile-time behaviour of the macros, checked with programs that must and must not compile.
