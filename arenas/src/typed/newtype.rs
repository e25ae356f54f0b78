//! The macros that the output of `#[derive(ArenaAlloc)]` calls, so that what depends on the features of this crate is
//! decided here.

/// The impls of an index type: a tuple struct around one of the raw handles.
#[doc(hidden)]
#[macro_export]
macro_rules! __arenas_index {
    ($idx:ident, RawStamped, $name:literal) => {
        $crate::__arenas_index!(@common $idx, RawStamped, $name);

        impl $crate::CheckedIdx for $idx {}
    };
    ($idx:ident, $raw:ident, $name:literal) => {
        $crate::__arenas_index!(@common $idx, $raw, $name);

        #[allow(dead_code, clippy::all, clippy::pedantic, clippy::restriction, reason = "written by a macro")]
        impl $idx {
            /// The index of slot `raw`, of whatever store it is used with.
            ///
            /// # Panics
            ///
            /// When `raw` is more than the index can name.
            #[inline]
            #[must_use]
            #[track_caller]
            pub const fn from_raw(raw: $crate::__private::core::primitive::usize) -> Self {
                Self($crate::__private::$raw::from_raw(raw))
            }
        }
    };
    (@common $idx:ident, $raw:ident, $name:literal) => {
        #[allow(dead_code, clippy::all, clippy::pedantic, clippy::restriction, reason = "written by a macro")]
        const _: () = {
            use $crate::__private::core as __core;
            use $crate::__private::$raw as __Raw;

            impl $idx {
                /// The slot number.
                #[inline]
                #[must_use]
                pub const fn into_raw(self) -> __core::primitive::usize {
                    self.0.into_raw()
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
                    __core::cmp::PartialEq::eq(&self.0, &other.0)
                }
            }

            impl __core::cmp::Eq for $idx {}

            impl __core::cmp::PartialOrd for $idx {
                #[inline]
                fn partial_cmp(&self, other: &Self) -> __core::option::Option<__core::cmp::Ordering> {
                    __core::cmp::PartialOrd::partial_cmp(&self.0, &other.0)
                }
            }

            impl __core::cmp::Ord for $idx {
                #[inline]
                fn cmp(&self, other: &Self) -> __core::cmp::Ordering {
                    __core::cmp::Ord::cmp(&self.0, &other.0)
                }
            }

            impl __core::hash::Hash for $idx {
                #[inline]
                fn hash<H: __core::hash::Hasher>(&self, state: &mut H) {
                    __core::hash::Hash::hash(&self.0, state);
                }
            }

            impl __core::fmt::Debug for $idx {
                fn fmt(&self, f: &mut __core::fmt::Formatter<'_>) -> __core::fmt::Result {
                    $crate::__private::debug_index(f, $name, &self.0)
                }
            }

            impl $crate::ArenaIdx for $idx {
                type Stamp = <__Raw as $crate::ArenaIdx>::Stamp;
                const MAX_SLOTS: __core::primitive::usize = __Raw::MAX_SLOTS;

                #[inline]
                fn from_slot(slot: __core::primitive::usize, stamp: Self::Stamp) -> __core::option::Option<Self> {
                    __core::option::Option::map(<__Raw as $crate::ArenaIdx>::from_slot(slot, stamp), Self)
                }

                #[inline]
                fn from_past(
                    past: __core::primitive::usize,
                    stamp: Self::Stamp,
                ) -> __core::option::Option<Self> {
                    __core::option::Option::map(<__Raw as $crate::ArenaIdx>::from_past(past, stamp), Self)
                }

                #[inline]
                fn slot(self) -> __core::primitive::usize {
                    self.0.into_raw()
                }

                #[inline]
                fn past(self) -> __core::num::NonZeroUsize {
                    <__Raw as $crate::ArenaIdx>::past(self.0)
                }

                #[inline]
                fn stamp(self) -> Self::Stamp {
                    <__Raw as $crate::ArenaIdx>::stamp(self.0)
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
pub fn debug_index(f: &mut core::fmt::Formatter<'_>, name: &str, raw: &dyn core::fmt::Debug) -> core::fmt::Result {
    write!(f, "{name}({raw:?})")
}
