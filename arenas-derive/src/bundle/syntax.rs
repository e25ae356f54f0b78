//! From tokens to structs, forgivingly: what is half typed is reported, and the rest is still read.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Error, Field, Generics, Meta, Path, Token, Visibility, braced, token};

use super::lower::recognised;
use crate::diag::Diagnostics;

/// The words with which items other than structs begin. What begins otherwise is half typed.
const ITEMS: [&str; 13] = [
    "enum",
    "union",
    "fn",
    "impl",
    "mod",
    "trait",
    "type",
    "use",
    "const",
    "static",
    "extern",
    "unsafe",
    "macro_rules",
];

/// A struct with named fields.
pub(crate) struct Struct {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) struct_token: Token![struct],
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) brace: token::Brace,
    pub(crate) fields: Vec<Field>,
}

pub(crate) enum Item {
    Struct(Struct),
    /// A type that derives `ArenaAlloc`: written here, so that the bundle's words are about it too.
    Stored(DeriveInput),
    /// Something else, which was an error; it is put out as it is, so that its names exist.
    Other(TokenStream),
}

/// Reads the items of one `arena_struct!`.
pub(crate) fn items(input: TokenStream, errors: &mut Diagnostics) -> Vec<Item> {
    let mut items = Vec::new();
    if input.is_empty() {
        errors.at_span(
            proc_macro2::Span::call_site(),
            "`arena_struct!` is empty: put a struct here, like `pub struct Ast { pub nodes: Arena<Node> }`",
        );
        return items;
    }
    let parsed = (|input: ParseStream<'_>| {
        while !input.is_empty() {
            item(input, errors, &mut items);
        }
        Ok(())
    })
    .parse2(input);
    errors.ok(parsed);
    items
}

/// Reads one item, and always moves on.
fn item(input: ParseStream<'_>, errors: &mut Diagnostics, items: &mut Vec<Item>) {
    if let Some(stored) = stored(input) {
        items.push(Item::Stored(stored));
        return;
    }
    let ahead = input.fork();
    let mut found = Vec::new();
    match structure(&ahead, &mut found) {
        Ok(item) => {
            input.advance_to(&ahead);
            items.push(Item::Struct(item));
        }
        Err(Refused::Syntax(error)) => {
            found.push(error);
            skip_item(input);
        }
        Err(Refused::NotABundle(error)) => {
            found.push(error);
            items.push(Item::Other(skip_item(input)));
        }
    }
    for error in found {
        errors.push(error);
    }
}

/// Reads an item of a store, if that is what comes: it derives `ArenaAlloc`, and has no store of its own.
fn stored(input: ParseStream<'_>) -> Option<DeriveInput> {
    let ahead = input.fork();
    let stored = ahead.parse::<DeriveInput>().ok()?;
    let is_item = stored.attrs.iter().any(derives_arena_alloc);
    let is_bundle = match &stored.data {
        Data::Struct(data) => data.fields.iter().any(|field| recognised(&field.ty).is_some()),
        Data::Enum(_) | Data::Union(_) => false,
    };
    (is_item && !is_bundle).then(|| {
        input.advance_to(&ahead);
        stored
    })
}

fn derives_arena_alloc(attr: &Attribute) -> bool {
    let paths = |input: ParseStream<'_>| Punctuated::<Path, Token![,]>::parse_terminated(input);
    let Meta::List(list) = &attr.meta else { return false };
    list.path.is_ident("derive")
        && paths.parse2(list.tokens.clone()).is_ok_and(|derives| {
            derives.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == "ArenaAlloc"))
        })
}

enum Refused {
    /// No Rust at all.
    Syntax(Error),
    /// Valid Rust perhaps, but nothing that can be a bundle.
    NotABundle(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Syntax(error)
    }
}

fn structure(input: ParseStream<'_>, errors: &mut Vec<Error>) -> Result<Struct, Refused> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse::<Visibility>()?;
    if !input.peek(Token![struct]) {
        let advice = match input.cursor().token_tree() {
            Some((TokenTree::Ident(word), _)) if word == "enum" || word == "union" => {
                format!(
                    "`arena_struct!` takes structs only; write the `{word}` outside, and an `Arena` of it as a field"
                )
            }
            _ => "`arena_struct!` takes structs only".to_owned(),
        };
        let word = input.cursor().token_tree();
        let is_item = matches!(word, Some((TokenTree::Ident(word), _)) if ITEMS.iter().any(|item| word == item));
        let error = input.error(advice);
        return Err(if is_item { Refused::NotABundle(error) } else { Refused::Syntax(error) });
    }
    let struct_token = input.parse::<Token![struct]>()?;
    let ident = input.parse::<Ident>()?;
    let mut generics = input.parse::<Generics>()?;
    if input.peek(token::Paren) {
        return Err(Refused::NotABundle(
            input.error("a bundle has named fields: the name of a store is that of its row and its capacity"),
        ));
    }
    if input.peek(Token![;]) {
        return Err(Refused::NotABundle(Error::new(ident.span(), no_store(&ident))));
    }
    generics.where_clause = input.parse()?;
    let (brace, fields) = body(input, errors)?;
    Ok(Struct { attrs, vis, struct_token, ident, generics, brace, fields })
}

fn body(input: ParseStream<'_>, errors: &mut Vec<Error>) -> syn::Result<(token::Brace, Vec<Field>)> {
    let content;
    let brace = braced!(content in input);
    Ok((brace, fields(&content, errors)))
}

/// What is said of a struct without a store.
pub(crate) fn no_store(ident: &Ident) -> String {
    format!("`{}` has no store: give it a field like `nodes: Arena<Node>`", ident.unraw())
}

/// Reads fields up to the end; reports the first that is broken, and reads those after it that are not.
fn fields(input: ParseStream<'_>, errors: &mut Vec<Error>) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut broken = false;
    while !input.is_empty() {
        let ahead = input.fork();
        let parsed = Field::parse_named(&ahead).and_then(|field| {
            if !ahead.is_empty() {
                ahead.parse::<Token![,]>()?;
            }
            Ok(field)
        });
        match parsed {
            Ok(field) => {
                input.advance_to(&ahead);
                fields.push(field);
            }
            Err(error) => {
                // What follows a broken field may be the rest of it.
                if !std::mem::replace(&mut broken, true) {
                    errors.push(error);
                }
                skip_through(input, |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
            }
        }
    }
    fields
}

/// Skips to the end of an item: its braces or its semicolon.
fn skip_item(input: ParseStream<'_>) -> TokenStream {
    skip_through(input, |token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    })
}

fn skip_through(input: ParseStream<'_>, last: impl Fn(&TokenTree) -> bool) -> TokenStream {
    let mut skipped = TokenStream::new();
    while let Ok(token) = input.parse::<TokenTree>() {
        let done = last(&token);
        token.to_tokens(&mut skipped);
        if done {
            break;
        }
    }
    skipped
}
