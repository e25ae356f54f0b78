//! Chunks: header, list, growth and retention.
