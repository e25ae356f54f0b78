//! Index handles: small `Copy` numbers that name a slot of an arena.
//!
//! | handle | bytes | `Option` | checks |
//! |---|---|---|---|
//! | [`Idx<T>`] | 4 | 4 | bounds |
//! | [`Stamped<T>`] | 8 | 8 | bounds, arena and generation |
//! | a newtype by `#[derive(ArenaAlloc)]` | 2, 4 or 8 | the same | as its `repr` says |
//!
//! ```text
//!            0               4               8
//! Idx        [ slot + 1      ]
//! Stamped    [ slot + 1      | stamp         ]      slot + 1 is never 0, so 0 is left for `None`
//! ```
//!
//! A handle holds no reference and keeps nothing alive: it is as good as the arena that it is used with. A plain
//! handle that is stale (its value was rolled back), foreign (it came from another arena) or forged gives `None`, a
//! panic, or *some* valid value of the type, never undefined behaviour. Where that is not good enough, [`Stamped`]
//! tells them apart, for four more bytes per handle and one more comparison per access.
//!
//! All handles are `Copy`, `Eq`, `Ord`, `Hash`, `Send` and `Sync` whatever they name, and covariant in it. The order is
//! that of the slots.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::num::{NonZeroU16, NonZeroU32, NonZeroU64, NonZeroUsize};
use core::ops::Range;

/// A handle that names a slot of an arena.
///
/// The trait says nothing of the item type: the relation runs from an item to its handle
/// ([`ArenaItem::Idx`]), so that one plain `ExprIdx` can serve `Expr<'src>` for every `'src`.
/// `#[derive(ArenaAlloc)]` implements it for a newtype per item type; a hand-written implementation sets `Stamp = ()`.
///
/// An implementation names the slots `0..MAX_SLOTS`: `from_slot` is `Some` for exactly those, `slot` is its inverse,
/// and `Ord` orders by slot first. An arena never relies on that for memory safety.
pub trait ArenaIdx: Copy + Eq + Ord + Hash + fmt::Debug {
    /// What the handle knows beside the slot: `()`, or the number of the generation that made it.
    #[doc(hidden)]
    type Stamp: IdxStamp;

    /// How many slots a handle of this type can name.
    const MAX_SLOTS: usize;

    /// The handle of `slot`, or `None` where no handle of this type can name it.
    fn from_slot(slot: usize, stamp: Self::Stamp) -> Option<Self>;

    /// The handle of the slot before `past`, that an arena has room for, and that is therefore below
    /// [`MAX_SLOTS`](Self::MAX_SLOTS). An implementation may leave the check out, and give any handle where the slot is not.
    #[doc(hidden)]
    #[inline]
    fn from_past(past: usize, stamp: Self::Stamp) -> Option<Self> {
        Self::from_slot(past.checked_sub(1)?, stamp)
    }

    /// The slot that this handle names.
    fn slot(self) -> usize;

    /// The slot after it: what the handles here consist of, so that to compare this with a length needs no arithmetic.
    #[doc(hidden)]
    #[inline]
    fn past(self) -> NonZeroUsize {
        NonZeroUsize::MIN.saturating_add(self.slot())
    }

    /// What it knows beside the slot.
    #[doc(hidden)]
    fn stamp(self) -> Self::Stamp;
}

/// Keeps the slots that a handle can name: all ones, so that it can be applied to a capacity without a comparison. What
/// keeps to the maximum of the handle is left as it is.
#[cfg(feature = "alloc")]
pub(crate) const fn slot_mask<I: ArenaIdx>() -> usize {
    match usize::MAX.checked_shr(I::MAX_SLOTS.leading_zeros()) {
        Some(mask) => mask,
        None => 0,
    }
}

/// A handle that finds out that it is stale: what a [`RegionStore`](crate::RegionStore) needs, which gives the slots of
/// freed values out again.
///
/// [`Stamped`] is one, and so is the index type that `#[derive(ArenaAlloc)]` makes with `store = RegionStore` or
/// `repr = checked`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot tell a freed value from the one that has its slot now, and so cannot index a \
               `RegionStore`",
    label = "not a checked index",
    note = "make it one: with `#[arena(store = RegionStore)]` or `#[arena(repr = checked)]` on the item type, or with \
            `#[arena(idx = SomeIdx)]` on the field of a bundle"
)]
pub trait CheckedIdx: ArenaIdx<Stamp = u32> {}

impl CheckedIdx for RawStamped {}

impl<T> CheckedIdx for Stamped<T> {}

/// What a handle knows of the arena and generation that made it.
#[doc(hidden)]
pub trait IdxStamp: Copy + Eq + Ord + Hash + fmt::Debug + Send + Sync + 'static {
    /// Whether a comparison can fail at all.
    const CHECKED: bool;

    /// The stamp of handles that the generation of this number makes.
    fn of(number: u32) -> Self;

    /// Whether the generation of this number made it.
    fn matches(self, number: u32) -> bool;

    /// The number of the generation that made it; 0 where it does not know.
    fn number(self) -> u32;
}

impl IdxStamp for () {
    const CHECKED: bool = false;

    #[inline(always)]
    fn of(_: u32) -> Self {}

    #[inline(always)]
    fn matches(self, _: u32) -> bool {
        true
    }

    #[inline(always)]
    fn number(self) -> u32 {
        0
    }
}

impl IdxStamp for u32 {
    const CHECKED: bool = true;

    #[inline(always)]
    fn of(number: u32) -> Self {
        number
    }

    #[inline(always)]
    fn matches(self, number: u32) -> bool {
        self == number
    }

    #[inline(always)]
    fn number(self) -> u32 {
        self
    }
}

/// An item type that has a handle type of its own.
///
/// `#[derive(ArenaAlloc)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no index type of its own",
    label = "no index type",
    note = "add `#[derive(ArenaAlloc)]` to `{Self}`, or name an index on the field: `#[arena(idx = SomeIdx)]`"
)]
pub trait ArenaItem {
    /// The handle of an arena of these items.
    type Idx: ArenaIdx;
}

/// Panics because a number cannot be a handle.
#[cold]
#[inline(never)]
#[track_caller]
const fn beyond_handle(max_slots: usize) -> ! {
    // Formatting is not possible in a `const fn`; the widths are the only three that there are.
    match max_slots {
        0xffff => panic!("the number does not fit into a 2-byte index, which names 65535 slots"),
        0xffff_ffff => panic!("the number does not fit into a 4-byte index, which names 4294967295 slots"),
        _ => panic!("the number does not fit into the index"),
    }
}

/// Panics because a handle names nothing in an arena of `len` values.
///
/// Out of line and by value, so that nothing is spilled where the handle is good.
#[cfg(feature = "alloc")]
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn invalid_index<S: IdxStamp>(slot: usize, len: usize) -> ! {
    if S::CHECKED {
        panic!("stale or foreign index: slot {slot} of an arena of {len} values was not filled under its stamp");
    }
    panic!("index out of bounds: the index is {slot}, but the arena has {len} values");
}

/// Panics because a range of handles names slots that an arena of `len` values does not have.
#[cfg(feature = "alloc")]
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn invalid_range<S: IdxStamp>(start: usize, end: usize, len: usize) -> ! {
    if S::CHECKED {
        panic!(
            "stale or foreign index: slots {start}..{end} of an arena of {len} values were not filled under its stamp"
        );
    }
    panic!("index out of bounds: the range is {start}..{end}, but the arena has {len} values");
}

/// Panics because two handles that must differ name one slot.
#[cfg(feature = "alloc")]
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn overlapping_indices(slot: usize) -> ! {
    panic!("overlapping indices: slot {slot} is named twice");
}

macro_rules! raw_idx {
    ($(#[$doc:meta])* $name:ident, $int:ty, $non_zero:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name($non_zero);

        impl $name {
            /// How many slots it can name: one less than the integer has values, or what a `usize` can say.
            pub const MAX_SLOTS: usize = {
                if <$int>::BITS >= usize::BITS { usize::MAX } else { <$int>::MAX as usize }
            };

            /// The handle of `slot`, or `None` beyond [`MAX_SLOTS`](Self::MAX_SLOTS).
            #[inline]
            #[must_use]
            pub const fn new(slot: usize) -> Option<Self> {
                if slot >= Self::MAX_SLOTS {
                    return None;
                }
                match <$non_zero>::new((slot as $int).wrapping_add(1)) {
                    Some(number) => Some(Self(number)),
                    None => None,
                }
            }

            /// The handle of the slot before `past`, which is below [`MAX_SLOTS`](Self::MAX_SLOTS): without a branch, and
            /// without any instruction where the compiler knows that.
            #[inline]
            const fn of_past(past: usize) -> Self {
                debug_assert!(past > 0 && past <= Self::MAX_SLOTS);
                match <$non_zero>::new(past as $int) {
                    Some(number) => Self(number),
                    None => Self(<$non_zero>::MIN),
                }
            }

            /// The handle of slot `raw`.
            ///
            /// # Panics
            ///
            /// Where the handle cannot name it.
            #[inline]
            #[must_use]
            #[track_caller]
            pub const fn from_raw(raw: usize) -> Self {
                match Self::new(raw) {
                    Some(index) => index,
                    None => beyond_handle(Self::MAX_SLOTS),
                }
            }

            /// The slot number.
            #[inline]
            #[must_use]
            pub const fn into_raw(self) -> usize {
                // Lossless: only slots below `MAX_SLOTS`, a `usize`, get in.
                (self.0.get() - 1) as usize
            }
        }

        impl ArenaIdx for $name {
            type Stamp = ();
            const MAX_SLOTS: usize = Self::MAX_SLOTS;

            #[inline]
            fn from_slot(slot: usize, (): ()) -> Option<Self> {
                Self::new(slot)
            }

            #[inline]
            fn from_past(past: usize, (): ()) -> Option<Self> {
                Some(Self::of_past(past))
            }

            #[inline]
            fn slot(self) -> usize {
                self.into_raw()
            }

            #[inline]
            fn past(self) -> NonZeroUsize {
                // Lossless, as `into_raw` is.
                NonZeroUsize::new(self.0.get() as usize).unwrap_or(NonZeroUsize::MIN)
            }

            #[inline]
            fn stamp(self) {}
        }

        /// Prints the bare slot number; a newtype puts its name around it.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.into_raw(), f)
            }
        }
    };
}

raw_idx! {
    /// A slot number below 2^16 - 1 with a niche for `None`.
    RawIdx16, u16, NonZeroU16
}
raw_idx! {
    /// A slot number below 2^32 - 1 with a niche for `None`.
    RawIdx32, u32, NonZeroU32
}
raw_idx! {
    /// A slot number below 2^64 - 1 with a niche for `None`.
    RawIdx64, u64, NonZeroU64
}

/// A slot number below 2^32 - 1, with a niche for `None`, and the stamp of the generation that made it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawStamped {
    slot: RawIdx32,
    stamp: u32,
}

impl RawStamped {
    /// How many slots it can name.
    pub const MAX_SLOTS: usize = RawIdx32::MAX_SLOTS;

    /// The slot number. There is no way back: a number alone makes no stamped handle.
    #[inline]
    #[must_use]
    pub const fn into_raw(self) -> usize {
        self.slot.into_raw()
    }
}

impl ArenaIdx for RawStamped {
    type Stamp = u32;
    const MAX_SLOTS: usize = Self::MAX_SLOTS;

    #[inline]
    fn from_slot(slot: usize, stamp: u32) -> Option<Self> {
        RawIdx32::new(slot).map(|slot| Self { slot, stamp })
    }

    #[inline]
    fn from_past(past: usize, stamp: u32) -> Option<Self> {
        Some(Self { slot: RawIdx32::of_past(past), stamp })
    }

    #[inline]
    fn slot(self) -> usize {
        self.slot.into_raw()
    }

    #[inline]
    fn past(self) -> NonZeroUsize {
        self.slot.past()
    }

    #[inline]
    fn stamp(self) -> u32 {
        self.stamp
    }
}

/// Prints `slot#stamp`; a newtype puts its name around it.
impl fmt::Debug for RawStamped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.slot.into_raw(), self.stamp)
    }
}

macro_rules! typed_idx {
    ($name:ident, $raw:ty) => {
        impl<T> Clone for $name<T> {
            #[inline]
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        impl<T> PartialEq for $name<T> {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.raw == other.raw
            }
        }

        impl<T> Eq for $name<T> {}

        impl<T> PartialOrd for $name<T> {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl<T> Ord for $name<T> {
            #[inline]
            fn cmp(&self, other: &Self) -> Ordering {
                self.raw.cmp(&other.raw)
            }
        }

        impl<T> Hash for $name<T> {
            #[inline]
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.raw.hash(state);
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.raw)
            }
        }

        impl<T> ArenaIdx for $name<T> {
            type Stamp = <$raw as ArenaIdx>::Stamp;
            const MAX_SLOTS: usize = <$raw>::MAX_SLOTS;

            #[inline]
            fn from_slot(slot: usize, stamp: Self::Stamp) -> Option<Self> {
                match <$raw as ArenaIdx>::from_slot(slot, stamp) {
                    Some(raw) => Some(Self { raw, item: PhantomData }),
                    None => None,
                }
            }

            #[inline]
            fn from_past(past: usize, stamp: Self::Stamp) -> Option<Self> {
                match <$raw as ArenaIdx>::from_past(past, stamp) {
                    Some(raw) => Some(Self { raw, item: PhantomData }),
                    None => None,
                }
            }

            #[inline]
            fn slot(self) -> usize {
                self.raw.slot()
            }

            #[inline]
            fn past(self) -> NonZeroUsize {
                self.raw.past()
            }

            #[inline]
            fn stamp(self) -> Self::Stamp {
                self.raw.stamp()
            }
        }
    };
}

/// The ready-made handle of an arena of `T`: 4 bytes, and so is its `Option`.
///
/// Names up to 2^32 - 1 slots. It holds no reference and keeps nothing alive: it is as good as the arena that it is used
/// with. One that is stale (its value was rolled back), foreign (it came from another arena) or forged gives `None`, a
/// panic, or *some* valid `T`, never undefined behaviour. Where that is not good enough, use [`Stamped`].
///
/// ```
/// use arenas::Idx;
///
/// let index = Idx::<String>::from_raw(7);
/// assert_eq!(format!("{index:?}"), "Idx(7)");
/// assert_eq!(index.into_raw(), 7);
/// assert_eq!(size_of::<Option<Idx<String>>>(), 4);
/// ```
pub struct Idx<T> {
    raw: RawIdx32,
    item: PhantomData<fn() -> T>,
}

typed_idx!(Idx, RawIdx32);

impl<T> Idx<T> {
    /// The handle of slot `raw`, of whatever arena it is used with.
    ///
    /// # Panics
    ///
    /// When `raw` is 2^32 - 1 or more.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn from_raw(raw: usize) -> Self {
        Self { raw: RawIdx32::from_raw(raw), item: PhantomData }
    }

    /// The slot number.
    #[inline]
    #[must_use]
    pub const fn into_raw(self) -> usize {
        self.raw.into_raw()
    }
}

/// The checked handle of an arena of `T`: 8 bytes, and so is its `Option`.
///
/// It carries the stamp of the arena and generation that made it. A handle from another arena, or from before a
/// rollback, a reset or a drain, gives `None` from `try_get`, `false` from `is_valid` and a panic that says "stale or
/// foreign" from `get`, also after the slot was filled again.
///
/// **Cost.** Four more bytes per handle, one more comparison per access. A slot costs nothing: an arena keeps one stamp
/// per run of slots that were filled without a rollback between, and searches the older runs (binary) for a handle
/// that is not of the newest.
///
/// **How long stamps last.** A stamp has 32 bits and comes from one counter of the process. An arena with checked handles
/// takes one when it is first used, when it is cloned, and whenever it discards values or a constructor panics. A
/// stale handle could be taken for a fresh one only when 2^32 of these have happened since it was made, and the slot
/// happens to be filled under just that number.
///
/// **Clones.** A handle made before an arena was cloned is valid in both, so that items that refer to each other stay
/// connected. What either of them allocates, or discards and fills again, after that is not valid in the other.
///
/// ```
/// use arenas::{Arena, Stamped};
///
/// let mut names: Arena<&str, Stamped<&str>> = Arena::with_index();
/// let start = names.checkpoint();
/// let old = names.alloc("old");
/// names.rollback(start);
/// let new = names.alloc("new");
/// assert_eq!((old.into_raw(), new.into_raw()), (0, 0));
/// assert_eq!(names.try_get(old), None);
/// assert_eq!(names.try_get(new), Some(&"new"));
/// ```
pub struct Stamped<T> {
    raw: RawStamped,
    item: PhantomData<fn() -> T>,
}

typed_idx!(Stamped, RawStamped);

impl<T> Stamped<T> {
    /// The slot number. There is no way back: a number alone makes no stamped handle.
    #[inline]
    #[must_use]
    pub const fn into_raw(self) -> usize {
        self.raw.into_raw()
    }
}

/// A contiguous range of handles: what a batch returns, and the natural form of a list of children.
///
/// 8 bytes for 4-byte handles. An empty range names nothing: all empty ranges are equal, and valid in every arena.
///
/// ```
/// use arenas::Arena;
///
/// let mut arena = Arena::new();
/// arena.alloc(1);
/// let batch = arena.alloc_batch([10, 20, 30]);
/// assert_eq!(arena[batch], [10, 20, 30]);
/// assert_eq!(batch.iter().rev().map(|index| arena[index]).collect::<Vec<_>>(), [30, 20, 10]);
/// assert_eq!(format!("{batch:?}"), "Idx(1)..=Idx(3)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdxRange<I> {
    /// The first and the last handle; both of one stamp, and in this order.
    ends: Option<(I, I)>,
}

impl<I> IdxRange<I> {
    /// The range that names nothing.
    pub const EMPTY: Self = Self { ends: None };

    /// Whether it names nothing.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_none()
    }
}

impl<I: ArenaIdx> IdxRange<I> {
    /// The handles from `first` to `last`, both included.
    ///
    /// `None` when `last` comes before `first`, or they are checked handles of different generations.
    #[inline]
    #[must_use]
    pub fn inclusive(first: I, last: I) -> Option<Self> {
        let (start, end) = (first.slot(), last.slot());
        // An index type that does not keep to its maximum could name the slot that has none after it.
        let in_order = start <= end && end < usize::MAX && first.stamp() == last.stamp();
        in_order.then_some(Self { ends: Some((first, last)) })
    }

    /// The handles of `len` slots from `start` on; `None` where the handle cannot name them all.
    #[inline]
    #[must_use]
    #[doc(hidden)]
    pub fn from_slots(start: usize, len: usize, stamp: I::Stamp) -> Option<Self> {
        let Some(more) = len.checked_sub(1) else {
            return Some(Self::EMPTY);
        };
        Self::inclusive(I::from_slot(start, stamp)?, I::from_slot(start.checked_add(more)?, stamp)?)
    }

    /// How many handles there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        match self.ends {
            Some((first, last)) => last.slot() - first.slot() + 1,
            None => 0,
        }
    }

    /// The first handle.
    #[inline]
    #[must_use]
    pub fn first(&self) -> Option<I> {
        self.ends.map(|(first, _)| first)
    }

    /// The last handle.
    #[inline]
    #[must_use]
    pub fn last(&self) -> Option<I> {
        self.ends.map(|(_, last)| last)
    }

    /// The slot of the first handle; 0 in an empty range.
    #[inline]
    #[must_use]
    pub fn start(&self) -> usize {
        self.ends.map_or(0, |(first, _)| first.slot())
    }

    /// The slot after that of the last handle; 0 in an empty range.
    #[inline]
    #[must_use]
    pub fn end(&self) -> usize {
        self.ends.map_or(0, |(_, last)| last.slot() + 1)
    }

    /// The slots as numbers.
    #[inline]
    #[must_use]
    pub fn slots(&self) -> Range<usize> {
        self.start()..self.end()
    }

    /// Handle number `n` of the range.
    #[inline]
    #[must_use]
    pub fn get(&self, n: usize) -> Option<I> {
        let (first, last) = self.ends?;
        if n > last.slot() - first.slot() {
            return None;
        }
        I::from_slot(first.slot() + n, first.stamp())
    }

    /// Whether `index` is one of the range.
    #[inline]
    #[must_use]
    pub fn contains(&self, index: I) -> bool {
        self.ends.is_some_and(|(first, last)| {
            first.slot() <= index.slot() && index.slot() <= last.slot() && index.stamp() == first.stamp()
        })
    }

    /// Iterates over the handles.
    #[inline]
    pub fn iter(&self) -> IdxRangeIter<I> {
        IdxRangeIter { rest: *self }
    }
}

impl<I> Default for IdxRange<I> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<I: fmt::Debug> fmt::Debug for IdxRange<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ends {
            Some((first, last)) => write!(f, "{first:?}..={last:?}"),
            None => f.write_str("IdxRange::EMPTY"),
        }
    }
}

impl<I: ArenaIdx> From<I> for IdxRange<I> {
    /// The range of this one handle.
    #[inline]
    fn from(index: I) -> Self {
        Self { ends: Some((index, index)) }
    }
}

impl<I: ArenaIdx> IntoIterator for IdxRange<I> {
    type Item = I;
    type IntoIter = IdxRangeIter<I>;

    #[inline]
    fn into_iter(self) -> IdxRangeIter<I> {
        self.iter()
    }
}

impl<I: ArenaIdx> IntoIterator for &IdxRange<I> {
    type Item = I;
    type IntoIter = IdxRangeIter<I>;

    #[inline]
    fn into_iter(self) -> IdxRangeIter<I> {
        self.iter()
    }
}

/// The handles of an [`IdxRange`], in slot order.
#[derive(Clone, Debug)]
#[must_use = "iterators do nothing unless consumed"]
pub struct IdxRangeIter<I> {
    rest: IdxRange<I>,
}

impl<I: ArenaIdx> IdxRangeIter<I> {
    /// The range from handle number `skip` on, without the last `cut`.
    #[inline]
    fn narrowed(&self, skip: usize, cut: usize) -> IdxRange<I> {
        let len = self.rest.len();
        if skip >= len || cut >= len - skip {
            return IdxRange::EMPTY;
        }
        IdxRange { ends: self.rest.get(skip).zip(self.rest.get(len - 1 - cut)) }
    }
}

impl<I: ArenaIdx> Iterator for IdxRangeIter<I> {
    type Item = I;

    #[inline]
    fn next(&mut self) -> Option<I> {
        let (first, last) = self.rest.ends?;
        // What comes before the last handle is below the maximum too.
        self.rest.ends =
            if first == last { None } else { I::from_past(first.past().get() + 1, first.stamp()).zip(Some(last)) };
        Some(first)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.rest.len();
        (len, Some(len))
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<I> {
        self.rest = self.narrowed(n, 0);
        self.next()
    }

    #[inline]
    fn count(self) -> usize {
        self.rest.len()
    }

    #[inline]
    fn last(self) -> Option<I> {
        self.rest.last()
    }
}

impl<I: ArenaIdx> DoubleEndedIterator for IdxRangeIter<I> {
    #[inline]
    fn next_back(&mut self) -> Option<I> {
        let (first, last) = self.rest.ends?;
        self.rest.ends = if first == last { None } else { Some(first).zip(I::from_past(last.slot(), last.stamp())) };
        Some(last)
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<I> {
        self.rest = self.narrowed(0, n);
        self.next_back()
    }
}

impl<I: ArenaIdx> ExactSizeIterator for IdxRangeIter<I> {}
impl<I: ArenaIdx> FusedIterator for IdxRangeIter<I> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_as_small_as_promised() {
        assert_eq!((size_of::<Idx<[u64; 9]>>(), size_of::<Option<Idx<[u64; 9]>>>()), (4, 4));
        assert_eq!((size_of::<Stamped<u8>>(), size_of::<Option<Stamped<u8>>>()), (8, 8));
        assert_eq!((size_of::<RawIdx16>(), size_of::<Option<RawIdx16>>()), (2, 2));
        assert_eq!((size_of::<RawIdx64>(), size_of::<Option<RawIdx64>>()), (8, 8));
        assert_eq!(size_of::<IdxRange<Idx<u8>>>(), 8);
    }

    #[test]
    fn a_handle_names_exactly_the_slots_below_its_maximum() {
        assert_eq!(RawIdx16::MAX_SLOTS, 65_535);
        assert_eq!(RawIdx16::new(65_534).map(RawIdx16::into_raw), Some(65_534));
        assert_eq!(RawIdx16::new(65_535), None);
        assert_eq!(RawIdx16::new(65_536), None);
        let last = RawIdx32::MAX_SLOTS - 1;
        assert_eq!(RawIdx32::new(last).map(RawIdx32::into_raw), Some(last));
        assert_eq!(RawIdx32::new(last + 1), None);
        assert_eq!(RawIdx64::new(usize::MAX - 1).map(RawIdx64::into_raw), Some(usize::MAX - 1));
        assert_eq!(RawIdx64::new(usize::MAX), None);
    }

    #[test]
    fn a_range_narrows_from_both_ends() {
        let range = IdxRange::<RawIdx16>::from_slots(3, 4, ()).unwrap();
        let mut iter = range.iter();
        assert_eq!(iter.len(), 4);
        assert_eq!(iter.next().map(RawIdx16::into_raw), Some(3));
        assert_eq!(iter.next_back().map(RawIdx16::into_raw), Some(6));
        assert_eq!(iter.nth(1).map(RawIdx16::into_raw), Some(5));
        assert_eq!((iter.next(), iter.next_back(), iter.len()), (None, None, 0));
        assert_eq!(range.iter().nth_back(3).map(RawIdx16::into_raw), Some(3));
        assert_eq!(range.iter().nth(4), None);
        assert_eq!(range.iter().nth(usize::MAX), None);
    }

    #[test]
    fn a_range_beyond_the_handle_is_none() {
        assert!(IdxRange::<RawIdx16>::from_slots(65_530, 5, ()).is_some());
        assert!(IdxRange::<RawIdx16>::from_slots(65_530, 6, ()).is_none());
        assert!(IdxRange::<RawIdx64>::from_slots(usize::MAX - 1, 9, ()).is_none());
        assert_eq!(IdxRange::<RawIdx16>::from_slots(usize::MAX, 0, ()), Some(IdxRange::EMPTY));
    }
}
