//! Type-erased drop records.
