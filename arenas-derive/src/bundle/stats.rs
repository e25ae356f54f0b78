//! `NameStats`: a row per store and a total. And `reset`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::model::{Bundle, spot};
use crate::diag::allow_lints;

pub(crate) fn stats(bundle: &Bundle) -> TokenStream {
    let Bundle { vis, krate, cfgs, ident: name, .. } = bundle;
    let core = quote!(#krate::__private::core);
    let rt = quote!(#krate::__private::bundle);
    let stats = bundle.named("Stats");
    let doc = format!("What each store of [`{name}`] holds at one moment. `Display` prints a table with a total.");
    let fields = bundle.stores().map(|store| {
        let (cfgs, ident) = (&store.cfgs, &store.ident);
        let doc = format!("What `{}` holds.", store.spoken());
        quote!(#(#cfgs)* #[doc = #doc] #vis #ident: #krate::Stats)
    });
    let rows = bundle.stores().map(|store| {
        let (cfgs, ident, spoken) = (&store.cfgs, &store.ident, store.spoken());
        quote!(#(#cfgs)* (#spoken, self.#ident))
    });
    let rows = quote!([#(#rows),*]);
    let snapshots = bundle.stores().map(|store| {
        let (cfgs, ident) = (&store.cfgs, &store.ident);
        let (at, krate) = (store.at(), bundle.krate_at(store.at()));
        quote_spanned!(at=> #(#cfgs)* #ident: #krate::__private::bundle::BundleStore::snapshot(&self.#ident))
    });
    let resets = bundle.stores().map(|store| {
        let (cfgs, ident) = (&store.cfgs, &store.ident);
        quote_spanned!(store.at()=> #(#cfgs)* &mut self.#ident)
    });
    let title = bundle.named("").to_string();
    let allow = allow_lints();
    let methods = bundle.inherent(&quote_spanned! {spot(bundle.ident.span())=>
        /// Takes a snapshot of what each store holds.
        #[must_use]
        #vis fn stats(&self) -> #stats {
            #stats { #(#snapshots),* }
        }

        /// Empties every store, drops what they drop, and keeps their memory for reuse. Plain fields stay as they are,
        /// and so do the buffers of a ring, which are owned elsewhere.
        ///
        /// A destructor that panics keeps no other value from being dropped, and no other store from being emptied.
        #vis fn reset(&mut self) {
            #rt::reset(&mut [#(#resets),*]);
        }
    });
    quote_spanned! {spot(name.span())=>
        #(#cfgs)*
        #[doc = #doc]
        #allow
        #[derive(#core::clone::Clone, #core::marker::Copy, #core::fmt::Debug, #core::cmp::PartialEq, #core::cmp::Eq)]
        #[must_use]
        #vis struct #stats {
            #(#fields),*
        }

        #(#cfgs)*
        #allow
        impl #stats {
            /// The sum over all stores.
            #vis fn total(&self) -> #krate::Stats {
                #rt::total(&#rows)
            }
        }

        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #core::fmt::Display for #stats {
            fn fmt(&self, f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
                #rt::table(f, #title, &#rows)
            }
        }

        #methods
    }
}
