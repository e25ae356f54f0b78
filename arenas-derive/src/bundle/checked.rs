//! What `#[arena(checked)]` promises: every index of the bundle finds out that it is stale or foreign.
//!
//! An index that a field names is made so. That of an item is the item's: where the item is written in the same
//! `arena_struct!`, it is told; elsewhere its own derive says `repr = checked`, and here it is verified.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Type};

use super::model::{Bundle, Index, peeled, spot};
use crate::diag::Diagnostics;
use crate::options::{Key, Options, Place};

/// Makes the index of an item checked, if a checked bundle stores it and the item says nothing else.
pub(crate) fn switch_on(item: &mut DeriveInput, bundles: &[Bundle]) {
    let is_item = |ty: &Type| {
        matches!(peeled(ty), Type::Path(path) if path.path.segments.len() == 1
        && path.path.segments[0].ident == item.ident)
    };
    let stores = bundles.iter().filter(|bundle| bundle.checked.is_some()).flat_map(Bundle::stores);
    let mut own = stores.filter_map(|store| store.items.as_ref()).filter(|items| matches!(items.index, Index::Own));
    // The derive says what is wrong with its options.
    let mut unread = Diagnostics::new();
    let says = Options::parse(&item.attrs, Place::Item, &mut unread).has(Key::Repr);
    let _ = unread.finish();
    if !says && own.any(|items| is_item(&items.ty)) {
        item.attrs.push(syn::parse_quote!(#[arena(repr = checked)]));
    }
}

/// Has the compiler verify it, store by store, so that the item whose index is not checked is underlined.
pub(crate) fn verification(bundle: &Bundle) -> Option<TokenStream> {
    let at = bundle.checked?;
    let krate = &bundle.krate;
    let checks = bundle.stores().filter_map(|store| {
        let items = store.items.as_ref()?;
        let Index::Own = items.index else { return None };
        let (cfgs, index, at) = (&store.cfgs, items.index_ty(bundle), spot(items.ty.span()));
        let krate = bundle.krate_at(at);
        let item = &items.ty;
        Some(quote_spanned!(at=> #(#cfgs)* #krate::__private::bundle::checked::<#item, #index>();))
    });
    Some(bundle.impl_of(
        at,
        &[],
        &quote!(#krate::__private::bundle::CheckedBundle),
        &quote! {
            fn verify() {
                #(#checks)*
            }
        },
    ))
}
