//! What the derive writes, as files in `tests/expansion/`, so that a change of it is seen in review.
//!
//! `ARENAS_BLESS=1 cargo test -p arenas-derive` rewrites them.

use std::env;
use std::fs;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;

fn check(name: &str, input: TokenStream) {
    let file = syn::parse2(crate::arena_alloc(input)).expect("the output is a list of items");
    let found = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansion").join(name).with_extension("rs");
    if env::var_os("ARENAS_BLESS").is_some() {
        fs::write(&path, &found).expect("the file can be written");
    }
    let expected = fs::read_to_string(&path).expect("the file is there");
    assert_eq!(found, expected, "the expansion is not that of {}", path.display());
}

#[test]
fn a_struct_whose_fields_are_checked_at_once() {
    check(
        "eager",
        quote! {
            #[arena(bitena)]
            pub struct Node<'a, T: Clone, const N: usize> {
                name: &'a str,
                parent: Cell<Option<&'a Self>>,
                values: [T; N],
                title: String,
                #[arena(allow_leak)]
                notes: Vec<String>,
                #[arena(assert_dropless)]
                plain: Foreign<'a>,
                #[arena(assert_dropless)]
                generic: Foreign<T>,
            }
        },
    );
}

#[test]
fn an_enum_whose_fields_are_checked_where_it_is_allocated() {
    check(
        "lazy",
        quote! {
            enum Expr<'src, T> where T: Copy {
                Literal(i64),
                Number(i64),
                Name(&'src str),
                Value(T),
                Block { statements: Vec<StmtIdx>, of: Option<T>, parent: Option<Box<Self>> },
            }
        },
    );
}

#[test]
fn every_option_of_a_type() {
    check(
        "options",
        quote! {
            #[arena(idx = Key, store = FastArena, alias = Keys, repr = checked, idx_derive(Serialize, other::Trait))]
            #[arena(vis = pub(crate), bound = "T: Clone", crate = super::renamed)]
            struct r#type<T = u8> {
                value: T,
            }
        },
    );
}

#[test]
fn a_type_whose_values_are_freed_one_by_one() {
    check(
        "region_store",
        quote! {
            #[arena(store = RegionStore)]
            pub struct Utxo<'a> {
                value: u64,
                script: &'a [u8],
            }
        },
    );
}

#[test]
fn a_type_whose_values_are_owned_by_handles() {
    check(
        "ring_store",
        quote! {
            #[arena(store = RingStore, buf = PacketHandle)]
            pub struct Packet<T> {
                payload: T,
            }
        },
    );
}

#[test]
fn after_an_error_the_names_still_exist() {
    check(
        "error",
        quote! {
            #[arena(idxx = Key)]
            pub union Node<T: Copy> {
                value: T,
            }
        },
    );
}
