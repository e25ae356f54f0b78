//! What was written, as data: the model that the rest of the macro reads.
//!
//! A model that has errors is repaired on the way (an option that makes no sense is dropped, an index given twice is
//! used once), so that everything that can be generated is, and a mistake lights up in one place only.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, GenericParam, Generics, Token, Type, Visibility, token};

use super::kinds::{Holds, Kind};
use crate::diag::allow_lints;

/// One struct of an `arena_struct!`.
pub(crate) struct Bundle {
    /// All outer attributes but `arena` and the `Default` of a derive.
    pub(crate) attrs: Vec<Attribute>,
    /// The `cfg`s among them; every generated item repeats them.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) struct_token: Token![struct],
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) brace: token::Brace,
    /// The path of the runtime crate.
    pub(crate) krate: TokenStream,
    /// Whether the user wrote that path, so that an error in it belongs there.
    pub(crate) krate_given: bool,
    /// Where `shared` stands.
    pub(crate) shared: Option<Span>,
    /// Where `any` stands.
    pub(crate) any: Option<Span>,
    /// Where `checked` stands.
    pub(crate) checked: Option<Span>,
    /// Where `serde` stands.
    pub(crate) serde: Option<Span>,
    /// Where the struct derives `Default`, which the macro implements itself.
    pub(crate) default: Option<Span>,
    /// The options that were written, here and on fields.
    pub(crate) words: Vec<Ident>,
    pub(crate) fields: Vec<Field>,
}

pub(crate) enum Field {
    Store(Store),
    Plain(Plain),
}

/// A field that the macro leaves alone.
pub(crate) struct Plain {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
}

/// A field of a type in the table of kinds.
pub(crate) struct Store {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) kind: &'static Kind,
    /// The type as written, without its arguments: `arenas::Arena`.
    pub(crate) path: syn::Path,
    /// What it holds, where it holds items.
    pub(crate) items: Option<Items>,
    pub(crate) capacity: Option<TokenStream>,
    pub(crate) no_checkpoint: bool,
    /// Whether equal values get one index.
    pub(crate) intern: bool,
}

/// The items of a store and the index they have there.
pub(crate) struct Items {
    pub(crate) ty: Type,
    pub(crate) index: Index,
    /// Whether the bundle may be indexed by it: not where another store got there first, which was an error.
    pub(crate) indexes: bool,
    pub(crate) by_type: ByType,
}

/// Whether the bundle can allocate an item by its type alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ByType {
    /// No other store holds the type.
    Unique,
    /// These stores do. The first of them carries an implementation that cannot be used and says why.
    Several { stores: Vec<Ident>, first: bool },
    /// Another store may hold the type for some parameters: nothing can be said about it.
    Unclear,
}

pub(crate) enum Index {
    /// The item's own.
    Own,
    /// The ready-made one, where the item type was missing.
    Ready,
    /// A fresh type of this name, with this visibility where it is not that of the bundle.
    Fresh { name: Ident, vis: Option<Visibility> },
}

impl Bundle {
    /// The name of a type that belongs to the bundle: `Ast` and "Checkpoint" give `AstCheckpoint`, spanned at the
    /// name of the struct.
    pub(crate) fn named(&self, part: &str) -> Ident {
        format_ident!("{}{}", self.ident.unraw(), part, span = self.ident.span())
    }

    /// The path of the runtime crate for code that is reported at `at`.
    pub(crate) fn krate_at(&self, at: Span) -> TokenStream {
        if self.krate_given { self.krate.clone() } else { placed(&self.krate, at) }
    }

    /// A name for a parameter of generated code, like `wanted` and unlike all parameters of the bundle.
    pub(crate) fn parameter(&self, wanted: &str) -> Ident {
        let taken = |name: &str| {
            self.generics.params.iter().any(|param| match param {
                GenericParam::Type(param) => param.ident == name,
                GenericParam::Const(param) => param.ident == name,
                GenericParam::Lifetime(param) => param.lifetime.ident == name,
            })
        };
        let mut name = wanted.to_owned();
        while taken(&name) {
            name.push('_');
        }
        Ident::new(&name, Span::call_site())
    }

    pub(crate) fn stores(&self) -> impl Iterator<Item = &Store> + Clone {
        self.fields.iter().filter_map(|field| match field {
            Field::Store(store) => Some(store),
            Field::Plain(_) => None,
        })
    }

    pub(crate) fn plain(&self) -> impl Iterator<Item = &Plain> + Clone {
        self.fields.iter().filter_map(|field| match field {
            Field::Plain(plain) => Some(plain),
            Field::Store(_) => None,
        })
    }

    /// The same without its fields: enough to write `impl` headers with other bounds.
    pub(crate) fn header(&self) -> Self {
        Self {
            attrs: Vec::new(),
            cfgs: self.cfgs.clone(),
            vis: self.vis.clone(),
            struct_token: self.struct_token,
            ident: self.ident.clone(),
            generics: self.generics.clone(),
            brace: self.brace,
            krate: self.krate.clone(),
            krate_given: self.krate_given,
            shared: None,
            any: None,
            checked: None,
            serde: None,
            default: None,
            words: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// Where code that has a whole bundle by value is reported: where the compiler looks into all fields, to know that
    /// the bundle has a size. If one item type has no index it is said there a second time, unless that is the place
    /// where it is said anyway, which is known where there is one such type.
    pub(crate) fn by_value(&self) -> Span {
        let own = |store: &&Store| store.items.as_ref().is_some_and(|items| matches!(items.index, Index::Own));
        let mut own = self.stores().filter(own);
        match (own.next(), own.next()) {
            (Some(store), None) => store.at(),
            _ => spot(self.ident.span()),
        }
    }

    /// The stores that a checkpoint of the bundle covers.
    pub(crate) fn rewinding(&self) -> impl Iterator<Item = &Store> + Clone {
        self.stores().filter(|store| store.kind.holds != Holds::Table && store.kind.rewinds && !store.no_checkpoint)
    }

    /// The side tables that go with a store of the bundle.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Store> + Clone {
        self.stores().filter(|store| store.kind.holds == Holds::Table && !store.no_checkpoint)
    }

    /// `impl<..> TRAIT for Name<..> where ..`, with what every generated `impl` needs in front of it.
    ///
    /// `at` is where an error in the `impl` is reported.
    pub(crate) fn impl_of(&self, at: Span, cfgs: &[Attribute], of: &TokenStream, body: &TokenStream) -> TokenStream {
        let name = &self.ident;
        let (params, arguments, predicates) = self.generics.split_for_impl();
        let bundle_cfgs = &self.cfgs;
        let allow = allow_lints();
        let at = spot(at);
        quote_spanned! {at=>
            #(#bundle_cfgs)*
            #(#cfgs)*
            #allow
            #[automatically_derived]
            impl #params #of for #name #arguments #predicates {
                #body
            }
        }
    }

    /// `impl<..> Name<..> where .. { .. }`.
    pub(crate) fn inherent(&self, body: &TokenStream) -> TokenStream {
        let name = &self.ident;
        let (params, arguments, predicates) = self.generics.split_for_impl();
        let bundle_cfgs = &self.cfgs;
        let allow = allow_lints();
        quote_spanned! {spot(name.span())=>
            #(#bundle_cfgs)*
            #allow
            impl #params #name #arguments #predicates {
                #body
            }
        }
    }
}

impl Store {
    /// The type of the field, with its index.
    pub(crate) fn ty(&self, bundle: &Bundle) -> TokenStream {
        let path = &self.path;
        match &self.items {
            None => quote!(#path),
            Some(items) => {
                let item = &items.ty;
                let index = items.index_ty(bundle);
                let at = spot(item.span());
                match self.interning() {
                    Some(store) => {
                        let krate = bundle.krate_at(at);
                        quote_spanned!(at=> #krate::#store<#item, #index>)
                    }
                    None => quote_spanned!(at=> #path<#item, #index>),
                }
            }
        }
    }

    /// The type that interns, in place of the arena that was written.
    fn interning(&self) -> Option<Ident> {
        self.intern.then(|| format_ident!("Intern{}", self.kind.name, span = self.path.span()))
    }

    /// Where code about this store is reported: at its item type, or its type. All of it in one place, so that what is
    /// wrong with the type is said once.
    pub(crate) fn at(&self) -> Span {
        spot(self.items.as_ref().map_or_else(|| self.path.span(), |items| items.ty.span()))
    }

    /// The name as a user says it: without `r#`.
    pub(crate) fn spoken(&self) -> String {
        self.ident.unraw().to_string()
    }
}

impl Items {
    /// The type of the index.
    pub(crate) fn index_ty(&self, bundle: &Bundle) -> TokenStream {
        match &self.index {
            Index::Fresh { name, .. } => name.to_token_stream(),
            Index::Own => {
                let (item, at) = (&self.ty, spot(self.ty.span()));
                let krate = bundle.krate_at(at);
                quote_spanned!(at=> <#item as #krate::ArenaItem>::Idx)
            }
            Index::Ready => {
                let (item, krate) = (&self.ty, &bundle.krate);
                // A checked one serves every kind of store.
                quote!(#krate::Stamped<#item>)
            }
        }
    }
}

/// The place of `span` in the source, with the name resolution of the macro's call.
pub(crate) fn spot(span: Span) -> Span {
    span.resolved_at(Span::call_site())
}

/// The same tokens at another place in the source.
pub(crate) fn placed(tokens: &TokenStream, at: Span) -> TokenStream {
    let place = |mut token: TokenTree| {
        token.set_span(at.resolved_at(token.span()));
        token
    };
    tokens.clone().into_iter().map(place).collect()
}

/// The item type of `Arena<Item>`, seen through the invisible groups that `macro_rules!` puts around a `$t:ty`.
pub(crate) fn peeled(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peeled(&group.elem),
        Type::Paren(paren) => peeled(&paren.elem),
        other => other,
    }
}
