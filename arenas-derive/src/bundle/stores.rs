//! Allocation by the type of the value, and access by the type of the index.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericParam, Lifetime};

use super::kinds::Places;
use super::model::{Bundle, ByType, Items, Store, spot};
use crate::diag::allow_lints;

pub(crate) fn stores(bundle: &Bundle) -> TokenStream {
    let krate = &bundle.krate;
    let vis = &bundle.vis;
    let [value, make, items, index, lifetime] = ["T", "F", "It", "I", "a"].map(|wanted| bundle.parameter(wanted));
    let lifetime = Lifetime { apostrophe: lifetime.span(), ident: lifetime };
    let interning =
        bundle.stores().any(|store| store.intern).then(|| quote!(#krate::__bundle_intern_methods! { #vis, #value }));
    let methods = bundle.inherent(&quote! {
        #krate::__bundle_methods! { #vis, #value, #make, #items, #index, #lifetime }
        #interning
    });
    let implementations =
        bundle.stores().filter_map(|store| Some((store, store.items.as_ref()?))).map(|(store, items)| {
            let by_type = by_type(bundle, store, items);
            let by_index = items.indexes.then(|| by_index(bundle, store, items));
            quote!(#by_type #by_index)
        });
    let has_index = bundle.stores().any(|store| store.items.as_ref().is_some_and(|items| items.indexes));
    let operators = has_index.then(|| operators(bundle));
    quote!(#methods #(#implementations)* #operators)
}

/// `Stores<Item>`, and `StoresShared<Item>` where the store allocates through `&self`.
fn by_type(bundle: &Bundle, store: &Store, items: &Items) -> Option<TokenStream> {
    match &items.by_type {
        ByType::Unclear | ByType::Several { first: false, .. } => None,
        ByType::Unique => Some(stores_impls(bundle, store, items)),
        ByType::Several { stores, .. } => Some(refusal(bundle, store, items, stores)),
    }
}

fn stores_impls(bundle: &Bundle, store: &Store, items: &Items) -> TokenStream {
    let (item, index, ident, ty) = (&items.ty, items.index_ty(bundle), &store.ident, store.ty(bundle));
    let at = spot(item.span());
    let krate = bundle.krate_at(at);
    let of = if store.intern { quote_spanned!(at=> Interns) } else { quote_spanned!(at=> Stores) };
    // The arena that was written is meant, and its name is used.
    let written = store.intern.then(|| {
        let path = &store.path;
        quote_spanned!(at=> type Written = #path<#item, #index>;)
    });
    let implementation = bundle.impl_of(
        at,
        &store.cfgs,
        &quote_spanned!(at=> #krate::#of<#item>),
        &quote_spanned! {at=>
            type Idx = #index;
            type Store = #ty;
            #written

            #[inline]
            fn store(&self) -> &Self::Store {
                &self.#ident
            }

            #[inline]
            fn store_mut(&mut self) -> &mut Self::Store {
                &mut self.#ident
            }
        },
    );
    let shared = (store.kind.unshared.is_none() && !store.intern).then(|| {
        bundle.impl_of(
            at,
            &store.cfgs,
            &quote_spanned!(at=> #krate::StoresShared<#item>),
            &quote_spanned! {at=>
                type Idx = #index;
                type Store = #ty;

                #[inline]
                fn store(&self) -> &Self::Store {
                    &self.#ident
                }
            },
        )
    });
    quote!(#implementation #shared)
}

/// Several stores hold the item: the implementation exists, with a bound that nothing meets, whose message names them.
fn refusal(bundle: &Bundle, store: &Store, items: &Items, stores: &[syn::Ident]) -> TokenStream {
    let krate = &bundle.krate;
    let core = quote!(#krate::__private::core);
    let receiver = snake(&bundle.ident.unraw().to_string());
    let method = if store.intern { "intern" } else { "alloc" };
    let calls = stores.iter().map(|store| format!("`{receiver}.{}.{method}(..)`", store.unraw())).collect::<Vec<_>>();
    let item = tidy(&items.ty);
    let count = if stores.len() == 2 { "two".to_owned() } else { stores.len().to_string() };
    let verb = if store.intern { "intern" } else { "hold" };
    let message =
        format!("{count} stores of `{}` {verb} `{item}`, so its type does not say which", bundle.ident.unraw());
    let note = format!("name the store: {}", calls.join(" or "));
    // A bound without a parameter would be an error where it is written; one for all lifetimes is one where it is used.
    let mut restricted = bundle.header();
    let at = spot(items.ty.span());
    if let Ok(predicate) = syn::parse2(quote_spanned!(at=> for<'any> NameTheStore<'any>: ByType)) {
        restricted.generics.make_where_clause().predicates.push(predicate);
    }
    let implementations = stores_impls(&restricted, store, items);
    let cfgs = &bundle.cfgs;
    quote_spanned! {at=>
        #(#cfgs)*
        const _: () = {
            #[diagnostic::on_unimplemented(message = #message, label = "which store?", note = #note)]
            trait ByType {}
            struct NameTheStore<'any>(#core::marker::PhantomData<&'any ()>);
            #implementations
        };
    }
}

/// `IndexedBy<Idx>`, and `SlicedBy<Idx>` where the items are contiguous; and the same for exclusive access, unless the store
/// interns.
///
/// The index is spelled `<Item as ArenaItem>::Idx`, which does not count as a private type when the item is one, so that
/// a public bundle could not have `type Item = Item`. It has a parameter there that can only be the item.
fn by_index(bundle: &Bundle, store: &Store, items: &Items) -> TokenStream {
    let (item, index, ty) = (&items.ty, items.index_ty(bundle), store.ty(bundle));
    let at = spot(item.span());
    let krate = bundle.krate_at(at);
    // Not a name that a type of the user may have.
    let parameter = bundle.parameter("__ArenasItem");
    let mut header = bundle.header();
    header.generics.params.push(GenericParam::Type(parameter.clone().into()));
    if let Ok(predicate) = syn::parse2(quote_spanned!(at=> #ty: #krate::ReadStore<Item = #parameter, Idx = #index>)) {
        header.generics.make_where_clause().predicates.push(predicate);
    }
    let (params, _, predicates) = header.generics.split_for_impl();
    let (name, (_, arguments, _)) = (&bundle.ident, bundle.generics.split_for_impl());
    let (bundle_cfgs, cfgs, allow) = (&bundle.cfgs, &store.cfgs, allow_lints());

    let access = |exclusive| Access { bundle, store, exclusive, at };
    let key = quote_spanned!(at=> #index);
    let read =
        access(false).methods("item", "get", &quote_spanned!(at=> ReadStore), &key, &quote_spanned!(at=> Self::Item));
    let mut implementations = quote_spanned! {at=>
        #(#bundle_cfgs)*
        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #params #krate::IndexedBy<#index> for #name #arguments #predicates {
            type Item = #parameter;
            #read
        }
    };
    let contiguous = store.kind.places == Places::InOrder;
    let range = quote_spanned!(at=> #krate::IdxRange<#index>);
    let (one, slice) = (quote_spanned!(at=> #item), quote_spanned!(at=> [#item]));
    let mut implement = |of: TokenStream, body: TokenStream| {
        implementations.extend(bundle.impl_of(at, &store.cfgs, &quote_spanned!(at=> #krate::#of<#index>), &body));
    };
    if contiguous {
        let methods = access(false).methods("items", "get_range", &quote_spanned!(at=> ReadSlices), &range, &slice);
        implement(quote_spanned!(at=> SlicedBy), methods);
    }
    if !store.intern {
        let methods = access(true).methods("item", "get", &quote_spanned!(at=> ItemStore), &key, &one);
        implement(quote_spanned!(at=> IndexedMutBy), methods);
        if contiguous {
            let methods = access(true).methods("items", "get_range", &quote_spanned!(at=> SliceStore), &range, &slice);
            implement(quote_spanned!(at=> SlicedMutBy), methods);
        }
    }
    implementations
}

/// How a store of a bundle is reached into.
struct Access<'a> {
    bundle: &'a Bundle,
    store: &'a Store,
    exclusive: bool,
    at: Span,
}

impl Access<'_> {
    /// The method that panics and its twin that does not, by those of the store.
    fn methods(
        &self,
        method: &str,
        of_store: &str,
        holder: &TokenStream,
        key: &TokenStream,
        output: &TokenStream,
    ) -> TokenStream {
        let Self { bundle, store, exclusive, at } = *self;
        let (krate, ident) = (bundle.krate_at(at), &store.ident);
        let core = quote_spanned!(at=> #krate::__private::core);
        let mut_token = exclusive.then(|| quote_spanned!(at=> mut));
        let suffix = if exclusive { "_mut" } else { "" };
        let name = |prefix, stem| format_ident!("{prefix}{stem}{suffix}", span = at);
        let (plain, fallible) = (name("", method), name("try_", method));
        let (get, try_get) = (name("", of_store), name("try_", of_store));
        let got = if bundle.checked.is_some() {
            let spoken = store.spoken();
            quote_spanned!(at=> #krate::__private::bundle::#get(& #mut_token self.#ident, key, #spoken))
        } else {
            quote_spanned!(at=> #krate::#holder::#get(& #mut_token self.#ident, key))
        };
        quote_spanned! {at=>
            #[inline]
            #[track_caller]
            fn #plain(& #mut_token self, key: #key) -> & #mut_token #output {
                #got
            }

            #[inline]
            fn #fallible(& #mut_token self, key: #key) -> #core::option::Option<& #mut_token #output> {
                #krate::#holder::#try_get(& #mut_token self.#ident, key)
            }
        }
    }
}

/// `Index` and `IndexMut`, by whatever leads into one of the stores.
fn operators(bundle: &Bundle) -> TokenStream {
    let krate = &bundle.krate;
    let core = quote!(#krate::__private::core);
    let name = &bundle.ident;
    let index = bundle.parameter("I");
    let mut any = bundle.header();
    any.generics.params.push(GenericParam::Type(index.clone().into()));
    let (params, _, _) = any.generics.split_for_impl();
    let (_, arguments, predicates) = bundle.generics.split_for_impl();
    let (cfgs, allow) = (&bundle.cfgs, allow_lints());
    let further = predicates.map(|clause| clause.predicates.iter().collect::<Vec<_>>()).unwrap_or_default();
    quote_spanned! {spot(name.span())=>
        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #params #core::ops::Index<#index> for #name #arguments
        where
            #(#further,)*
            #index: #krate::Indexes<Self>,
        {
            type Output = <#index as #krate::Indexes<Self>>::Output;

            #[inline]
            #[track_caller]
            fn index(&self, index: #index) -> &Self::Output {
                #krate::Indexes::get(index, self)
            }
        }

        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #params #core::ops::IndexMut<#index> for #name #arguments
        where
            #(#further,)*
            #index: #krate::IndexesMut<Self>,
        {
            #[inline]
            #[track_caller]
            fn index_mut(&mut self, index: #index) -> &mut Self::Output {
                #krate::IndexesMut::get_mut(index, self)
            }
        }
    }
}

/// `CodeMap` as the name of a variable: `code_map`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// A type as a person writes it.
pub(crate) fn tidy(ty: &syn::Type) -> String {
    let text = quote!(#ty).to_string();
    [(" :: ", "::"), (" < ", "<"), ("< ", "<"), (" >", ">"), (" ,", ","), ("& ", "&"), ("' ", "'")]
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}
