//! `NameCapacity`: how much room each store starts with.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::model::{Bundle, spot};
use crate::diag::allow_lints;

pub(crate) fn capacities(bundle: &Bundle) -> TokenStream {
    let Bundle { vis, krate, cfgs, ident: name, .. } = bundle;
    let core = quote!(#krate::__private::core);
    let rt = quote!(#krate::__private::bundle);
    let capacities = bundle.named("Capacity");
    let doc = format!(
        "How much room each store of [`{0}`] starts with: a field per store, in slots or in bytes as each says.\n\nWrite \
         those that matter and take the rest from `Default`; [`{0}::with_capacity`] takes it.",
        name
    );
    let fields = bundle.stores().map(|store| {
        let (cfgs, ident) = (&store.cfgs, &store.ident);
        let mut doc = format!("`{}`, {}: {}", store.spoken(), store.kind.spoken(), store.kind.capacity_doc);
        if let Some(capacity) = &store.capacity {
            doc.push_str(&format!(" In this bundle the default is `{}`.", capacity));
        }
        quote! {
            #(#cfgs)*
            #[doc = #doc]
            #vis #ident: usize
        }
    });
    let defaults = bundle.stores().map(|store| {
        let (cfgs, ident) = (&store.cfgs, &store.ident);
        let value = store.capacity.as_ref().map_or_else(
            || {
                let constant = format_ident!("{}", store.kind.default_capacity);
                quote!(#rt::#constant)
            },
            Clone::clone,
        );
        quote!(#(#cfgs)* #ident: #value)
    });
    let allow = allow_lints();
    quote_spanned! {spot(name.span())=>
        #(#cfgs)*
        #[doc = #doc]
        #allow
        #[derive(#core::clone::Clone, #core::marker::Copy, #core::fmt::Debug, #core::cmp::PartialEq, #core::cmp::Eq)]
        #vis struct #capacities {
            #(#fields),*
        }

        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #core::default::Default for #capacities {
            fn default() -> Self {
                Self { #(#defaults),* }
            }
        }
    }
}
