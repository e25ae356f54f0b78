//! Bundles whose every index finds out that it is stale or foreign.

#![allow(dead_code, reason = "items that are only stored")]

use arenas::{Arena, ArenaAlloc, FastArena, IdxRange, RegionStore, arena_struct};
use arenas_tests::panics::panic_message;

#[derive(ArenaAlloc, Debug, PartialEq)]
#[arena(repr = checked)]
struct Node(u8);

#[derive(ArenaAlloc, Debug, PartialEq)]
#[arena(repr = checked, store = FastArena)]
struct Leaf<T>(T);

#[derive(ArenaAlloc)]
#[arena(store = RegionStore)]
struct Coin(u8);

arena_struct!(
    #[arena(checked, any)]
    #[derive(Default)]
    struct Tree<T> {
        nodes: Arena<Node>,
        leaves: FastArena<Leaf<T>>,
        #[arena(idx = LabelIdx)]
        labels: Arena<u16>,
        coins: RegionStore<Coin>,
    }
);

/// The numbers of generations that a message has.
fn generations(message: &str) -> (u32, u32) {
    let number = |after: &str| {
        let (_, rest) = message.split_once(after).unwrap_or_else(|| panic!("{after:?} is not in {message}"));
        rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u32>().unwrap()
    };
    (number("made by generation "), number("the slot is of generation "))
}

#[test]
fn every_index_of_the_bundle_has_a_stamp() {
    assert_eq!([size_of::<NodeIdx>(), size_of::<LeafIdx>(), size_of::<LabelIdx>(), size_of::<CoinIdx>()], [8; 4]);
    assert_eq!((size_of::<TreeAnyIdx>(), size_of::<Option<TreeAnyIdx>>()), (8, 8));
}

#[test]
fn a_stale_index_is_told_with_its_store_and_both_generations() {
    let mut tree = Tree::<u8>::default();
    let start = tree.checkpoint();
    let (node, leaf, label) = (tree.alloc(Node(1)), tree.alloc(Leaf(1)), tree.labels.alloc(1));
    tree.rollback(start);
    let empty = panic_message(|| {
        let _ = &tree[node];
    });
    assert!(empty.starts_with("stale or foreign index NodeIdx(0#") && empty.ends_with("the slot is empty"), "{empty}");
    let _ = (tree.alloc(Node(2)), tree.alloc(Leaf(2)), tree.labels.alloc(2));
    assert!(tree.try_get(node).is_none() && tree.try_get(leaf).is_none() && !tree.is_valid(label));
    let messages = [
        panic_message(|| {
            let _ = &tree[node];
        }),
        panic_message(|| {
            let _ = tree.get(leaf);
        }),
        panic_message(|| {
            let _ = &tree[label];
        }),
    ];
    for (message, store) in messages.iter().zip(["`nodes`", "`leaves`", "`labels`"]) {
        assert!(message.contains(store), "{message}");
        let (made, now) = generations(message);
        assert!(made < now, "{message}");
    }
    for message in [
        panic_message(|| tree[node] = Node(3)),
        panic_message(|| {
            let _ = tree.get_mut(node);
        }),
        panic_message(|| {
            let _ = &tree[IdxRange::from(node)];
        }),
        panic_message(|| tree[IdxRange::from(node)].reverse()),
    ] {
        assert_eq!(message, messages[0]);
    }
    assert_eq!(tree.nodes.as_slice(), [Node(2)]);
}

#[test]
fn an_index_of_another_bundle_is_foreign() {
    let (mut tree, mut other) = (Tree::<u8>::default(), Tree::<u8>::default());
    let (own, foreign) = (tree.alloc(Node(1)), other.alloc(Node(2)));
    assert_eq!((&tree[own], &other[foreign]), (&Node(1), &Node(2)));
    assert!(tree.try_get(foreign).is_none() && other.try_get_mut(own).is_none());
    let (made, now) = generations(&panic_message(|| {
        let _ = &tree[foreign];
    }));
    assert_ne!(made, now);
}

#[test]
fn a_freed_unit_is_stale_also_after_its_slot_is_taken_again() {
    let mut tree = Tree::<u8>::default();
    let old = tree.alloc(Coin(1));
    tree.coins.free(old);
    let new = tree.alloc(Coin(2));
    assert_eq!((old.into_raw(), tree[new].0), (new.into_raw(), 2));
    let message = panic_message(|| {
        let _ = &tree[old];
    });
    assert!(message.contains("`coins`"), "{message}");
    let (made, now) = generations(&message);
    assert_ne!(made, now);
}

#[test]
fn the_index_over_all_stores_is_as_good() {
    let mut tree = Tree::<u8>::default();
    let start = tree.checkpoint();
    let old = tree.alloc(Node(1));
    let any = TreeAnyIdx::from(old);
    assert_eq!(NodeIdx::try_from(any), Ok(old));
    assert!(matches!(tree.get_any(any), TreeRef::Nodes(Node(1))));
    tree.rollback(start);
    let new = tree.alloc(Node(2));
    assert_ne!(any, new.into());
    assert!(tree.try_get_any(any).is_none());
    assert!(matches!(tree.get_any(new.into()), TreeRef::Nodes(Node(2))));
    let message = panic_message(|| {
        let _ = tree.get_any(any);
    });
    assert!(message.starts_with("stale or foreign index: store `nodes` of `Tree`"), "{message}");
    assert!(format!("{any:?}").starts_with("Tree::nodes(0#"), "{any:?}");
    let coin = tree.alloc(Coin(3));
    assert_eq!(TreeAnyIdx::from(coin).as_coins(), Some(coin));
}

mod one_word {
    use super::*;

    arena_struct!(
        #[derive(ArenaAlloc, Clone, Debug, PartialEq)]
        pub(super) enum Expr<'src> {
            Name(&'src str),
            Block(Vec<StmtIdx>),
        }

        #[arena(checked)]
        #[derive(Debug, Default)]
        pub(super) struct Ast<'src> {
            pub(super) exprs: Arena<Expr<'src>>,
            pub(super) stmts: FastArena<Stmt>,
            pub(super) coins: RegionStore<Token>,
        }

        #[derive(Debug, PartialEq, arenas::ArenaAlloc)]
        #[arena(store = FastArena)]
        pub(super) struct Stmt(pub(super) ExprIdx);

        #[derive(ArenaAlloc, Debug)]
        #[arena(store = RegionStore)]
        pub(super) struct Token {
            pub(super) text: u8,
        }

        /// Stored by nobody here.
        #[derive(ArenaAlloc, Debug)]
        pub(super) struct Other;

        /// A bundle that is an item, too.
        #[derive(ArenaAlloc, Debug, Default)]
        pub(super) struct Module {
            pub(super) others: Arena<Other>,
        }
    );
}

#[test]
fn one_word_makes_the_indices_of_all_items_beside_the_bundle_checked() {
    use one_word::*;
    assert_eq!([size_of::<ExprIdx>(), size_of::<StmtIdx>(), size_of::<TokenIdx>()], [8; 3]);
    assert_eq!([size_of::<OtherIdx>(), size_of::<ModuleIdx>()], [4; 2]);
    let mut ast = Ast::default();
    let start = ast.checkpoint();
    let old = ast.alloc(Expr::Name("old"));
    ast.rollback(start);
    let new = ast.alloc(Expr::Name("new"));
    ast.alloc(Stmt(new));
    assert_eq!((old.into_raw(), ast.try_get(old), &ast[new]), (new.into_raw(), None, &Expr::Name("new")));
    assert!(panic_message(|| drop(ast[old].clone())).contains("`exprs`"));
    let mut module = Module::default();
    assert_eq!(module.alloc(Other).into_raw(), 0);
}
