//! The options inside `#[arena(..)]`, for both macros.
//!
//! [`TABLE`] says of each option what it is called, where it may stand and what value it takes. It drives the parser,
//! the messages, and the tables in the documentation (a test compares them).
//!
//! A value is written bare (`crate = path`) or as a string (`crate = "path"`).

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, LitStr, Meta, Path, PathArguments, Token, Visibility, WherePredicate};

use crate::diag::{Diagnostics, nearest, quoted_list, readable};

/// Where an `#[arena(..)]` attribute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the struct or enum that derives `ArenaAlloc`.
    Item,
    /// On a field of it.
    ItemField,
    /// On a struct inside `arena_struct!`.
    Bundle,
    /// On a field of that.
    BundleField,
}

impl Place {
    fn noun(self) -> &'static str {
        match self {
            Self::Item => "the item type",
            Self::ItemField => "a field of the item",
            Self::Bundle => "a bundle (`arena_struct!`)",
            Self::BundleField => "a store of a bundle (`arena_struct!`)",
        }
    }
}

/// The options by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Idx,
    Store,
    Alias,
    Bitena,
    Repr,
    Buf,
    IdxDerive,
    Vis,
    Bound,
    Remap,
    RemapSkip,
    With,
    Crate,
    AllowLeak,
    AssertDropless,
    Shared,
    Any,
    Checked,
    Serde,
    Intern,
    Capacity,
    NoCheckpoint,
}

/// What kind of value an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Flag,
    Name,
    /// One of these words. Words that look right but are not come with the reason.
    Choice {
        words: &'static [&'static str],
        not: &'static [(&'static str, &'static str)],
    },
    CratePath,
    /// The path of a function.
    Function,
    Visibility,
    Traits,
    Predicates,
    Expression,
}

struct Spec {
    key: Key,
    name: &'static str,
    places: &'static [Place],
    kind: Kind,
    /// How it is written, for messages and docs.
    form: &'static str,
    /// What it does, for the docs.
    #[cfg_attr(not(test), allow(dead_code, reason = "a test compares it with the documentation"))]
    doc: &'static str,
}

const TABLE: &[Spec] = &[
    Spec {
        key: Key::Idx,
        name: "idx",
        places: &[Place::Item, Place::BundleField],
        kind: Kind::Name,
        form: "idx = Name",
        doc: "the name of the index type; on an item the default is `<Type>Idx`",
    },
    Spec {
        key: Key::Store,
        name: "store",
        places: &[Place::Item],
        kind: Kind::Choice {
            words: &["Arena", "FastArena", "RegionStore", "RingStore"],
            not: &[
                (
                    "Bitena",
                    "a `Bitena` hands out references and has no index type: write `#[arena(bitena)]` to have the fields \
                     checked, and call `Bitena::alloc`",
                ),
                ("Blink", "a `Blink` hands out references and has no index type: call `Blink::put` with any value"),
                ("RingAl", "a `RingAl` hands out buffers of bytes: the ring of values of one type is `RingStore`"),
                ("Region", "a `Region` hands out blocks of bytes: the store of values of one type is `RegionStore`"),
            ],
        },
        form: "store = Arena | FastArena | RegionStore | RingStore",
        doc: "what the store alias stands for; `Arena` is the default",
    },
    Spec {
        key: Key::Alias,
        name: "alias",
        places: &[Place::Item],
        kind: Kind::Name,
        form: "alias = Name",
        doc: "the name of the store alias; the default is `<Type>Store`",
    },
    Spec {
        key: Key::Bitena,
        name: "bitena",
        places: &[Place::Item],
        kind: Kind::Flag,
        form: "bitena",
        doc: "a `Bitena` is to hold it: each field is checked here, where the type is defined",
    },
    Spec {
        key: Key::Repr,
        name: "repr",
        places: &[Place::Item],
        kind: Kind::Choice { words: &["u16", "u32", "u64", "checked"], not: &[] },
        form: "repr = u16 | u32 | u64 | checked",
        doc: "the width of the index (`u32` is the default), or the 8-byte index that finds stale and foreign ones",
    },
    Spec {
        key: Key::Buf,
        name: "buf",
        places: &[Place::Item],
        kind: Kind::Name,
        form: "buf = Name",
        doc: "the name of the owned handle that a `RingStore` gives out; the default is `<Type>Buf`",
    },
    Spec {
        key: Key::IdxDerive,
        name: "idx_derive",
        places: &[Place::Item],
        kind: Kind::Traits,
        form: "idx_derive(Trait, ..)",
        doc: "further derives on the index type",
    },
    Spec {
        key: Key::Vis,
        name: "vis",
        places: &[Place::Item, Place::BundleField],
        kind: Kind::Visibility,
        form: "vis = pub(crate)",
        doc: "the visibility of the index type and the alias; that of the type is the default",
    },
    Spec {
        key: Key::Bound,
        name: "bound",
        places: &[Place::Item],
        kind: Kind::Predicates,
        form: "bound = \"T: Trait, ..\"",
        doc: "the `where` clause of the `Holds` impl, in place of the one that follows from the fields",
    },
    Spec {
        key: Key::Remap,
        name: "remap",
        places: &[Place::Item],
        kind: Kind::Flag,
        form: "remap",
        doc: "`append` and `compact` of a bundle may rewrite the indices inside: implements `Remap`",
    },
    Spec {
        key: Key::RemapSkip,
        name: "remap",
        places: &[Place::ItemField],
        kind: Kind::Choice { words: &["skip"], not: &[] },
        form: "remap = skip",
        doc: "the field holds no index that moves; it need not be `Remap`",
    },
    Spec {
        key: Key::With,
        name: "with",
        places: &[Place::ItemField],
        kind: Kind::Function,
        form: "with = path",
        doc: "`remap` goes through the field by this function, of `&mut` it and a `&mut Remapper`",
    },
    Spec {
        key: Key::Crate,
        name: "crate",
        places: &[Place::Item, Place::Bundle],
        kind: Kind::CratePath,
        form: "crate = path",
        doc: "where the `arenas` crate is found, when it is renamed or re-exported",
    },
    Spec {
        key: Key::AllowLeak,
        name: "allow_leak",
        places: &[Place::ItemField],
        kind: Kind::Flag,
        form: "allow_leak",
        doc: "a `Bitena` may hold the field although it will never be dropped",
    },
    Spec {
        key: Key::AssertDropless,
        name: "assert_dropless",
        places: &[Place::ItemField],
        kind: Kind::Flag,
        form: "assert_dropless",
        doc: "the type of the field, of another crate, owns nothing; the compiler checks that it needs no `Drop`",
    },
    Spec {
        key: Key::Shared,
        name: "shared",
        places: &[Place::Bundle],
        kind: Kind::Flag,
        form: "shared",
        doc: "the whole bundle works through `&self` from many threads; a store that cannot is an error",
    },
    Spec {
        key: Key::Any,
        name: "any",
        places: &[Place::Bundle],
        kind: Kind::Flag,
        form: "any",
        doc: "makes `<Name>AnyIdx`, a 4-byte index over all its stores, and `<Name>Ref`, what that leads to",
    },
    Spec {
        key: Key::Checked,
        name: "checked",
        places: &[Place::Bundle],
        kind: Kind::Flag,
        form: "checked",
        doc: "every index is of the 8-byte form that finds stale and foreign ones; an item whose index is not is an error",
    },
    Spec {
        key: Key::Serde,
        name: "serde",
        places: &[Place::Bundle],
        kind: Kind::Flag,
        form: "serde",
        doc: "implements `Serialize` and `Deserialize`; every index that is read must name an item",
    },
    Spec {
        key: Key::Intern,
        name: "intern",
        places: &[Place::BundleField],
        kind: Kind::Flag,
        form: "intern",
        doc: "equal values get one index, by `bundle.intern(value)`; values do not change. For `Arena` and `FastArena`",
    },
    Spec {
        key: Key::Capacity,
        name: "capacity",
        places: &[Place::BundleField],
        kind: Kind::Expression,
        form: "capacity = expression",
        doc: "the capacity that `new` gives the store: slots of a typed store, bytes of any other",
    },
    Spec {
        key: Key::NoCheckpoint,
        name: "no_checkpoint",
        places: &[Place::BundleField],
        kind: Kind::Flag,
        form: "no_checkpoint",
        doc: "the store takes no part in `checkpoint`, `rollback` and `transaction`",
    },
];

enum Value {
    Flag,
    Name(Ident),
    Choice(&'static str),
    CratePath(Path),
    Function(Path),
    Visibility(Visibility),
    Traits(Vec<Path>),
    Predicates(Vec<WherePredicate>),
    Expression(TokenStream),
}

struct Given {
    key: Key,
    span: Span,
    /// `None` when it was wrong; the error is reported already.
    value: Option<Value>,
}

/// The options that were given in one place.
#[derive(Default)]
pub(crate) struct Options {
    given: Vec<Given>,
}

impl Options {
    /// Reads all `#[arena(..)]` attributes among `attrs`. What is wrong is reported and left out.
    pub(crate) fn parse(attrs: &[Attribute], place: Place, diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("arena")) {
            match &attr.meta {
                Meta::List(list) => {
                    let parser = |input: ParseStream<'_>| {
                        options.parse_list(input, place, diagnostics);
                        Ok(())
                    };
                    let parsed = parser.parse2(list.tokens.clone());
                    diagnostics.ok(parsed);
                }
                Meta::Path(_) | Meta::NameValue(_) => {
                    diagnostics.at(&attr.meta, format!("options are written in brackets: `{}`", example(place)));
                }
            }
        }
        options
    }

    fn parse_list(&mut self, input: ParseStream<'_>, place: Place, diagnostics: &mut Diagnostics) {
        while !input.is_empty() {
            // A keyword such as `crate` is a key too.
            match input.call(Ident::parse_any) {
                Ok(key) => self.parse_option(&key, input, place, diagnostics),
                Err(_) => {
                    let found = skip_to_comma(input);
                    diagnostics
                        .at(&found, format!("expected an option, found `{}`; {}", readable(&found), known(place)));
                }
            }
            if input.parse::<Token![,]>().is_err() && !input.is_empty() {
                // Every branch above stops at a comma or at the end.
                skip_to_comma(input);
            }
        }
    }

    fn parse_option(&mut self, key: &Ident, input: ParseStream<'_>, place: Place, diagnostics: &mut Diagnostics) {
        let name = key.to_string();
        // One name may mean different things in different places.
        let named = || TABLE.iter().filter(|spec| spec.name == name);
        let Some(spec) = named().find(|spec| spec.places.contains(&place)).or_else(|| named().next()) else {
            let hint = match nearest(&name, names(place)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => known(place),
            };
            diagnostics.at(key, format!("unknown `arena` option `{name}`; {hint}"));
            skip_to_comma(input);
            return;
        };
        if !spec.places.contains(&place) {
            let allowed: Vec<_> = named().flat_map(|spec| spec.places).map(|place| place.noun()).collect();
            let message = format!("`{name}` belongs on {}, not on {}", allowed.join(" or "), place.noun());
            diagnostics.at(key, message);
            skip_to_comma(input);
            return;
        }
        let value = match parse_value(spec, key, input) {
            Ok(value) if at_end(input) => Some(value),
            Ok(_) => {
                let rest = skip_to_comma(input);
                let message = format!("unexpected `{}`; `{name}` is written `{}`", readable(&rest), spec.form);
                diagnostics.at(&rest, message);
                None
            }
            Err(error) => {
                diagnostics.push(error);
                skip_to_comma(input);
                None
            }
        };
        if self.find(spec.key).is_some() {
            diagnostics.at(key, format!("`{name}` is given twice"));
        } else {
            self.given.push(Given { key: spec.key, span: key.span(), value });
        }
    }

    fn find(&self, key: Key) -> Option<&Given> {
        self.given.iter().find(|given| given.key == key)
    }

    fn value(&self, key: Key) -> Option<&Value> {
        self.find(key)?.value.as_ref()
    }

    /// Whether the option is there.
    pub(crate) fn has(&self, key: Key) -> bool {
        self.find(key).is_some()
    }

    /// Where the option stands.
    pub(crate) fn span(&self, key: Key) -> Option<Span> {
        self.find(key).map(|given| given.span)
    }

    /// The words that were written, as the user wrote them, for [`hints`].
    pub(crate) fn words(&self) -> impl Iterator<Item = Ident> {
        let named = |key| TABLE.iter().find(move |spec| spec.key == key && key != Key::Crate);
        self.given.iter().filter_map(move |given| Some(Ident::new(named(given.key)?.name, given.span)))
    }

    /// The value of `idx` or `alias`.
    pub(crate) fn name(&self, key: Key) -> Option<&Ident> {
        match self.value(key)? {
            Value::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The value of `store` or `repr`: one of the words of the table.
    pub(crate) fn choice(&self, key: Key) -> Option<&'static str> {
        match self.value(key)? {
            Value::Choice(word) => Some(word),
            _ => None,
        }
    }

    /// The path of the `arenas` crate.
    pub(crate) fn crate_path(&self) -> TokenStream {
        match self.value(Key::Crate) {
            Some(Value::CratePath(path)) => path.to_token_stream(),
            _ => quote!(::arenas),
        }
    }

    /// The value of `with`.
    pub(crate) fn function(&self) -> Option<&Path> {
        match self.value(Key::With)? {
            Value::Function(path) => Some(path),
            _ => None,
        }
    }

    /// The value of `vis`.
    pub(crate) fn visibility(&self) -> Option<&Visibility> {
        match self.value(Key::Vis)? {
            Value::Visibility(visibility) => Some(visibility),
            _ => None,
        }
    }

    /// The value of `idx_derive`.
    pub(crate) fn idx_derives(&self) -> &[Path] {
        match self.value(Key::IdxDerive) {
            Some(Value::Traits(traits)) => traits,
            _ => &[],
        }
    }

    /// The value of `bound`.
    pub(crate) fn bounds(&self) -> Option<&[WherePredicate]> {
        match self.value(Key::Bound)? {
            Value::Predicates(predicates) => Some(predicates),
            _ => None,
        }
    }

    /// The value of `capacity`.
    pub(crate) fn expression(&self, key: Key) -> Option<&TokenStream> {
        match self.value(key)? {
            Value::Expression(expression) => Some(expression),
            _ => None,
        }
    }
}

/// Imports of the modules that document the options, so that an editor shows what each of them means.
pub(crate) fn hints(krate: &TokenStream, words: &[Ident]) -> Option<TokenStream> {
    (!words.is_empty()).then(|| quote!(use #krate::__private::options::{#(#words as _),*};))
}

fn names(place: Place) -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter(move |spec| spec.places.contains(&place)).map(|spec| spec.name)
}

fn known(place: Place) -> String {
    format!("the options here are {}", quoted_list(names(place)))
}

fn example(place: Place) -> &'static str {
    match place {
        Place::Item => "#[arena(idx = NodeIdx)]",
        Place::ItemField => "#[arena(allow_leak)]",
        Place::Bundle => "#[arena(shared)]",
        Place::BundleField => "#[arena(capacity = 1024)]",
    }
}

fn at_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Takes everything up to the next comma of this level.
fn skip_to_comma(input: ParseStream<'_>) -> TokenStream {
    let mut skipped = TokenStream::new();
    while !at_end(input) {
        match input.parse::<TokenTree>() {
            Ok(token) => skipped.extend([token]),
            Err(_) => break,
        }
    }
    skipped
}

fn parse_value(spec: &Spec, key: &Ident, input: ParseStream<'_>) -> syn::Result<Value> {
    match spec.kind {
        Kind::Flag => {
            if at_end(input) {
                return Ok(Value::Flag);
            }
            let value = skip_to_comma(input);
            Err(syn::Error::new_spanned(value, format!("`{}` takes no value", spec.name)))
        }
        Kind::Traits => {
            if !input.peek(syn::token::Paren) {
                return Err(wrong_form(spec, key, input));
            }
            let content;
            syn::parenthesized!(content in input);
            let traits = Punctuated::<Path, Token![,]>::parse_terminated(&content)?;
            Ok(Value::Traits(traits.into_iter().collect()))
        }
        kind => {
            if !input.peek(Token![=]) {
                return Err(wrong_form(spec, key, input));
            }
            input.parse::<Token![=]>()?;
            if at_end(input) {
                return Err(wrong_form(spec, key, input));
            }
            if input.peek(LitStr) {
                let text: LitStr = input.parse()?;
                let parser = |content: ParseStream<'_>| parse_after_equals(spec, kind, content, true);
                return text.parse_with(parser).map_err(|error| match kind {
                    // What the Rust parser says helps here only.
                    Kind::Predicates => {
                        syn::Error::new(text.span(), format!("`{}` is written `{}`: {error}", spec.name, spec.form))
                    }
                    Kind::Choice { .. } | Kind::CratePath if error.to_string().contains('`') => error,
                    _ => not_with(spec, text.to_token_stream()),
                });
            }
            parse_after_equals(spec, kind, input, false)
        }
    }
}

fn wrong_form(spec: &Spec, key: &Ident, input: ParseStream<'_>) -> syn::Error {
    let value = skip_to_comma(input);
    syn::Error::new_spanned(quote!(#key #value), format!("`{}` is written `{}`", spec.name, spec.form))
}

fn not_with(spec: &Spec, tokens: TokenStream) -> syn::Error {
    let message = format!("`{}` is written `{}`, not with `{}`", spec.name, spec.form, readable(&tokens));
    syn::Error::new_spanned(tokens, message)
}

fn parse_after_equals(spec: &Spec, kind: Kind, input: ParseStream<'_>, quoted: bool) -> syn::Result<Value> {
    let wrong = |tokens| not_with(spec, tokens);
    match kind {
        Kind::Name => match input.parse::<Ident>() {
            Ok(name) => Ok(Value::Name(name)),
            Err(_) => Err(wrong(skip_to_comma(input))),
        },
        Kind::Choice { words, not } => {
            let given = skip_to_comma(input);
            let text = given.to_string();
            if let Some(word) = words.iter().find(|word| **word == text) {
                return Ok(Value::Choice(word));
            }
            let message = if let Some((_, reason)) = not.iter().find(|(word, _)| *word == text) {
                (*reason).to_owned()
            } else {
                let hint = match nearest(&text, words.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the choices are {}", quoted_list(words.iter().copied())),
                };
                format!("unknown {} `{}`; {hint}", spec.name, readable(&given))
            };
            Err(syn::Error::new_spanned(given, message))
        }
        Kind::CratePath => {
            let fork = input.fork();
            match fork.call(Path::parse_mod_style) {
                Ok(_) => {
                    let path = input.call(Path::parse_mod_style)?;
                    check_crate_path(&path)?;
                    Ok(Value::CratePath(path))
                }
                Err(_) => Err(wrong(skip_to_comma(input))),
            }
        }
        Kind::Function => {
            let fork = input.fork();
            match fork.parse::<Path>() {
                Ok(_) => Ok(Value::Function(input.parse()?)),
                Err(_) => Err(wrong(skip_to_comma(input))),
            }
        }
        Kind::Visibility => match input.parse::<Visibility>() {
            // Private is what an empty string says.
            Ok(Visibility::Inherited) if !quoted => Err(wrong(skip_to_comma(input))),
            Ok(visibility) => Ok(Value::Visibility(visibility)),
            Err(error) => Err(error),
        },
        Kind::Predicates if quoted => {
            let predicates = Punctuated::<WherePredicate, Token![,]>::parse_terminated(input)?;
            Ok(Value::Predicates(predicates.into_iter().collect()))
        }
        Kind::Predicates => Ok(Value::Predicates(vec![input.parse()?])),
        Kind::Expression => Ok(Value::Expression(if quoted { input.parse()? } else { skip_to_comma(input) })),
        // Written without `=`; `parse_value` has dealt with them.
        Kind::Flag | Kind::Traits => Err(wrong(skip_to_comma(input))),
    }
}

/// A path that can stand in front of `::Item` anywhere: no `Self`, no generic arguments, `crate`, `self` and `super`
/// at the start only.
fn check_crate_path(path: &Path) -> syn::Result<()> {
    let mut may_climb = path.leading_colon.is_none();
    for (position, segment) in path.segments.iter().enumerate() {
        let name = segment.ident.to_string();
        let sound = match name.as_str() {
            "super" => may_climb,
            "crate" | "self" => position == 0 && path.leading_colon.is_none(),
            "Self" => false,
            _ => true,
        };
        if !sound || !matches!(segment.arguments, PathArguments::None) {
            let message = format!("`{name}` cannot stand here in the path of a `crate = path` option");
            return Err(syn::Error::new(segment.span(), message));
        }
        may_climb &= matches!(name.as_str(), "super" | "self");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn parse(place: Place, tokens: TokenStream) -> (Options, String) {
        let item: syn::DeriveInput = syn::parse2(quote!(#tokens struct Item;)).unwrap();
        let mut diagnostics = Diagnostics::new();
        let options = Options::parse(&item.attrs, place, &mut diagnostics);
        (options, diagnostics.finish().to_string())
    }

    #[test]
    fn values_may_be_bare_or_quoted() {
        let (bare, errors) = parse(
            Place::Item,
            quote!(#[arena(idx = A, crate = super::renamed, vis = pub(crate), repr = u16, bound = T: Copy)]),
        );
        assert_eq!(errors, "");
        let (quoted, errors) = parse(
            Place::Item,
            quote!(#[arena(idx = "A", crate = "super::renamed", vis = "pub(crate)", repr = "u16", bound = "T: Copy")]),
        );
        assert_eq!(errors, "");
        for options in [bare, quoted] {
            assert_eq!(options.name(Key::Idx).unwrap(), "A");
            assert_eq!(options.choice(Key::Repr), Some("u16"));
            assert_eq!(options.crate_path().to_string(), "super :: renamed");
            assert_eq!(options.visibility().unwrap().to_token_stream().to_string(), "pub (crate)");
            assert_eq!(options.bounds().unwrap().len(), 1);
        }
    }

    #[test]
    fn options_may_be_spread_over_attributes_and_end_with_a_comma() {
        let (options, errors) =
            parse(Place::Item, quote!(#[arena(bitena,)] #[arena(idx_derive(A, b::C,), alias = S)] #[arena()]));
        assert_eq!(errors, "");
        assert!(options.has(Key::Bitena));
        assert_eq!(options.idx_derives().len(), 2);
        assert_eq!(options.name(Key::Alias).unwrap(), "S");
    }

    #[test]
    fn all_errors_of_one_attribute_are_reported() {
        let (options, errors) = parse(
            Place::Item,
            quote!(#[arena(idx = A, idxx = B, stor = F, frobnicate(1, 2), idx = C, 7, bitena = 1, alias = Last)]),
        );
        for part in [
            "unknown `arena` option `idxx`; did you mean `idx`?",
            "did you mean `store`?",
            "unknown `arena` option `frobnicate`; the options here are",
            "`idx` is given twice",
            "expected an option, found `7`",
            "`bitena` takes no value",
        ] {
            assert!(errors.contains(part), "{part} is not in {errors}");
        }
        assert_eq!(errors.matches("compile_error").count(), 6);
        assert_eq!(options.name(Key::Idx).unwrap(), "A");
        assert_eq!(options.name(Key::Alias).unwrap(), "Last");
    }

    #[test]
    fn an_expression_reaches_to_the_comma() {
        let (options, errors) =
            parse(Place::BundleField, quote!(#[arena(capacity = { f::<A, B>() } << 10, no_checkpoint)]));
        assert_eq!(errors, "");
        assert_eq!(options.expression(Key::Capacity).unwrap().to_string(), "{ f :: < A , B > () } << 10");
        assert!(options.has(Key::NoCheckpoint) && options.span(Key::NoCheckpoint).is_some());
    }

    #[test]
    fn every_option_is_refused_where_it_does_not_belong() {
        for spec in TABLE {
            let name = Ident::parse_any.parse_str(spec.name).unwrap();
            for place in [Place::Item, Place::ItemField, Place::Bundle, Place::BundleField] {
                let (_, errors) = parse(place, quote!(#[arena(#name)]));
                let allowed = TABLE.iter().any(|other| other.name == spec.name && other.places.contains(&place));
                assert_eq!(errors.contains("belongs on"), !allowed, "{} {place:?}", spec.name);
            }
        }
    }

    #[test]
    fn a_crate_path_is_one_that_resolves_anywhere() {
        for good in ["arenas", "::arenas", "crate", "crate::a", "self::a", "super::super::a", "self::super::a"] {
            assert_eq!(parse(Place::Item, quote!(#[arena(crate = #good)])).1, "", "{good}");
        }
        for bad in ["Self::a", "a::super::b", "a::crate", "::super::a", "a<T>", "", "1"] {
            assert_ne!(parse(Place::Item, quote!(#[arena(crate = #bad)])).1, "", "{bad}");
        }
    }

    #[test]
    fn the_documentation_has_a_row_for_each_option() {
        let documentation = include_str!("lib.rs");
        for spec in TABLE {
            let row = format!("/// | `{}` | {} |", spec.form.replace('|', "\\|"), spec.doc);
            assert!(documentation.contains(&row), "{row}");
        }
    }

    #[test]
    fn an_editor_finds_a_text_for_each_option() {
        let modules = include_str!("../../arenas/src/typed/options.rs");
        for spec in TABLE.iter().filter(|spec| spec.key != Key::Crate) {
            let text = format!("/// `{}`: {}.\n", spec.form, spec.doc);
            assert!(modules.contains(&text), "{text}");
            assert!(modules.contains(&format!("\npub mod {} {{}}\n", spec.name)), "{}", spec.name);
        }
    }

    #[test]
    fn the_text_of_an_option_is_found_by_the_word_that_was_written() {
        let (options, _) = parse(Place::ItemField, quote!(#[arena(remap = skip, allow_leak)]));
        let imports = hints(&options.crate_path(), &options.words().collect::<Vec<_>>()).unwrap();
        let expected = quote!(
            use ::arenas::__private::options::{remap as _, allow_leak as _};
        );
        assert_eq!(imports.to_string(), expected.to_string());
        let (options, _) = parse(Place::Bundle, quote!(#[arena(crate = a)]));
        assert!(hints(&options.crate_path(), &options.words().collect::<Vec<_>>()).is_none());
    }
}
