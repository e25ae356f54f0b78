//! What an editor shows over an option of `#[arena(..)]`.
//!
//! The macros import the module of each option that is written, by the word that the user wrote. Nothing comes of it but
//! that an editor which looks the word up finds the text here. (`crate` is no name of a module; it has none.)

/// `idx = Name`: the name of the index type; on an item the default is `<Type>Idx`.
pub mod idx {}

/// `store = Arena | FastArena | RegionStore | RingStore`: what the store alias stands for; `Arena` is the default.
pub mod store {}

/// `alias = Name`: the name of the store alias; the default is `<Type>Store`.
pub mod alias {}

/// `bitena`: a `Bitena` is to hold it: each field is checked here, where the type is defined.
pub mod bitena {}

/// `repr = u16 | u32 | u64 | checked`: the width of the index (`u32` is the default), or the 8-byte index that finds stale and foreign ones.
pub mod repr {}

/// `buf = Name`: the name of the owned handle that a `RingStore` gives out; the default is `<Type>Buf`.
pub mod buf {}

/// `idx_derive(Trait, ..)`: further derives on the index type.
pub mod idx_derive {}

/// `vis = pub(crate)`: the visibility of the index type and the alias; that of the type is the default.
pub mod vis {}

/// `bound = "T: Trait, .."`: the `where` clause of the `Holds` impl, in place of the one that follows from the fields.
pub mod bound {}

/// `remap`: `append` and `compact` of a bundle may rewrite the indices inside: implements `Remap`.
///
/// `remap = skip`: the field holds no index that moves; it need not be `Remap`.
pub mod remap {}

/// `with = path`: `remap` goes through the field by this function, of `&mut` it and a `&mut Remapper`.
pub mod with {}

/// `allow_leak`: a `Bitena` may hold the field although it will never be dropped.
pub mod allow_leak {}

/// `assert_dropless`: the type of the field, of another crate, owns nothing; the compiler checks that it needs no `Drop`.
pub mod assert_dropless {}

/// `shared`: the whole bundle works through `&self` from many threads; a store that cannot is an error.
pub mod shared {}

/// `any`: makes `<Name>AnyIdx`, a 4-byte index over all its stores, and `<Name>Ref`, what that leads to.
pub mod any {}

/// `checked`: every index is of the 8-byte form that finds stale and foreign ones; an item whose index is not is an error.
pub mod checked {}

/// `serde`: implements `Serialize` and `Deserialize`; every index that is read must name an item.
pub mod serde {}

/// `intern`: equal values get one index, by `bundle.intern(value)`; values do not change. For `Arena` and `FastArena`.
pub mod intern {}

/// `capacity = expression`: the capacity that `new` gives the store: slots of a typed store, bytes of any other.
pub mod capacity {}

/// `no_checkpoint`: the store takes no part in `checkpoint`, `rollback` and `transaction`.
pub mod no_checkpoint {}
