//! Side tables: what is known of items of a store, and goes with them.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Bundle, Store, spot};

/// Where code about the key of a table is reported: at the key, as it is written.
pub(crate) fn key_at(table: &Store) -> Span {
    let first = table.path.segments.last().and_then(|last| match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => arguments.args.first().map(Spanned::span),
        _ => None,
    });
    spot(first.unwrap_or_else(|| table.path.span()))
}

/// The method that cuts each table to where its store ends.
pub(crate) fn follow(bundle: &Bundle) -> Option<TokenStream> {
    bundle.tables().next()?;
    let rt = {
        let krate = &bundle.krate;
        quote!(#krate::__private::bundle)
    };
    let end = |number: usize| format_ident!("end_{number}", span = Span::mixed_site());
    let ends = bundle.tables().enumerate().map(|(number, table)| {
        let (at, krate, cfgs) = (key_at(table), bundle.krate_at(key_at(table)), &table.cfgs);
        let (end, ty) = (end(number), table.ty(bundle));
        let key = quote_spanned!(at=> <#ty as #krate::__private::bundle::SideTable>::Key);
        quote_spanned!(at=> #(#cfgs)* let #end = <Self as #krate::__private::bundle::KeyedBy<#key>>::end(self);)
    });
    let tables = bundle.tables().enumerate().map(|(number, table)| {
        let (end, cfgs, ident) = (end(number), &table.cfgs, &table.ident);
        quote_spanned!(table.at()=> #(#cfgs)* (&mut self.#ident, #end))
    });
    Some(quote! {
        fn follow(&mut self) {
            #(#ends)*
            #rt::follow(&mut [#(#tables),*]);
        }
    })
}

/// Which store ends where, by index; nothing in a bundle without tables.
pub(crate) fn keyed(bundle: &Bundle) -> Option<TokenStream> {
    bundle.tables().next()?;
    let implementations = bundle.stores().filter_map(|store| {
        let items = store.items.as_ref().filter(|items| items.indexes)?;
        let (at, ident, index) = (spot(items.ty.span()), &store.ident, items.index_ty(bundle).into_token_stream());
        let krate = bundle.krate_at(at);
        Some(bundle.impl_of(
            at,
            &store.cfgs,
            &quote_spanned!(at=> #krate::__private::bundle::KeyedBy<#index>),
            &quote_spanned! {at=>
                #[inline]
                fn end(&self) -> #krate::__private::core::primitive::usize {
                    #krate::ReadStore::end(&self.#ident)
                }
            },
        ))
    });
    Some(quote!(#(#implementations)*))
}
