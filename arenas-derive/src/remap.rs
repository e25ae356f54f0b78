//! `#[arena(remap)]`: the way through the fields of a type, to every index inside.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, Fields, Member, WherePredicate};

use crate::item::{Item, ItemField, mentions};
use crate::options::Key;

/// `impl Remap for Expr<'_>`, where it was asked for.
pub(crate) fn remap(item: &Item<'_>) -> Option<TokenStream> {
    item.options.span(Key::Remap)?;
    let Item { krate, input, .. } = item;
    let core = quote!(#krate::__private::core);
    let name = &input.ident;
    let mut fields = item.fields.iter();
    let arms = match &input.data {
        Data::Struct(data) => vec![arm(item, &quote!(Self), &data.fields, &mut fields)],
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|variant| {
                let ident = &variant.ident;
                arm(item, &quote!(Self::#ident), &variant.fields, &mut fields)
            })
            .collect(),
        Data::Union(_) => return None,
    };
    let mut generics = input.generics.clone();
    for parameter in input.generics.type_params() {
        let ident = &parameter.ident;
        let gone_through = item.fields.iter().filter(|field| !field.remap_skip && field.remap_with.is_none());
        if gone_through.into_iter().any(|field| mentions(field.ty.to_token_stream(), ident)) {
            let predicate: Result<WherePredicate, _> =
                syn::parse2(quote_spanned!(ident.span()=> #ident: #krate::Remap));
            generics.make_where_clause().predicates.extend(predicate);
        }
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, ty_generics, _) = input.generics.split_for_impl();
    // A type without a value has no arm, and is matched by value.
    let matched = if arms.is_empty() { quote!(*self) } else { quote!(self) };
    Some(quote_spanned! {name.span()=>
        #krate::__private::with_alloc! {
            #[automatically_derived]
            impl #impl_generics #krate::Remap for #name #ty_generics #where_clause {
                fn remap(&mut self, __remapper: &mut #krate::Remapper<'_>) {
                    let _: &mut #krate::Remapper<'_> = #core::convert::identity(&mut *__remapper);
                    match #matched {
                        #(#arms)*
                    }
                }
            }
        }
    })
}

/// `Self::Call { name: __0, args: __1 } => { .. }`
fn arm<'a, 'i: 'a>(
    item: &Item<'_>,
    path: &TokenStream,
    fields: &Fields,
    read: &mut impl Iterator<Item = &'a ItemField<'i>>,
) -> TokenStream {
    let krate = &item.krate;
    let (mut bindings, mut steps) = (Vec::new(), Vec::new());
    for (number, (written, field)) in fields.iter().zip(read).enumerate() {
        if field.remap_skip {
            continue;
        }
        let binding = format_ident!("__field_{number}");
        let member = written.ident.clone().map_or_else(|| Member::from(number), Member::Named);
        let ty = field.ty;
        let at = ty.span().resolved_at(proc_macro2::Span::call_site());
        steps.push(match &field.remap_with {
            Some(with) => {
                let at = with.span().resolved_at(proc_macro2::Span::call_site());
                quote_spanned!(at=> #with(#binding, __remapper);)
            }
            None => quote_spanned!(at=> <#ty as #krate::Remap>::remap(#binding, __remapper);),
        });
        bindings.push(quote!(#member: #binding));
    }
    quote! {
        #path { #(#bindings,)* .. } => {
            #(#steps)*
        }
    }
}
