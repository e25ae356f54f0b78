//! What `#[arena(checked)]` promises: every index of the bundle finds out that it is stale or foreign.
//!
//! An index that a field names is made so. That of an item is the item's: its own derive says `repr = checked`, and here
//! it is verified.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Bundle, Index, spot};

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
