//! Stores, side tables and bundles as serde data, in a format for people and in one of bytes; and input that lies.

use std::fmt::Debug;

use arenas::{Arena, ArenaAlloc, ArenaMap, ArenaSet, FastArena, Idx, IdxRange, arena_struct};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(ArenaAlloc, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[arena(remap, idx_derive(Serialize, Deserialize))]
enum Expr {
    Lit(i64),
    Add(ExprIdx, ExprIdx),
    Call { name: NameIdx, args: Vec<ExprIdx>, block: Option<(StmtIdx, u8)> },
}

#[derive(ArenaAlloc, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[arena(remap, repr = u16, idx_derive(Serialize, Deserialize))]
struct Stmt {
    values: IdxRange<ExprIdx>,
}

#[derive(ArenaAlloc, Serialize, Deserialize, Debug, Clone, PartialEq, Eq, Hash)]
#[arena(remap, idx_derive(Serialize, Deserialize))]
struct Name(String);

arena_struct!(
    #[derive(Default, Debug)]
    #[arena(serde)]
    struct Ast {
        /// Before its store, so that it is read first.
        types: ArenaMap<ExprIdx, u32>,
        used: ArenaSet<ExprIdx>,
        exprs: Arena<Expr>,
        stmts: FastArena<Stmt>,
        #[arena(intern)]
        names: Arena<Name>,
        source: String,
        #[cfg(any())]
        never: Missing,
    }
);

fn ast() -> Ast {
    let mut ast = Ast::default();
    let one = ast.alloc(Expr::Lit(1));
    let sum = ast.alloc(Expr::Add(one, one));
    let name = ast.intern(Name("max".into()));
    let stmt = ast.alloc(Stmt { values: IdxRange::inclusive(one, sum).unwrap() });
    let call = ast.alloc(Expr::Call { name, args: vec![one, sum], block: Some((stmt, 7)) });
    ast.types.insert(sum, 64);
    ast.used.insert(call);
    ast.source = "max(1, 1 + 1)".into();
    ast
}

fn text_of(ast: &Ast) -> String {
    serde_json::to_string(ast).unwrap()
}

/// What a reader of the changed text is told.
fn refusal(change: impl FnOnce(String) -> String) -> String {
    serde_json::from_str::<Ast>(&change(text_of(&ast()))).unwrap_err().to_string()
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
    let bytes = postcard::to_allocvec(value).unwrap();
    assert_eq!(&postcard::from_bytes::<T>(&bytes).unwrap(), value);
}

#[test]
fn a_bundle_comes_back_as_it_was_from_text_and_from_bytes() {
    let ast = ast();
    let text = text_of(&ast);
    let bytes = postcard::to_allocvec(&ast).unwrap();
    for back in [serde_json::from_str::<Ast>(&text).unwrap(), postcard::from_bytes::<Ast>(&bytes).unwrap()] {
        assert_eq!(back.exprs, ast.exprs);
        assert_eq!(back.stmts, ast.stmts);
        assert!(back.types.iter().eq(ast.types.iter()));
        assert!(back.used.iter().eq(ast.used.iter()));
        assert_eq!(back.source, ast.source);
        assert_eq!(text_of(&back), text);
    }
}

#[test]
fn a_bundle_that_was_read_works_on() {
    let mut back: Ast = serde_json::from_str(&text_of(&ast())).unwrap();
    let again = back.intern(Name("max".into()));
    assert_eq!(again.into_raw(), 0);
    let checkpoint = back.checkpoint();
    let four = back.alloc(Expr::Lit(4));
    assert_eq!(four.into_raw(), 3);
    back.rollback(checkpoint);
    assert_eq!(back.exprs.len(), 3);
}

#[test]
fn indices_are_written_as_slot_numbers() {
    assert_eq!(
        text_of(&ast()),
        concat!(
            r#"{"types":[null,64],"used":[4],"exprs":[{"Lit":1},{"Add":[0,0]},"#,
            r#"{"Call":{"name":0,"args":[0,1],"block":[0,7]}}],"stmts":[{"values":[0,1]}],"names":["max"],"#,
            r#""source":"max(1, 1 + 1)"}"#
        )
    );
}

#[test]
fn an_index_that_names_nothing_is_an_error_that_says_where() {
    let message = refusal(|text| text.replace(r#""Add":[0,0]"#, r#""Add":[0,3]"#));
    assert!(message.contains("an index names slot 3 of `exprs`, which has 3, in a `Ast`"), "{message}");
    let message = refusal(|text| text.replace(r#""block":[0,7]"#, r#""block":[1,7]"#));
    assert!(message.contains("slot 1 of `stmts`"), "{message}");
}

#[test]
fn a_range_beyond_its_store_is_an_error_however_long() {
    let message = refusal(|text| text.replace(r#""values":[0,1]"#, r#""values":[0,4294967294]"#));
    assert!(message.contains("slot 4294967294 of `exprs`"), "{message}");
    let message = refusal(|text| text.replace(r#""values":[0,1]"#, r#""values":[2,1]"#));
    assert!(message.contains("a range from slot 2 to 1"), "{message}");
}

#[test]
fn a_slot_that_the_index_cannot_name_is_an_error() {
    let message = refusal(|text| text.replace(r#""block":[0,7]"#, r#""block":[65535,7]"#));
    assert!(message.contains("slot 65535 is beyond what the index can name"), "{message}");
    let message = refusal(|text| text.replace(r#""args":[0,1]"#, r#""args":[-1,1]"#));
    assert!(message.contains("invalid value"), "{message}");
}

#[test]
fn a_table_about_items_that_are_not_there_is_an_error() {
    let message = refusal(|text| text.replace(r#""types":[null,64]"#, r#""types":[null,null,null,64]"#));
    assert!(message.contains("slot 3 of `exprs`"), "{message}");
    let message = refusal(|text| text.replace(r#""used":[4]"#, r#""used":[0,1]"#));
    assert!(message.contains("slot 64 of `exprs`"), "{message}");
}

#[test]
fn a_value_that_comes_twice_in_a_store_that_interns_is_an_error() {
    let message = refusal(|text| text.replace(r#""names":["max"]"#, r#""names":["max","max"]"#));
    assert!(message.contains("the value of slot 1 is there already"), "{message}");
}

#[test]
fn a_field_that_is_missing_or_there_twice_is_an_error_and_an_unknown_one_is_left_out() {
    let message = refusal(|text| text.replace(r#""names":["max"],"#, ""));
    assert!(message.contains("missing field `names`"), "{message}");
    let message = refusal(|text| text.replace(r#""names":["max"]"#, r#""names":["max"],"names":[]"#));
    assert!(message.contains("duplicate field `names`"), "{message}");
    let text = text_of(&ast()).replace(r#""names":"#, r#""more":{"deep":[1]},"names":"#);
    serde_json::from_str::<Ast>(&text).unwrap();
}

#[test]
fn every_truncation_of_the_bytes_is_an_error() {
    let bytes = postcard::to_allocvec(&ast()).unwrap();
    for len in 0..bytes.len() {
        assert!(postcard::from_bytes::<Ast>(&bytes[..len]).is_err(), "the first {len} of {}", bytes.len());
    }
}

#[test]
fn a_length_that_lies_takes_no_memory() {
    // The length of `types` says 2^63; nothing follows.
    let mut bytes = vec![0xFF; 9];
    bytes.push(0x01);
    assert!(postcard::from_bytes::<Ast>(&bytes).is_err());
    assert!(postcard::from_bytes::<Arena<u64>>(&bytes).is_err());
}

#[test]
fn a_slot_behind_an_incomplete_one_is_not_written() {
    let arena: FastArena<u32> = FastArena::with_capacity(4);
    let hole = arena.reserve();
    arena.alloc(7);
    let message = serde_json::to_string(&arena).unwrap_err().to_string();
    assert!(message.contains("slot 0 is not complete, but 1 values behind it are"), "{message}");
    hole.fill(6);
    assert_eq!(serde_json::to_string(&arena).unwrap(), "[6,7]");
}

#[test]
fn stores_tables_and_indices_come_back_by_themselves() {
    let mut arena: Arena<String> = Arena::new();
    let all: Vec<Idx<String>> = (0..200).map(|n| arena.alloc(n.to_string())).collect();
    round_trip(&arena);
    round_trip(&arena.iter().cloned().collect::<FastArena<String>>());
    round_trip(&all);
    round_trip(&IdxRange::inclusive(all[3], all[9]));
    round_trip(&IdxRange::<Idx<String>>::EMPTY);
    round_trip(&all.iter().step_by(7).map(|&index| (index, 'x')).collect::<ArenaMap<_, _>>());
    round_trip(&all.iter().step_by(7).copied().collect::<ArenaSet<_>>());
    round_trip(&ArenaMap::<Idx<String>, u8>::new());
    round_trip(&ArenaSet::<Idx<String>>::new());
}

proptest! {
    /// Whatever the bytes are: an error, or a bundle in which every index names an item.
    #[test]
    fn changed_bytes_are_an_error_or_a_sound_bundle(at in 0_usize..64, byte: u8) {
        let mut bytes = postcard::to_allocvec(&ast()).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(ast) = postcard::from_bytes::<Ast>(&bytes) {
            for expr in &ast.exprs {
                match expr {
                    Expr::Lit(_) => {}
                    Expr::Add(left, right) => {
                        let _ = (&ast[*left], &ast[*right]);
                    }
                    Expr::Call { name, args, block } => {
                        let _ = &ast[*name];
                        args.iter().for_each(|arg| drop(ast[*arg].clone()));
                        block.iter().for_each(|(stmt, _)| drop(ast[*stmt].clone()));
                    }
                }
            }
            ast.stmts.iter().for_each(|stmt| drop(ast.exprs[stmt.values].to_vec()));
            ast.types.keys().for_each(|key| drop(ast[key].clone()));
        }
    }
}
