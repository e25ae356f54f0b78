//! An index of any store of a bundle, packed into one number.
//!
//! ```text
//!   4 bytes   [ tag | slot + 1 ]               the tag in as many high bits as the stores of the bundle need
//!   8 bytes   [ tag | slot + 1 ][ stamp ]      where an index has a stamp
//! ```
//!
//! The number is never 0, because the slot is counted from 1, so that `Option` of it takes no more room. Of two such
//! indices that of the earlier store comes first, then that of the earlier slot.
//!
//! **Limit.** A bundle of eight stores leaves 29 bits, which name 536 870 911 slots of each. An index beyond that has no
//! packed form: `from` panics, `try_pack` says so.

use core::fmt;
use core::num::NonZeroU32;

use crate::typed::{ArenaIdx, IdxStamp};

/// The number behind the any-index of a bundle; `S` is `()`, or `u32` where stamps are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawAny<S> {
    packed: NonZeroU32,
    stamp: S,
}

/// The any-index of a bundle: what the macro implements for a newtype of [`RawAny`].
pub trait AnyIdx: Copy {
    /// `()`, or `u32` where stamps are kept.
    type Stamp: IdxStamp;

    /// The name of the bundle.
    const BUNDLE: &'static str;

    /// The names of its stores; the tag of a store is its place here.
    const STORES: &'static [&'static str];

    /// The newtype.
    fn of(raw: RawAny<Self::Stamp>) -> Self;

    /// What it holds.
    fn raw(self) -> RawAny<Self::Stamp>;
}

/// An index that the any-index `A` of a bundle can hold: that of one of its stores.
///
/// [`arena_struct!`](crate::arena_struct) implements it for each of them.
#[diagnostic::on_unimplemented(
    message = "`{A}` holds no `{Self}`: none of its stores is indexed by it",
    label = "not an index of the bundle"
)]
pub trait PacksInto<A>: ArenaIdx {
    /// The place of the store among the stores.
    #[doc(hidden)]
    const TAG: u32;
}

/// The stamp of the index `I`, which fits beside a slot in an any-index with stamps of type `S`.
#[diagnostic::on_unimplemented(
    message = "`{I}` carries a stamp, for which an index of 4 bytes over all stores has no room",
    label = "the index of this store has 8 bytes",
    note = "declare the bundle `#[arena(any, checked)]`: then its index over all stores has 8 bytes too"
)]
pub trait FitsInto<S, I> {}

#[diagnostic::do_not_recommend]
impl<I> FitsInto<(), I> for () {}
#[diagnostic::do_not_recommend]
impl<S: IdxStamp, I> FitsInto<u32, I> for S {}

/// Why an index over all stores of a bundle was not converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnyIdxError {
    /// It names an item of another store.
    OtherStore {
        /// The store of the index that was asked for.
        expected: &'static str,
        /// The store that it names an item of.
        found: &'static str,
    },
    /// The slot is beyond what can be packed.
    Beyond {
        /// The store.
        store: &'static str,
        /// The slot of the index.
        slot: usize,
        /// How many slots of each store a packed index can name.
        max_slots: usize,
    },
}

impl fmt::Display for AnyIdxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherStore { expected, found } => {
                write!(f, "the index is of store `{found}`, not of store `{expected}`")
            }
            Self::Beyond { store, slot, max_slots } => write!(
                f,
                "slot {slot} of store `{store}` does not fit into an index over all stores, which names {max_slots} \
                 slots of each"
            ),
        }
    }
}

impl core::error::Error for AnyIdxError {}

/// How many high bits the tag takes.
const fn tag_bits<A: AnyIdx>() -> u32 {
    usize::BITS - A::STORES.len().saturating_sub(1).leading_zeros()
}

/// The bits of the slot, all set. It is also how many slots there can be: slots are counted from 1.
const fn slot_mask<A: AnyIdx>() -> u32 {
    match u32::MAX.checked_shr(tag_bits::<A>()) {
        Some(mask) => mask,
        None => panic!("a bundle has fewer than 2^32 stores"),
    }
}

/// How many slots of each store an `A` can name.
#[must_use]
pub const fn max_slots<A: AnyIdx>() -> usize {
    // Lossless where memory is: a `usize` of 16 bits would name no more.
    slot_mask::<A>() as usize
}

/// The index of one store as an index over all.
///
/// # Errors
///
/// When its slot is beyond what can be packed.
#[inline]
pub fn pack<A: AnyIdx, I: PacksInto<A>>(index: I) -> Result<A, AnyIdxError> {
    let slot = index.slot();
    if slot >= max_slots::<A>() {
        return Err(AnyIdxError::Beyond { store: A::STORES[I::TAG as usize], slot, max_slots: max_slots::<A>() });
    }
    let tag = I::TAG.checked_shl(32 - tag_bits::<A>()).unwrap_or(0);
    // At least 1, whatever the tag is, and the two do not overlap.
    let packed = NonZeroU32::MIN.saturating_add(slot as u32) | tag;
    Ok(A::of(RawAny { packed, stamp: A::Stamp::of(index.stamp().number()) }))
}

/// The index of one store as an index over all.
///
/// # Panics
///
/// When its slot is beyond what can be packed.
#[inline]
#[track_caller]
pub fn packed<A: AnyIdx, I: PacksInto<A>>(index: I) -> A
where
    I::Stamp: FitsInto<A::Stamp, I>,
{
    match pack(index) {
        Ok(any) => any,
        Err(error) => not_packed(A::BUNDLE, error),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn not_packed(bundle: &'static str, error: AnyIdxError) -> ! {
    panic!("{bundle}: {error}")
}

/// The index of the store of `I`.
///
/// # Errors
///
/// When `any` names an item of another store.
#[inline]
pub fn unpack<A: AnyIdx, I: PacksInto<A>>(any: A) -> Result<I, AnyIdxError> {
    let other = || AnyIdxError::OtherStore { expected: A::STORES[I::TAG as usize], found: store(any) };
    if tag(any) != I::TAG {
        return Err(other());
    }
    I::from_slot(slot(any), I::Stamp::of(any.raw().stamp.number())).ok_or_else(other)
}

/// The place of the store among the stores.
#[inline]
#[must_use]
pub fn tag<A: AnyIdx>(any: A) -> u32 {
    any.raw().packed.get().checked_shr(32 - tag_bits::<A>()).unwrap_or(0)
}

/// The slot in the store.
#[inline]
#[must_use]
pub fn slot<A: AnyIdx>(any: A) -> usize {
    ((any.raw().packed.get() & slot_mask::<A>()) - 1) as usize
}

/// The name of the store.
#[must_use]
pub fn store<A: AnyIdx>(any: A) -> &'static str {
    A::STORES.get(tag(any) as usize).copied().unwrap_or("?")
}

/// `Ast::exprs(3)`, and with a stamp `Ast::exprs(3#7)`.
///
/// # Errors
///
/// Those of `f`.
pub fn debug<A: AnyIdx>(any: A, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}::{}({}", A::BUNDLE, store(any), slot(any))?;
    if A::Stamp::CHECKED {
        write!(f, "#{}", any.raw().stamp.number())?;
    }
    f.write_str(")")
}

/// Ends where the store has no such item.
///
/// # Panics
///
/// Always.
#[cold]
#[inline(never)]
#[track_caller]
pub fn invalid<A: AnyIdx>(any: A) -> ! {
    let what = if A::Stamp::CHECKED { "stale or foreign index" } else { "index out of bounds" };
    let (store, slot) = (store(any), slot(any));
    panic!("{what}: store `{store}` of `{}` has no item for this index of slot {slot}", A::BUNDLE)
}
