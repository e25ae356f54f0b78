#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    unreachable_pub,
    unused,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    unsafe_code,
    private_bounds,
    private_interfaces,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    non_local_definitions,
    future_incompatible,
    nonstandard_style,
    rust_2018_idioms,
    keyword_idents
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

//! A library that denies what can be denied, in every visibility.

use arenas::{Arena, ArenaAlloc, Bitena, FastArena, arena_struct};

/// A node.
#[derive(ArenaAlloc, Debug)]
pub struct Node<'n>(pub &'n str);

#[derive(Debug)]
struct Hidden;

#[derive(ArenaAlloc, Debug)]
pub(crate) struct Internals<'n> {
    name: &'n str,
}

#[derive(ArenaAlloc, Debug)]
struct Innermost<T>(T);

arena_struct! {
    /// A public bundle with private parts.
    #[arena(any)]
    #[derive(Debug, Default)]
    pub struct Public<'n> {
        /// Nodes.
        pub nodes: Arena<Node<'n>>,
        #[arena(idx = HiddenIdx, vis = pub(crate))]
        hidden: Arena<Hidden>,
        pub(crate) internals: Arena<Internals<'n>>,
        innermost: FastArena<Innermost<u8>>,
        text: Bitena,
        note: Option<Hidden>,
    }

    /// A bundle of this crate.
    #[arena(any, checked)]
    #[derive(Debug)]
    pub(crate) struct Internal {
        /// Slots.
        #[arena(idx = SlotIdx)]
        pub(crate) slots: Arena<u8>,
        #[arena(idx = OtherIdx, no_checkpoint)]
        others: Arena<u8>,
    }
}

mod inner {
    //! Of the crate above.

    use arenas::{Arena, arena_struct};

    arena_struct!(
        /// A bundle of the parent module.
        #[derive(Debug)]
        pub(in crate::inner) struct Narrow {
            #[arena(idx = ByteIdx)]
            pub(super) bytes: Arena<u8>,
        }

        #[derive(Debug)]
        struct Private {
            #[arena(idx = WordIdx)]
            words: Arena<u16>,
        }
    );

    pub(super) fn used() -> usize {
        let (mut narrow, mut private) = (Narrow::new(), Private::new());
        let (byte, word): (ByteIdx, WordIdx) = (narrow.alloc(1), private.alloc(2));
        usize::from(narrow[byte]) + usize::from(private[word])
    }
}

fn main() {
    let mut public = Public::new(None);
    let node = public.alloc(Node("a"));
    assert_eq!(public[node].0, "a");
    public.alloc(Hidden);
    assert_eq!(public.text.alloc_str("text"), "text");
    let (internal, innermost) = (public.alloc(Internals { name: "b" }), public.alloc(Innermost(3)));
    assert_eq!((public[internal].name, public[innermost].0), ("b", 3));
    assert!(public.note.is_none() && !public.hidden.is_empty());

    let mut internal = Internal::new();
    let (before, _) = (internal.checkpoint(), internal.others.alloc(3));
    internal.slots.alloc(4);
    internal.rollback(before);
    assert_eq!((internal.slots.len(), internal.others.len()), (0, 1));
    assert_eq!(inner::used(), 3);
}
