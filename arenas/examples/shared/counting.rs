//! A global allocator that counts the requests to the system's heap, for the examples that show how few they make.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

struct Counting;

#[global_allocator]
static GLOBAL: Counting = Counting;

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// How often this process has asked the system for memory so far.
pub(crate) fn heap_requests() -> u64 {
    REQUESTS.load(Ordering::Relaxed)
}

// SAFETY: every call goes to `System`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        REQUESTS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }
}
