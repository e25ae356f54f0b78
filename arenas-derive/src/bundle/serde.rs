//! What `#[arena(serde)]` adds: a bundle is written as the struct that it is, and every index that is read is looked at.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::kinds::{Holds, Places};
use super::model::{Bundle, Field, Index, spot};
use super::tables::key_at;
use crate::diag::Diagnostics;

/// Reports the stores whose contents cannot be written, and then leaves the whole thing out.
pub(crate) fn check(bundle: &mut Bundle, errors: &mut Diagnostics) {
    if bundle.serde.is_none() {
        return;
    }
    let mut sound = true;
    for store in bundle.stores() {
        let why = match (store.kind.holds, store.kind.places) {
            (Holds::Items, Places::InOrder) | (Holds::Table, _) => continue,
            (Holds::Items, _) => "its slots are used again, so that an index from a file could name another item",
            (Holds::Bytes | Holds::Owned, _) => "what it hands out is not part of the bundle",
        };
        sound = false;
        let message = format!("{} cannot be in a bundle with `#[arena(serde)]`: {why}", store.kind.spoken());
        errors.at(&store.path, message);
    }
    let ready = |store: &super::model::Store| {
        store.items.as_ref().is_some_and(|items| !items.indexes || matches!(items.index, Index::Ready))
    };
    if !sound || bundle.stores().any(ready) {
        bundle.serde = None;
    }
}

pub(crate) fn serde(bundle: &Bundle) -> Option<TokenStream> {
    let at = spot(bundle.serde?);
    let krate = bundle.krate_at(at);
    let core = quote!(#krate::__private::core);
    let rt = quote!(#krate::__private::serde);
    let name = bundle.ident.unraw().to_string();
    let names = bundle.fields.iter().map(|field| {
        let (cfgs, ident) = of(field);
        let spoken = ident.unraw().to_string();
        quote!(#(#cfgs)* #spoken)
    });
    let plain = bundle.plain().map(|plain| {
        let (cfgs, at) = (&plain.cfgs, spot(plain.ty.span()));
        quote_spanned!(at=> #(#cfgs)* #core::default::Default::default())
    });
    let writes = bundle.fields.iter().map(|field| {
        let (cfgs, ident) = of(field);
        let (at, spoken) = (place(field), ident.unraw().to_string());
        quote_spanned!(at=> #(#cfgs)* #rt::SerializeStruct::serialize_field(out, #spoken, &self.#ident)?;)
    });
    // Numbers that a `cfg` does not shift: they count the fields that are there.
    let number = proc_macro2::Ident::new("number", Span::mixed_site());
    let reads = bundle.fields.iter().map(|field| {
        let (cfgs, ident) = of(field);
        let at = place(field);
        let read = match field {
            Field::Store(_) => quote_spanned!(at=> refill),
            Field::Plain(_) => quote_spanned!(at=> assign),
        };
        quote_spanned! {at=>
            #(#cfgs)*
            {
                if field == #number {
                    return #rt::#read(&mut self.#ident, source);
                }
                #number += 1;
            }
        }
    });
    let ends = bundle.stores().filter(|store| store.items.is_some()).map(|store| {
        let (cfgs, ident, spoken) = (&store.cfgs, &store.ident, store.spoken());
        quote_spanned!(store.at()=> #(#cfgs)* #rt::end(#spoken, &self.#ident, ends);)
    });
    let links = bundle.stores().map(|store| {
        let (cfgs, ident) = (&store.cfgs, &store.ident);
        match store.items {
            Some(_) => quote_spanned!(store.at()=> #(#cfgs)* #rt::links(&mut self.#ident, ends);),
            None => quote_spanned!(key_at(store)=> #(#cfgs)* #rt::table_links(&mut self.#ident, ends);),
        }
    });
    let lifetime = bundle.parameter("de");
    let lifetime = syn::Lifetime { apostrophe: lifetime.span(), ident: lifetime };
    let [serializer, deserializer, source] = ["S", "D", "F"].map(|wanted| bundle.parameter(wanted));
    let behaviour = bundle.impl_of(
        at,
        &[],
        &quote!(#rt::SerdeBundle),
        &quote! {
            const NAME: &'static #core::primitive::str = #name;
            const FIELDS: &'static [&'static #core::primitive::str] = &[#(#names),*];

            fn made() -> #core::result::Result<Self, #krate::AllocError> {
                Self::try_new(#(#plain),*)
            }

            fn write<#serializer: #rt::SerializeStruct>(
                &self,
                out: &mut #serializer,
            ) -> #core::result::Result<(), #serializer::Error> {
                #(#writes)*
                #core::result::Result::Ok(())
            }

            fn read<#lifetime, #source: #rt::Source<#lifetime>>(
                &mut self,
                field: #core::primitive::usize,
                source: #source,
            ) -> #core::result::Result<(), #source::Error> {
                let mut #number = 0;
                #(#reads)*
                #core::unreachable!()
            }

            fn ends(&self, ends: &mut #rt::Ends) {
                #(#ends)*
            }

            fn links(&mut self, ends: &mut #rt::Ends) {
                #(#links)*
            }
        },
    );
    let serialize = bundle.impl_of(
        at,
        &[],
        &quote!(#rt::Serialize),
        &quote! {
            fn serialize<#serializer: #rt::Serializer>(
                &self,
                serializer: #serializer,
            ) -> #core::result::Result<#serializer::Ok, #serializer::Error> {
                #rt::serialize(self, serializer)
            }
        },
    );
    let mut reading = bundle.header();
    let parameter = syn::GenericParam::Lifetime(syn::LifetimeParam::new(lifetime.clone()));
    reading.generics.params.insert(0, parameter);
    let (params, _, predicates) = reading.generics.split_for_impl();
    let (_, arguments, _) = bundle.generics.split_for_impl();
    let (ident, cfgs) = (&bundle.ident, &bundle.cfgs);
    let allow = crate::diag::allow_lints();
    let deserialize = quote_spanned! {at=>
        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #params #rt::Deserialize<#lifetime> for #ident #arguments #predicates {
            fn deserialize<#deserializer: #rt::Deserializer<#lifetime>>(
                deserializer: #deserializer,
            ) -> #core::result::Result<Self, #deserializer::Error> {
                #rt::deserialize(deserializer)
            }
        }
    };
    Some(quote_spanned! {at=>
        #krate::__private::with_serde! {
            #behaviour #serialize #deserialize
        }
    })
}

fn of(field: &Field) -> (&[syn::Attribute], &proc_macro2::Ident) {
    match field {
        Field::Store(store) => (&store.cfgs, &store.ident),
        Field::Plain(plain) => (&plain.cfgs, &plain.ident),
    }
}

/// Where an error about the contents of a field is reported.
fn place(field: &Field) -> Span {
    match field {
        Field::Store(store) => store.at(),
        Field::Plain(plain) => spot(plain.ty.span()),
    }
}
