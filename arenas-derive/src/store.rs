//! The alias of the store.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{GenericParam, Generics, Ident};

use crate::diag::allow_lints;
use crate::item::Item;

/// `pub type EdgeStore<W> = FastArena<Edge<W>, EdgeIdx>;`, and for a ring `pub type PacketBuf = RingBox<Packet>;`.
pub(crate) fn alias(item: &Item<'_>) -> TokenStream {
    let Item { krate, idx, alias, input, .. } = item;
    let name = &input.ident;
    let store = format_ident!("{}", item.store());
    let link = |of: &str| format!("[`{of}`]({}::{of})", krate.to_string().replace(' ', ""));
    let (_, ty_generics, _) = input.generics.split_for_impl();
    let own = quote!(#name #ty_generics);
    let (of, made) = (item.doc_name(name), link(item.store()));
    let by_index = match item.store() {
        "RingStore" => None,
        "RegionStore" => Some(("A", "", " Each value can be freed by itself.")),
        "Arena" => Some(("An", "`{alias}::with_index()`, ", "")),
        _ => Some(("A", "`{alias}::with_index()`, ", "")),
    };
    if let Some((article, with_index, more)) = by_index {
        let with_index = with_index.replace("{alias}", &alias.to_string());
        let doc = [
            format!("Store of {of} values, indexed by {}.", item.doc_name(idx)),
            format!(
                "{article} {made} with an index type of its own: make one with {with_index}\
                 `{alias}::with_capacity_and_index(slots)` or `{alias}::default()`.{more}"
            ),
        ];
        return definition(item, alias, &doc, &quote!(#krate::#store<#own, #idx>));
    }
    let handle = item.buf.as_ref().map_or_else(|| "`RingBox`".to_owned(), |buf| item.doc_name(buf));
    let doc = [
        format!("Ring of {of} values, each owned by a {handle}."),
        format!("A {made}: make one with `{alias}::new(slots)` or `{alias}::default()`."),
    ];
    let ring = definition(item, alias, &doc, &quote!(#krate::#store<#own>));
    let buf = item.buf.as_ref().map(|buf| {
        let doc = [
            format!("Owned {of} in a slot of a {}.", item.doc_name(alias)),
            format!(
                "A {}: it derefs to the value, drops it, and gives the slot back, on whichever thread that is.",
                link("RingBox")
            ),
        ];
        definition(item, buf, &doc, &quote!(#krate::RingBox<#own>))
    });
    quote!(#ring #buf)
}

/// A type alias with two paragraphs of documentation.
fn definition(item: &Item<'_>, alias: &Ident, [doc, how]: &[String; 2], ty: &TokenStream) -> TokenStream {
    let (vis, krate, lints) = (item.vis(), &item.krate, allow_lints());
    let parameters = parameters(&item.input.generics);
    // The stores need memory to allocate; the runtime crate knows whether there is any.
    quote_spanned! {alias.span()=>
        #krate::__private::with_alloc! {
            #[doc = #doc]
            #[doc = ""]
            #[doc = #how]
            #lints
            #vis type #alias #parameters = #ty;
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
