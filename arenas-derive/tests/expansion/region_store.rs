///Index of one [`Utxo`] in its store, [`UtxoStore`].
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
pub struct UtxoIdx(::arenas::__private::RawStamped);
::arenas::__private::index! {
    UtxoIdx, RawStamped, "UtxoIdx", 0
}
::arenas::__private::with_alloc! {
    #[doc = "Store of [`Utxo`] values, indexed by [`UtxoIdx`]."] #[doc = ""] #[doc =
    "A [`RegionStore`](::arenas::RegionStore) with an index type of its own: make one with `UtxoStore::with_capacity_and_index(slots)` or `UtxoStore::default()`. Each value can be freed by itself."]
    #[allow(dead_code, deprecated, non_camel_case_types, private_bounds,
    private_interfaces, single_use_lifetimes, unreachable_pub, unused_imports,
    unused_qualifications, clippy::all, clippy::nursery, clippy::pedantic,
    clippy::restriction, reason = "written by a macro of `arenas`")] pub type UtxoStore <
    'a > = ::arenas::RegionStore < Utxo < 'a >, UtxoIdx >;
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
    use ::arenas::__private::options::store as _;
    #[automatically_derived]
    impl<'a> ::arenas::ArenaItem for Utxo<'a> {
        type Idx = UtxoIdx;
    }
    use ::arenas::__private::lazy::*;
    #[automatically_derived]
    impl<'a> __ArenasHolds<Utxo<'a>> for __ArenasBitena {}
};
