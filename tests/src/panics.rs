//! Panics that are expected.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code that must panic, and gives its message.
///
/// # Panics
///
/// When the code does not.
#[track_caller]
pub fn panic_message<R>(code: impl FnOnce() -> R) -> String {
    let payload = match catch_unwind(AssertUnwindSafe(code)) {
        Ok(_) => panic!("the code was expected to panic"),
        Err(payload) => payload,
    };
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => match payload.downcast::<&'static str>() {
            Ok(text) => (*text).to_string(),
            Err(_) => String::from("(a payload that is no text)"),
        },
    }
}

/// Whether code panics.
pub fn panics<R>(code: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(code)).is_err()
}
