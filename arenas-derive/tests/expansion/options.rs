///Index of one `type` in its store, `Keys`.
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    private_bounds,
    private_interfaces,
    single_use_lifetimes,
    unreachable_pub,
    unused_imports,
    unused_qualifications,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    clippy::restriction,
    reason = "written by a macro of `arenas`"
)]
#[repr(transparent)]
#[derive(Serialize, other::Trait)]
pub(crate) struct Key(super::renamed::__private::RawStamped);
super::renamed::__private::index! {
    Key, RawStamped, "Key", 0
}
super::renamed::__private::with_alloc! {
    #[doc = "Store of `type` values, indexed by `Key`."] #[doc = ""] #[doc =
    "A [`FastArena`](super::renamed::FastArena) with an index type of its own: make one with `Keys::with_index()`, `Keys::with_capacity_and_index(slots)` or `Keys::default()`."]
    #[allow(dead_code, deprecated, non_camel_case_types, private_bounds,
    private_interfaces, single_use_lifetimes, unreachable_pub, unused_imports,
    unused_qualifications, clippy::all, clippy::nursery, clippy::pedantic,
    clippy::restriction, reason = "written by a macro of `arenas`")] pub (crate) type
    Keys < T = u8 > = super::renamed::FastArena < r#type < T >, Key >;
}
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    private_bounds,
    private_interfaces,
    single_use_lifetimes,
    unreachable_pub,
    unused_imports,
    unused_qualifications,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    clippy::restriction,
    reason = "written by a macro of `arenas`"
)]
const _: () = {
    use super::renamed::__private::options::{
        idx as _, store as _, alias as _, repr as _, idx_derive as _, vis as _,
        bound as _,
    };
    #[automatically_derived]
    impl<T> super::renamed::ArenaItem for r#type<T> {
        type Idx = Key;
    }
    use super::renamed::__private::lazy::*;
    #[automatically_derived]
    impl<T> __ArenasHolds<r#type<T>> for __ArenasBitena
    where
        T: Clone,
    {}
};
