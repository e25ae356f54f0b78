//! The table of store kinds: one row per type that `arena_struct!` recognises as a store.

/// What a kind of store holds, and so what the bundle generates for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Items of one type behind an index: `Arena<T>`. The macro adds the index type.
    Items,
    /// Bytes, or values of any type: `Bitena`. Written without an item type.
    Bytes,
    /// Values of one type that it hands out as owned handles, without an index: `RingStore<T>`. Left as it is written.
    Owned,
    /// What is known of items of another store: `ArenaMap<ExprIdx, Type>`. Left as it is written, and it goes with that store.
    Table,
}

/// Where the items of a store lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Places {
    /// In contiguous slots, so that a range of indices names a slice.
    InOrder,
    /// In whatever slots were free, which are used again. So an index must find out that it is stale.
    Recycled,
    /// The store holds no items.
    None,
}

/// A type that a field of a bundle may have to be a store.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The name it is recognised by: the last segment of the field's type.
    pub(crate) name: &'static str,
    /// "a" or "an", as the name is spoken.
    pub(crate) article: &'static str,
    pub(crate) holds: Holds,
    /// Why it may not be in a shared bundle; `None` where it allocates through `&self` from many threads.
    pub(crate) unshared: Option<&'static str>,
    /// Whether it can take a checkpoint and be rolled back.
    pub(crate) rewinds: bool,
    /// Of one that holds items: how they lie, and so what names them.
    pub(crate) places: Places,
    /// Whether it has a lifetime, which is `'static` in a bundle: that of a store over its own memory.
    pub(crate) has_lifetime: bool,
    /// The constant of the runtime's `bundle` module that says its capacity when nothing else does.
    pub(crate) default_capacity: &'static str,
    /// What that constant means, for the documentation of the capacities.
    pub(crate) capacity_doc: &'static str,
}

/// One row adds one kind. The runtime implements `BundleStore` for it, and `RewindStore`, `ItemStore`, `SliceStore`,
/// `SharedItemStore` and `SideTable` as the row says.
const KINDS: &[Kind] = &[
    Kind {
        name: "Arena",
        article: "an",
        holds: Holds::Items,
        unshared: Some("allocates through `&mut self`"),
        rewinds: true,
        places: Places::InOrder,
        has_lifetime: false,
        default_capacity: "ARENA_SLOTS",
        capacity_doc: "slots to start with; it grows. By default none: the first allocation takes memory.",
    },
    Kind {
        name: "FastArena",
        article: "a",
        holds: Holds::Items,
        unshared: None,
        rewinds: true,
        places: Places::InOrder,
        has_lifetime: false,
        default_capacity: "FAST_ARENA_SLOTS",
        capacity_doc: "slots, allocated at once; through `&self` it never holds more. By default `usize::MAX`, which \
                       reserves address space and commits memory as slots are used, so that it grows; where the platform \
                       has no such reservation, it is 65536 slots.",
    },
    Kind {
        name: "Bitena",
        article: "a",
        holds: Holds::Bytes,
        unshared: None,
        rewinds: true,
        places: Places::None,
        has_lifetime: false,
        default_capacity: "BITENA_BYTES",
        capacity_doc: "bytes; it never holds more. By default 64 KiB.",
    },
    Kind {
        name: "RingAl",
        article: "a",
        holds: Holds::Bytes,
        unshared: Some("allocates on one thread"),
        rewinds: false,
        places: Places::None,
        has_lifetime: false,
        default_capacity: "RING_BYTES",
        capacity_doc: "bytes of buffers that live at once. By default 64 KiB.",
    },
    Kind {
        name: "RingStore",
        article: "a",
        holds: Holds::Owned,
        unshared: Some("allocates on one thread"),
        rewinds: false,
        places: Places::None,
        has_lifetime: false,
        default_capacity: "RING_SLOTS",
        capacity_doc: "values that live at once. By default 256.",
    },
    Kind {
        name: "RegionStore",
        article: "a",
        holds: Holds::Items,
        unshared: Some("allocates through `&mut self`"),
        rewinds: false,
        places: Places::Recycled,
        has_lifetime: false,
        default_capacity: "REGION_SLOTS",
        capacity_doc: "values that live at once. By default 1024.",
    },
    Kind {
        name: "Region",
        article: "a",
        holds: Holds::Bytes,
        unshared: Some("allocates through `&mut self`"),
        rewinds: false,
        places: Places::None,
        has_lifetime: true,
        default_capacity: "REGION_BYTES",
        capacity_doc: "bytes of blocks that live at once, allocated at once. By default 64 KiB.",
    },
    Kind {
        name: "Blink",
        article: "a",
        holds: Holds::Bytes,
        unshared: Some("allocates on one thread"),
        rewinds: true,
        places: Places::None,
        has_lifetime: false,
        default_capacity: "BLINK_BYTES",
        capacity_doc: "bytes that its first chunk has at least; it grows. By default those of `Blink::new`.",
    },
    Kind {
        name: "ArenaMap",
        article: "an",
        holds: Holds::Table,
        unshared: None,
        rewinds: true,
        places: Places::None,
        has_lifetime: false,
        default_capacity: "TABLE_SLOTS",
        capacity_doc: "slots of the store that it is about, to start with; it grows. By default none.",
    },
    Kind {
        name: "ArenaSet",
        article: "an",
        holds: Holds::Table,
        unshared: None,
        rewinds: true,
        places: Places::None,
        has_lifetime: false,
        default_capacity: "TABLE_SLOTS",
        capacity_doc: "slots of the store that it is about, to start with; it grows. By default none.",
    },
];

impl Kind {
    /// The kind whose type has this name.
    pub(crate) fn named(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// The names of all kinds.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|kind| kind.name)
    }

    /// "an `Arena`".
    pub(crate) fn spoken(&self) -> String {
        format!("{} `{}`", self.article, self.name)
    }
}
