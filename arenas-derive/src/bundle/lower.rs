//! From syntax to the model: options are read, stores recognised, contradictions reported and repaired.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, GenericArgument, Meta, Path, PathArguments, Token, Type};

use super::any;
use super::kinds::{Holds, Kind, Places};
use super::model::{Bundle, ByType, Field, Index, Items, Plain, Store, peeled, spot};
use super::overlap::{is_open, may_be_same, same};
use super::serde;
use super::stores::tidy;
use super::syntax::{Struct, no_store};
use crate::diag::{Diagnostics, quoted_list};
use crate::options::{Key, Options, Place};

pub(crate) fn bundle(written: Struct, errors: &mut Diagnostics) -> Bundle {
    let options = Options::parse(&written.attrs, Place::Bundle, errors);
    let (attrs, default) = without_default(without_options(written.attrs));
    let mut bundle = Bundle {
        cfgs: cfgs(&attrs),
        attrs,
        vis: written.vis,
        struct_token: written.struct_token,
        ident: written.ident,
        generics: written.generics,
        brace: written.brace,
        krate: options.crate_path(),
        krate_given: options.has(Key::Crate),
        shared: options.span(Key::Shared),
        any: options.span(Key::Any),
        checked: options.span(Key::Checked),
        serde: options.span(Key::Serde),
        default,
        words: options.words().collect(),
        fields: Vec::new(),
    };
    bundle.krate = bundle.krate_at(spot(bundle.ident.span()));
    let has_stores =
        written.fields.iter().any(|field| recognised(&field.ty).is_some_and(|(kind, ..)| kind.holds != Holds::Table));
    if !has_stores {
        errors.at(&bundle.ident, no_store(&bundle.ident));
    }
    let words = &mut bundle.words;
    bundle.fields = written.fields.into_iter().filter_map(|written| field(written, words, errors)).collect();
    indices_are_distinct(&mut bundle, errors);
    allocation_by_type(&mut bundle);
    shared_stores(&bundle, errors);
    any::check(&bundle, errors);
    serde::check(&mut bundle, errors);
    bundle
}

fn field(written: syn::Field, words: &mut Vec<Ident>, errors: &mut Diagnostics) -> Option<Field> {
    let ident = written.ident?;
    let options = Options::parse(&written.attrs, Place::BundleField, errors);
    words.extend(options.words());
    let attrs = without_options(written.attrs);
    let cfgs = cfgs(&attrs);
    let Some((kind, mut path, arguments)) = recognised(&written.ty) else {
        for (key, name) in [
            (Key::Idx, "idx"),
            (Key::Vis, "vis"),
            (Key::Intern, "intern"),
            (Key::Capacity, "capacity"),
            (Key::NoCheckpoint, "no_checkpoint"),
        ] {
            if let Some(span) = options.span(key) {
                let stores = quoted_list(Kind::names());
                let message = format!(
                    "`{name}` is an option of a store, but `{}` is a plain field; the types of stores are {stores}",
                    ident.unraw()
                );
                errors.at_span(span, message);
            }
        }
        return Some(Field::Plain(Plain { attrs, cfgs, vis: written.vis, ident, ty: written.ty }));
    };
    let items = match kind.holds {
        Holds::Items => Some(match item(kind, &arguments, &written.ty, errors) {
            Some(ty) => Items {
                index: match options.name(Key::Idx) {
                    Some(name) => Index::Fresh { name: name.clone(), vis: options.visibility().cloned() },
                    None => Index::Own,
                },
                ty,
                indexes: true,
                by_type: ByType::Unique,
            },
            None => {
                Items { index: Index::Ready, ty: Type::Verbatim(quote!(())), indexes: false, by_type: ByType::Unclear }
            }
        }),
        Holds::Bytes | Holds::Owned | Holds::Table => {
            match (kind.holds, arguments.first()) {
                (Holds::Bytes, Some(argument)) if kind.has_lifetime => {
                    if !matches!(argument, GenericArgument::Lifetime(lifetime) if lifetime.ident == "static") {
                        let message = format!(
                            "a `{0}` in a bundle has memory of its own: write it without arguments, as `{0}`",
                            kind.name
                        );
                        errors.at(argument, message);
                    }
                }
                (Holds::Bytes, Some(argument)) => {
                    errors.at(argument, format!("a `{}` holds values of any type: write it without one", kind.name));
                }
                (Holds::Owned, None) => errors.at(&written.ty, format!("say what it holds: `{}<Item>`", kind.name)),
                _ => path = written_path(&written.ty).unwrap_or(path),
            }
            if kind.has_lifetime {
                if let Some(last) = path.segments.last_mut() {
                    let at = last.ident.span();
                    last.arguments = PathArguments::AngleBracketed(syn::parse_quote_spanned!(at=> <'static>));
                }
            }
            for (key, name) in [(Key::Idx, "idx"), (Key::Vis, "vis")] {
                if let Some(span) = options.span(key) {
                    errors.at_span(span, format!("`{name}` is about an index, and {} has none", kind.spoken()));
                }
            }
            None
        }
    };
    if let (Some(Items { index: Index::Own, .. }), Some(span)) = (&items, options.span(Key::Vis)) {
        errors.at_span(span, "`vis` is the visibility of the index type that `idx = Name` makes, and there is none");
    }
    if let (false, Some(span)) = (kind.rewinds, options.span(Key::NoCheckpoint)) {
        errors.at_span(span, format!("{} never takes part in a checkpoint", kind.spoken()));
    }
    let interns = kind.places == Places::InOrder;
    if let (false, Some(span)) = (interns, options.span(Key::Intern)) {
        errors.at_span(span, format!("only an `Arena` or a `FastArena` interns; this is {}", kind.spoken()));
    }
    Some(Field::Store(Store {
        attrs,
        cfgs,
        vis: written.vis,
        ident,
        kind,
        path,
        items,
        capacity: options.expression(Key::Capacity).cloned(),
        no_checkpoint: options.has(Key::NoCheckpoint),
        intern: interns && options.has(Key::Intern),
    }))
}

/// The kind of a store, its path without arguments, and those.
pub(crate) fn recognised(ty: &Type) -> Option<(&'static Kind, Path, Vec<GenericArgument>)> {
    let Type::Path(path) = peeled(ty) else {
        return None;
    };
    if path.qself.is_some() {
        return None;
    }
    let mut path = path.path.clone();
    let last = path.segments.last_mut()?;
    let kind = Kind::named(&last.ident.to_string())?;
    match std::mem::take(&mut last.arguments) {
        PathArguments::None => Some((kind, path, Vec::new())),
        PathArguments::AngleBracketed(arguments) => Some((kind, path, arguments.args.into_iter().collect())),
        PathArguments::Parenthesized(_) => None,
    }
}

/// The path of a type with all its arguments.
fn written_path(ty: &Type) -> Option<Path> {
    match peeled(ty) {
        Type::Path(path) => Some(path.path.clone()),
        _ => None,
    }
}

/// The item type of a store that holds items.
fn item(kind: &Kind, arguments: &[GenericArgument], ty: &Type, errors: &mut Diagnostics) -> Option<Type> {
    let mut arguments = arguments.iter();
    let Some(GenericArgument::Type(item)) = arguments.next() else {
        errors.at(ty, format!("say what it holds: `{}<Item>`", kind.name));
        return None;
    };
    let further = arguments.collect::<Vec<_>>();
    if !further.is_empty() {
        let message =
            format!("write the item type only, like `{}<Item>`: `arena_struct!` adds the index type", kind.name);
        errors.at(quote!(#(#further),*), message);
    }
    Some(item.clone())
}

/// Each index type leads to one store.
fn indices_are_distinct(bundle: &mut Bundle, errors: &mut Diagnostics) {
    // The struct of an item has one index type whatever its parameters are.
    let own_key = |ty: &Type| match peeled(ty) {
        Type::Path(path) => {
            let mut path = path.clone();
            if let Some(last) = path.path.segments.last_mut() {
                last.arguments = PathArguments::None;
            }
            path.to_token_stream().to_string()
        }
        other => other.to_token_stream().to_string(),
    };
    let mut fresh = Vec::<(Ident, bool)>::new();
    let mut own = Vec::<(String, bool)>::new();
    let generics = bundle.generics.clone();
    let alone = bundle.stores().filter(|store| store.items.is_some()).count() == 1;
    for field in &mut bundle.fields {
        let Field::Store(store) = field else { continue };
        let suggestion = suggested(&store.ident);
        let Some(items) = &mut store.items else { continue };
        // Fields under a `cfg` may exclude each other; what does not is left to the compiler.
        let conditional = !store.cfgs.is_empty();
        match &items.index {
            Index::Fresh { name, .. } => {
                match fresh.iter().find(|(first, other)| first == name && !(conditional && *other)) {
                    Some((first, _)) => {
                        let text = name.unraw();
                        errors.at_span(name.span(), format!("two stores would both be indexed by `{text}`"));
                        errors.at_span(first.span(), format!("`{text}` is first used here"));
                        items.indexes = false;
                    }
                    None => fresh.push((name.clone(), conditional)),
                }
            }
            // It may be any type with any index, also with that of another store.
            Index::Own if is_open(&items.ty, &generics) && !alone => {
                let message = format!(
                    "`{}` may have the same index as another store; name that of this one: `#[arena(idx = {suggestion})]`",
                    tidy(&items.ty)
                );
                errors.at(&items.ty, message);
                items.index = Index::Fresh { name: Ident::new(&suggestion, items.ty.span()), vis: None };
            }
            Index::Ready => {}
            Index::Own => {
                let key = own_key(&items.ty);
                match own.iter().find(|(first, other)| *first == key && !(conditional && *other)) {
                    Some(_) => {
                        let message = format!(
                            "two stores would both be indexed by the index type of `{}`; give this one its own: \
                             `#[arena(idx = {suggestion})]`",
                            tidy(&items.ty)
                        );
                        errors.at(&items.ty, message);
                        items.indexes = false;
                    }
                    None => own.push((key, conditional)),
                }
            }
        }
    }
}

/// `globals` suggests `GlobalsIdx`.
fn suggested(field: &Ident) -> String {
    camel(field).to_string() + "Idx"
}

/// The name of a field as that of a type: `open_files` gives `OpenFiles`.
pub(crate) fn camel(field: &Ident) -> Ident {
    let mut name = String::new();
    for word in field.unraw().to_string().split('_') {
        let mut letters = word.chars();
        name.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(letters.as_str());
    }
    // `_` and `_0` are no names of types.
    if !name.starts_with(char::is_alphabetic) {
        name.insert_str(0, "Store");
    }
    Ident::new(&name, field.span())
}

/// Decides for each store whether its item type alone names it.
fn allocation_by_type(bundle: &mut Bundle) {
    let stores = bundle
        .stores()
        .filter_map(|store| {
            let items = store.items.as_ref()?;
            Some((store.ident.clone(), items.ty.clone(), !store.cfgs.is_empty(), store.intern))
        })
        .collect::<Vec<_>>();
    let generics = bundle.generics.clone();
    for field in &mut bundle.fields {
        let Field::Store(store) = field else { continue };
        let Some(items) = &mut store.items else { continue };
        let (conditional, intern) = (!store.cfgs.is_empty(), store.intern);
        let open = is_open(&items.ty, &generics);
        let rivals = stores
            .iter()
            .filter(|(ident, ty, other, interns)| {
                *ident != store.ident
                    // One store for `alloc`, one for `intern`.
                    && *interns == intern
                    && !(conditional && *other)
                    && may_be_same(ty, &items.ty, &generics)
                    // A store of a type wins over one of a parameter that may be that type.
                    && (open || !is_open(ty, &generics))
            })
            .collect::<Vec<_>>();
        if rivals.is_empty() {
            continue;
        }
        items.by_type = if rivals.iter().all(|(_, ty, other, _)| !conditional && !other && same(ty, &items.ty)) {
            let holders = stores
                .iter()
                .filter(|(_, ty, _, interns)| *interns == intern && same(ty, &items.ty))
                .map(|(ident, ..)| ident.clone())
                .collect::<Vec<_>>();
            ByType::Several { first: holders.first() == Some(&store.ident), stores: holders }
        } else {
            ByType::Unclear
        };
    }
}

/// A shared bundle has only stores that allocate through `&self`.
fn shared_stores(bundle: &Bundle, errors: &mut Diagnostics) {
    let Some(shared) = bundle.shared else { return };
    let mut found = false;
    for store in bundle.stores() {
        let Some(reason) = store.kind.unshared else { continue };
        let instead = match store.kind.holds {
            Holds::Items | Holds::Owned => "a `FastArena`",
            Holds::Bytes | Holds::Table => "a `Bitena`",
        };
        let message = format!(
            "`{}` is {}, which {reason}; a shared bundle needs {instead}",
            store.spoken(),
            store.kind.spoken(),
        );
        errors.at(&store.path, message);
        found = true;
    }
    if found {
        errors.at_span(shared, "the bundle is declared shared here");
    }
}

/// All attributes but `#[arena(..)]`, which are read by then.
fn without_options(attrs: Vec<Attribute>) -> Vec<Attribute> {
    attrs.into_iter().filter(|attr| !attr.path().is_ident("arena")).collect()
}

fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect()
}

/// Takes `Default` out of the derives, and says where it was.
fn without_default(attrs: Vec<Attribute>) -> (Vec<Attribute>, Option<Span>) {
    let mut found = None;
    let attrs = attrs
        .into_iter()
        .map(|mut attr| {
            if attr.path().is_ident("derive") {
                if let Some(rest) = derives_but_default(&attr.meta, &mut found) {
                    if let Meta::List(list) = &mut attr.meta {
                        list.tokens = rest;
                    }
                }
            }
            attr
        })
        .collect();
    (attrs, found)
}

/// The arguments of a `derive` without `Default`; `None` where they are not a list of paths.
fn derives_but_default(meta: &Meta, found: &mut Option<Span>) -> Option<TokenStream> {
    let Meta::List(list) = meta else { return None };
    let parser = |input: ParseStream<'_>| Punctuated::<Path, Token![,]>::parse_terminated(input);
    let traits = parser.parse2(list.tokens.clone()).ok()?;
    let rest = traits.into_iter().filter(|path| {
        let is_default = path.segments.last().is_some_and(|last| last.ident == "Default");
        if is_default {
            *found = Some(path.span());
        }
        !is_default
    });
    let rest = rest.collect::<Vec<_>>();
    Some(quote!(#(#rest),*))
}
