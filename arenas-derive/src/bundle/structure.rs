//! The struct itself, the index types that it names, and how it is made.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::kinds::Places;
use super::model::{Bundle, Field, Index, Plain, spot};
use crate::index::Newtype;

/// The struct, with the index type added to each store.
pub(crate) fn definition(bundle: &Bundle) -> TokenStream {
    let Bundle { attrs, vis, struct_token, ident, generics, .. } = bundle;
    let predicates = &generics.where_clause;
    let fields = bundle.fields.iter().map(|field| match field {
        Field::Plain(Plain { attrs, vis, ident, ty, .. }) => quote!(#(#attrs)* #vis #ident: #ty),
        Field::Store(store) => {
            let (attrs, vis, ident, ty) = (&store.attrs, &store.vis, &store.ident, store.ty(bundle));
            quote!(#(#attrs)* #vis #ident: #ty)
        }
    });
    let mut body = TokenStream::new();
    // The user's own braces, so that an error about the whole struct underlines what was written.
    bundle.brace.surround(&mut body, |body| body.extend(quote!(#(#fields),*)));
    quote! {
        #(#attrs)*
        #vis #struct_token #ident #generics #predicates #body
    }
}

/// The index types that the fields name with `idx = Name`.
pub(crate) fn indices(bundle: &Bundle) -> TokenStream {
    let krate = &bundle.krate;
    let indices = bundle.stores().filter_map(|store| {
        let items = store.items.as_ref()?;
        let Index::Fresh { name, vis } = &items.index else { return None };
        if !items.indexes {
            return None;
        }
        let vis = vis.as_ref().unwrap_or(&bundle.vis);
        let doc = format!("Index of an item of the store `{}` of `{}`.", store.spoken(), bundle.ident.unraw());
        let cfgs = bundle.cfgs.iter().chain(&store.cfgs);
        let raw = match store.kind.places {
            Places::Recycled => quote!(RawStamped),
            _ if bundle.checked.is_some() => quote!(RawStamped),
            Places::InOrder | Places::None => quote!(RawIdx32),
        };
        let (cfgs, front) = (quote!(#(#cfgs)*), vis.to_token_stream());
        Some(Newtype { krate, cfgs: &cfgs, front: &front, idx: name, raw: &raw, doc: &doc }.definition())
    });
    quote!(#(#indices)*)
}

/// `new` and `with_capacity`, their fallible twins, and `Default` where the struct derives it.
pub(crate) fn constructors(bundle: &Bundle) -> TokenStream {
    let Bundle { vis, krate, .. } = bundle;
    let core = quote!(#krate::__private::core);
    let capacities = bundle.named("Capacity");
    // Plain fields become parameters under their own names, so ours is one that they cannot meet.
    let capacity = proc_macro2::Ident::new("capacity", Span::mixed_site());
    let name = bundle.ident.to_string();
    let parameters = bundle.plain().map(|Plain { cfgs, ident, ty, .. }| quote!(#(#cfgs)* #ident: #ty));
    let parameters = quote!(#(#parameters),*);
    let arguments = bundle.plain().map(|Plain { cfgs, ident, .. }| quote!(#(#cfgs)* #ident));
    let arguments = quote!(#(#arguments),*);
    let fields = bundle.fields.iter().map(|field| match field {
        Field::Plain(Plain { cfgs, ident, .. }) => quote!(#(#cfgs)* #ident: #ident),
        Field::Store(store) => {
            let (cfgs, ident) = (&store.cfgs, &store.ident);
            let (at, krate) = (store.at(), bundle.krate_at(store.at()));
            let make = match store.kind.places {
                Places::Recycled => quote_spanned!(at=> recycling),
                Places::InOrder | Places::None => quote_spanned!(at=> BundleStore::try_with_capacity),
            };
            quote_spanned!(at=> #(#cfgs)* #ident: #krate::__private::bundle::#make(#capacity.#ident)?)
        }
    });
    let takes = match bundle.plain().count() {
        0 => String::new(),
        1 => ", with its one plain field".to_owned(),
        n => format!(", with its {n} plain fields in the order of the struct"),
    };
    let new = format!("Makes an empty bundle with the default capacities{takes}.");
    let with_capacity = format!("Makes an empty bundle with room for what `capacity` says{takes}.");
    let panics = "\n\n# Panics\n\nWhen the system refuses the memory that a store starts with.";
    let errors = "\n\n# Errors\n\nWhen the system refuses the memory that a store starts with.";
    let (new, try_new) = (format!("{new}{panics}"), format!("{new}{errors}"));
    let (with_capacity, try_with_capacity) = (format!("{with_capacity}{panics}"), format!("{with_capacity}{errors}"));
    let at = bundle.by_value();
    let (krate_at, one) = (bundle.krate_at(at), quote_spanned!(at=> Self));
    let fallible = quote_spanned!(at=> #krate_at::__private::core::result::Result<#one, #krate_at::AllocError>);
    let indexed = indexed(bundle);
    let bodies = [
        quote_spanned!(at=> #indexed #krate_at::__private::bundle::made(#name, Self::try_new(#arguments))),
        quote_spanned!(at=> #indexed Self::try_with_capacity(#core::default::Default::default(), #arguments)),
        quote_spanned! {at=>
            #indexed
            #krate_at::__private::bundle::made(#name, Self::try_with_capacity(#capacity, #arguments))
        },
        quote_spanned!(at=> #krate_at::__private::core::result::Result::Ok(Self { #(#fields),* })),
    ];
    let [new_body, try_new_body, with_capacity_body, try_with_capacity_body] = bodies;
    let methods = bundle.inherent(&quote_spanned! {spot(bundle.ident.span())=>
        #[doc = #new]
        #[must_use]
        #[track_caller]
        #vis fn new(#parameters) -> #one {
            #new_body
        }

        #[doc = #try_new]
        #vis fn try_new(#parameters) -> #fallible {
            #try_new_body
        }

        #[doc = #with_capacity]
        #[must_use]
        #[track_caller]
        #vis fn with_capacity(#capacity: #capacities, #parameters) -> #one {
            #with_capacity_body
        }

        #[doc = #try_with_capacity]
        #vis fn try_with_capacity(
            #capacity: #capacities,
            #parameters
        ) -> #fallible {
            #try_with_capacity_body
        }
    });
    let default = default(bundle);
    quote!(#methods #default)
}

/// Declarations without a name, of the index of each store at its item, which do nothing: in front of code that has a bundle by value but
/// names no store.
///
/// If an item has no index, that code would be one more place where the compiler says so, unless something is wrong in it
/// already. See also [`Bundle::by_value`].
fn indexed(bundle: &Bundle) -> Option<TokenStream> {
    let own = bundle.stores().filter_map(|store| {
        let items = store.items.as_ref().filter(|items| matches!(items.index, Index::Own))?;
        let (at, cfgs) = (store.at(), &store.cfgs);
        let (item, krate) = (written_at(items.ty.to_token_stream(), at), bundle.krate_at(at));
        Some(quote_spanned!(at=> #(#cfgs)* let _: <#item as #krate::ArenaItem>::Idx;))
    });
    let own = own.collect::<Vec<_>>();
    (own.len() > 1).then(|| quote!(#(#own)*))
}

/// The tokens as if the macro had written them at `at`, where it says the same of other code.
fn written_at(tokens: TokenStream, at: Span) -> TokenStream {
    let place = |token| match token {
        TokenTree::Group(group) => {
            let mut placed = Group::new(group.delimiter(), written_at(group.stream(), at));
            placed.set_span(at);
            TokenTree::Group(placed)
        }
        // It means the crate of the macro that it comes from.
        TokenTree::Ident(ident) if ident == "$crate" => TokenTree::Ident(ident),
        mut token => {
            token.set_span(at);
            token
        }
    };
    tokens.into_iter().map(place).collect()
}

/// `Default` is `new` with the defaults of the plain fields. The derive of std would ask each store for its own default
/// and every type parameter for one.
fn default(bundle: &Bundle) -> Option<TokenStream> {
    let at = spot(bundle.default?);
    let krate = &bundle.krate;
    let core = quote!(#krate::__private::core);
    let values = bundle.plain().map(|Plain { cfgs, ty, .. }| {
        let at = spot(ty.span());
        let cfgs = quote!(#(#cfgs)*);
        quote_spanned!(at=> #cfgs <#ty as #core::default::Default>::default())
    });
    let of = quote_spanned!(at=> #core::default::Default);
    let by_value = bundle.by_value();
    let indexed = indexed(bundle);
    let (one, body) = (quote_spanned!(by_value=> Self), quote_spanned!(by_value=> #indexed Self::new(#(#values),*)));
    let body = quote! {
        fn default() -> #one {
            #body
        }
    };
    // A plain field whose type has parameters must have a default for each choice of them.
    let mut open = bundle.header();
    let parameters = bundle.generics.type_params().map(|param| param.ident.to_string()).collect::<Vec<_>>();
    for plain in bundle.plain() {
        let ty = &plain.ty;
        if mentions(ty.to_token_stream(), &parameters) {
            let at = spot(ty.span());
            let predicate = quote_spanned!(at=> #ty: #core::default::Default);
            if let Ok(predicate) = syn::parse2(predicate) {
                open.generics.make_where_clause().predicates.push(predicate);
            }
        }
    }
    Some(open.impl_of(at, &[], &of, &body))
}

fn mentions(tokens: TokenStream, names: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.iter().any(|name| ident == name),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}
