#![deny(warnings)]

//! Bundles in unusual places: inside a function, through `macro_rules!`, in a constant, under a renamed crate.

extern crate arenas as renamed;

use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc)]
pub struct Node(pub u8);

macro_rules! bundle {
    ($(#[$attr:meta])* $vis:vis $name:ident, $field:ident : $ty:ty, $item:ty, $idx:ident, $capacity:expr) => {
        arena_struct!(
            $(#[$attr])*
            $vis struct $name {
                $vis $field: $ty,
                #[arena(idx = $idx, capacity = $capacity)]
                $vis others: Arena<$item>,
            }
        );
    };
}

bundle!(
    #[derive(Default)]
    pub Made,
    nodes: Arena<Node>,
    u8,
    OtherIdx,
    1 << 4
);

mod facade {
    pub(crate) mod hidden {
        pub(crate) use renamed as again;
    }
}

renamed::arena_struct!(
    #[arena(crate = self::facade::hidden::again)]
    struct Renamed {
        nodes: renamed::Arena<Node>,
        text: renamed::Bitena,
    }
);

const _: () = {
    arena_struct!(
        struct InConst {
            nodes: Arena<Node>,
        }
    );

    fn _used() -> usize {
        InConst::new().nodes.len()
    }
};

fn main() {
    arena_struct!(
        struct Local<'a> {
            names: Arena<Name<'a>>,
        }
    );

    #[derive(ArenaAlloc)]
    struct Name<'a>(&'a str);

    let mut local = Local::new();
    let name = local.alloc(Name("a"));
    assert_eq!(local[name].0, "a");

    let mut made = Made::new();
    let (node, other): (NodeIdx, OtherIdx) = (made.alloc(Node(1)), made.alloc(2));
    assert_eq!(made[node].0 + made[other], 3);
    assert!(made.others.capacity() >= 16 && MadeCapacity::default().others == 16);
    assert!(Made::default().nodes.is_empty());

    let mut renamed = Renamed::new();
    renamed.alloc(Node(1));
    assert_eq!(renamed.text.alloc_str("text").len(), 4);
}
