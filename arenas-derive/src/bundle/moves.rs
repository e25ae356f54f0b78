//! `append` and `compact`: items get new indices, and every index inside them follows.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::ext::IdentExt;

use super::kinds::{Holds, Places};
use super::model::{Bundle, Index, Store, spot};
use super::overlap::is_open;
use crate::diag::allow_lints;

/// Nothing where a store has no index that is its own, which was an error.
pub(crate) fn moves(bundle: &Bundle) -> Option<TokenStream> {
    let moving = bundle.stores().filter(|store| moves_with(bundle, store)).collect::<Vec<_>>();
    let mut items = moving.iter().filter_map(|store| store.items.as_ref());
    items.next()?;
    if moving.iter().filter_map(|store| store.items.as_ref()).any(|it| !it.indexes || matches!(it.index, Index::Ready))
    {
        return None;
    }
    let Bundle { vis, krate, cfgs, ident: name, .. } = bundle;
    let core = quote!(#krate::__private::core);
    // At an item, where what is wrong with it is said already.
    let first = moving[0].at();
    let rt = {
        let krate = bundle.krate_at(first);
        quote_spanned!(first=> #krate::__private::bundle)
    };
    let offsets = bundle.named("Offsets");
    let spoken = name.unraw().to_string();
    let lifetime = bundle.parameter("any");
    let lifetime = syn::Lifetime { apostrophe: lifetime.span(), ident: lifetime };
    let conditions = moving.iter().filter(|store| !store.cfgs.is_empty()).map(|store| condition(bundle, store));
    let conditions = conditions.collect::<TokenStream>();
    let bounds = moving.iter().map(|store| {
        let (at, krate) = (store.at(), bundle.krate_at(store.at()));
        if let Some(item) = bounded_item(bundle, store) {
            return quote_spanned!(at=> for<#lifetime> #item: #krate::__private::bundle::RemapIn<#lifetime>);
        }
        let store_ty = match store.cfgs.as_slice() {
            [] => store.ty(bundle),
            _ => {
                let macro_name = condition_name(store);
                quote_spanned!(at=> #macro_name!())
            }
        };
        let bound = if is_table(store) {
            quote_spanned!(at=> RemapTableIn<#lifetime>)
        } else {
            quote_spanned!(at=> RemapStoreIn<#lifetime>)
        };
        // For any lifetime, so that it is an error only where the method is called.
        quote_spanned!(at=> for<#lifetime> #store_ty: #krate::__private::bundle::#bound)
    });
    let bounds = quote!(#(#bounds,)*);
    let step = |between: bool| {
        let steps = moving.iter().map(|store| {
            let (ident, cfgs) = (&store.ident, &store.cfgs);
            let (at, krate) = (store.at(), bundle.krate_at(store.at()));
            let moving = if is_table(store) { quote_spanned!(at=> MovingTable) } else { quote_spanned!(at=> Moving) };
            let moving = quote_spanned!(at=> #krate::__private::bundle::#moving);
            if between {
                quote_spanned!(at=> #(#cfgs)* &mut #moving::between(&mut self.#ident, &mut from.#ident))
            } else {
                quote_spanned!(at=> #(#cfgs)* &mut #moving::within(&mut self.#ident))
            }
        });
        quote_spanned!(first=> &mut [#(#steps),*])
    };
    let (between, within) = (step(true), step(false));
    let [roots, index, value, other] = ["R", "I", "T", "B"].map(|wanted| bundle.parameter(wanted));
    let stays = staying(bundle);
    let append = format!(
        "Moves every item of `other` into this bundle, and rewrites every index inside them, at any depth. O(items).\n\n\
         `other` is a bundle, or `&mut` one, which is empty of items then.{stays}\n\nRanges of indices stay ranges. An \
         index that names nothing stays as it is, and so does one of another bundle. A store that interns takes what is \
         new to it. What a side table says of an item moves with it, unless there is something already.\n\nWhen code of an \
         item (`Remap`, `Hash`, `Eq`) panics on the way, this bundle is as before, and the items of `other` are still \
         there, but indices inside them may be the new ones."
    );
    let compact = format!(
        "Drops every item that no index inside `roots` leads to, directly or through others, and moves the rest together, \
         in their order. Indices inside the items and inside `roots` are rewritten; the others are found by what is \
         returned. O(items).\n\nChecked indices and checkpoints made before are good no more.{}{}\n\nWhen code of an item \
         (`Remap`, `Hash`, `Eq`) panics, no item has moved or was dropped. While it is looked what is reached, nothing has \
         changed at all; later, some indices inside the items may be the new ones already. A destructor that panics does so \
         when all else is done.",
        if bundle.tables().next().is_some() {
            " What a side table says of an item goes where the item goes, and what that leads to stays as long as the item."
        } else {
            ""
        },
        if moving.iter().any(|store| store.kind.places == Places::Recycled) {
            " Items of a `RegionStore` keep their places and their indices."
        } else {
            ""
        },
    );
    let doc = format!("Which index became which when items of [`{spoken}`] moved, of all its stores.");
    let methods = bundle.inherent(&quote_spanned! {spot(name.span())=>
        #[doc = #append]
        ///
        /// # Panics
        ///
        /// When a store gets no room; see [`try_append`](Self::try_append).
        #[track_caller]
        #vis fn append<#other: #core::borrow::BorrowMut<Self>>(&mut self, mut other: #other) -> #offsets
        where
            #bounds
        {
            let from: &mut Self = #core::borrow::BorrowMut::borrow_mut(&mut other);
            #offsets(#rt::made(#spoken, #rt::append(#between)))
        }

        /// Moves every item of `other` into this bundle, and rewrites every index inside them; see
        /// [`append`](Self::append).
        ///
        /// # Errors
        ///
        /// When a store gets no room; with `other`, of which nothing has moved.
        #vis fn try_append<#other: #core::borrow::BorrowMut<Self>>(
            &mut self,
            mut other: #other,
        ) -> #core::result::Result<#offsets, #krate::Rejected<#other>>
        where
            #bounds
        {
            let from: &mut Self = #core::borrow::BorrowMut::borrow_mut(&mut other);
            let moved = #rt::append(#between);
            match moved {
                #core::result::Result::Ok(moves) => #core::result::Result::Ok(#offsets(moves)),
                #core::result::Result::Err(error) => {
                    #core::result::Result::Err(#rt::rejected(other, error))
                }
            }
        }

        #[doc = #compact]
        #[track_caller]
        #vis fn compact<#roots: #krate::Remap>(&mut self, roots: &mut #roots) -> #offsets
        where
            #bounds
        {
            #offsets(#rt::made(#spoken, #rt::compact(#within, roots)))
        }
    });
    let methods = if conditions.is_empty() {
        methods
    } else {
        // The names of the macros are for these methods only.
        quote! {
            #(#cfgs)*
            const _: () = {
                #conditions
                #methods
            };
        }
    };
    let allow = allow_lints();
    Some(quote_spanned! {spot(name.span())=>
        #(#cfgs)*
        #[doc = #doc]
        #allow
        #[derive(#core::clone::Clone, #core::fmt::Debug)]
        #vis struct #offsets(#rt::Moves);

        #(#cfgs)*
        #allow
        impl #offsets {
            /// The new index of an item; `None` where the old one named none, or the item is gone.
            #[must_use]
            #vis fn get<#index: #krate::ArenaIdx + 'static>(&self, old: #index) -> #core::option::Option<#index> {
                self.0.get(old)
            }

            /// Rewrites every index inside a value: a side table, a list of roots.
            #vis fn apply<#value: #krate::Remap + ?#core::marker::Sized>(&self, value: &mut #value) {
                self.0.apply(value);
            }
        }

        #methods
    })
}

/// The item, where a bound on it is enough for the store to move.
///
/// The bound on the store names the index; if the item has none, which is said at the field, rustc would give up on all
/// bounds of the method, and go on about each.
fn bounded_item<'a>(bundle: &Bundle, store: &'a Store) -> Option<&'a Type> {
    let enough = store.kind.places == Places::InOrder && !store.intern && store.cfgs.is_empty();
    let item = &store.items.as_ref().filter(|_| enough)?.ty;
    (!is_open(item, &bundle.generics)).then_some(item)
}

fn is_table(store: &Store) -> bool {
    store.kind.holds == Holds::Table
}

/// Whether the store has part in `append` and `compact`: where it holds items, or is about some.
fn moves_with(bundle: &Bundle, store: &Store) -> bool {
    store.items.is_some() || bundle.tables().any(|table| table.ident == store.ident)
}

/// What is not appended, in words.
fn staying(bundle: &Bundle) -> String {
    let stores =
        bundle.stores().filter(|store| !moves_with(bundle, store)).map(|store| format!("`{}`", store.spoken()));
    let plain = bundle.plain().map(|plain| format!("`{}`", plain.ident.unraw()));
    let staying = stores.chain(plain).collect::<Vec<_>>();
    if staying.is_empty() {
        return String::new();
    }
    format!(" What is no item stays there, and goes with it if it is handed over by value: {}.", staying.join(", "))
}

/// The macro that stands for the type of a store under a `cfg`, or for one that has no bounds: a bound itself cannot be
/// under one.
fn condition(bundle: &Bundle, store: &Store) -> TokenStream {
    let (at, name, ty, cfgs) = (store.at(), condition_name(store), store.ty(bundle), &store.cfgs);
    let krate = bundle.krate_at(at);
    let predicates = cfgs.iter().filter_map(|cfg| match &cfg.meta {
        syn::Meta::List(list) => Some(list.tokens.clone()),
        _ => None,
    });
    // Of the kind, and such that every bound holds.
    let nothing = if is_table(store) {
        quote_spanned!(at=> #krate::ArenaSet<#krate::Idx<()>>)
    } else {
        quote_spanned!(at=> #krate::Arena<()>)
    };
    quote_spanned! {at=>
        #(#cfgs)*
        macro_rules! #name {
            () => { #ty };
        }
        #[cfg(not(all(#(#predicates),*)))]
        macro_rules! #name {
            () => { #nothing };
        }
    }
}

fn condition_name(store: &Store) -> Ident {
    format_ident!("__arenas_type_of_{}", store.ident.unraw(), span = store.at())
}
