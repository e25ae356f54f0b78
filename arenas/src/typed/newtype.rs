//! The macros that the output of `#[derive(ArenaAlloc)]` calls, so that what depends on the features of this crate is
//! decided here.

use core::fmt;
use core::hash::Hash;
use core::num::NonZeroUsize;

use super::idx::ArenaIdx;

/// A tuple struct around one of the raw handles, as `#[derive(ArenaAlloc)]` writes it.
///
/// It says no more than how to get in and out; that it is an [`ArenaIdx`] follows here, once for all of them. A program has
/// hundreds of these types, and each method that one of them spells out is checked by the compiler each time.
#[doc(hidden)]
pub trait IdxNewtype: Copy + Eq + Ord + Hash + fmt::Debug {
    type Raw: ArenaIdx;

    fn wrap(raw: Self::Raw) -> Self;

    fn unwrap(self) -> Self::Raw;
}

#[diagnostic::do_not_recommend]
impl<I: IdxNewtype> ArenaIdx for I {
    type Stamp = <I::Raw as ArenaIdx>::Stamp;
    const MAX_SLOTS: usize = I::Raw::MAX_SLOTS;

    #[inline]
    fn from_slot(slot: usize, stamp: Self::Stamp) -> Option<Self> {
        I::Raw::from_slot(slot, stamp).map(I::wrap)
    }

    #[inline]
    fn from_past(past: usize, stamp: Self::Stamp) -> Option<Self> {
        I::Raw::from_past(past, stamp).map(I::wrap)
    }

    #[inline]
    fn slot(self) -> usize {
        self.unwrap().slot()
    }

    #[inline]
    fn past(self) -> NonZeroUsize {
        self.unwrap().past()
    }

    #[inline]
    fn stamp(self) -> Self::Stamp {
        self.unwrap().stamp()
    }
}

/// The impls of an index type: a tuple struct around one of the raw handles.
///
/// `$at` is the name of its field, from the macro that wrote the struct: where the name of the index is taken by another
/// type, the field is what that one does not have, and rustc says so once for each place that names it.
#[doc(hidden)]
#[macro_export]
macro_rules! __arenas_index {
    ($idx:ident, RawStamped, $name:literal, $at:tt) => {
        $crate::__arenas_index!(@common $idx, RawStamped, $name, $at, {});

        impl $crate::CheckedIdx for $idx {}
    };
    ($idx:ident, $raw:ident, $name:literal, $at:tt) => {
        $crate::__arenas_index!(@common $idx, $raw, $name, $at, {
            /// The index of slot `raw`, of whatever store it is used with.
            ///
            /// # Panics
            ///
            /// When `raw` is more than the index can name.
            #[inline]
            #[must_use]
            #[track_caller]
            pub const fn from_raw(raw: $crate::__private::core::primitive::usize) -> Self {
                Self { $at: $crate::__private::$raw::from_raw(raw) }
            }
        });
    };
    (@common $idx:ident, $raw:ident, $name:literal, $at:tt, { $($from_raw:tt)* }) => {
        #[allow(dead_code, clippy::all, clippy::pedantic, clippy::restriction, reason = "written by a macro")]
        const _: () = {
            use $crate::__private::{IdxNewtype as __Newtype, core as __core, $raw as __Raw};

            impl $idx {
                $($from_raw)*

                /// The slot number.
                #[inline]
                #[must_use]
                pub const fn into_raw(self) -> __core::primitive::usize {
                    self.$at.into_raw()
                }
            }

            impl __core::marker::Copy for $idx {}

            impl __core::clone::Clone for $idx {
                #[inline]
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl __core::cmp::PartialEq for $idx {
                #[inline]
                fn eq(&self, other: &Self) -> __core::primitive::bool {
                    (*self).$at == (*other).$at
                }
            }

            impl __core::cmp::Eq for $idx {}

            impl __core::cmp::PartialOrd for $idx {
                #[inline]
                fn partial_cmp(&self, other: &Self) -> __core::option::Option<__core::cmp::Ordering> {
                    __core::option::Option::Some(__core::cmp::Ord::cmp(self, other))
                }
            }

            impl __core::cmp::Ord for $idx {
                #[inline]
                fn cmp(&self, other: &Self) -> __core::cmp::Ordering {
                    __core::cmp::Ord::cmp(&(*self).$at, &(*other).$at)
                }
            }

            impl __core::hash::Hash for $idx {
                #[inline]
                fn hash<H: __core::hash::Hasher>(&self, state: &mut H) {
                    __core::hash::Hash::hash(&(*self).$at, state);
                }
            }

            impl __core::fmt::Debug for $idx {
                #[inline]
                fn fmt(&self, f: &mut __core::fmt::Formatter<'_>) -> __core::fmt::Result {
                    $crate::__private::debug_index(f, $name, &(*self).$at)
                }
            }

            impl __Newtype for $idx {
                type Raw = __Raw;

                #[inline]
                fn wrap(raw: __Raw) -> Self {
                    Self { $at: raw }
                }

                #[inline]
                fn unwrap(self) -> __Raw {
                    self.$at
                }
            }

            impl $crate::Holds<$idx> for $crate::Bitena {}

            $crate::__arenas_with_alloc! {
                impl $crate::Remap for $idx {
                    #[inline]
                    fn remap(&mut self, remapper: &mut $crate::Remapper<'_>) {
                        remapper.index(self);
                    }
                }
            }
        };
    };
}

/// Keeps what names an allocator that takes memory by itself.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __arenas_with_alloc {
    ($($item:tt)*) => {
        $($item)*
    };
}

/// Keeps nothing: this build has no such allocators.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __arenas_with_alloc {
    ($($item:tt)*) => {};
}

/// Keeps the serde implementations of a bundle.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __arenas_with_serde {
    ($($item:tt)*) => {
        $($item)*
    };
}

/// Says that this build has none.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __arenas_with_serde {
    ($($item:tt)*) => {
        $crate::__private::core::compile_error! {
            "`#[arena(serde)]` needs the feature `serde` of the crate `arenas`"
        }
    };
}

/// `NodeIdx(3)`, on one line also in the long form, as it is most often a detail of something larger.
#[doc(hidden)]
pub fn debug_index(f: &mut fmt::Formatter<'_>, name: &str, raw: &dyn fmt::Debug) -> fmt::Result {
    write!(f, "{name}({raw:?})")
}
