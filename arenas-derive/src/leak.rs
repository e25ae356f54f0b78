//! The leak check: what makes a `Bitena` hold the type, or a message on the field that prevents it.
//!
//! **Eager** (`#[arena(bitena)]`): the impl bounds the type parameters only, and each field is checked here:
//!
//! ```text
//! const _: () = {
//!     trait __ArenasFields { const LEAKS: bool; }
//!     impl<T> __ArenasFields for Node<T> where Bitena: Holds<T> {
//!         const LEAKS: bool = Probe::<String>::KIND.text::<String>() | Probe::<T>::KIND.plain::<T>();
//!     }
//!     impl<T> Holds<Node<T>> for Bitena where Bitena: Holds<T> {
//!         const LEAKS: bool = <Node<T> as __ArenasFields>::LEAKS;
//!     }
//! };
//! ```
//!
//! The trait is there for `Self`, which in the second impl would be the `Bitena`. The user's own tokens of a field type
//! as the explicit argument of a method are what makes rustc underline exactly these tokens.
//!
//! **Lazy** (without): one bound per field type, `for<'__lazy> Bitena: Holds<String>`, so that the error comes where
//! such a value is allocated, with a note on the field. The `for` keeps rustc from refusing a bound that it knows to be
//! false.
//!
//! Spans decide how good the messages are. The impl carries the span of the type's name and each bound that of its
//! field, without any trace of the derive: otherwise rustc advises to write the impl by hand.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{GenericArgument, PathArguments, Type, TypeParamBound, TypePath, WherePredicate};

use crate::diag::readable;
use crate::item::{Item, ItemField};
use crate::options::Key;

/// The impl of `Holds`, with its checks.
pub(crate) fn holds(item: &Item<'_>) -> TokenStream {
    if item.options.has(Key::Bitena) { eager(item) } else { lazy(item) }
}

/// The checks of the fields that are `assert_dropless`, as far as they can be made here.
pub(crate) fn assertions(item: &Item<'_>) -> TokenStream {
    item.fields.iter().filter_map(|field| assertion(item, field)).collect()
}

/// The impl without any condition: after an error elsewhere, so that the uses of the type do not add errors of their
/// own.
pub(crate) fn holds_anyway(item: &Item<'_>) -> TokenStream {
    let (krate, name) = (&item.krate, &item.input.ident);
    let (impl_generics, ty_generics, where_clause) = item.input.generics.split_for_impl();
    quote_spanned! {name.span()=>
        impl #impl_generics #krate::Holds<#name #ty_generics> for #krate::Bitena #where_clause {
            const LEAKS: #krate::__private::core::primitive::bool = true;
        }
    }
}

fn eager(item: &Item<'_>) -> TokenStream {
    let Item { krate, input, .. } = item;
    let name = &input.ident;
    let (impl_generics, ty_generics, _) = input.generics.split_for_impl();
    let where_clause = where_clause(item, held_parameters(item));
    let drop_check = quote_spanned! {name.span()=>
        __ArenasDropProbe::<Self>::KIND.check::<Self>()
    };
    let checks = item.fields.iter().map(|field| check(item, field));
    let impls = quote_spanned! {name.span()=>
        impl #impl_generics __ArenasFields for #name #ty_generics #where_clause {
            const LEAKS: __ArenasBool = #drop_check #(| #checks)*;
        }

        #[automatically_derived]
        impl #impl_generics __ArenasHolds<#name #ty_generics> for __ArenasBitena #where_clause {
            const LEAKS: __ArenasBool = <#name #ty_generics as __ArenasFields>::LEAKS;
        }
    };
    quote! {
        use #krate::__private::eager::*;

        trait __ArenasFields {
            const LEAKS: __ArenasBool;
        }

        #impls
    }
}

/// An expression that compiles when a `Bitena` may hold the field; its value says whether the field leaks.
fn check(item: &Item<'_>, field: &ItemField<'_>) -> TokenStream {
    let ty = field.ty;
    if field.allow_leak {
        return quote!(true);
    }
    if field.assert_dropless {
        return generic_assertion(item, field).unwrap_or_else(|| quote!(false));
    }
    // With a type parameter inside, rustc would explain the blanket impl behind the other words.
    let generic = mentions(ty.to_token_stream(), &item.type_params());
    let advice = format_ident!("{}", if generic { "plain" } else { advice(ty) });
    quote_spanned! {first_span(ty).resolved_at(Span::call_site())=>
        __ArenasProbe::<#ty>::KIND.#advice::<#ty>()
    }
}

fn lazy(item: &Item<'_>) -> TokenStream {
    let Item { krate, input, .. } = item;
    let name = &input.ident;
    let (impl_generics, _, _) = input.generics.split_for_impl();
    let parameters = item.type_and_const_params();
    let own_type = item.own_type();

    let mut seen = Vec::new();
    let mut predicates = Vec::new();
    let mut leaks = Vec::new();
    for field in &item.fields {
        if field.allow_leak {
            leaks.push(quote!(true));
        } else if field.assert_dropless {
            leaks.extend(generic_assertion(item, field));
        } else if !owns_nothing(field.ty) && !is_copy_parameter(item, field.ty) {
            let ty = replace_self(field.ty.to_token_stream(), &own_type);
            if seen.contains(&ty.to_string()) {
                continue;
            }
            seen.push(ty.to_string());
            let concrete = !mentions(ty.clone(), &parameters);
            let binder = concrete.then(|| quote_spanned!(first_span(field.ty)=> for<'__lazy>));
            predicates.push(bound(binder, field.ty, &ty));
            // Other bounds need not say whether a `Bitena` may hold the field.
            if item.options.bounds().is_none() {
                leaks.push(quote!(<__ArenasBitena as __ArenasHolds<#ty>>::LEAKS));
            }
        }
    }

    let where_clause = where_clause(item, predicates);
    let leaks = (!leaks.is_empty()).then(|| quote!(const LEAKS: __ArenasBool = #(#leaks)|*;));
    let impls = quote_spanned! {name.span()=>
        #[automatically_derived]
        impl #impl_generics __ArenasHolds<#own_type> for __ArenasBitena #where_clause {
            #leaks
        }
    };
    quote! {
        use #krate::__private::lazy::*;

        #impls
    }
}

/// The `where` clause of the user's type, and the predicates: those of `bound`, where that is given.
fn where_clause(item: &Item<'_>, inferred: Vec<TokenStream>) -> TokenStream {
    let declared = item.input.generics.where_clause.iter().flat_map(|clause| clause.predicates.iter());
    let added = match item.options.bounds() {
        Some(predicates) => predicates.iter().map(ToTokens::to_token_stream).collect(),
        None => inferred,
    };
    quote!(where #(#declared,)* #(#added,)*)
}

/// One bound for each type parameter, or associated type of one, that a field holds by value.
fn held_parameters(item: &Item<'_>) -> Vec<TokenStream> {
    let parameters = item.type_params();
    let mut held = Vec::new();
    for field in item.fields.iter().filter(|field| !field.allow_leak && !field.assert_dropless) {
        collect_held(field.ty, &parameters, &mut held);
    }
    let mut seen = Vec::new();
    held.retain(|ty| {
        let text = ty.to_token_stream().to_string();
        let new = !seen.contains(&text) && !is_copy_parameter(item, ty);
        seen.push(text);
        new
    });
    held.iter().map(|ty| bound(None, ty, &replace_self(ty.to_token_stream(), &item.own_type()))).collect()
}

/// `Bitena: Holds<ty>`, from the first token of the type as it is spelled to the last, so that rustc underlines it all.
fn bound(binder: Option<TokenStream>, spelled: &Type, ty: &TokenStream) -> TokenStream {
    let open = quote_spanned!(first_span(spelled)=> __ArenasBitena: __ArenasHolds<);
    let close = quote_spanned!(last_span(spelled)=> >);
    quote!(#binder #open #ty #close)
}

/// Types that hold nothing of their parameters.
const POINTERS: [&str; 5] = ["PhantomData", "NonNull", "AtomicPtr", "Idx", "Stamped"];

fn collect_held(ty: &Type, parameters: &[&Ident], held: &mut Vec<Type>) {
    match ty {
        Type::Array(ty) => collect_held(&ty.elem, parameters, held),
        Type::Slice(ty) => collect_held(&ty.elem, parameters, held),
        Type::Group(ty) => collect_held(&ty.elem, parameters, held),
        Type::Paren(ty) => collect_held(&ty.elem, parameters, held),
        Type::Tuple(ty) => ty.elems.iter().for_each(|ty| collect_held(ty, parameters, held)),
        Type::Path(path) => {
            let is_parameter =
                |path: &TypePath| path.path.segments.first().is_some_and(|first| parameters.contains(&&first.ident));
            // `T`, `T::Item`, `<T as Trait>::Item`
            let projection = path.qself.is_some() && mentions(path.to_token_stream(), parameters);
            if projection || path.qself.is_none() && is_parameter(path) {
                held.push(ty.clone());
                return;
            }
            let is_pointer = |segment: &syn::PathSegment| POINTERS.iter().any(|name| segment.ident == name);
            if path.path.segments.last().is_some_and(is_pointer) {
                return;
            }
            for segment in &path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                    continue;
                };
                for argument in &arguments.args {
                    match argument {
                        GenericArgument::Type(ty) => collect_held(ty, parameters, held),
                        GenericArgument::AssocType(assoc) => collect_held(&assoc.ty, parameters, held),
                        _ => {}
                    }
                }
            }
        }
        // References, pointers, function pointers and trait objects hold nothing by value; what a macro stands for
        // nobody knows, and the check of the field says so.
        _ => {}
    }
}

/// The types of the language itself, by their names.
const PRIMITIVES: [&str; 17] = [
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f32", "f64",
];

/// Whether one sees that the type owns nothing: numbers, pointers, and arrays and tuples of them.
///
/// Each bound that is left out is one less for the compiler to prove, for each field of each type of a program. It may be
/// wrong, where a type of the user's own is called `u8`; the assertion in `alloc` would find that out.
fn owns_nothing(ty: &Type) -> bool {
    match ty {
        Type::Group(ty) => owns_nothing(&ty.elem),
        Type::Paren(ty) => owns_nothing(&ty.elem),
        Type::Array(ty) => owns_nothing(&ty.elem),
        Type::Tuple(ty) => ty.elems.iter().all(owns_nothing),
        Type::Path(TypePath { qself: None, path, .. }) => {
            path.get_ident().is_some_and(|name| PRIMITIVES.iter().any(|primitive| name == primitive))
        }
        Type::Reference(_) | Type::Ptr(_) | Type::FnPtr(_) | Type::Never(_) => true,
        _ => false,
    }
}

/// Whether the type is a parameter that is declared `Copy`, and so owns nothing.
fn is_copy_parameter(item: &Item<'_>, ty: &Type) -> bool {
    fn has_copy<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> bool {
        bounds.into_iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Copy"),
            _ => false,
        })
    }
    let Type::Path(TypePath { qself: None, path, .. }) = ty else {
        return false;
    };
    let Some(name) = path.get_ident() else {
        return false;
    };
    let generics = &item.input.generics;
    let Some(parameter) = generics.type_params().find(|parameter| parameter.ident == *name) else {
        return false;
    };
    has_copy(&parameter.bounds)
        || generics.where_clause.iter().flat_map(|clause| &clause.predicates).any(|predicate| match predicate {
            WherePredicate::Type(predicate) => match &predicate.bounded_ty {
                Type::Path(bounded) => bounded.path.is_ident(name) && has_copy(&predicate.bounds),
                _ => false,
            },
            _ => false,
        })
}

/// Which words explain a refusal. Only the words: whether there is one is decided by the type.
fn advice(ty: &Type) -> &'static str {
    match ty {
        Type::Group(ty) => advice(&ty.elem),
        Type::Paren(ty) => advice(&ty.elem),
        Type::Path(path) => match path.path.segments.last().map(|last| last.ident.to_string()).as_deref() {
            Some("String") => "text",
            Some("Vec") => "list",
            Some("Box" | "Rc" | "Arc") => "owned",
            _ => "plain",
        },
        _ => "plain",
    }
}

/// For a field that is `assert_dropless` and whose type is known here: a check that `cargo check` makes.
fn assertion(item: &Item<'_>, field: &ItemField<'_>) -> Option<TokenStream> {
    if !field.assert_dropless || depends_on_parameters(item, field.ty) {
        return None;
    }
    let lifetimes: Vec<String> =
        item.input.generics.lifetimes().map(|parameter| parameter.lifetime.ident.to_string()).collect();
    let ty = replace_self(field.ty.to_token_stream(), &item.own_type());
    let assert = needs_no_drop(item, field.ty, &static_lifetimes(ty, &lifetimes));
    Some(quote!(const _: () = { #assert };))
}

/// For one whose type depends on parameters: an expression that is evaluated for each type that is allocated.
fn generic_assertion(item: &Item<'_>, field: &ItemField<'_>) -> Option<TokenStream> {
    depends_on_parameters(item, field.ty).then(|| {
        let ty = replace_self(field.ty.to_token_stream(), &item.own_type());
        let assert = needs_no_drop(item, field.ty, &ty);
        quote!({ #assert false })
    })
}

fn depends_on_parameters(item: &Item<'_>, ty: &Type) -> bool {
    let replaced = replace_self(ty.to_token_stream(), &item.own_type());
    mentions(replaced, &item.type_and_const_params())
}

fn needs_no_drop(item: &Item<'_>, spelled: &Type, ty: &TokenStream) -> TokenStream {
    let krate = &item.krate;
    let message = format!(
        "this field is marked `assert_dropless`, but its type `{}` needs `Drop`",
        readable(spelled).replace('{', "{{").replace('}', "}}"),
    );
    // Imported, so that every token of the assertion has the span of the field.
    let assertion = quote_spanned! {first_span(spelled)=>
        __arenas_assert!(!__arenas_needs_drop::<#ty>(), #message);
    };
    quote! {
        use #krate::__private::core::{assert as __arenas_assert, mem::needs_drop as __arenas_needs_drop};
        #assertion
    }
}

/// Whether one of the names occurs in the tokens.
fn mentions(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}

/// The tokens with `Self` spelled out, for places where it means something else.
fn replace_self(tokens: TokenStream, own_type: &TokenStream) -> TokenStream {
    let mut replaced = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                // `Self::Item` needs `<Node<T>>::Item`.
                let is_prefix = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
                replaced.extend(if is_prefix { quote!(<#own_type>) } else { own_type.clone() });
            }
            TokenTree::Group(group) => {
                let mut new = Group::new(group.delimiter(), replace_self(group.stream(), own_type));
                new.set_span(group.span());
                replaced.extend([TokenTree::Group(new)]);
            }
            token => replaced.extend([token]),
        }
    }
    replaced
}

/// The tokens with these lifetimes, which do not exist outside the user's type, made `'static`.
fn static_lifetimes(tokens: TokenStream, lifetimes: &[String]) -> TokenStream {
    let mut after_quote = false;
    tokens
        .into_iter()
        .map(|token| {
            let is_name = core::mem::replace(
                &mut after_quote,
                matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\''),
            );
            match token {
                TokenTree::Ident(ident) if is_name && lifetimes.iter().any(|name| ident == name) => {
                    TokenTree::Ident(Ident::new("static", ident.span()))
                }
                TokenTree::Group(group) => {
                    let mut new = Group::new(group.delimiter(), static_lifetimes(group.stream(), lifetimes));
                    new.set_span(group.span());
                    TokenTree::Group(new)
                }
                token => token,
            }
        })
        .collect()
}

fn first_span(tokens: impl ToTokens) -> Span {
    tokens.into_token_stream().into_iter().next().map_or_else(Span::call_site, |token| open_span(&token))
}

fn last_span(tokens: impl ToTokens) -> Span {
    tokens.into_token_stream().into_iter().last().map_or_else(Span::call_site, |token| close_span(&token))
}

fn open_span(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::None => first_span(group.stream()),
        TokenTree::Group(group) => group.span_open(),
        token => token.span(),
    }
}

fn close_span(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::None => last_span(group.stream()),
        TokenTree::Group(group) => group.span_close(),
        token => token.span(),
    }
}
