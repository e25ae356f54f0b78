::core::compile_error! {
    "unknown `arena` option `idxx`; did you mean `idx`?"
}
::core::compile_error! {
    "`ArenaAlloc` can be derived for structs and enums; for a union it cannot know which field is alive"
}
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
    T > = ::arenas::Arena < Node < T >, NodeIdx >;
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
    impl<T: Copy> ::arenas::ArenaItem for Node<T> {
        type Idx = NodeIdx;
    }
    impl<T: Copy> ::arenas::Holds<Node<T>> for ::arenas::Bitena {
        const LEAKS: ::arenas::__private::core::primitive::bool = true;
    }
};
