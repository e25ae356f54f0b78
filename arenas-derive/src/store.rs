//! The alias of the store.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{GenericParam, Generics};

use crate::diag::allow_lints;
use crate::item::Item;
use crate::options::Key;

/// `pub type EdgeStore<W> = FastArena<Edge<W>, EdgeIdx>;`
pub(crate) fn alias(item: &Item<'_>) -> TokenStream {
    let Item { krate, idx, alias, input, .. } = item;
    let (vis, name, lints) = (item.vis(), &input.ident, allow_lints());
    let store = format_ident!("{}", item.options.choice(Key::Store).unwrap_or("Arena"));
    let article = if store == "Arena" { "An" } else { "A" };
    let parameters = parameters(&input.generics);
    let (_, ty_generics, _) = input.generics.split_for_impl();
    let doc = format!("Store of {} values, indexed by {}.", item.doc_name(name), item.doc_name(idx));
    let how = format!(
        "{article} [`{store}`]({}::{store}) with an index type of its own: make one with `{alias}::with_index()`, \
         `{alias}::with_capacity_and_index(slots)` or `{alias}::default()`.",
        krate.to_string().replace(' ', ""),
    );
    // The stores need memory to allocate; the runtime crate knows whether there is any.
    quote_spanned! {alias.span()=>
        #krate::__private::with_alloc! {
            #[doc = #doc]
            #[doc = ""]
            #[doc = #how]
            #lints
            #vis type #alias #parameters = #krate::#store<#name #ty_generics, #idx>;
        }
    }
}

/// The parameters with their defaults, and without bounds, which an alias does not check.
fn parameters(generics: &Generics) -> Option<TokenStream> {
    let parameters = generics.params.iter().map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => {
            let name = &parameter.lifetime;
            quote!(#name)
        }
        GenericParam::Type(parameter) => {
            let name = &parameter.ident;
            let default = parameter.default.as_ref().map(|(equals, default)| quote!(#equals #default));
            quote!(#name #default)
        }
        GenericParam::Const(parameter) => {
            let (name, ty) = (&parameter.ident, &parameter.ty);
            let default = parameter.default.as_ref().map(|(equals, default)| quote!(#equals #default));
            quote!(const #name: #ty #default)
        }
    });
    (!generics.params.is_empty()).then(|| quote!(<#(#parameters),*>))
}
