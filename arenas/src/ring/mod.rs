//! A ring of short-lived buffers.
