#![deny(warnings, unreachable_pub, private_bounds, private_interfaces, unused_qualifications, missing_docs)]
#![deny(rustdoc::broken_intra_doc_links)]

//! Derived in functions, constants, blocks and through macros, with every visibility.

use arenas::{ArenaAlloc, Bitena, Holds};

/// A trait that only this file sees.
trait Local {}
impl Local for u8 {}

struct Hidden;

/// Public.
#[derive(ArenaAlloc, Debug)]
pub struct Public {
    /// A field.
    pub next: Option<PublicIdx>,
}

mod outer {
    //! A module.

    pub(crate) mod inner {
        //! A module in it.
        use arenas::ArenaAlloc;

        #[derive(ArenaAlloc, Default)]
        pub(in crate::outer) struct InPath(pub(super) u8);

        #[derive(ArenaAlloc, Default)]
        pub(super) struct InSuper(pub(super) u8);

        #[derive(ArenaAlloc, Default)]
        #[arena(vis = pub(crate))]
        struct Private(u8);

        pub(crate) fn index() -> PrivateIdx {
            PrivateStore::default().alloc(Private(1))
        }
    }

    pub(crate) fn use_them() -> (usize, usize) {
        let mut in_path = inner::InPathStore::default();
        let mut in_super = inner::InSuperStore::default();
        let first: inner::InPathIdx = in_path.alloc(inner::InPath::default());
        let second: inner::InSuperIdx = in_super.alloc(inner::InSuper::default());
        (in_path[first].0.into(), in_super[second].0.into())
    }
}

#[derive(ArenaAlloc)]
struct HasHidden<T: Local> {
    hidden: Option<Hidden>,
    local: T,
}

macro_rules! declare {
    ($(#[$attr:meta])* $vis:vis struct $name:ident<$life:lifetime> { $($field:ident: $ty:ty),* }) => {
        $(#[$attr])*
        #[derive(ArenaAlloc)]
        #[arena(crate = ::arenas, bitena)]
        $vis struct $name<$life> {
            $($field: $ty,)*
            marker: $crate::Marker,
            life: core::marker::PhantomData<&$life ()>,
        }
    };
}

#[derive(ArenaAlloc, Clone, Copy)]
#[arena(bitena)]
struct Marker;

declare! {
    struct Declared<'a> { text: &'a str, pair: (u8, Option<char>) }
}

const _: () = {
    #[derive(ArenaAlloc)]
    struct InConst(u8);

    const fn index() -> InConstIdx {
        InConstIdx::from_raw(InConst(2).0 as usize)
    }
    assert!(index().into_raw() == 2);
};

fn keep<T>(arena: &Bitena, value: T) -> &mut T
where
    Bitena: Holds<T>,
{
    arena.alloc(value)
}

fn main() {
    #[derive(ArenaAlloc)]
    struct InFunction {
        next: Option<InFunctionIdx>,
    }

    {
        #[derive(ArenaAlloc)]
        #[arena(bitena)]
        struct InFunction(u8);

        let arena = Bitena::new(64).unwrap();
        assert_eq!(keep(&arena, InFunction(7)).0, 7);
    }

    let mut store = InFunctionStore::default();
    let first = store.alloc(InFunction { next: None });
    let second = store.alloc(InFunction { next: Some(first) });
    assert_eq!(store[second].next, Some(first));

    assert_eq!(outer::use_them(), (0, 0));
    assert_eq!(outer::inner::index().into_raw(), 0);

    let arena = Bitena::new(256).unwrap();
    let declared = arena.alloc(Declared {
        text: "x",
        pair: (1, None),
        marker: Marker,
        life: core::marker::PhantomData,
    });
    assert_eq!((declared.text, declared.pair.0), ("x", 1));
    let has = HasHidden { hidden: Some(Hidden), local: 5u8 };
    assert!(has.hidden.is_some() && has.local == 5);
    assert!(PublicStore::default().alloc(Public { next: None }).into_raw() == 0);
}
