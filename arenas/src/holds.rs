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
//! | one that is not `Copy` | `#[arena(assert_dropless)]` on the field; elsewhere [`AssertDropless`] around the value |
//! | a value that must be dropped | an [`Arena`](crate::Arena), or [`Bitena::alloc_box`](crate::Bitena::alloc_box) |
//! | a leak that you accept | `#[arena(allow_leak)]` on the field |

use core::cell::{Cell, LazyCell, OnceCell, RefCell, UnsafeCell};
use core::cmp::Reverse;
use core::marker::{PhantomData, PhantomPinned};
use core::mem::{Discriminant, ManuallyDrop, MaybeUninit};
use core::num::{Saturating, Wrapping};
use core::ops::{
    Bound, ControlFlow, Deref, DerefMut, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::Poll;

use crate::bitena::Bitena;

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
    note = "for plain data of another crate, use `Bitena::alloc_copy`, `#[arena(assert_dropless)]` on the field, or `AssertDropless` \
            around the value",
    note = "a value that must be dropped belongs in an `Arena`, or behind `Bitena::alloc_box`"
)]
pub trait Holds<T: ?Sized> {
    /// Whether `#[arena(allow_leak)]` stands on something inside `T`, so that the assertion in `alloc` keeps quiet.
    #[doc(hidden)]
    const LEAKS: bool = false;
}

/// Types that own nothing. They are hidden from rustc's list of types that would do, which is better spent on the
/// containers below and on the types of the user.
macro_rules! leaves {
    ($([$($generics:tt)*] $($type:ty),+;)*) => {
        $(
            leaves!(@each [$($generics)*] $([$type])+);
        )*
    };
    (@each $generics:tt $([$type:ty])+) => {
        $(
            leaves!(@one $generics $type);
        )+
    };
    (@one [$($generics:tt)*] $type:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Holds<$type> for Bitena {}
    };
}

/// Types that own what their parameters own. A `hidden` one is reported as a whole; for one that is `shown` rustc names
/// the guilty parameter, and lists it among the types that would do.
macro_rules! containers {
    ($($visible:ident $parameters:tt $($type:ty),+;)*) => {
        $(
            containers!(@each $visible $parameters $([$type])+);
        )*
    };
    (@each $visible:ident $parameters:tt $([$type:ty])+) => {
        $(
            containers!(@$visible $parameters $type);
        )+
    };
    (@shown [$($parameter:ident $(: ?$sized:ident)?),+] $type:ty) => {
        impl<$($parameter $(: ?$sized)?),+> Holds<$type> for Bitena
        where
            $(Bitena: Holds<$parameter>,)+
        {
            const LEAKS: bool = false $(|| <Bitena as Holds<$parameter>>::LEAKS)+;
        }
    };
    (@hidden [$($parameter:ident $(: ?$sized:ident)?),+] $type:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$($parameter $(: ?$sized)?),+> Holds<$type> for Bitena
        where
            $(Bitena: Holds<$parameter>,)+
        {
            const LEAKS: bool = false $(|| <Bitena as Holds<$parameter>>::LEAKS)+;
        }
    };
}

leaves! {
    [] (), bool, char, str,
    u8, u16, u32, u64, u128, usize,
    i8, i16, i32, i64, i128, isize,
    f32, f64,
    core::num::NonZeroU8, core::num::NonZeroU16, core::num::NonZeroU32, core::num::NonZeroU64,
    core::num::NonZeroU128, core::num::NonZeroUsize,
    core::num::NonZeroI8, core::num::NonZeroI16, core::num::NonZeroI32, core::num::NonZeroI64,
    core::num::NonZeroI128, core::num::NonZeroIsize,
    core::num::FpCategory, core::num::IntErrorKind, core::num::ParseIntError, core::num::ParseFloatError,
    core::num::TryFromIntError,
    core::char::ParseCharError, core::char::CharTryFromError, core::str::Utf8Error, core::str::ParseBoolError,
    core::net::IpAddr, core::net::Ipv4Addr, core::net::Ipv6Addr, core::net::AddrParseError,
    core::net::SocketAddr, core::net::SocketAddrV4, core::net::SocketAddrV6,
    core::alloc::Layout, core::alloc::LayoutError, core::any::TypeId, core::cmp::Ordering, core::convert::Infallible,
    core::ffi::CStr, core::fmt::Error, core::sync::atomic::Ordering, core::time::Duration,
    PhantomPinned, RangeFull, crate::AllocError;

    [T] crate::Idx<T>, crate::Stamped<T>;

    [T: ?Sized] &T, &mut T, *const T, *mut T, NonNull<T>, PhantomData<T>;
    [T] Discriminant<T>, core::slice::Iter<'_, T>, core::slice::IterMut<'_, T>;
    [H] core::hash::BuildHasherDefault<H>;
    ['a] core::str::Chars<'a>, core::str::CharIndices<'a>, core::str::Bytes<'a>, core::fmt::Arguments<'a>,
    core::panic::Location<'a>;
}

macro_rules! atomics {
    ($($width:literal: $($type:ident)+;)*) => {
        $($(
            #[cfg(target_has_atomic = $width)]
            leaves!([] core::sync::atomic::$type;);
        )+)*
    };
}

atomics! {
    "8": AtomicBool AtomicU8 AtomicI8;
    "16": AtomicU16 AtomicI16;
    "32": AtomicU32 AtomicI32;
    "64": AtomicU64 AtomicI64;
    "ptr": AtomicUsize AtomicIsize;
}

#[cfg(target_has_atomic = "ptr")]
leaves! {
    [T] core::sync::atomic::AtomicPtr<T>;
}

#[cfg(feature = "alloc")]
leaves! {
    [] crate::BitenaCheckpoint, crate::CheckpointError;
    [I] crate::Checkpoint<I>;
}

#[cfg(feature = "std")]
leaves! {
    [] std::time::Instant, std::time::SystemTime, std::thread::ThreadId, std::io::ErrorKind, std::path::Path,
    std::ffi::OsStr;
}

containers! {
    shown [T] Option<T>, [T];
    shown [T: ?Sized] Cell<T>;
    shown [T, E] Result<T, E>;
    shown [A, B] (A, B);
    shown [A, B, C] (A, B, C);

    hidden [A] (A,);
    hidden [A, B, C, D] (A, B, C, D);
    hidden [A, B, C, D, E] (A, B, C, D, E);
    hidden [A, B, C, D, E, F] (A, B, C, D, E, F);
    hidden [A, B, C, D, E, F, G] (A, B, C, D, E, F, G);
    hidden [A, B, C, D, E, F, G, H] (A, B, C, D, E, F, G, H);
    hidden [A, B, C, D, E, F, G, H, I] (A, B, C, D, E, F, G, H, I);
    hidden [A, B, C, D, E, F, G, H, I, J] (A, B, C, D, E, F, G, H, I, J);
    hidden [A, B, C, D, E, F, G, H, I, J, K] (A, B, C, D, E, F, G, H, I, J, K);
    hidden [A, B, C, D, E, F, G, H, I, J, K, L] (A, B, C, D, E, F, G, H, I, J, K, L);

    hidden [T: ?Sized] UnsafeCell<T>, RefCell<T>, ManuallyDrop<T>;
    hidden [T] OnceCell<T>, MaybeUninit<T>, Pin<T>, Poll<T>, Bound<T>, Wrapping<T>, Saturating<T>, Reverse<T>;
    hidden [T] Range<T>, RangeFrom<T>, RangeTo<T>, RangeInclusive<T>, RangeToInclusive<T>;
    hidden [T, F] LazyCell<T, F>;
    hidden [I] crate::IdxRange<I>, crate::IdxRangeIter<I>;
    hidden [B, C] ControlFlow<B, C>;
}

impl<T, const N: usize> Holds<[T; N]> for Bitena
where
    Bitena: Holds<T>,
{
    const LEAKS: bool = <Bitena as Holds<T>>::LEAKS;
}

/// Function pointers of each number of arguments, safe and unsafe, in the calling conventions that are in use.
macro_rules! functions {
    ($(($($argument:ident)*))*) => {
        $(
            leaves! {
                [R, $($argument),*]
                fn($($argument),*) -> R,
                unsafe fn($($argument),*) -> R,
                extern "C" fn($($argument),*) -> R,
                unsafe extern "C" fn($($argument),*) -> R,
                extern "system" fn($($argument),*) -> R,
                unsafe extern "system" fn($($argument),*) -> R;
            }
        )*
    };
}

functions! {
    ()
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
    (A B C D E F G H I J)
    (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
}

/// The word of the programmer that a type of another crate owns nothing, so that a [`Bitena`] holds it.
///
/// For plain data that is neither `Copy` nor known here. On a field of a type of your own, `#[arena(assert_dropless)]` says
/// the same without a wrapper; this is for all other places: a value that is allocated directly, the argument of a generic
/// type, an element of a slice. A `T` that the compiler knows to need `Drop` is refused where it is allocated, by `cargo build`.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// # mod other { pub struct Config { pub level: u8 } }
/// use arenas::{AssertDropless, Bitena};
///
/// let arena = Bitena::new(64)?;
/// let config = arena.alloc(AssertDropless(other::Config { level: 3 }));
/// config.level += 1;
/// assert_eq!(config.level, 4);
/// # }
/// # Ok::<(), arenas::AllocError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct AssertDropless<T: ?Sized>(
    /// The value.
    pub T,
);

impl<T: ?Sized> Deref for AssertDropless<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized> DerefMut for AssertDropless<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for AssertDropless<T> {
    #[inline]
    fn from(value: T) -> Self {
        Self(value)
    }
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> Holds<AssertDropless<T>> for Bitena {}

/// What the check of a field stands on: `Probe::<T>::KIND.plain::<T>()` compiles when a [`Bitena`] may hold a `T`.
///
/// `KIND` is an inherent constant where `T: Copy`, and such a type passes; elsewhere it is the one of [`NotCopy`], whose
/// methods ask for `Holds<T>`. They differ in the words of the refusal only, and tell whether `T` leaks.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

#[doc(hidden)]
#[derive(Debug)]
pub struct IsCopy;

#[doc(hidden)]
#[derive(Debug)]
pub struct Unknown;

#[doc(hidden)]
pub trait NotCopy {
    const KIND: Unknown = Unknown;
}

impl<T: ?Sized> NotCopy for Probe<T> {}

impl<T: Copy> Probe<T> {
    pub const KIND: IsCopy = IsCopy;
}

impl IsCopy {
    #[must_use]
    pub const fn plain<T: ?Sized>(self) -> bool {
        false
    }

    #[must_use]
    pub const fn text<T: ?Sized>(self) -> bool {
        false
    }

    #[must_use]
    pub const fn list<T: ?Sized>(self) -> bool {
        false
    }

    #[must_use]
    pub const fn owned<T: ?Sized>(self) -> bool {
        false
    }
}

impl Unknown {
    #[must_use]
    pub const fn plain<T: ?Sized>(self) -> bool
    where
        Bitena: Holds<T>,
    {
        <Bitena as Holds<T>>::LEAKS
    }

    #[must_use]
    pub const fn text<T: ?Sized>(self) -> bool
    where
        Bitena: HoldsText<T>,
    {
        <Bitena as HoldsText<T>>::LEAKS
    }

    #[must_use]
    pub const fn list<T: ?Sized>(self) -> bool
    where
        Bitena: HoldsList<T>,
    {
        <Bitena as HoldsList<T>>::LEAKS
    }

    #[must_use]
    pub const fn owned<T: ?Sized>(self) -> bool
    where
        Bitena: HoldsOwned<T>,
    {
        <Bitena as HoldsOwned<T>>::LEAKS
    }
}

/// [`Holds`] in other words, for a field whose type is spelled like a well-known owner.
macro_rules! twins {
    ($($name:ident: $label:literal;)*) => {
        $(
            #[doc(hidden)]
            #[diagnostic::on_unimplemented(
                message = "a `Bitena` cannot hold `{T}`, because it would never be dropped",
                label = $label,
                note = "or keep the whole value in an `Arena`, which drops its items, or write `#[arena(allow_leak)]` on the field"
            )]
            pub trait $name<T: ?Sized> {
                const LEAKS: bool;
            }

            #[diagnostic::do_not_recommend]
            impl<T: ?Sized> $name<T> for Bitena
            where
                Bitena: Holds<T>,
            {
                const LEAKS: bool = <Bitena as Holds<T>>::LEAKS;
            }
        )*
    };
}

twins! {
    HoldsText: "use `&'a str` here, filled by `Bitena::alloc_str`";
    HoldsList: "use `&'a [T]` here, filled by `Bitena::alloc_slice`";
    HoldsOwned: "use `&'a T` here, filled by `Bitena::alloc`, or an `Idx`";
}

/// The same for an own `impl Drop`: `DropProbe::<T>::KIND.check::<T>()` compiles when there is none.
#[doc(hidden)]
#[derive(Debug)]
pub struct DropProbe<T: ?Sized>(PhantomData<T>);

#[doc(hidden)]
#[derive(Debug)]
pub struct HasDropImpl;

#[doc(hidden)]
#[derive(Debug)]
pub struct Plain;

#[doc(hidden)]
pub trait NoDropImpl {
    const KIND: Plain = Plain;
}

impl<T: ?Sized> NoDropImpl for DropProbe<T> {}

#[allow(drop_bounds, reason = "this is about the impl itself, not about types that need to be dropped")]
impl<T: Drop + ?Sized> DropProbe<T> {
    pub const KIND: HasDropImpl = HasDropImpl;
}

impl Plain {
    #[must_use]
    pub const fn check<T: ?Sized>(self) -> bool {
        false
    }
}

impl HasDropImpl {
    #[must_use]
    pub const fn check<T: ?Sized>(self) -> bool
    where
        Bitena: Drops<T>,
    {
        false
    }
}

/// Never implemented.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{T}` implements `Drop`, but a `Bitena` never drops its items",
    label = "the `Drop` impl of this type would never run",
    note = "keep it in an `Arena`, which drops its items, or behind `Bitena::alloc_box`"
)]
pub trait Drops<T: ?Sized> {}
