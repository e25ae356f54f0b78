//! What the defects of the original crates do in the published versions.
//!
//! `originals NUMBER` runs one and says what it saw, if it lives to. `originals table NAME=PROGRAM…` runs each in a process of
//! its own, in the builds of this program that are given (`dev`, `release`, `asan`, `drop`, `region`), and prints the table.

mod snippets;
mod table;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};

/// Counts requests and live bytes.
struct Counting;

static REQUESTS: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicI64 = AtomicI64::new(0);

#[global_allocator]
static GLOBAL: Counting = Counting;

// SAFETY: all calls go to `System`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        REQUESTS.fetch_add(1, Relaxed);
        LIVE.fetch_add(layout.size() as i64, Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as i64, Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("table") => table::print(&args.collect::<Vec<_>>()),
        Some(number) => match snippets::ALL.iter().find(|snippet| snippet.number.to_string() == number) {
            Some(snippet) => {
                println!("saw: {}", (snippet.run)());
                // Destructors of what is broken are not the point.
                std::process::exit(0);
            }
            None => std::process::exit(2),
        },
        None => eprintln!("usage: originals NUMBER | originals table NAME=PROGRAM…"),
    }
}
