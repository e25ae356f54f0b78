//! `arena_struct!`: from a struct of stores to a bundle of typed stores.
//!
//! | module | what it does |
//! |---|---|
//! | `syntax` | reads the structs, forgivingly |
//! | `kinds` | the table of types that are stores |
//! | `lower` | reads the options, finds contradictions, repairs them |
//! | `model` | what was written, as data |
//! | `overlap` | whether two item types can be the same |
//! | `structure`, `capacity`, `stores`, `tables`, `checkpoint`, `stats`, `shared`, `checked`, `any`, `moves`, `serde` | what is generated, one idea each |
//!
//! What is generated is thin: a struct, four small types, and one-line implementations of the traits of the runtime's
//! `bundle` module, where the behaviour is.

mod any;
mod capacity;
mod checked;
mod checkpoint;
mod kinds;
mod lower;
mod model;
mod moves;
mod overlap;
mod serde;
mod shared;
mod stats;
mod stores;
mod structure;
mod syntax;
mod tables;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::diag::{Diagnostics, allow_lints};
use crate::options::hints;
use model::Bundle;
use syntax::Item;

/// Expands one `arena_struct!`. All errors of the invocation come out together.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::new();
    let mut expanded = TokenStream::new();
    let (mut bundles, mut stored) = (Vec::new(), Vec::new());
    for item in syntax::items(input, &mut errors) {
        match item {
            Item::Struct(written) => bundles.push(lower::bundle(written, &mut errors)),
            Item::Stored(item) => stored.push(item),
            Item::Other(tokens) => expanded.extend(tokens),
        }
    }
    for mut item in stored {
        checked::switch_on(&mut item, &bundles);
        item.to_tokens(&mut expanded);
    }
    expanded.extend(bundles.iter().map(generate));
    let errors = errors.finish();
    quote!(#errors #expanded)
}

fn generate(bundle: &Bundle) -> TokenStream {
    let definition = structure::definition(bundle);
    let hints = hints(&bundle.krate, &bundle.words).map(|hints| {
        let (cfgs, lints) = (&bundle.cfgs, allow_lints());
        quote!(#(#cfgs)* #lints const _: () = { #hints };)
    });
    if bundle.stores().next().is_none() {
        // Which was an error.
        return quote!(#definition #hints);
    }
    let indices = structure::indices(bundle);
    let constructors = structure::constructors(bundle);
    let capacities = capacity::capacities(bundle);
    let stores = stores::stores(bundle);
    let keyed = tables::keyed(bundle);
    let checkpoint = checkpoint::checkpoint(bundle);
    let stats = stats::stats(bundle);
    let shared = shared::verification(bundle);
    let checked = checked::verification(bundle);
    let any = any::any(bundle);
    let moves = moves::moves(bundle);
    let serde = serde::serde(bundle);
    quote! {
        #definition #indices #constructors #capacities #stores #keyed #checkpoint #stats #shared #checked #any #moves
        #serde #hints
    }
}
