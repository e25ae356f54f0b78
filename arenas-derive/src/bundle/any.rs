//! `NameAnyIdx` and `NameRef`: an index of any store, and what it leads to.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, Lifetime, LifetimeParam, PathArguments, Type, TypeParamBound, WherePredicate};

use super::kinds::Places;
use super::lower::camel;
use super::model::{Bundle, Index, Items, Store, peeled, spot};
use super::overlap::is_open;
use crate::diag::{Diagnostics, allow_lints};

/// A store that an index over all stores can lead to.
struct Target<'a> {
    store: &'a Store,
    items: &'a Items,
    tag: u32,
    /// The type of its index, named without a parameter of the bundle other than a lifetime.
    index: TokenStream,
}

/// Reports the stores whose index cannot be named.
pub(crate) fn check(bundle: &Bundle, errors: &mut Diagnostics) {
    let Some(any) = bundle.any else { return };
    if bundle.stores().all(|store| store.items.is_none()) {
        errors.at_span(any, "`any` makes an index over all stores that hold items, and this bundle has none");
    }
    for items in bundle.stores().filter_map(|store| store.items.as_ref()) {
        if items.indexes && nameable_index(bundle, items).is_none() {
            let message = "an index over all stores has no parameters, so this store needs an index that has a name: \
                           `#[arena(idx = Name)]`";
            errors.at(&items.ty, message);
        }
    }
}

pub(crate) fn any(bundle: &Bundle) -> Option<TokenStream> {
    bundle.any?;
    let stores = bundle.stores().filter(|store| store.items.as_ref().is_some_and(|items| items.indexes));
    let targets = stores
        .zip(0..)
        .filter_map(|(store, tag)| {
            let items = store.items.as_ref()?;
            Some(Target { store, items, tag, index: nameable_index(bundle, items)? })
        })
        .collect::<Vec<_>>();
    if targets.is_empty() {
        return None;
    }
    let index = index(bundle, &targets);
    let reference = reference(bundle, &targets);
    Some(quote!(#index #reference))
}

/// The index type without the type parameters of the bundle, which `impl From<Index> for NameAnyIdx` cannot have.
///
/// The index of an item with such parameters has none itself, but the way to it through `ArenaItem` has; so it is taken by
/// the name that the derive gives it.
fn nameable_index(bundle: &Bundle, items: &Items) -> Option<TokenStream> {
    match &items.index {
        Index::Ready => None,
        Index::Fresh { name, .. } => Some(name.to_token_stream()),
        Index::Own if is_open(&items.ty, &bundle.generics) => None,
        Index::Own => {
            let open = bundle.generics.params.iter().filter_map(|param| match param {
                GenericParam::Type(param) => Some(&param.ident),
                GenericParam::Const(param) => Some(&param.ident),
                GenericParam::Lifetime(_) => None,
            });
            if !mentions_any(items.ty.to_token_stream(), &open.collect::<Vec<_>>()) {
                return Some(items.index_ty(bundle));
            }
            let Type::Path(path) = peeled(&items.ty) else { return None };
            let mut path = path.path.clone();
            let last = path.segments.last_mut()?;
            last.ident = format_ident!("{}Idx", last.ident.unraw(), span = spot(last.ident.span()));
            last.arguments = PathArguments::None;
            Some(path.to_token_stream())
        }
    }
}

fn mentions_any(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.iter().any(|name| ident == **name),
        TokenTree::Group(group) => mentions_any(group.stream(), names),
        _ => false,
    })
}

fn index(bundle: &Bundle, targets: &[Target<'_>]) -> TokenStream {
    let Bundle { vis, krate, cfgs, ident: name, .. } = bundle;
    let core = quote!(#krate::__private::core);
    let rt = quote!(#krate::__private::any);
    let any = bundle.named("AnyIdx");
    let spoken = name.unraw().to_string();
    // Where all are checked, or one is that cannot be otherwise.
    let stamped = bundle.checked.is_some() || targets.iter().any(|target| target.store.kind.places == Places::Recycled);
    let (stamp, bytes) = if stamped { (quote!(u32), 8) } else { (quote!(()), 4) };
    let doc = format!(
        "Index of an item of any store of [`{spoken}`]: {bytes} bytes, and so is its `Option`.\n\nEach index of the \
         bundle converts into it by `From` and back by `TryFrom`; [`{spoken}::get_any`] follows it. `Debug` names the \
         store: `{spoken}::{}(3)`. It is ordered by store, then by slot.",
        targets[0].store.spoken(),
    );
    let names = targets.iter().map(|target| target.store.spoken());
    let getters = targets.iter().map(|Target { store, index, items, .. }| {
        let (cfgs, lifetimes) = (&store.cfgs, lifetimes(bundle, &items.ty));
        let getter = format_ident!("as_{}", store.ident.unraw(), span = store.ident.span());
        let doc = format!("The index, if it is one of store `{}`.", store.spoken());
        quote_spanned! {spot(items.ty.span())=>
            #(#cfgs)*
            #[doc = #doc]
            #[inline]
            #[must_use]
            #vis fn #getter #lifetimes(self) -> #core::option::Option<#index> {
                #core::result::Result::ok(#rt::unpack(self))
            }
        }
    });
    let allow = allow_lints();
    let conversions = targets.iter().map(|Target { store, index, items, tag }| {
        let at = spot(items.ty.span());
        let krate = bundle.krate_at(at);
        let lifetimes = lifetimes(bundle, &items.ty);
        let cfgs = bundle.cfgs.iter().chain(&store.cfgs).collect::<Vec<_>>();
        quote_spanned! {at=>
            #(#cfgs)*
            #[automatically_derived]
            impl #lifetimes #krate::PacksInto<#any> for #index {
                const TAG: u32 = #tag;
            }

            #(#cfgs)*
            #allow
            #[automatically_derived]
            impl #lifetimes #core::convert::From<#index> for #any {
                #[inline]
                #[track_caller]
                fn from(index: #index) -> Self {
                    #krate::__private::any::packed::<#any, #index>(index)
                }
            }

            #(#cfgs)*
            #allow
            #[automatically_derived]
            impl #lifetimes #core::convert::TryFrom<#any> for #index {
                type Error = #krate::AnyIdxError;

                #[inline]
                fn try_from(any: #any) -> #core::result::Result<Self, Self::Error> {
                    #rt::unpack(any)
                }
            }
        }
    });
    let parameter = bundle.parameter("I");
    quote_spanned! {spot(name.span())=>
        #(#cfgs)*
        #[doc = #doc]
        #allow
        #[derive(
            #core::clone::Clone,
            #core::marker::Copy,
            #core::cmp::PartialEq,
            #core::cmp::Eq,
            #core::cmp::PartialOrd,
            #core::cmp::Ord,
            #core::hash::Hash,
        )]
        #[repr(transparent)]
        #vis struct #any(#rt::RawAny<#stamp>);

        #(#cfgs)*
        #allow
        impl #any {
            /// How many slots of each store it can name. An index beyond has no form like this.
            #vis const MAX_SLOTS: #core::primitive::usize = #rt::max_slots::<Self>();

            /// The index of one store as an index over all.
            ///
            /// # Errors
            ///
            /// When its slot is at or beyond [`MAX_SLOTS`](Self::MAX_SLOTS), where `from` panics.
            #[inline]
            #vis fn try_pack<#parameter: #krate::PacksInto<Self>>(
                index: #parameter,
            ) -> #core::result::Result<Self, #krate::AnyIdxError> {
                #rt::pack(index)
            }

            /// The name of the store that it names an item of.
            #[must_use]
            #vis fn store(self) -> &'static #core::primitive::str {
                #rt::store(self)
            }

            /// The slot number in that store.
            #[inline]
            #[must_use]
            #vis fn into_raw(self) -> #core::primitive::usize {
                #rt::slot(self)
            }

            #(#getters)*
        }

        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #rt::AnyIdx for #any {
            type Stamp = #stamp;
            const BUNDLE: &'static #core::primitive::str = #spoken;
            const STORES: &'static [&'static #core::primitive::str] = &[#(#names),*];

            #[inline]
            fn of(raw: #rt::RawAny<#stamp>) -> Self {
                Self(raw)
            }

            #[inline]
            fn raw(self) -> #rt::RawAny<#stamp> {
                self.0
            }
        }

        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #core::fmt::Debug for #any {
            fn fmt(&self, f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
                #rt::debug(*self, f)
            }
        }

        #(#conversions)*
    }
}

/// `<'src>`: the lifetimes of the bundle that the type mentions.
fn lifetimes(bundle: &Bundle, ty: &Type) -> TokenStream {
    let used = bundle.generics.lifetimes().filter(|param| mentions_lifetime(ty.to_token_stream(), &param.lifetime));
    let used = used.map(|param| &param.lifetime).collect::<Vec<_>>();
    if used.is_empty() { TokenStream::new() } else { quote!(<#(#used),*>) }
}

fn mentions_lifetime(tokens: TokenStream, lifetime: &Lifetime) -> bool {
    let mut quote = false;
    tokens.into_iter().any(|token| {
        let after = std::mem::replace(&mut quote, matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\''));
        match token {
            TokenTree::Ident(ident) => after && ident == lifetime.ident,
            TokenTree::Group(group) => mentions_lifetime(group.stream(), lifetime),
            _ => false,
        }
    })
}

/// The enum that `get_any` returns, and that method.
fn reference(bundle: &Bundle, targets: &[Target<'_>]) -> TokenStream {
    let Bundle { vis, krate, cfgs, ident: name, .. } = bundle;
    let core = quote!(#krate::__private::core);
    let rt = quote!(#krate::__private::any);
    let (any, reference) = (bundle.named("AnyIdx"), bundle.named("Ref"));
    let borrow = Lifetime { apostrophe: name.span(), ident: bundle.parameter("a") };
    let spoken = name.unraw().to_string();
    let generics = generics(bundle, targets, &borrow);
    let (parameters, arguments, predicates) = generics.split_for_impl();
    let doc = format!("An item of any store of [`{spoken}`], to match on; [`{spoken}::get_any`] returns it.");
    let variants = targets.iter().map(|Target { store, items, .. }| {
        let (cfgs, item, variant) = (&store.cfgs, &items.ty, camel(&store.ident));
        let doc = format!("An item of store `{}`.", store.spoken());
        quote_spanned!(spot(item.span())=> #(#cfgs)* #[doc = #doc] #variant(& #borrow #item))
    });
    let prints = targets.iter().map(|Target { store, .. }| {
        let (cfgs, variant) = (&store.cfgs, camel(&store.ident));
        let shown = variant.to_string();
        quote!(#(#cfgs)* Self::#variant(item) => #core::fmt::Formatter::debug_tuple(f, #shown).field(item).finish())
    });
    let further = predicates.map(|clause| clause.predicates.iter().collect::<Vec<_>>()).unwrap_or_default();
    let debug = bundle.parameter("any");
    let debug = Lifetime { apostrophe: debug.span(), ident: debug };
    let printable = targets.iter().filter(|target| target.store.cfgs.is_empty()).map(|Target { items, .. }| {
        let item = &items.ty;
        // For any lifetime, so that a bundle of items that do not print is no error.
        quote_spanned!(spot(item.span())=> for<#debug> & #debug #item: #core::fmt::Debug)
    });
    let prints_all = targets.iter().all(|target| target.store.cfgs.is_empty());
    let allow = allow_lints();
    let debug_impl = prints_all.then(|| {
        quote! {
            #(#cfgs)*
            #allow
            #[automatically_derived]
            impl #parameters #core::fmt::Debug for #reference #arguments
            where
                #(#further,)*
                #(#printable,)*
            {
                fn fmt(&self, f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
                    match self {
                        #(#prints,)*
                    }
                }
            }
        }
    });
    let gets = targets.iter().map(|Target { store, items, tag, index }| {
        let (cfgs, variant) = (&store.cfgs, camel(&store.ident));
        let at = spot(items.ty.span());
        let krate = bundle.krate_at(at);
        quote_spanned! {at=>
            #(#cfgs)*
            #tag => #core::option::Option::map(
                <Self as #krate::IndexedBy<#index>>::try_item(
                    self,
                    #core::result::Result::ok(#krate::__private::any::unpack::<#any, #index>(any))?,
                ),
                #reference::#variant,
            )
        }
    });
    // The bundle's own lifetimes and parameters, behind that of the borrow.
    let borrowed = generics.params.iter().skip(1).map(|param| match param {
        GenericParam::Lifetime(param) => param.lifetime.to_token_stream(),
        GenericParam::Type(param) => param.ident.to_token_stream(),
        GenericParam::Const(param) => param.ident.to_token_stream(),
    });
    let returned = quote!(#reference<'_, #(#borrowed),*>);
    let methods = bundle.inherent(&quote_spanned! {spot(name.span())=>
        /// The item that an index over all stores names.
        ///
        /// # Panics
        ///
        /// When its store has no such item; see [`try_get_any`](Self::try_get_any).
        #[inline]
        #[must_use]
        #[track_caller]
        #vis fn get_any(&self, any: #any) -> #returned {
            match self.try_get_any(any) {
                #core::option::Option::Some(item) => item,
                #core::option::Option::None => #rt::invalid(any),
            }
        }

        /// The item that an index over all stores names; `None` when its store has no such item.
        #[inline]
        #[must_use]
        #vis fn try_get_any(&self, any: #any) -> #core::option::Option<#returned> {
            match #rt::tag(any) {
                #(#gets,)*
                _ => #core::option::Option::None,
            }
        }
    });
    quote_spanned! {spot(name.span())=>
        #(#cfgs)*
        #[doc = #doc]
        #allow
        #vis enum #reference #parameters #predicates {
            #(#variants,)*
        }

        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #parameters #core::clone::Clone for #reference #arguments #predicates {
            #[inline]
            fn clone(&self) -> Self {
                *self
            }
        }

        #(#cfgs)*
        #allow
        #[automatically_derived]
        impl #parameters #core::marker::Copy for #reference #arguments #predicates {}

        #debug_impl
        #methods
    }
}

/// The lifetime of the borrow, and those parameters and bounds of the bundle that the items need: an enum may not have
/// others.
fn generics(bundle: &Bundle, targets: &[Target<'_>], borrow: &Lifetime) -> Generics {
    let items = targets.iter().map(|target| &target.items.ty);
    let items = quote!(#(#items),*);
    let used = |param: &GenericParam| match param {
        GenericParam::Lifetime(param) => mentions_lifetime(items.clone(), &param.lifetime),
        GenericParam::Type(param) => mentions_any(items.clone(), &[&param.ident]),
        GenericParam::Const(param) => mentions_any(items.clone(), &[&param.ident]),
    };
    let (kept, dropped): (Vec<_>, Vec<_>) = bundle.generics.params.iter().partition(|param| used(param));
    let needs_dropped = |tokens: TokenStream| {
        dropped.iter().any(|param| match param {
            GenericParam::Lifetime(param) => mentions_lifetime(tokens.clone(), &param.lifetime),
            GenericParam::Type(param) => mentions_any(tokens.clone(), &[&param.ident]),
            GenericParam::Const(param) => mentions_any(tokens.clone(), &[&param.ident]),
        })
    };
    let mut generics = Generics::default();
    generics.params.push(GenericParam::Lifetime(LifetimeParam::new(borrow.clone())));
    for param in kept {
        let mut param = param.clone();
        if let GenericParam::Type(param) = &mut param {
            // The item of a store has a size, and so has a parameter.
            param.default = None;
            let bounds = std::mem::take(&mut param.bounds);
            param.bounds =
                bounds.into_iter().filter(|bound: &TypeParamBound| !needs_dropped(bound.to_token_stream())).collect();
        }
        generics.params.push(param);
    }
    if let Some(clause) = &bundle.generics.where_clause {
        let kept = clause.predicates.iter().filter(|predicate| !needs_dropped(predicate.to_token_stream()));
        let kept = kept.cloned().collect::<Vec<WherePredicate>>();
        if !kept.is_empty() {
            generics.make_where_clause().predicates.extend(kept);
        }
    }
    generics
}
