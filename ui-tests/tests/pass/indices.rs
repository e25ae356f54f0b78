#![deny(warnings)]
#![allow(dead_code)]

//! The index types, and the options that shape them.

use std::collections::{BTreeSet, HashSet};

use arenas::{Arena, ArenaAlloc, ArenaIdx, ArenaItem};

/// Neither `Copy` nor `Clone`.
#[derive(ArenaAlloc)]
struct Node(String);

#[derive(ArenaAlloc)]
#[arena(repr = u16)]
struct Small;

#[derive(ArenaAlloc)]
#[arena(repr = u64)]
struct Wide;

#[derive(ArenaAlloc)]
#[arena(repr = checked)]
struct Checked;

#[derive(ArenaAlloc)]
#[arena(idx = "Key", alias = "Keys", store = "Arena")]
struct Other;

fn main() {
    assert_eq!((size_of::<NodeIdx>(), size_of::<Option<NodeIdx>>()), (4, 4));
    assert_eq!((size_of::<SmallIdx>(), size_of::<Option<SmallIdx>>()), (2, 2));
    assert_eq!((size_of::<WideIdx>(), size_of::<Option<WideIdx>>()), (8, 8));
    assert_eq!((size_of::<CheckedIdx>(), size_of::<Option<CheckedIdx>>()), (8, 8));

    assert_eq!(format!("{:?} {:#?}", NodeIdx::from_raw(3), SmallIdx::from_raw(4)), "NodeIdx(3) SmallIdx(4)");
    assert_eq!((SmallIdx::MAX_SLOTS, SmallIdx::from_slot(65_535, ())), (65_535, None));
    const FIRST: NodeIdx = NodeIdx::from_raw(0);
    assert_eq!(FIRST.into_raw(), 0);
    assert!(std::panic::catch_unwind(|| SmallIdx::from_raw(65_535)).is_err());

    let mut nodes = NodeStore::with_index();
    let (a, b) = (nodes.alloc(Node("a".into())), nodes.alloc(Node("b".into())));
    assert!(a < b && a == FIRST && a != b);
    assert_eq!(BTreeSet::from([b, a]).into_iter().collect::<Vec<_>>(), [a, b]);
    assert_eq!(HashSet::from([a, b, a]).len(), 2);
    assert_eq!(nodes[b].0, "b");
    assert_eq!(nodes.indices().collect::<Vec<_>>(), [a, b]);

    // The checked index tells what a plain one cannot.
    let mut checked = CheckedStore::default();
    let old = checked.alloc(Checked);
    checked.reset();
    let new = checked.alloc(Checked);
    assert_eq!(old.into_raw(), new.into_raw());
    assert!(checked.try_get(old).is_none() && checked.try_get(new).is_some());

    let mut keys: Keys = Keys::default();
    let key: Key = keys.alloc(Other);
    assert_eq!(format!("{key:?}"), "Key(0)");

    fn index_of<T: ArenaItem>(_: &Arena<T, T::Idx>) -> usize {
        T::Idx::MAX_SLOTS
    }
    assert_eq!(index_of(&nodes), u32::MAX as usize);
}
