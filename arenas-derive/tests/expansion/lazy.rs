///Index of one [`Expr`] in its store, [`ExprStore`].
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
struct ExprIdx(::arenas::__private::RawIdx32);
::arenas::__private::index! {
    ExprIdx, RawIdx32, "ExprIdx", 0
}
::arenas::__private::with_alloc! {
    #[doc = "Store of [`Expr`] values, indexed by [`ExprIdx`]."] #[doc = ""] #[doc =
    "An [`Arena`](::arenas::Arena) with an index type of its own: make one with `ExprStore::with_index()`, `ExprStore::with_capacity_and_index(slots)` or `ExprStore::default()`."]
    #[allow(dead_code, deprecated, non_camel_case_types, private_bounds,
    private_interfaces, single_use_lifetimes, unreachable_pub, unused_imports,
    unused_qualifications, clippy::all, clippy::nursery, clippy::pedantic,
    clippy::restriction, reason = "written by a macro of `arenas`")] type ExprStore <
    'src, T > = ::arenas::Arena < Expr < 'src, T >, ExprIdx >;
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
    #[automatically_derived]
    impl<'src, T> ::arenas::ArenaItem for Expr<'src, T>
    where
        T: Copy,
    {
        type Idx = ExprIdx;
    }
    use ::arenas::__private::lazy::*;
    #[automatically_derived]
    impl<'src, T> __ArenasHolds<Expr<'src, T>> for __ArenasBitena
    where
        T: Copy,
        for<'__lazy> __ArenasBitena: __ArenasHolds<Vec<StmtIdx>>,
        __ArenasBitena: __ArenasHolds<Option<T>>,
        __ArenasBitena: __ArenasHolds<Option<Box<Expr<'src, T>>>>,
    {
        const LEAKS: __ArenasBool = <__ArenasBitena as __ArenasHolds<
            Vec<StmtIdx>,
        >>::LEAKS | <__ArenasBitena as __ArenasHolds<Option<T>>>::LEAKS
            | <__ArenasBitena as __ArenasHolds<Option<Box<Expr<'src, T>>>>>::LEAKS;
    }
};
