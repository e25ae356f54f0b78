//! Threads that are joined one by one.
//!
//! The end of a scope waits for its threads too, but by means that ThreadSanitizer does not see.

use std::thread;

/// Runs `code` on `count` threads at once, each with its number, and waits for all of them.
///
/// # Panics
///
/// If one of them does.
pub fn on_threads<R: Send>(count: usize, code: impl Fn(usize) -> R + Sync) -> Vec<R> {
    thread::scope(|scope| {
        let code = &code;
        let threads: Vec<_> = (0..count).map(|number| scope.spawn(move || code(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread panicked")).collect()
    })
}
