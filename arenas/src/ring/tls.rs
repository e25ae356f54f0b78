//! A ring per thread.

/// Declares a ring per thread, and allocates from it.
///
/// | | |
/// |---|---|
/// | `ringal!(@init, bytes)` | declares the ring of this module or function (as an item `RINGAL`), once; each thread makes its own at the first use |
/// | `ringal!(@fixed, size)` | [`RingAl::fixed`]: `Option<FixedBufMut>` |
/// | `ringal!(@typed, T, count)` | [`RingAl::typed`]: `Option<TypedBufMut<T>>` |
/// | `ringal!(@ext, size, callback)` | [`RingAl::extendable`], handed to `callback`: an `Option` of what that returns |
///
/// The callback gets the [`ExtBuf`](crate::ExtBuf) by value, and may use the macro again. Other modules reach the ring
/// after a `use` of `RINGAL`, which is a `LocalKey<RingAl>`. Buffers may be sent to other threads and outlive
/// the thread: its ring ends with it without waiting. While a thread's locals are being destroyed, the answer may be
/// `None`.
///
/// ```
/// use arenas::ringal;
/// use std::io::Write;
///
/// ringal!(@init, 4096);
///
/// fn greeting(name: &str) -> arenas::FixedBuf {
///     ringal!(@ext, 16, |mut text| {
///         let number = ringal!(@fixed, 8); // nested use
///         assert!(number.is_some());
///         write!(text, "hello {name}, nice to meet you").unwrap();
///         text.finalize()
///     })
///     .unwrap()
///     .freeze()
/// }
///
/// # fn main() {
/// assert_eq!(greeting("you"), b"hello you, nice to meet you");
/// # }
/// ```
///
/// [`RingAl::fixed`]: crate::RingAl::fixed
/// [`RingAl::typed`]: crate::RingAl::typed
/// [`RingAl::extendable`]: crate::RingAl::extendable
#[macro_export]
macro_rules! ringal {
    (@init, $capacity:expr $(,)?) => {
        ::std::thread_local! {
            /// The ring of this thread.
            pub(crate) static RINGAL: $crate::RingAl = $crate::RingAl::new($capacity);
        }
    };
    (@fixed, $size:expr $(,)?) => {
        match $size {
            size => RINGAL.try_with(|ring| ring.fixed(size)).ok().flatten(),
        }
    };
    (@typed, $type:ty, $count:expr $(,)?) => {
        match $count {
            count => RINGAL.try_with(|ring| ring.typed::<$type>(count)).ok().flatten(),
        }
    };
    (@ext, $size:expr, $callback:expr $(,)?) => {
        match $size {
            size => RINGAL.try_with(|ring| ring.extendable(size).map($callback)).ok().flatten(),
        }
    };
}
