//! Typed arenas with index handles.
