//! The relation [`Holds`]: what a [`Bitena`] may hold.
//!
//! A `Bitena` gives its memory back all at once and never runs a destructor, so a value that owns memory, a lock or a
//! file would leak there. Leaks are safe, and therefore easy to overlook; the relation turns them into compile errors.
//!
//! It is a relation of the arena (`Bitena: Holds<T>`) and not a property of the value (`T: Dropless`) for the sake of
//! what the user reads: for a property that `&T` always has, rustc drops every explanation of ours and proposes to
//! borrow the value.
//!
//! The second line of defence is an assertion inside [`Bitena::alloc`](crate::Bitena::alloc), which the compiler
//! evaluates for each type that is really allocated. It finds an own implementation of this trait that is wrong; only
//! `cargo build` shows it.
//!
//! | to keep | write |
//! |---|---|
//! | a type of your own | `#[derive(ArenaAlloc)]`, with `#[arena(bitena)]` to have its fields checked where it is defined |
//! | a plain type of another crate that is `Copy` | [`Bitena::alloc_copy`](crate::Bitena::alloc_copy); as a field nothing at all |
//! | one that is not `Copy` | `#[arena(assert_dropless)]` on the field |
//! | a value that must be dropped | an [`Arena`](crate::Arena), or [`Bitena::alloc_box`](crate::Bitena::alloc_box) |
//! | a leak that you accept | `#[arena(allow_leak)]` on the field |

/// Says that a [`Bitena`] may hold a `T`: nothing is lost when it is never dropped.
///
/// `#[derive(ArenaAlloc)]` implements it for a type of your own, as far as its fields allow. By hand it is one line,
/// and safe: a wrong one leaks at worst, and `cargo build` refuses it where the type really needs to be dropped.
///
/// ```
/// use arenas::{Bitena, Holds};
///
/// struct Rgb(u8, u8, u8);
/// impl Holds<Rgb> for Bitena {}
///
/// struct Pair<T>(T, T);
/// impl<T> Holds<Pair<T>> for Bitena where Bitena: Holds<T> {}
///
/// // In generic code the bound is the relation itself.
/// fn keep<T>(arena: &Bitena, value: T) -> &mut T
/// where
///     Bitena: Holds<T>,
/// {
///     arena.alloc(value)
/// }
/// # #[cfg(feature = "alloc")] {
/// let arena = Bitena::new(64)?;
/// assert_eq!(keep(&arena, Pair(Rgb(1, 2, 3), Rgb(4, 5, 6))).1.2, 6);
/// # }
/// # Ok::<(), arenas::AllocError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a `Bitena` cannot hold `{T}`, because it would never be dropped",
    label = "`{T}` may own memory or run code on drop",
    note = "for a type of your own, add `#[derive(ArenaAlloc)]` to it",
    note = "for plain data of another crate, use `Bitena::alloc_copy`",
    note = "a value that must be dropped belongs in an `Arena`, or behind `Bitena::alloc_box`"
)]
pub trait Holds<T: ?Sized> {
    /// Whether `#[arena(allow_leak)]` stands on something inside `T`, so that the assertion in `alloc` keeps quiet.
    #[doc(hidden)]
    const LEAKS: bool = false;
}
