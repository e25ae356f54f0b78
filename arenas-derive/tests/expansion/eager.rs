///Index of one [`Node`] in its store, [`NodeStore`].
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
pub struct NodeIdx(::arenas::__private::RawIdx32);
::arenas::__private::index! {
    NodeIdx, RawIdx32, "NodeIdx", 0
}
::arenas::__private::with_alloc! {
    #[doc = "Store of [`Node`] values, indexed by [`NodeIdx`]."] #[doc = ""] #[doc =
    "An [`Arena`](::arenas::Arena) with an index type of its own: make one with `NodeStore::with_index()`, `NodeStore::with_capacity_and_index(slots)` or `NodeStore::default()`."]
    #[allow(dead_code, deprecated, non_camel_case_types, private_bounds,
    private_interfaces, single_use_lifetimes, unreachable_pub, unused_imports,
    unused_qualifications, clippy::all, clippy::nursery, clippy::pedantic,
    clippy::restriction, reason = "written by a macro of `arenas`")] pub type NodeStore <
    'a, T, const N : usize > = ::arenas::Arena < Node < 'a, T, N >, NodeIdx >;
}
const _: () = {
    use ::arenas::__private::core::{
        assert as __arenas_assert, mem::needs_drop as __arenas_needs_drop,
    };
    __arenas_assert!(
        ! __arenas_needs_drop:: < Foreign < 'static > > (),
        "this field is marked `assert_dropless`, but its type `Foreign<'a>` needs `Drop`"
    );
};
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
    use ::arenas::__private::options::{
        bitena as _, allow_leak as _, assert_dropless as _, assert_dropless as _,
    };
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> ::arenas::ArenaItem for Node<'a, T, N> {
        type Idx = NodeIdx;
    }
    use ::arenas::__private::eager::*;
    trait __ArenasFields {
        const LEAKS: __ArenasBool;
    }
    impl<'a, T: Clone, const N: usize> __ArenasFields for Node<'a, T, N>
    where
        __ArenasBitena: __ArenasHolds<T>,
    {
        const LEAKS: __ArenasBool = __ArenasDropProbe::<Self>::KIND.check::<Self>()
            | __ArenasProbe::<&'a str>::KIND.plain::<&'a str>()
            | __ArenasProbe::<Cell<Option<&'a Self>>>::KIND
                .plain::<Cell<Option<&'a Self>>>()
            | __ArenasProbe::<[T; N]>::KIND.plain::<[T; N]>()
            | __ArenasProbe::<String>::KIND.text::<String>() | true | false
            | {
                use ::arenas::__private::core::{
                    assert as __arenas_assert, mem::needs_drop as __arenas_needs_drop,
                };
                __arenas_assert!(
                    ! __arenas_needs_drop:: < Foreign < T > > (),
                    "this field is marked `assert_dropless`, but its type `Foreign<T>` needs `Drop`"
                );
                false
            };
    }
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> __ArenasHolds<Node<'a, T, N>> for __ArenasBitena
    where
        __ArenasBitena: __ArenasHolds<T>,
    {
        const LEAKS: __ArenasBool = <Node<'a, T, N> as __ArenasFields>::LEAKS;
    }
};
