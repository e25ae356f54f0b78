//! The macros of the `arenas` crate. Use them through it: `arenas::ArenaAlloc` and `arenas::arena_struct`.

mod bundle;
mod diag;
#[cfg(test)]
mod expansion;
mod index;
mod item;
mod leak;
mod options;
mod store;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diag::{Diagnostics, allow_lints};
use crate::item::Item;

/// Makes a struct or enum an item of the arenas.
///
/// For `#[arena(store = FastArena)] pub struct Edge<W> { .. }` it writes
///
/// - `pub struct EdgeIdx`, the index: 4 bytes, and so is its `Option`. `Copy`, `Eq`, `Ord`, `Hash`, `Send` and `Sync`
///   whatever `W` is; `Debug` prints `EdgeIdx(3)`; `from_raw(usize)` and `into_raw()` convert it. It has no parameters,
///   so that other items hold it without any, and no arithmetic.
/// - `pub type EdgeStore<W> = FastArena<Edge<W>, EdgeIdx>`, the store.
/// - `impl<W> ArenaItem for Edge<W>`, from which `arena_struct!` knows the index.
/// - `impl<W> Holds<Edge<W>> for Bitena`, as far as its fields allow.
///
/// ```
/// use arenas::ArenaAlloc;
///
/// #[derive(ArenaAlloc, Debug)]
/// pub enum Expr<'src> {
///     Name(&'src str),
///     Add(ExprIdx, ExprIdx),
/// }
///
/// # #[cfg(feature = "alloc")] {
/// let mut exprs = ExprStore::with_index();
/// let one = exprs.alloc(Expr::Name("one"));
/// let sum = exprs.alloc(Expr::Add(one, one));
/// assert_eq!(format!("{:?}", exprs[sum]), "Add(ExprIdx(0), ExprIdx(0))");
/// # }
/// assert_eq!(size_of::<Option<ExprIdx>>(), 4);
/// ```
///
/// # What a `Bitena` may hold
///
/// A `Bitena` never drops its values, so one that owns memory would leak. With `#[arena(bitena)]` every field is checked
/// where the type is defined:
///
/// ```compile_fail,E0277
/// use arenas::ArenaAlloc;
///
/// #[derive(ArenaAlloc)]
/// #[arena(bitena)]
/// struct Leaky {
///     name: String, // error: a `Bitena` cannot hold `String`: use `&'a str` here
/// }
/// ```
///
/// Without it the type may own what it likes, and the error comes where a `Bitena` is given a value that would leak.
/// A field of another crate's `Copy` type passes the first check; for one that is not `Copy` say `assert_dropless`, and
/// for a leak that you accept `allow_leak`.
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use arenas::{ArenaAlloc, Bitena};
///
/// #[derive(ArenaAlloc)]
/// #[arena(bitena)]
/// struct Request<'r> {
///     path: &'r str,
///     tries: AtomicU32,
///     #[arena(allow_leak)]
///     note: Option<String>,
/// }
///
/// # #[cfg(feature = "alloc")] {
/// let arena = Bitena::new(1024)?;
/// let path = arena.alloc_str("/index.html");
/// let request = arena.alloc(Request { path, tries: AtomicU32::new(0), note: None });
/// assert_eq!(request.path, "/index.html");
/// # }
/// # Ok::<(), arenas::AllocError>(())
/// ```
///
/// # Options of the type
///
/// A value is written bare (`idx = Name`) or as a string (`idx = "Name"`).
///
/// | `#[arena(..)]` | |
/// |---|---|
/// | `idx = Name` | the name of the index type; on an item the default is `<Type>Idx` |
/// | `store = Arena \| FastArena` | the arena that the store alias stands for; `Arena` is the default |
/// | `alias = Name` | the name of the store alias; the default is `<Type>Store` |
/// | `bitena` | a `Bitena` is to hold it: each field is checked here, where the type is defined |
/// | `repr = u16 \| u32 \| u64 \| checked` | the width of the index (`u32` is the default), or the 8-byte index that finds stale and foreign ones |
/// | `idx_derive(Trait, ..)` | further derives on the index type |
/// | `vis = pub(crate)` | the visibility of the index type and the alias; that of the type is the default |
/// | `bound = "T: Trait, .."` | the `where` clause of the `Holds` impl, in place of the one that follows from the fields |
/// | `crate = path` | where the `arenas` crate is found, when it is renamed or re-exported |
///
/// # Options of a field
///
/// | `#[arena(..)]` | |
/// |---|---|
/// | `allow_leak` | a `Bitena` may hold the field although it will never be dropped |
/// | `assert_dropless` | the type of the field, of another crate, owns nothing; the compiler checks that it needs no `Drop` |
#[proc_macro_derive(ArenaAlloc, attributes(arena))]
pub fn derive_arena_alloc(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    arena_alloc(input.into()).into()
}

fn arena_alloc(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut diagnostics = Diagnostics::new();
    let item = Item::new(&input, &mut diagnostics);
    let newtype = index::newtype(&item, &mut diagnostics);
    let item_impl = index::item_impl(&item);
    let alias = store::alias(&item);
    // With wrong options the names still exist, so that whoever uses the type gets no errors for the same reason.
    let (holds, assertions) = if diagnostics.has_errors() {
        (leak::holds_anyway(&item), TokenStream::new())
    } else {
        (leak::holds(&item), leak::assertions(&item))
    };
    let (errors, lints) = (diagnostics.finish(), allow_lints());
    quote! {
        #errors
        #newtype
        #alias
        #assertions
        #lints
        const _: () = {
            #item_impl
            #holds
        };
    }
}

/// See `arenas::arena_struct`.
#[proc_macro]
pub fn arena_struct(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    bundle::expand(input.into()).into()
}
