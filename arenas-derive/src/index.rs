//! The index newtype, and the relation from the item to it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Ident, Index, Path};

use crate::diag::{Diagnostics, allow_lints};
use crate::item::Item;

/// What every index type implements anyway.
const GIVEN: [&str; 8] = ["Clone", "Copy", "Debug", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"];

/// The struct; its impls are written by a macro of the runtime crate, which knows the optional features.
pub(crate) fn newtype(item: &Item<'_>, diagnostics: &mut Diagnostics) -> TokenStream {
    let Item { krate, idx, .. } = item;
    let vis = item.vis();
    let derives: Vec<&Path> = item.options.idx_derives().iter().filter(|path| is_new(path, diagnostics)).collect();
    let derives = (!derives.is_empty()).then(|| quote!(#[derive(#(#derives),*)]));
    let raw = match item.repr() {
        "u16" => quote!(RawIdx16),
        "u64" => quote!(RawIdx64),
        "checked" => quote!(RawStamped),
        _ => quote!(RawIdx32),
    };
    let of = item.doc_name(&item.input.ident);
    let doc = match item.store() {
        "RingStore" => format!("Index of one {of} in an arena."),
        _ => format!("Index of one {of} in its store, {}.", item.doc_name(&item.alias)),
    };
    Newtype { krate, cfgs: &quote!(), front: &quote!(#derives #vis), idx, raw: &raw, doc: &doc }.definition()
}

/// An index type, of an item or of a store.
pub(crate) struct Newtype<'a> {
    pub(crate) krate: &'a TokenStream,
    /// The conditions under which it exists.
    pub(crate) cfgs: &'a TokenStream,
    /// Its further attributes and its visibility.
    pub(crate) front: &'a TokenStream,
    pub(crate) idx: &'a Ident,
    /// The raw handle inside.
    pub(crate) raw: &'a TokenStream,
    pub(crate) doc: &'a str,
}

impl Newtype<'_> {
    pub(crate) fn definition(&self) -> TokenStream {
        let Self { krate, cfgs, front, idx, raw, doc } = self;
        let (name, lints) = (idx.unraw().to_string(), allow_lints());
        // Its field, spelled at the name of the type.
        let field = Index { index: 0, span: idx.span() };
        quote_spanned! {idx.span()=>
            #cfgs
            #[doc = #doc]
            #lints
            #[repr(transparent)]
            #front struct #idx(#krate::__private::#raw);

            #cfgs
            #krate::__private::index! { #idx, #raw, #name, #field }
        }
    }
}

fn is_new(path: &Path, diagnostics: &mut Diagnostics) -> bool {
    let given = path.segments.last().is_some_and(|segment| GIVEN.iter().any(|name| segment.ident == name));
    if given {
        diagnostics.at(path, "every index type implements this already");
    }
    !given
}

/// `impl ArenaItem for Node { type Idx = NodeIdx; }`
pub(crate) fn item_impl(item: &Item<'_>) -> TokenStream {
    let Item { krate, idx, input, .. } = item;
    let name = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote_spanned! {name.span()=>
        #[automatically_derived]
        impl #impl_generics #krate::ArenaItem for #name #ty_generics #where_clause {
            type Idx = #idx;
        }
    }
}
