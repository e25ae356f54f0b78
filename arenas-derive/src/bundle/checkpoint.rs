//! `NameCheckpoint`, and the way back to it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::kinds::Holds;
use super::model::{Bundle, spot};
use super::tables;
use crate::diag::allow_lints;

/// Nothing where no store can be rolled back.
pub(crate) fn checkpoint(bundle: &Bundle) -> Option<TokenStream> {
    bundle.rewinding().next()?;
    let Bundle { vis, krate, cfgs, ident: name, .. } = bundle;
    let core = quote!(#krate::__private::core);
    let rt = quote!(#krate::__private::bundle);
    let checkpoint = bundle.named("Checkpoint");
    let doc = format!(
        "A moment in the life of an [`{name}`]: where each of its stores stood.\n\nMade by [`{name}::checkpoint`], and \
         good for the bundle that made it."
    );
    let (returned, error) = (bundle.parameter("R"), bundle.parameter("E"));
    let fields = bundle.rewinding().map(|store| {
        let (cfgs, ident) = (&store.cfgs, &store.ident);
        quote!(#(#cfgs)* #ident: #rt::Mark)
    });
    let marks = bundle.rewinding().map(|store| {
        let (cfgs, ident) = (&store.cfgs, &store.ident);
        let (at, krate) = (store.at(), bundle.krate_at(store.at()));
        quote_spanned!(at=> #(#cfgs)* #ident: #krate::__private::bundle::RewindStore::mark(&self.#ident))
    });
    let steps = bundle.rewinding().map(|store| {
        let (cfgs, ident, spoken) = (&store.cfgs, &store.ident, store.spoken());
        let (at, krate) = (store.at(), bundle.krate_at(store.at()));
        quote_spanned! {at=>
            #(#cfgs)*
            #krate::__private::bundle::Step::new(#spoken, &mut self.#ident, checkpoint.#ident)
        }
    });
    let follow = tables::follow(bundle);
    let implementation = bundle.impl_of(
        name.span(),
        &[],
        &quote!(#rt::Rewind),
        &quote! {
            type Checkpoint = #checkpoint;
            const NAME: &'static #core::primitive::str = #core::stringify!(#name);

            #[inline]
            fn mark(&self) -> #checkpoint {
                #checkpoint { #(#marks),* }
            }

            fn steps<#returned>(
                &mut self,
                checkpoint: #checkpoint,
                run: impl #core::ops::FnOnce(&mut [#rt::Step<'_>]) -> #returned,
            ) -> #returned {
                run(&mut [#(#steps),*])
            }

            #follow
        },
    );
    let covers = coverage(bundle);
    let method = format!("Records where every store stands. O(stores).\n\n{covers}");
    let methods = bundle.inherent(&quote_spanned! {spot(name.span())=>
        #[doc = #method]
        #[must_use]
        #[inline]
        #vis fn checkpoint(&self) -> #checkpoint {
            #rt::Rewind::mark(self)
        }

        /// Drops what was allocated after `checkpoint`, newest first in each store, the last store first.
        ///
        /// Rollback undoes allocation, not mutation. Every store is asked before any is touched.
        ///
        /// # Panics
        ///
        /// When a store refuses, as [`try_rollback`](Self::try_rollback) says; then the bundle is unchanged.
        #[track_caller]
        #vis fn rollback(&mut self, checkpoint: #checkpoint) {
            #rt::rollback(self, checkpoint);
        }

        /// Drops what was allocated after `checkpoint`, newest first in each store, the last store first.
        ///
        /// # Errors
        ///
        /// When the checkpoint is of another bundle, beyond the length of a store, or of a branch that was rolled back
        /// since. All or nothing: then the bundle is unchanged.
        #vis fn try_rollback(
            &mut self,
            checkpoint: #checkpoint,
        ) -> #core::result::Result<(), #krate::CheckpointError> {
            #rt::try_rollback(self, checkpoint)
        }

        /// Runs `body`, and takes back what it allocated, in every store, when it returns `Err` or panics.
        ///
        /// Transactions nest. When `body` itself rolled a store back to before its start, or emptied it, nothing more
        /// is undone.
        ///
        /// # Errors
        ///
        /// What `body` returns.
        #vis fn transaction<#returned, #error>(
            &mut self,
            body: impl #core::ops::FnOnce(&mut Self) -> #core::result::Result<#returned, #error>,
        ) -> #core::result::Result<#returned, #error> {
            #rt::transaction(self, body)
        }
    });
    let allow = allow_lints();
    Some(quote_spanned! {spot(name.span())=>
        #(#cfgs)*
        #[doc = #doc]
        #allow
        #[derive(
            #core::clone::Clone,
            #core::marker::Copy,
            #core::fmt::Debug,
            #core::cmp::PartialEq,
            #core::cmp::Eq,
            #core::hash::Hash,
        )]
        #[must_use]
        #vis struct #checkpoint {
            #(#fields),*
        }

        #implementation
        #methods
    })
}

/// Which stores take part, in words.
fn coverage(bundle: &Bundle) -> String {
    let list = |names: Vec<String>| names.join(", ");
    let names = |wanted: bool| {
        bundle
            .stores()
            .filter(|store| store.kind.holds != Holds::Table)
            .filter(|store| (store.kind.rewinds && !store.no_checkpoint) == wanted)
            .map(|store| format!("`{}`", store.spoken()))
            .collect::<Vec<_>>()
    };
    let (parts, others) = (names(true), names(false));
    let tables = bundle.tables().map(|table| format!("`{}`", table.spoken())).collect::<Vec<_>>();
    let others_alone = bundle
        .stores()
        .filter(|store| store.kind.holds == Holds::Table && store.no_checkpoint)
        .map(|table| format!("`{}`", table.spoken()))
        .collect::<Vec<_>>();
    let plain = bundle.plain().map(|plain| format!("`{}`", plain.ident)).collect::<Vec<_>>();
    let mut text = format!("Covers {}.", list(parts));
    if !others.is_empty() {
        text.push_str(&format!(" Does not cover the stores {}: they keep what they hold.", list(others)));
    }
    if !tables.is_empty() {
        text.push_str(&format!(" With an item goes what these side tables say of it: {}.", list(tables)));
    }
    if !others_alone.is_empty() {
        text.push_str(&format!(" These side tables are left alone: {}.", list(others_alone)));
    }
    if !plain.is_empty() {
        text.push_str(&format!(" Plain fields are not restored: {}.", list(plain)));
    }
    text
}
