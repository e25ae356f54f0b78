///Index of one [`Packet`] in an arena.
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
pub struct PacketIdx(::arenas::__private::RawIdx32);
::arenas::__private::index! {
    PacketIdx, RawIdx32, "PacketIdx", 0
}
::arenas::__private::with_alloc! {
    #[doc = "Ring of [`Packet`] values, each owned by a [`PacketHandle`]."] #[doc = ""]
    #[doc =
    "A [`RingStore`](::arenas::RingStore): make one with `PacketStore::new(slots)` or `PacketStore::default()`."]
    #[allow(dead_code, deprecated, non_camel_case_types, private_bounds,
    private_interfaces, single_use_lifetimes, unreachable_pub, unused_imports,
    unused_qualifications, clippy::all, clippy::nursery, clippy::pedantic,
    clippy::restriction, reason = "written by a macro of `arenas`")] pub type PacketStore
    < T > = ::arenas::RingStore < Packet < T > >;
}
::arenas::__private::with_alloc! {
    #[doc = "Owned [`Packet`] in a slot of a [`PacketStore`]."] #[doc = ""] #[doc =
    "A [`RingBox`](::arenas::RingBox): it derefs to the value, drops it, and gives the slot back, on whichever thread that is."]
    #[allow(dead_code, deprecated, non_camel_case_types, private_bounds,
    private_interfaces, single_use_lifetimes, unreachable_pub, unused_imports,
    unused_qualifications, clippy::all, clippy::nursery, clippy::pedantic,
    clippy::restriction, reason = "written by a macro of `arenas`")] pub type
    PacketHandle < T > = ::arenas::RingBox < Packet < T > >;
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
    use ::arenas::__private::options::{store as _, buf as _};
    #[automatically_derived]
    impl<T> ::arenas::ArenaItem for Packet<T> {
        type Idx = PacketIdx;
    }
    use ::arenas::__private::lazy::*;
    #[automatically_derived]
    impl<T> __ArenasHolds<Packet<T>> for __ArenasBitena
    where
        __ArenasBitena: __ArenasHolds<T>,
    {
        const LEAKS: __ArenasBool = <__ArenasBitena as __ArenasHolds<T>>::LEAKS;
    }
};
