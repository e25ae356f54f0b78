//! What `#[arena(shared)]` promises: the whole bundle works through `&self` from many threads.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Bundle, Field, spot};

/// Has the compiler verify it, field by field, so that a field that cannot be shared is underlined.
pub(crate) fn verification(bundle: &Bundle) -> Option<TokenStream> {
    let at = bundle.shared?;
    let krate = &bundle.krate;
    let rt = quote!(#krate::__private::bundle);
    let checks = bundle.fields.iter().filter_map(|field| {
        let (cfgs, ident, at) = match field {
            // Which was an error of its own.
            Field::Store(store) if store.kind.unshared.is_some() => return None,
            Field::Store(store) => (&store.cfgs, &store.ident, store.path.span()),
            Field::Plain(plain) => (&plain.cfgs, &plain.ident, plain.ty.span()),
        };
        let krate = bundle.krate_at(spot(at));
        let check = quote_spanned!(spot(at)=> #krate::__private::bundle::shared(&self.#ident););
        Some(quote!(#(#cfgs)* #check))
    });
    Some(bundle.impl_of(
        at,
        &[],
        &quote!(#rt::SharedBundle),
        &quote! {
            fn verify(&self) {
                #(#checks)*
            }
        },
    ))
}
