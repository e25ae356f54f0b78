//! Whether two item types can be one and the same for some choice of parameters.
//!
//! The bundle has one implementation per item type; two that overlap do not compile. The macro sees only tokens, so it
//! unifies them: a type parameter may be anything, a lifetime may be any lifetime, and what else differs in its tokens
//! is taken for different. (An alias of a type is a second spelling that it cannot see through; rustc then reports the
//! two implementations at the two fields.)

use quote::ToTokens;
use syn::{Expr, GenericArgument, Generics, PathArguments, Type};

use super::model::peeled;

/// Whether the types are spelled the same.
pub(crate) fn same(a: &Type, b: &Type) -> bool {
    peeled(a).to_token_stream().to_string() == peeled(b).to_token_stream().to_string()
}

/// Whether some choice of the parameters of `generics` makes them the same type.
pub(crate) fn may_be_same(a: &Type, b: &Type, generics: &Generics) -> bool {
    let (a, b) = (peeled(a), peeled(b));
    if is_open(a, generics) || is_open(b, generics) {
        return true;
    }
    match (a, b) {
        (Type::Path(a), Type::Path(b)) => {
            a.qself.is_none() == b.qself.is_none()
                && a.path.segments.len() == b.path.segments.len()
                && a.path
                    .segments
                    .iter()
                    .zip(&b.path.segments)
                    .all(|(a, b)| a.ident == b.ident && arguments_may_be_same(&a.arguments, &b.arguments, generics))
        }
        (Type::Reference(a), Type::Reference(b)) => {
            a.mutability.is_some() == b.mutability.is_some() && may_be_same(&a.elem, &b.elem, generics)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.elems.len() == b.elems.len() && a.elems.iter().zip(&b.elems).all(|(a, b)| may_be_same(a, b, generics))
        }
        (Type::Array(a), Type::Array(b)) => may_be_same(&a.elem, &b.elem, generics),
        (Type::Slice(a), Type::Slice(b)) => may_be_same(&a.elem, &b.elem, generics),
        _ => same(a, b),
    }
}

/// Whether the type is a parameter, or an associated type of one: it can be anything.
pub(crate) fn is_open(ty: &Type, generics: &Generics) -> bool {
    match peeled(ty) {
        Type::Path(path) => {
            path.qself.is_some()
                || path.path.segments.first().is_some_and(|first| {
                    path.path.leading_colon.is_none() && generics.type_params().any(|param| param.ident == first.ident)
                })
        }
        Type::Macro(_) => true,
        _ => false,
    }
}

fn arguments_may_be_same(a: &PathArguments, b: &PathArguments, generics: &Generics) -> bool {
    match (a, b) {
        (PathArguments::AngleBracketed(a), PathArguments::AngleBracketed(b)) => {
            // Lifetimes may be left out, and may all be equal.
            let types = |arguments: &syn::AngleBracketedGenericArguments| {
                arguments
                    .args
                    .iter()
                    .filter(|argument| !matches!(argument, GenericArgument::Lifetime(_)))
                    .cloned()
                    .collect::<Vec<_>>()
            };
            let (a, b) = (types(a), types(b));
            a.len() == b.len()
                && a.iter().zip(&b).all(|(a, b)| match (a, b) {
                    (GenericArgument::Type(a), GenericArgument::Type(b)) => may_be_same(a, b, generics),
                    (GenericArgument::Const(Expr::Lit(a)), GenericArgument::Const(Expr::Lit(b))) => {
                        a.to_token_stream().to_string() == b.to_token_stream().to_string()
                    }
                    // Another constant may be a parameter or an expression: not looked into.
                    _ => true,
                })
        }
        (PathArguments::Parenthesized(_), PathArguments::Parenthesized(_)) => true,
        // `Name` and `Name<'_>`, or a default argument left out.
        _ => true,
    }
}
