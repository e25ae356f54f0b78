//! The input of the derive: the user's type, its options, and the names of what is made for it.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{Attribute, Data, DeriveInput, Fields, GenericParam, Ident, Path, Type, Visibility};

use crate::diag::Diagnostics;
use crate::options::{Key, Options, Place};

/// The type that derives `ArenaAlloc`.
pub(crate) struct Item<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) options: Options,
    /// The path of the `arenas` crate.
    pub(crate) krate: TokenStream,
    pub(crate) fields: Vec<ItemField<'a>>,
    /// The name of the index type.
    pub(crate) idx: Ident,
    /// The name of the store alias.
    pub(crate) alias: Ident,
    /// The name of the handle that the store gives out, where it gives out owned ones.
    pub(crate) buf: Option<Ident>,
    /// The visibility of what is made.
    pub(crate) vis: &'a Visibility,
    /// The options that were written, here and on fields.
    pub(crate) words: Vec<Ident>,
    own_vis: Option<Visibility>,
}

/// A field of a struct, or of one of the variants of an enum.
pub(crate) struct ItemField<'a> {
    pub(crate) ty: &'a Type,
    pub(crate) allow_leak: bool,
    pub(crate) assert_dropless: bool,
    /// Whether `remap` leaves it alone.
    pub(crate) remap_skip: bool,
    /// The function by which `remap` goes through it.
    pub(crate) remap_with: Option<Path>,
}

impl<'a> Item<'a> {
    pub(crate) fn new(input: &'a DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        let options = Options::parse(&input.attrs, Place::Item, diagnostics);
        let name = input.ident.unraw();
        let own = |key| options.name(key).cloned();
        let default = |suffix| format_ident!("{name}{suffix}", span = input.ident.span());

        let mut idx = own(Key::Idx).unwrap_or_else(|| default("Idx"));
        if idx == input.ident {
            diagnostics.at(&idx, format!("the index needs a name of its own, like `{}`", default("Idx")));
            idx = default("Idx");
        }
        let mut alias = own(Key::Alias).unwrap_or_else(|| default("Store"));
        if alias == input.ident || alias == idx {
            let message = format!("the store alias needs a name of its own, like `alias = {name}Arena`");
            diagnostics.at(&alias, message);
            // A name that collides with nothing, and that nobody asks for.
            alias = format_ident!("__{name}Store", span = Span::call_site());
        }

        let buf = handle(&options, [&input.ident, &idx, &alias], default("Buf"), diagnostics);
        if let (Some("RegionStore"), Some(repr @ ("u16" | "u32" | "u64")), Some(span)) =
            (options.choice(Key::Store), options.choice(Key::Repr), options.span(Key::Repr))
        {
            let message = format!(
                "a `RegionStore` uses the slots of freed values again, and an index of `repr = {repr}` would not find out \
                 that it is stale: its indices are always `checked`"
            );
            diagnostics.at_span(span, message);
        }

        let own_vis = options.visibility().filter(|vis| {
            let narrower = matches!(input.vis, Visibility::Public(_)) && !matches!(vis, Visibility::Public(_));
            if narrower {
                let message =
                    format!("`{name}` is `pub`, and so must be its index, which is `<{name} as ArenaItem>::Idx`");
                diagnostics.at_span(options.span(Key::Vis).unwrap_or_else(Span::call_site), message);
            }
            !narrower
        });

        let mut words = options.words().collect();
        Self {
            krate: options.crate_path(),
            fields: fields(input, options.has(Key::Remap), &mut words, diagnostics),
            words,
            own_vis: own_vis.cloned(),
            vis: &input.vis,
            input,
            options,
            idx,
            alias,
            buf,
        }
    }

    /// What the store alias stands for.
    pub(crate) fn store(&self) -> &'static str {
        self.options.choice(Key::Store).unwrap_or("Arena")
    }

    /// What kind of index it is: a word of the option `repr`.
    pub(crate) fn repr(&self) -> &'static str {
        match self.store() {
            "RegionStore" => "checked",
            _ => self.options.choice(Key::Repr).unwrap_or("u32"),
        }
    }

    /// The visibility of the index and of the store alias.
    pub(crate) fn vis(&self) -> &Visibility {
        self.own_vis.as_ref().unwrap_or(self.vis)
    }

    /// How the documentation of what is made names `of`: as a link where that leads somewhere.
    pub(crate) fn doc_name(&self, of: &Ident) -> String {
        // Neither a raw identifier nor a type that fewer can see than its index is a good link target.
        let link = *of == of.unraw() && self.own_vis.is_none();
        if link { format!("[`{of}`]") } else { format!("`{}`", of.unraw()) }
    }

    /// The user's type with its parameters.
    pub(crate) fn own_type(&self) -> TokenStream {
        let name = &self.input.ident;
        let (_, ty_generics, _) = self.input.generics.split_for_impl();
        quote!(#name #ty_generics)
    }

    /// The names of the type parameters.
    pub(crate) fn type_params(&self) -> Vec<&Ident> {
        self.input.generics.type_params().map(|parameter| &parameter.ident).collect()
    }

    /// The names of the type and const parameters: what makes a type one that is known at its use only.
    pub(crate) fn type_and_const_params(&self) -> Vec<&Ident> {
        let name = |parameter: &'a GenericParam| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        };
        self.input.generics.params.iter().filter_map(name).collect()
    }
}

/// The name of the handle of a `RingStore`.
fn handle(options: &Options, taken: [&Ident; 3], default: Ident, diagnostics: &mut Diagnostics) -> Option<Ident> {
    if options.choice(Key::Store) != Some("RingStore") {
        if let Some(span) = options.span(Key::Buf) {
            let message = "`buf` names the owned handle that a ring gives out: it needs `store = RingStore`";
            diagnostics.at_span(span, message);
        }
        return None;
    }
    let name = options.name(Key::Buf).cloned().unwrap_or_else(|| default.clone());
    if taken.iter().any(|other| **other == name) {
        diagnostics.at(&name, format!("the handle needs a name of its own, like `buf = {}Handle`", taken[0].unraw()));
        return None;
    }
    Some(name)
}

fn fields<'a>(
    input: &'a DeriveInput,
    remaps: bool,
    words: &mut Vec<Ident>,
    diagnostics: &mut Diagnostics,
) -> Vec<ItemField<'a>> {
    let mut found = Vec::new();
    match &input.data {
        Data::Struct(data) => add_fields(&data.fields, &mut found, remaps, words, diagnostics),
        Data::Enum(data) => {
            for variant in &data.variants {
                refuse_on_variant(&variant.attrs, diagnostics);
                add_fields(&variant.fields, &mut found, remaps, words, diagnostics);
            }
        }
        Data::Union(data) => {
            let message = "`ArenaAlloc` can be derived for structs and enums; for a union it cannot know which field \
                           is alive";
            diagnostics.at(data.union_token, message);
        }
    }
    found
}

/// Whether the tokens name a parameter.
pub(crate) fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

fn add_fields<'a>(
    fields: &'a Fields,
    found: &mut Vec<ItemField<'a>>,
    remaps: bool,
    words: &mut Vec<Ident>,
    diagnostics: &mut Diagnostics,
) {
    for field in fields {
        let options = Options::parse(&field.attrs, Place::ItemField, diagnostics);
        words.extend(options.words());
        for (key, name) in [(Key::RemapSkip, "remap = skip"), (Key::With, "with")] {
            if let (false, Some(span)) = (remaps, options.span(key)) {
                let message = format!("`{name}` is about rewriting indices; write `#[arena(remap)]` on the type too");
                diagnostics.at_span(span, message);
            }
        }
        if let (true, Some(span)) = (options.has(Key::RemapSkip), options.span(Key::With)) {
            diagnostics.at_span(span, "a field is either skipped or gone through by a function");
        }
        if let (true, Some(span)) = (options.has(Key::AllowLeak), options.span(Key::AssertDropless)) {
            let message = "a field is either `allow_leak` (it may be lost) or `assert_dropless` (nothing can be lost)";
            diagnostics.at_span(span, message);
        }
        found.push(ItemField {
            ty: &field.ty,
            allow_leak: options.has(Key::AllowLeak),
            assert_dropless: options.has(Key::AssertDropless),
            remap_skip: options.has(Key::RemapSkip),
            remap_with: options.function().cloned(),
        });
    }
}

fn refuse_on_variant(attrs: &[Attribute], diagnostics: &mut Diagnostics) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("arena")) {
        let message = "`arena` options stand on the enum or on a field of a variant, not on a variant";
        diagnostics.at(attr.meta.to_token_stream(), message);
    }
}
