#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    unreachable_pub,
    unused,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    unsafe_code,
    private_bounds,
    private_interfaces,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    non_local_definitions,
    future_incompatible,
    nonstandard_style,
    rust_2018_idioms,
    keyword_idents
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

//! A library that denies what can be denied.

use arenas::ArenaAlloc;

/// An expression.
#[derive(ArenaAlloc, Debug)]
#[arena(bitena)]
pub enum Expr<'src> {
    /// A name.
    Name(&'src str),
    /// A sum.
    Add {
        /// The left side.
        left: ExprIdx,
        /// The right side.
        right: ExprIdx,
    },
}

/// An edge.
#[derive(ArenaAlloc, Debug)]
#[arena(repr = u64)]
pub struct Edge<W: Copy> {
    /// Its weight.
    pub weight: W,
}

/// An old type.
#[deprecated = "use `Expr`"]
#[derive(ArenaAlloc, Clone, Copy, Debug)]
#[arena(bitena)]
pub struct Old(
    /// A number.
    pub u8,
);

/// Uses a deprecated type.
#[derive(ArenaAlloc, Debug)]
#[arena(bitena)]
pub struct User {
    /// A field.
    #[allow(deprecated)]
    pub old: Option<Old>,
    /// What keeps it from being `Copy`.
    pub flag: std::sync::atomic::AtomicBool,
}

fn main() {
    let mut exprs = ExprStore::with_index();
    let left = exprs.alloc(Expr::Name("a"));
    let sum = exprs.alloc(Expr::Add { left, right: left });
    assert!(matches!(exprs[sum], Expr::Add { .. }));
    assert_eq!(size_of::<Option<EdgeIdx>>(), 8);
}
