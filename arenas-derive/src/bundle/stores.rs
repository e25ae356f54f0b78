//! Allocation by the type of the value, and access by the type of the index.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::model::{Bundle, ByType, Items, Store, spot};

pub(crate) fn stores(bundle: &Bundle) -> TokenStream {
    let krate = &bundle.krate;
    let vis = &bundle.vis;
    let methods = bundle.inherent(&quote!(#krate::__bundle_methods! { #vis }));
    let implementations =
        bundle.stores().filter_map(|store| Some((store, store.items.as_ref()?))).map(|(store, items)| {
            let by_type = by_type(bundle, store, items);
            let by_index = items.indexes.then(|| by_index(bundle, store, items));
            quote!(#by_type #by_index)
        });
    quote!(#methods #(#implementations)*)
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
    let krate = &bundle.krate;
    let (item, index, ident, ty) = (&items.ty, items.index_ty(bundle), &store.ident, store.ty(bundle));
    let at = spot(item.span());
    let implementation = bundle.impl_of(
        at,
        &store.cfgs,
        &quote_spanned!(at=> #krate::Stores<#item>),
        &quote_spanned! {at=>
            type Idx = #index;
            type Store = #ty;

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
    let shared = store.kind.shared.then(|| {
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
    let calls = stores.iter().map(|store| format!("`{receiver}.{}.alloc(..)`", store.unraw())).collect::<Vec<_>>();
    let item = tidy(&items.ty);
    let message =
        format!("{} stores of `{}` hold `{item}`, so its type does not say which", stores.len(), bundle.ident.unraw());
    let note = format!("name the store: {}", calls.join(" or "));
    // A bound without a parameter would be an error where it is written; one for all lifetimes is one where it is used.
    let mut restricted = bundle.header();
    if let Ok(predicate) = syn::parse2(quote!(for<'__any> NameTheStore<'__any>: ByType)) {
        restricted.generics.make_where_clause().predicates.push(predicate);
    }
    let implementations = stores_impls(&restricted, store, items);
    let cfgs = &bundle.cfgs;
    quote! {
        #(#cfgs)*
        const _: () = {
            #[diagnostic::on_unimplemented(message = #message, label = "which store?", note = #note)]
            trait ByType {}
            struct NameTheStore<'any>(#core::marker::PhantomData<&'any ()>);
            #implementations
        };
    }
}

/// `Index` and `IndexMut` by the index and by a range of them, and `IndexedBy`.
fn by_index(bundle: &Bundle, store: &Store, items: &Items) -> TokenStream {
    let krate = &bundle.krate;
    let core = quote!(#krate::__private::core);
    let (item, index, ident, ty) = (&items.ty, items.index_ty(bundle), &store.ident, store.ty(bundle));
    let at = spot(item.span());
    let pairs = [
        (quote_spanned!(at=> #index), quote_spanned!(at=> #item)),
        (quote_spanned!(at=> #krate::IdxRange<#index>), quote_spanned!(at=> [#item])),
    ];
    let operators = pairs.iter().take(if items.ranges { 2 } else { 1 }).map(|(index, output)| {
        let shared = bundle.impl_of(
            at,
            &store.cfgs,
            &quote_spanned!(at=> #core::ops::Index<#index>),
            &quote_spanned! {at=>
                type Output = #output;

                #[inline]
                #[track_caller]
                fn index(&self, index: #index) -> &Self::Output {
                    &self.#ident[index]
                }
            },
        );
        let exclusive = bundle.impl_of(
            at,
            &store.cfgs,
            &quote_spanned!(at=> #core::ops::IndexMut<#index>),
            &quote_spanned! {at=>
                #[inline]
                #[track_caller]
                fn index_mut(&mut self, index: #index) -> &mut Self::Output {
                    &mut self.#ident[index]
                }
            },
        );
        quote!(#shared #exclusive)
    });
    let lookup = bundle.impl_of(
        at,
        &store.cfgs,
        &quote_spanned!(at=> #krate::IndexedBy<#index>),
        &quote_spanned! {at=>
            type Item = #item;
            type Store = #ty;

            #[inline]
            fn store_of(&self) -> &Self::Store {
                &self.#ident
            }

            #[inline]
            fn store_of_mut(&mut self) -> &mut Self::Store {
                &mut self.#ident
            }
        },
    );
    quote!(#(#operators)* #lookup)
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
