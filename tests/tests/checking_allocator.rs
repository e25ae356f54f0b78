//! The checking allocator itself: it sees what it is there to see.
#![cfg(not(arenas_asan))]

use std::alloc::{Layout, alloc, dealloc};
use std::process::{Command, Stdio};

use arenas_tests::checking::heap_use;

const CASE: &str = "ARENAS_TESTS_BAD_FREE";

/// Runs this test again in a process of its own, with `case` set, and returns what it wrote to stderr, or `None` if
/// the process ended well.
fn dies_with(test: &str, case: &str) -> Option<String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CASE, case)
        .stdout(Stdio::null())
        .output()
        .unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

fn case_is(case: &str) -> bool {
    std::env::var(CASE).is_ok_and(|set| set == case)
}

#[test]
fn a_free_with_another_layout_is_found() {
    if case_is("layout") {
        // SAFETY: the size is not 0.
        let ptr = unsafe { alloc(Layout::new::<[u64; 4]>()) };
        // SAFETY: not sound, and that is what must be found before the system allocator sees it.
        unsafe { dealloc(ptr, Layout::new::<[u64; 3]>()) };
        return;
    }
    let message = dies_with("a_free_with_another_layout_is_found", "layout").expect("it must die");
    assert!(message.contains("24 bytes") && message.contains("32 bytes"), "{message}");
}

#[test]
fn a_second_free_is_found() {
    if case_is("double") {
        // SAFETY: the size is not 0.
        let ptr = unsafe { alloc(Layout::new::<[u64; 4]>()) };
        // SAFETY: a live block of this layout.
        unsafe { dealloc(ptr, Layout::new::<[u64; 4]>()) };
        // SAFETY: not sound, and that is what must be found before the system allocator sees it.
        unsafe { dealloc(ptr, Layout::new::<[u64; 4]>()) };
        return;
    }
    let message = dies_with("a_second_free_is_found", "double").expect("it must die");
    assert!(message.contains("no live block"), "{message}");
}

#[test]
fn heap_use_counts_what_is_kept() {
    let (kept, used) = heap_use(|| {
        drop(Box::new([0u8; 100]));
        Box::new([0u8; 40])
    });
    assert_eq!((used.blocks, used.bytes, used.requests), (1, 40, 2));
    let ((), used) = heap_use(|| drop(kept));
    assert_eq!((used.blocks, used.bytes, used.requests), (-1, -40, 0));
}
