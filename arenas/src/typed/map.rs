//! `ArenaMap`: data about values of an arena, kept outside of it and found by their handles.
//!
//! ```text
//!   Arena<Expr>          [ e0 | e1 | e2 | e3 | e4 ]
//!   ArenaMap<_, Type>    [ t0 | -  | t2 ]              a Vec of entries, by slot; as long as the greatest key
//! ```
//!
//! **When not.** It is dense: it takes the room of an entry for every slot up to its greatest key, whether the slot has one
//! or not. For a few keys of a large arena use a hash map; handles are `Hash` and `Ord`.
//!
//! **Invariants.** `len` is the number of occupied entries. An occupied entry of slot `n` holds a key of slot `n`.
//!
//! **Checked handles.** An entry keeps the whole handle (which for most values fits beside the mark that it is occupied):
//! with [`Stamped`](crate::Stamped) handles a stale one finds nothing, and a fresh one that is inserted takes the
//! place of an older handle of the same slot.
//!
//! **Cost.** Lookups are O(1), iteration is O(greatest slot).

use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;
use core::mem;
use core::ops::{Index, IndexMut};
use core::slice;

use alloc::vec::{self, Vec};

use super::checkpoint::Checkpoint;
use super::idx::ArenaIdx;
use crate::error::{AllocError, Rejected};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::layout;
use crate::stats::Stats;

/// Makes room for `len` entries in all, amortised.
pub(super) fn reserve_len<T>(entries: &mut Vec<T>, len: usize) -> Result<(), AllocError> {
    let additional = len.saturating_sub(entries.len());
    layout::array_of::<T>(len)?;
    match entries.try_reserve(additional) {
        Ok(()) => Ok(()),
        // Twice as much may be too much where this much is not.
        Err(_) => entries.try_reserve_exact(additional).map_err(|_| AllocError::OUT_OF_MEMORY),
    }
}

/// A dense map from handles to values.
///
/// ```
/// use arenas::{Arena, ArenaMap};
///
/// let mut arena = Arena::new();
/// let (a, b, c) = (arena.alloc("a"), arena.alloc("b"), arena.alloc("c"));
/// let mut uses = ArenaMap::new();
/// for index in [c, a, c] {
///     *uses.entry(index).or_insert(0) += 1;
/// }
/// assert_eq!((uses[c], uses.get(b)), (2, None));
/// assert!(uses.iter().eq([(a, &1), (c, &2)]));
/// ```
#[derive(Clone)]
pub struct ArenaMap<I, V> {
    entries: Vec<Option<(I, V)>>,
    len: usize,
}

impl<I, V> ArenaMap<I, V> {
    /// Makes an empty map that takes no memory yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), len: 0 }
    }

    /// Makes an empty map with room for keys of the slots below `slots`.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had; see [`try_with_capacity`](Self::try_with_capacity).
    #[must_use]
    #[track_caller]
    pub fn with_capacity(slots: usize) -> Self {
        Self::try_with_capacity(slots).or_panic("ArenaMap", || Shortage::Slots { asked: slots, capacity: 0 })
    }

    /// Makes an empty map with room for keys of the slots below `slots`.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had.
    pub fn try_with_capacity(slots: usize) -> Result<Self, AllocError> {
        let mut map = Self::new();
        reserve_len(&mut map.entries, slots)?;
        Ok(map)
    }

    /// How many keys have a value. O(1).
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether no key has a value.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many slots there is room for without taking more memory.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// What it holds now, in bytes: an entry for every slot up to its greatest key, and more room. O(1).
    #[must_use]
    pub fn stats(&self) -> Stats {
        let bytes = |entries: usize| entries * size_of::<Option<(I, V)>>();
        let used = bytes(self.len);
        // Zero-sized entries take no room, however many fit.
        Stats::of(used, 0, bytes(self.entries.capacity()).saturating_sub(used), 0)
            .with_peak(bytes(self.entries.len()))
            .with_allocations(self.len as u64)
            .with_chunks(usize::from(bytes(self.entries.capacity()) > 0))
    }

    /// Drops all values, and keeps the memory.
    pub fn clear(&mut self) {
        self.len = 0;
        self.entries.clear();
    }

    /// Gives back the memory beyond the greatest key.
    pub fn shrink_to_fit(&mut self) {
        let needed = self.entries.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        self.entries.truncate(needed);
        self.entries.shrink_to_fit();
    }
}

impl<I: ArenaIdx, V> ArenaMap<I, V> {
    /// Sets the value of a key, and gives back the one that it had. Amortised O(1).
    ///
    /// # Panics
    ///
    /// When the memory is not to be had; see [`try_insert`](Self::try_insert).
    #[track_caller]
    pub fn insert(&mut self, key: I, value: V) -> Option<V> {
        let asked = key.slot().saturating_add(1);
        self.try_insert(key, value).or_panic("ArenaMap", || Shortage::Slots { asked, capacity: self.capacity() })
    }

    /// Sets the value of a key, and gives back the one that it had. Amortised O(1).
    ///
    /// # Errors
    ///
    /// When the memory is not to be had; with the value.
    pub fn try_insert(&mut self, key: I, value: V) -> Result<Option<V>, Rejected<V>> {
        let place = match self.make_room(key) {
            Ok(place) => place,
            Err(error) => return Err(Rejected::new(value, error)),
        };
        let old = place.replace((key, value));
        if old.is_none() {
            self.len += 1;
        }
        // A value of a stale handle of the same slot goes here, with the map in order.
        Ok(old.filter(|&(old, _)| old == key).map(|(_, value)| value))
    }

    /// Sets the entry of a slot for which there is room, and gives back the one that it had, whose key may be an older one.
    pub(crate) fn replace(&mut self, key: I, value: V) -> Option<(I, V)> {
        if key.slot() >= self.entries.len() {
            self.entries.resize_with(key.slot() + 1, || None);
        }
        let old = self.entries[key.slot()].replace((key, value));
        self.len += usize::from(old.is_none());
        old
    }

    /// Makes room for the slots below `slots`.
    pub(crate) fn try_make_room(&mut self, slots: usize) -> Result<(), AllocError> {
        reserve_len(&mut self.entries, slots)
    }

    /// Drops the values of all keys of slots at or beyond `end`.
    pub(crate) fn cut(&mut self, end: usize) {
        let kept = end.min(self.entries.len());
        // Counted first, so that the length is right whatever a destructor does.
        self.len -= self.entries[kept..].iter().flatten().count();
        self.entries.truncate(kept);
    }

    /// Makes a place for a key, vacant if it is new.
    fn make_room(&mut self, key: I) -> Result<&mut Option<(I, V)>, AllocError> {
        let needed = key.slot().checked_add(1).ok_or(AllocError::LAYOUT_OVERFLOW)?;
        if needed > self.entries.len() {
            reserve_len(&mut self.entries, needed)?;
            self.entries.resize_with(needed, || None);
        }
        // There is one, as was just seen to.
        self.entries.get_mut(key.slot()).ok_or(AllocError::CAPACITY)
    }

    /// The value of a key. O(1).
    #[inline]
    #[must_use]
    pub fn get(&self, key: I) -> Option<&V> {
        match self.entries.get(key.slot()) {
            Some(Some((known, value))) if *known == key => Some(value),
            _ => None,
        }
    }

    /// The value of a key. O(1).
    #[inline]
    #[must_use]
    pub fn get_mut(&mut self, key: I) -> Option<&mut V> {
        match self.entries.get_mut(key.slot()) {
            Some(Some((known, value))) if *known == key => Some(value),
            _ => None,
        }
    }

    /// Whether a key has a value. O(1).
    #[inline]
    #[must_use]
    pub fn contains_key(&self, key: I) -> bool {
        self.get(key).is_some()
    }

    /// Whether a key has a value: [`contains_key`](Self::contains_key) by a shorter name. O(1).
    #[inline]
    #[must_use]
    pub fn contains(&self, key: I) -> bool {
        self.contains_key(key)
    }

    /// Takes out the value of a key. O(1).
    pub fn remove(&mut self, key: I) -> Option<V> {
        let place = self.entries.get_mut(key.slot())?;
        let (_, value) = place.take_if(|(known, _)| *known == key)?;
        self.len -= 1;
        Some(value)
    }

    /// The entry of a key, to look at and fill in one step. O(1).
    #[inline]
    pub fn entry(&mut self, key: I) -> Entry<'_, I, V> {
        if self.contains_key(key) {
            Entry::Occupied(OccupiedEntry { map: self, key })
        } else {
            Entry::Vacant(VacantEntry { map: self, key })
        }
    }

    /// Drops the values of all keys for which `keep` is false, in slot order. O(greatest key).
    pub fn retain(&mut self, mut keep: impl FnMut(I, &mut V) -> bool) {
        for place in &mut self.entries {
            if place.as_mut().is_some_and(|(key, value)| !keep(*key, value)) {
                self.len -= 1;
                *place = None;
            }
        }
    }

    /// Drops the values of all keys at or beyond the checkpoint: those of values that a rollback to it drops.
    ///
    /// ```
    /// use arenas::{Arena, ArenaMap};
    ///
    /// let mut arena = Arena::new();
    /// let mut names = ArenaMap::new();
    /// names.insert(arena.alloc(1), "kept");
    /// let checkpoint = arena.checkpoint();
    /// names.insert(arena.alloc(2), "dropped");
    /// arena.rollback(checkpoint);
    /// names.truncate_to(checkpoint);
    /// assert!(names.values().eq(["kept"].iter()));
    /// ```
    pub fn truncate_to(&mut self, checkpoint: Checkpoint<I>) {
        self.cut(checkpoint.len());
    }

    /// Iterates over keys and values, in slot order.
    #[inline]
    pub fn iter(&self) -> Iter<'_, I, V> {
        Iter { entries: self.entries.iter(), left: self.len }
    }

    /// Iterates over keys and values, in slot order.
    #[inline]
    pub fn iter_mut(&mut self) -> IterMut<'_, I, V> {
        IterMut { entries: self.entries.iter_mut(), left: self.len }
    }

    /// Iterates over the keys, in slot order.
    #[inline]
    pub fn keys(&self) -> Keys<'_, I, V> {
        Keys { entries: self.iter() }
    }

    /// Iterates over the values, in slot order of their keys.
    #[inline]
    pub fn values(&self) -> Values<'_, I, V> {
        Values { entries: self.iter() }
    }

    /// Iterates over the values, in slot order of their keys.
    #[inline]
    pub fn values_mut(&mut self) -> ValuesMut<'_, I, V> {
        ValuesMut { entries: self.iter_mut() }
    }

    /// Takes everything out, in slot order, and keeps the memory.
    ///
    /// The map is empty from here on, even when the iterator is dropped early or forgotten.
    pub fn drain(&mut self) -> Drain<'_, I, V> {
        Drain { left: mem::take(&mut self.len), entries: self.entries.drain(..) }
    }
}

impl<I, V> Default for ArenaMap<I, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: ArenaIdx, V: fmt::Debug> fmt::Debug for ArenaMap<I, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// Equal when the same keys have equal values, whatever room there is.
impl<I: ArenaIdx, V: PartialEq> PartialEq for ArenaMap<I, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other)
    }
}

impl<I: ArenaIdx, V: Eq> Eq for ArenaMap<I, V> {}

impl<I: ArenaIdx, V: Hash> Hash for ArenaMap<I, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len);
        self.iter().for_each(|entry| entry.hash(state));
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn no_value(slot: usize, len: usize) -> ! {
    panic!("no value for the index of slot {slot} in an ArenaMap of {len} values")
}

impl<I: ArenaIdx, V> Index<I> for ArenaMap<I, V> {
    type Output = V;

    /// # Panics
    ///
    /// When the key has no value.
    #[inline]
    #[track_caller]
    fn index(&self, key: I) -> &V {
        match self.get(key) {
            Some(value) => value,
            None => no_value(key.slot(), self.len),
        }
    }
}

impl<I: ArenaIdx, V> IndexMut<I> for ArenaMap<I, V> {
    /// # Panics
    ///
    /// When the key has no value.
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, key: I) -> &mut V {
        let len = self.len;
        match self.get_mut(key) {
            Some(value) => value,
            None => no_value(key.slot(), len),
        }
    }
}

impl<I: ArenaIdx, V> Extend<(I, V)> for ArenaMap<I, V> {
    #[track_caller]
    fn extend<It: IntoIterator<Item = (I, V)>>(&mut self, entries: It) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<'a, I: ArenaIdx, V: Copy + 'a> Extend<(I, &'a V)> for ArenaMap<I, V> {
    #[track_caller]
    fn extend<It: IntoIterator<Item = (I, &'a V)>>(&mut self, entries: It) {
        self.extend(entries.into_iter().map(|(key, value)| (key, *value)));
    }
}

impl<I: ArenaIdx, V> FromIterator<(I, V)> for ArenaMap<I, V> {
    #[track_caller]
    fn from_iter<It: IntoIterator<Item = (I, V)>>(entries: It) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<I: ArenaIdx, V, const N: usize> From<[(I, V); N]> for ArenaMap<I, V> {
    #[track_caller]
    fn from(entries: [(I, V); N]) -> Self {
        Self::from_iter(entries)
    }
}

impl<I: ArenaIdx, V> IntoIterator for ArenaMap<I, V> {
    type Item = (I, V);
    type IntoIter = IntoIter<I, V>;

    fn into_iter(self) -> IntoIter<I, V> {
        IntoIter { entries: self.entries.into_iter(), left: self.len }
    }
}

impl<'a, I: ArenaIdx, V> IntoIterator for &'a ArenaMap<I, V> {
    type Item = (I, &'a V);
    type IntoIter = Iter<'a, I, V>;

    fn into_iter(self) -> Iter<'a, I, V> {
        self.iter()
    }
}

impl<'a, I: ArenaIdx, V> IntoIterator for &'a mut ArenaMap<I, V> {
    type Item = (I, &'a mut V);
    type IntoIter = IterMut<'a, I, V>;

    fn into_iter(self) -> IterMut<'a, I, V> {
        self.iter_mut()
    }
}

/// The place of a key in an [`ArenaMap`].
#[derive(Debug)]
pub enum Entry<'a, I: ArenaIdx, V> {
    /// The key has a value.
    Occupied(OccupiedEntry<'a, I, V>),
    /// The key has none.
    Vacant(VacantEntry<'a, I, V>),
}

/// The place of a key that has a value.
pub struct OccupiedEntry<'a, I: ArenaIdx, V> {
    /// Has a value for `key`.
    map: &'a mut ArenaMap<I, V>,
    key: I,
}

/// The place of a key that has no value.
pub struct VacantEntry<'a, I: ArenaIdx, V> {
    map: &'a mut ArenaMap<I, V>,
    key: I,
}

impl<I: ArenaIdx, V> fmt::Debug for OccupiedEntry<'_, I, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("key", &self.key).finish_non_exhaustive()
    }
}

impl<I: ArenaIdx, V> fmt::Debug for VacantEntry<'_, I, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VacantEntry").field("key", &self.key).finish_non_exhaustive()
    }
}

impl<'a, I: ArenaIdx, V> Entry<'a, I, V> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> I {
        match self {
            Self::Occupied(entry) => entry.key,
            Self::Vacant(entry) => entry.key,
        }
    }

    /// The value, set to `default` where there is none.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had.
    #[track_caller]
    pub fn or_insert(self, default: V) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => entry.insert(default),
        }
    }

    /// The value, set to what the closure gives where there is none.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had.
    #[track_caller]
    pub fn or_insert_with(self, default: impl FnOnce() -> V) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => entry.insert(default()),
        }
    }

    /// The value, set to what the closure makes of the key where there is none.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had.
    #[track_caller]
    pub fn or_insert_with_key(self, default: impl FnOnce(I) -> V) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => {
                let value = default(entry.key);
                entry.insert(value)
            }
        }
    }

    /// The value, set to its default where there is none.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had.
    #[track_caller]
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Changes the value where there is one.
    #[must_use]
    pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
        if let Self::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }
}

impl<'a, I: ArenaIdx, V> OccupiedEntry<'a, I, V> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> I {
        self.key
    }

    /// The value.
    #[must_use]
    pub fn get(&self) -> &V {
        &self.map[self.key]
    }

    /// The value.
    #[must_use]
    pub fn get_mut(&mut self) -> &mut V {
        &mut self.map[self.key]
    }

    /// The value, for as long as the map is borrowed.
    #[must_use]
    pub fn into_mut(self) -> &'a mut V {
        &mut self.map[self.key]
    }

    /// Sets the value, and gives back the old one.
    pub fn insert(&mut self, value: V) -> V {
        mem::replace(self.get_mut(), value)
    }

    /// Takes the value out.
    pub fn remove(self) -> V {
        self.remove_entry().1
    }

    /// Takes key and value out.
    pub fn remove_entry(self) -> (I, V) {
        match self.map.remove(self.key) {
            Some(value) => (self.key, value),
            None => no_value(self.key.slot(), self.map.len),
        }
    }
}

impl<'a, I: ArenaIdx, V> VacantEntry<'a, I, V> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> I {
        self.key
    }

    /// Sets the value.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had; see [`try_insert`](Self::try_insert).
    #[track_caller]
    pub fn insert(self, value: V) -> &'a mut V {
        self.map.insert(self.key, value);
        &mut self.map[self.key]
    }

    /// Sets the value.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had; with the value.
    pub fn try_insert(self, value: V) -> Result<&'a mut V, Rejected<V>> {
        self.map.try_insert(self.key, value)?;
        Ok(&mut self.map[self.key])
    }
}

macro_rules! map_iterator {
    ($(#[$doc:meta])* $name:ident<$($life:lifetime,)? I, V>, $inner:ty, $item:ty, |$entry:ident| $found:expr) => {
        $(#[$doc])*
        #[must_use = "iterators do nothing unless consumed"]
        pub struct $name<$($life,)? I, V> {
            entries: $inner,
            /// How many of the entries are occupied.
            left: usize,
        }

        impl<$($life,)? I: ArenaIdx, V> Iterator for $name<$($life,)? I, V> {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                let found = self.entries.find_map(|$entry| $found)?;
                self.left -= 1;
                Some(found)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                (self.left, Some(self.left))
            }
        }

        impl<$($life,)? I: ArenaIdx, V> DoubleEndedIterator for $name<$($life,)? I, V> {
            #[inline]
            fn next_back(&mut self) -> Option<Self::Item> {
                let found = self.entries.by_ref().rev().find_map(|$entry| $found)?;
                self.left -= 1;
                Some(found)
            }
        }

        impl<$($life,)? I: ArenaIdx, V> ExactSizeIterator for $name<$($life,)? I, V> {}
        impl<$($life,)? I: ArenaIdx, V> FusedIterator for $name<$($life,)? I, V> {}

        impl<$($life,)? I: ArenaIdx, V> fmt::Debug for $name<$($life,)? I, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("left", &self.left).finish_non_exhaustive()
            }
        }
    };
}

map_iterator! {
    /// Keys and shared references; see [`ArenaMap::iter`].
    Iter<'a, I, V>, slice::Iter<'a, Option<(I, V)>>, (I, &'a V), |entry| entry.as_ref().map(|(key, value)| (*key, value))
}
map_iterator! {
    /// Keys and exclusive references; see [`ArenaMap::iter_mut`].
    IterMut<'a, I, V>, slice::IterMut<'a, Option<(I, V)>>, (I, &'a mut V),
    |entry| entry.as_mut().map(|(key, value)| (*key, value))
}
map_iterator! {
    /// Keys and values of a map that is gone.
    IntoIter<I, V>, vec::IntoIter<Option<(I, V)>>, (I, V), |entry| entry
}
map_iterator! {
    /// Keys and values that are taken out of a map; see [`ArenaMap::drain`].
    Drain<'a, I, V>, vec::Drain<'a, Option<(I, V)>>, (I, V), |entry| entry
}

impl<I, V> Clone for Iter<'_, I, V> {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone(), left: self.left }
    }
}

macro_rules! map_projection {
    ($(#[$doc:meta])* $name:ident, $inner:ident, $item:ty, |$entry:ident| $part:expr) => {
        $(#[$doc])*
        #[must_use = "iterators do nothing unless consumed"]
        pub struct $name<'a, I, V> {
            entries: $inner<'a, I, V>,
        }

        impl<'a, I: ArenaIdx, V> Iterator for $name<'a, I, V> {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.entries.next().map(|$entry| $part)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.entries.size_hint()
            }
        }

        impl<I: ArenaIdx, V> DoubleEndedIterator for $name<'_, I, V> {
            #[inline]
            fn next_back(&mut self) -> Option<Self::Item> {
                self.entries.next_back().map(|$entry| $part)
            }
        }

        impl<I: ArenaIdx, V> ExactSizeIterator for $name<'_, I, V> {}
        impl<I: ArenaIdx, V> FusedIterator for $name<'_, I, V> {}

        impl<I: ArenaIdx, V> fmt::Debug for $name<'_, I, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("left", &self.entries.left).finish_non_exhaustive()
            }
        }
    };
}

map_projection! {
    /// The keys of a map; see [`ArenaMap::keys`].
    Keys, Iter, I, |entry| entry.0
}
map_projection! {
    /// The values of a map; see [`ArenaMap::values`].
    Values, Iter, &'a V, |entry| entry.1
}
map_projection! {
    /// The values of a map; see [`ArenaMap::values_mut`].
    ValuesMut, IterMut, &'a mut V, |entry| entry.1
}

impl<I, V> Clone for Keys<'_, I, V> {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone() }
    }
}

impl<I, V> Clone for Values<'_, I, V> {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone() }
    }
}
