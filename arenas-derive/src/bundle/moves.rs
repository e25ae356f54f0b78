//! `append` and `compact`: items get new indices, and every index inside them follows.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::kinds::Places;
use super::model::{Bundle, Index, spot};
use crate::diag::allow_lints;

/// Nothing where a store cannot give its items other indices.
pub(crate) fn moves(bundle: &Bundle) -> Option<TokenStream> {
    let stores = bundle.stores().filter_map(|store| Some((store, store.items.as_ref()?))).collect::<Vec<_>>();
    let movable = !stores.is_empty()
        && stores.iter().all(|(store, items)| {
            // A bound cannot be under a condition.
            store.cfgs.is_empty()
                && store.kind.places == Places::InOrder
                && items.indexes
                && !matches!(items.index, Index::Ready)
        });
    if !movable {
        return None;
    }
    let Bundle { vis, krate, cfgs, ident: name, .. } = bundle;
    let core = quote!(#krate::__private::core);
    // At an item, where what is wrong with it is said already.
    let first = spot(stores[0].1.ty.span());
    let rt = {
        let krate = bundle.krate_at(first);
        quote_spanned!(first=> #krate::__private::bundle)
    };
    let offsets = bundle.named("Offsets");
    let spoken = name.unraw().to_string();
    let lifetime = bundle.parameter("any");
    let lifetime = syn::Lifetime { apostrophe: lifetime.span(), ident: lifetime };
    let bounds = stores.iter().map(|(store, items)| {
        let (store, at) = (store.ty(bundle), spot(items.ty.span()));
        let krate = bundle.krate_at(at);
        // For any lifetime, so that it is an error only where the method is called.
        quote_spanned!(at=> for<#lifetime> #store: #krate::__private::bundle::RemapStoreIn<#lifetime>)
    });
    let bounds = quote!(#(#bounds,)*);
    let step = |between: bool| {
        let steps = stores.iter().map(|(store, items)| {
            let ident = &store.ident;
            let at = spot(items.ty.span());
            let krate = bundle.krate_at(at);
            if between {
                quote_spanned! {at=>
                    &mut #krate::__private::bundle::Moving::between(&mut self.#ident, &mut other.#ident)
                }
            } else {
                quote_spanned!(at=> &mut #krate::__private::bundle::Moving::within(&mut self.#ident))
            }
        });
        quote_spanned!(first=> &mut [#(#steps),*])
    };
    let (between, within) = (step(true), step(false));
    let doc = format!("Which index became which when items of [`{spoken}`] moved, of all its stores.");
    let roots = bundle.parameter("R");
    let index = bundle.parameter("I");
    let value = bundle.parameter("T");
    let methods = bundle.inherent(&quote_spanned! {spot(name.span())=>
        /// Moves every item of `other` into this bundle, and rewrites every index inside them, at any depth. O(items).
        ///
        /// Ranges of indices stay ranges. An index that names nothing stays as it is, and so does one of another bundle. A
        /// store that interns takes what is new to it. The plain fields of `other` and what its other stores hold are
        /// dropped. When something panics on the way, this bundle is as before, and the items of `other` are dropped.
        ///
        /// # Panics
        ///
        /// When a store gets no room; see [`try_append`](Self::try_append).
        #[track_caller]
        #vis fn append(&mut self, mut other: Self) -> #offsets
        where
            #bounds
        {
            #offsets(#rt::made(#spoken, #rt::append(#between)))
        }

        /// Moves every item of `other` into this bundle, and rewrites every index inside them; see
        /// [`append`](Self::append).
        ///
        /// # Errors
        ///
        /// When a store gets no room; with `other`, of which nothing has moved.
        #vis fn try_append(
            &mut self,
            mut other: Self,
        ) -> #core::result::Result<#offsets, #krate::Rejected<Self>>
        where
            #bounds
        {
            match #rt::append(#between) {
                #core::result::Result::Ok(moves) => #core::result::Result::Ok(#offsets(moves)),
                #core::result::Result::Err(error) => {
                    #core::result::Result::Err(#rt::rejected(other, error))
                }
            }
        }

        /// Drops every item that no index inside `roots` leads to, directly or through others, and moves the rest together,
        /// in their order. Indices inside the items and inside `roots` are rewritten; the others are found by what is
        /// returned. O(items).
        ///
        /// Checkpoints made before are good no more. When something panics on the way, items are lost.
        #vis fn compact<#roots: #krate::Remap>(&mut self, roots: &mut #roots) -> #offsets
        where
            #bounds
        {
            #offsets(#rt::compact(#within, roots))
        }
    });
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
