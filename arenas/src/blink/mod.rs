//! Chunked bump allocators with O(1) reset.
