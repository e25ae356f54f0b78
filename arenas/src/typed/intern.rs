//! Interning: arenas in which equal values have one handle.
//!
//! ```text
//!   InternArena<T>   arena      [ "if" | "x" | "else" | "y" ]          the values, once each, in an Arena
//!                    entries    [ h0,0 | h1,1 | h2,2 | h3,3 ]          hash and slot, in the order that they came
//!                    cells      [ - | 3 | 1 | - | 4 | - | 2 | - ]      entry + 1, by hash; open addressing
//! ```
//!
//! **What it is for.** Names, types, constants: values that come up again and again, and are compared more often than made.
//! Two handles are equal exactly when their values are.
//!
//! **Values do not change.** A value that changed could become equal to another, or not be found any more. So there is no
//! exclusive access to them, neither by index nor by iteration; one that has a `Cell` inside must not change what `Eq` and
//! `Hash` see. Where it does, values may be found or not; nothing worse.
//!
//! **Rollback.** Entries are given up newest first, which leaves the cells exactly as they were before: a cell was the first free
//! one on its way when its entry came, and all that came later are gone. Growth puts entries into the new cells in their
//! order, so that this stays true. No user code runs in either, as the hashes are kept: O(dropped).
//!
//! **Threads.** [`InternFastArena`] interns through `&self`. Its table is in 32 parts, by the hash, each with a lock of its
//! own that is held while cells are looked at and written, and never while user code (`Hash`, `Eq`, `Drop`) runs: values
//! with the same hash are compared after the lock is released, and the part is looked at again before a value goes in. So
//! two threads meet only when they intern values of one part in the same few nanoseconds, `Eq` may intern in the same arena,
//! and readers by handle never meet anybody. A lock-free table would spare a stalled thread's neighbours in its part; it cannot
//! grow without moving entries that others look at, so it would have to be as large as the arena may ever be.
//!
//! **Hashing** is a folded multiplication with a seed of the arena: fast, and unpredictable from outside as far as
//! addresses are. It is no defence against somebody who can measure it and choose the values.
//!
//! **Cost.** 8 bytes per value for the entry, and 5 to 11 for its cells. `intern` hashes once, and compares equal values once.

use core::borrow::Borrow;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Deref, Index};
use core::slice;

use alloc::boxed::Box;
use alloc::vec::Vec;

use crossbeam_utils::CachePadded;

use super::arena::Arena;
use super::checkpoint::{Checkpoint, CheckpointError, rollback_refused};
use super::fast::FastArena;
use super::fast_iter::CompleteIter;
use super::idx::{ArenaIdx, Idx, IdxRange};
use super::map::reserve_len;
use crate::error::{AllocError, Rejected};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::lock::Lock;
use crate::stats::Stats;
use crate::sync::{CounterUsize, Ordering};

/// What can be interned: whatever is `Eq` and `Hash`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be interned",
    label = "`{Self}` is not `Eq` and `Hash`",
    note = "equal values get one index, so they must be comparable: `#[derive(PartialEq, Eq, Hash)]`"
)]
pub trait Intern: Eq + Hash {}

#[diagnostic::do_not_recommend]
impl<T: Eq + Hash> Intern for T {}

/// An entry of a table: where a value with this hash is.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    slot: u32,
}

/// From hashes to slots. See the [module](self).
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    entries: Vec<Entry>,
    /// A power of two of them, or none. Number of the entry, counted from 1; 0 where there is none.
    cells: Vec<u32>,
}

impl Table {
    /// The cells on the way of a hash, from its home on. Never ends where there are cells, so that the caller must stop at
    /// one that is empty; there always is one.
    fn way(&self, hash: u32) -> impl Iterator<Item = usize> + use<> {
        let mask = self.cells.len().wrapping_sub(1);
        (0..self.cells.len()).map(move |step| (hash as usize).wrapping_add(step) & mask)
    }

    /// The first slot with this hash that is wanted.
    pub(crate) fn find(&self, hash: u32, mut wanted: impl FnMut(usize) -> bool) -> Option<usize> {
        for cell in self.way(hash) {
            let entry = self.entries[(self.cells[cell] as usize).checked_sub(1)?];
            if entry.hash == hash && wanted(entry.slot as usize) {
                return Some(entry.slot as usize);
            }
        }
        None
    }

    /// Makes room for `additional` more entries.
    pub(crate) fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        let needed = self.entries.len().checked_add(additional).ok_or(AllocError::LAYOUT_OVERFLOW)?;
        // Three quarters at most, so that the way is short, and that an empty cell ends it.
        if needed > self.cells.len() / 4 * 3 {
            if needed >= u32::MAX as usize {
                return Err(AllocError::LIMIT);
            }
            let wanted = (needed / 3 + 1).checked_mul(4).and_then(usize::checked_next_power_of_two);
            let wanted = wanted.ok_or(AllocError::LAYOUT_OVERFLOW)?.max(8);
            let mut cells = Vec::new();
            reserve_len(&mut cells, wanted)?;
            cells.resize(wanted, 0);
            self.cells = cells;
            for entry in 0..self.entries.len() {
                self.place(entry);
            }
        }
        reserve_len(&mut self.entries, needed)
    }

    /// Puts an entry into the first empty cell on its way.
    fn place(&mut self, entry: usize) {
        let empty = self.way(self.entries[entry].hash).find(|&cell| self.cells[cell] == 0);
        if let Some(cell) = empty {
            // Lossless: there are fewer than 2^32.
            self.cells[cell] = (entry + 1) as u32;
        }
    }

    /// Adds an entry, where there is room for it.
    pub(crate) fn insert(&mut self, hash: u32, slot: usize) {
        debug_assert!(self.entries.len() < self.cells.len());
        // Lossless: a table has room for fewer than 2^32 entries, and slots are limited in `limit`.
        self.entries.push(Entry { hash, slot: slot as u32 });
        self.place(self.entries.len() - 1);
    }

    /// Forgets the newest entries as long as their slots are at or beyond `len`.
    fn truncate(&mut self, len: usize) {
        while let Some(last) = self.entries.last().filter(|last| last.slot as usize >= len) {
            let number = self.entries.len() as u32;
            let cell = self.way(last.hash).find(|&cell| self.cells[cell] == number);
            if let Some(cell) = cell {
                self.cells[cell] = 0;
            }
            self.entries.pop();
        }
    }

    fn heap_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>() + self.cells.capacity() * size_of::<u32>()
    }

    /// Gives back what the entries do not need.
    fn shrink_to_fit(&mut self) {
        if self.entries.is_empty() {
            self.cells = Vec::new();
        }
        self.entries.shrink_to_fit();
    }
}

/// An arena whose entries could not say where its values are.
fn limit(slot: usize) -> Result<(), AllocError> {
    if slot >= u32::MAX as usize { Err(AllocError::LIMIT) } else { Ok(()) }
}

/// A hash function of an arena.
#[derive(Clone, Copy)]
struct Seed(u64);

impl Seed {
    fn new() -> Self {
        static SEEDS: CounterUsize = CounterUsize::new(1);
        // ORDERING: relaxed, only the number counts.
        let number = SEEDS.fetch_add(1, Ordering::Relaxed) as u64;
        let place = core::ptr::from_ref(&SEEDS).addr() as u64;
        Self(fold(number ^ 0x9e37_79b9_7f4a_7c15, place | 1))
    }

    fn hash<Q: Hash + ?Sized>(self, value: &Q) -> u64 {
        let mut mixer = Mixer(self.0);
        value.hash(&mut mixer);
        mixer.finish()
    }
}

/// The halves of the product, one over the other: every bit of the input reaches every bit of the result.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a).wrapping_mul(u128::from(b));
    // Truncation is meant: the low half, and the high half.
    (product as u64) ^ ((product >> 64) as u64)
}

struct Mixer(u64);

impl Mixer {
    #[inline]
    fn word(&mut self, word: u64) {
        self.0 = fold(self.0 ^ word, 0xa076_1d64_78bd_642f).rotate_left(23);
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        fold(self.0, 0xe703_7ed1_a0b4_28db)
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in words.by_ref() {
            self.word(word.iter().rev().fold(0, |word, &byte| (word << 8) | u64::from(byte)));
        }
        let rest = words.remainder();
        if !rest.is_empty() {
            // The length tells a last zero from none.
            let word = rest.iter().rev().fold(rest.len() as u64, |word, &byte| (word << 8) | u64::from(byte));
            self.word(word);
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.word(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.word(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.word(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.word(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.word(number as u64);
    }
}

/// An [`Arena`] in which equal values have one handle.
///
/// Everything that reads an `Arena` is here too, by dereference. Values do not change: there is no exclusive access to them.
///
/// **Cost.** `intern` hashes the value once, and compares it with an equal one once; 8 bytes per value and some cells of 4
/// beside it. A rollback is O(dropped), and runs no `Hash` or `Eq`. The hash is seeded, but not against an attacker who
/// chooses the values.
///
/// ```
/// use arenas::InternArena;
///
/// let mut names: InternArena<String> = InternArena::new();
/// let x = names.intern("x".to_owned());
/// let y = names.intern_with("y", |name| name.to_owned());
/// assert_eq!(names.intern("x".to_owned()), x);
/// assert_eq!((names.find("y"), names.find("z")), (Some(y), None));
/// assert_eq!((&*names[x], names.len()), ("x", 2));
/// ```
pub struct InternArena<T, I = Idx<T>> {
    arena: Arena<T, I>,
    table: Table,
    seed: Seed,
}

impl<T> InternArena<T> {
    /// Makes an empty arena that takes no memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with_index()
    }
}

impl<T, I> InternArena<T, I> {
    /// Makes an empty arena with handles of type `I`.
    #[must_use]
    pub fn with_index() -> Self {
        Self { arena: Arena::with_index(), table: Table::default(), seed: Seed::new() }
    }

    /// The values, in an arena that can change them.
    #[must_use]
    pub fn into_arena(self) -> Arena<T, I> {
        self.arena
    }

    pub(crate) fn as_arena(&self) -> &Arena<T, I> {
        &self.arena
    }

    /// Takes all values out, in slot order; see [`Arena::take_all`].
    pub(crate) fn take_values(&mut self, number: Option<u64>) -> Vec<T>
    where
        I: ArenaIdx,
    {
        self.table.truncate(0);
        self.arena.take_all(number)
    }

    /// A value, to be gone through; what `Eq` and `Hash` see must stay as it is.
    pub(crate) fn value_mut(&mut self, index: I) -> Option<&mut T>
    where
        I: ArenaIdx,
    {
        self.arena.try_get_mut(index)
    }
}

impl<T, I: ArenaIdx> InternArena<T, I> {
    /// Makes an empty arena with room for `capacity` values and handles of type `I`.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many.
    pub fn try_with_capacity_and_index(capacity: usize) -> Result<Self, AllocError> {
        let mut arena = Self::with_index();
        arena.try_reserve(capacity)?;
        Ok(arena)
    }

    /// Makes room for `additional` more values.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many; see [`try_reserve`](Self::try_reserve).
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional)
            .or_panic("InternArena", || Shortage::Slots { asked: additional, capacity: self.capacity() });
    }

    /// Makes room for `additional` more values.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many. No value has changed then.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        if additional > 0 {
            self.table.try_reserve(additional)?;
            self.arena.try_reserve(additional)?;
        }
        Ok(())
    }

    /// Drops what was interned after the checkpoint, newest first. O(dropped).
    ///
    /// # Panics
    ///
    /// When the checkpoint is of another arena, beyond the current length, or of a branch that was rolled back since;
    /// see [`try_rollback`](Self::try_rollback). The arena is unchanged then.
    #[track_caller]
    pub fn rollback(&mut self, checkpoint: Checkpoint<I>) {
        let len = self.arena.len();
        if let Err(error) = self.try_rollback(checkpoint) {
            rollback_refused("InternArena", error, checkpoint.len(), len);
        }
    }

    /// Drops what was interned after the checkpoint, newest first. O(dropped).
    ///
    /// # Errors
    ///
    /// When the checkpoint is of another arena, beyond the current length, or of a branch that was rolled back since.
    /// The arena is unchanged then.
    pub fn try_rollback(&mut self, checkpoint: Checkpoint<I>) -> Result<(), CheckpointError> {
        self.arena.validate_checkpoint(checkpoint)?;
        // Before a destructor can see the arena.
        self.table.truncate(checkpoint.len());
        self.arena.try_rollback(checkpoint)
    }

    /// Runs a closure, and rolls the arena back to where it was when the closure returns an error or panics.
    ///
    /// # Errors
    ///
    /// The closure's.
    pub fn transaction<R, E>(&mut self, run: impl FnOnce(&mut Self) -> Result<R, E>) -> Result<R, E> {
        struct Undo<'a, T, I: ArenaIdx>(&'a mut InternArena<T, I>, Checkpoint<I>);

        impl<T, I: ArenaIdx> Drop for Undo<'_, T, I> {
            fn drop(&mut self) {
                // Refused where the closure went below the start: then there is nothing to undo.
                let _ = self.0.try_rollback(self.1);
            }
        }

        let start = self.arena.checkpoint();
        let guard = Undo(self, start);
        let result = run(guard.0);
        if result.is_ok() {
            core::mem::forget(guard);
        }
        result
    }

    /// Drops all values, newest first, and keeps the memory. O(dropped).
    pub fn reset(&mut self) {
        self.table.truncate(0);
        self.arena.reset();
    }

    /// Gives back the memory that no value is in.
    pub fn shrink_to_fit(&mut self) {
        self.table.shrink_to_fit();
        self.arena.shrink_to_fit();
    }

    /// What the arena holds now, in bytes; the table is `metadata`. O(1).
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.arena.stats().with_more_metadata(self.table.heap_bytes())
    }
}

impl<T: Intern, I: ArenaIdx> InternArena<T, I> {
    /// The handle of the value that equals this one: of one that is here, or of this. Amortised O(1).
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more; see [`try_intern`](Self::try_intern).
    #[track_caller]
    pub fn intern(&mut self, value: T) -> I {
        self.try_intern(value).or_panic("InternArena", || Shortage::Slots { asked: 1, capacity: self.arena.capacity() })
    }

    /// The handle of the value that equals this one: of one that is here, or of this. Amortised O(1).
    ///
    /// # Errors
    ///
    /// When it is new, and the memory is not to be had, or the handle can name no more; with the value.
    pub fn try_intern(&mut self, value: T) -> Result<I, Rejected<T>> {
        let hash = self.hash(&value);
        match self.find_hashed(hash, &value) {
            Some(index) => Ok(index),
            None => match self.make_room() {
                Ok(()) => self.add(hash, value),
                Err(error) => Err(Rejected::new(value, error)),
            },
        }
    }

    /// The handle of the value that equals `key`, which the closure makes where there is none.
    ///
    /// What it makes must be equal to the key and have its hash, as [`Borrow`] asks for; otherwise it is stored and may not be
    /// found.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more.
    #[track_caller]
    pub fn intern_with<Q>(&mut self, key: &Q, make: impl FnOnce(&Q) -> T) -> I
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let hash = self.hash(key);
        if let Some(index) = self.find_hashed(hash, key) {
            return index;
        }
        let value = make(key);
        self.make_room().or_panic("InternArena", || Shortage::Slots { asked: 1, capacity: self.arena.capacity() });
        self.add(hash, value).or_panic("InternArena", || Shortage::Slots { asked: 1, capacity: self.arena.capacity() })
    }

    /// The handle of the value that equals this one, if it is here. O(1).
    #[must_use]
    pub fn find<Q>(&self, value: &Q) -> Option<I>
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.find_hashed(self.hash(value), value)
    }

    fn hash<Q: Hash + ?Sized>(&self, value: &Q) -> u32 {
        // Truncation is meant.
        self.seed.hash(value) as u32
    }

    fn find_hashed<Q>(&self, hash: u32, value: &Q) -> Option<I>
    where
        T: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let values = self.arena.as_slice();
        let slot = self.table.find(hash, |slot| values.get(slot).is_some_and(|known| known.borrow() == value))?;
        self.arena.index_of(slot)
    }

    fn make_room(&mut self) -> Result<(), AllocError> {
        limit(self.arena.len())?;
        self.table.try_reserve(1)
    }

    /// Makes room for so many more values.
    pub(crate) fn try_make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        limit(self.arena.len().saturating_add(additional))?;
        self.try_reserve(additional)
    }

    /// Makes room for so many more entries: it is here already, with that for values.
    pub(crate) fn try_make_room_in_part(&mut self, _: usize, entries: usize) -> Result<(), AllocError> {
        self.table.try_reserve(entries)
    }

    /// The table is one part.
    pub(crate) fn part_of_hash(_: u64) -> usize {
        0
    }

    pub(crate) fn hash_of_value(&self, value: &T) -> u64 {
        self.seed.hash(value)
    }

    pub(crate) fn find_by_hash(&self, hash: u64, value: &T) -> Option<I> {
        // Truncation is meant.
        self.find_hashed(hash as u32, value)
    }

    /// Puts in a value with this hash that is not here, where there is room.
    pub(crate) fn put_hashed(&mut self, hash: u64, value: T) {
        self.table.insert(hash as u32, self.arena.len());
        self.arena.put(value);
    }

    /// Adds a value that is not here, where the table has room for it.
    fn add(&mut self, hash: u32, value: T) -> Result<I, Rejected<T>> {
        let index = self.arena.try_alloc(value)?;
        self.table.insert(hash, index.slot());
        Ok(index)
    }
}

impl<T, I> Deref for InternArena<T, I> {
    type Target = Arena<T, I>;

    #[inline]
    fn deref(&self) -> &Arena<T, I> {
        &self.arena
    }
}

impl<T, I: ArenaIdx> Index<I> for InternArena<T, I> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn index(&self, index: I) -> &T {
        self.arena.get(index)
    }
}

impl<T, I: ArenaIdx> Index<IdxRange<I>> for InternArena<T, I> {
    type Output = [T];

    #[inline]
    #[track_caller]
    fn index(&self, range: IdxRange<I>) -> &[T] {
        &self.arena[range]
    }
}

impl<T, I> Default for InternArena<T, I> {
    fn default() -> Self {
        Self::with_index()
    }
}

/// Handles made before stay valid in both, and equal values keep them.
impl<T: Clone, I: ArenaIdx> Clone for InternArena<T, I> {
    fn clone(&self) -> Self {
        Self { arena: self.arena.clone(), table: self.table.clone(), seed: self.seed }
    }
}

impl<T: fmt::Debug, I: ArenaIdx> fmt::Debug for InternArena<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.arena.fmt(f)
    }
}

impl<'a, T, I> IntoIterator for &'a InternArena<T, I> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> slice::Iter<'a, T> {
        self.arena.iter()
    }
}

impl<T: Intern, I: ArenaIdx> Extend<T> for InternArena<T, I> {
    #[track_caller]
    fn extend<It: IntoIterator<Item = T>>(&mut self, values: It) {
        for value in values {
            self.intern(value);
        }
    }
}

impl<T: Intern, I: ArenaIdx> FromIterator<T> for InternArena<T, I> {
    #[track_caller]
    fn from_iter<It: IntoIterator<Item = T>>(values: It) -> Self {
        let mut arena = Self::with_index();
        arena.extend(values);
        arena
    }
}

/// How many parts the table of an [`InternFastArena`] has, as a power of two.
#[cfg(not(arenas_loom))]
const PART_BITS: u32 = 5;
/// One, so that the model checker sees all threads meet.
#[cfg(arenas_loom)]
const PART_BITS: u32 = 0;

/// A [`FastArena`] in which equal values have one handle, and any thread may intern through `&self`.
///
/// Values do not change: there is no exclusive access to them. Threads that intern meet only in one of 32 parts of the
/// table, which one looks at for some nanoseconds, and never while `Hash`, `Eq` or `Drop` of a value runs. Threads
/// that read by handle meet nobody.
///
/// ```
/// use arenas::InternFastArena;
///
/// let names: InternFastArena<String> = InternFastArena::with_capacity(100);
/// let handles = std::thread::scope(|scope| {
///     let threads = [0, 1, 2, 3].map(|_| scope.spawn(|| names.intern("the same".to_owned())));
///     threads.map(|thread| thread.join().unwrap())
/// });
/// assert!(handles.iter().all(|&handle| handle == handles[0]));
/// assert_eq!(names.len(), 1);
/// ```
pub struct InternFastArena<T, I = Idx<T>> {
    arena: FastArena<T, I>,
    parts: Box<[CachePadded<Lock<Table>>]>,
    seed: Seed,
}

impl<T> InternFastArena<T> {
    /// Makes an empty arena of exactly `capacity` slots.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle cannot name so many.
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::over(FastArena::with_capacity(capacity))
    }
}

impl<T, I: ArenaIdx> InternFastArena<T, I> {
    /// Makes an empty arena of exactly `capacity` slots, with handles of type `I`.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle cannot name so many.
    pub fn try_with_capacity_and_index(capacity: usize) -> Result<Self, AllocError> {
        FastArena::try_with_capacity_and_index(capacity).and_then(Self::try_over)
    }

    /// Makes it over the memory of an arena, whose values are dropped: one of reserved address space, say.
    ///
    /// # Panics
    ///
    /// When there is no memory for the parts of the table, 2 KiB or so.
    #[must_use]
    #[track_caller]
    pub fn over(arena: FastArena<T, I>) -> Self {
        Self::try_over(arena).or_panic("InternFastArena", || Shortage::Slots { asked: 0, capacity: 0 })
    }

    fn try_over(mut arena: FastArena<T, I>) -> Result<Self, AllocError> {
        arena.reset();
        let mut parts = Vec::new();
        parts.try_reserve_exact(1 << PART_BITS).map_err(|_| AllocError::OUT_OF_MEMORY)?;
        parts.extend((0..1 << PART_BITS).map(|_| CachePadded::new(Lock::new(Table::default()))));
        Ok(Self { arena, parts: parts.into_boxed_slice(), seed: Seed::new() })
    }

    /// How many values it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arena.len()
    }

    /// Whether it holds no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arena.is_empty()
    }

    /// How many slots there are, used or not.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.arena.capacity()
    }

    /// The values up to the first slot that is not complete.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        self.arena.as_slice()
    }

    /// Iterates over the values up to the first slot that is not complete.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.arena.as_slice().iter()
    }

    /// Handles and values of all complete slots.
    pub fn iter_complete(&self) -> CompleteIter<'_, T, I> {
        self.arena.iter_complete()
    }

    /// The value of a handle. O(1), wait-free.
    ///
    /// # Panics
    ///
    /// Where [`try_get`](Self::try_get) is `None`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn get(&self, index: I) -> &T {
        self.arena.get(index)
    }

    /// The value of a handle; `None` when its slot holds none, or (checked handles) it is stale or foreign.
    #[inline]
    #[must_use]
    pub fn try_get(&self, index: I) -> Option<&T> {
        self.arena.try_get(index)
    }

    /// The values of a range of handles; `None` when one of them is not valid.
    #[must_use]
    pub fn try_get_range(&self, range: IdxRange<I>) -> Option<&[T]> {
        self.arena.try_get_range(range)
    }

    /// Whether the handle names a value of this arena.
    #[must_use]
    pub fn is_valid(&self, index: I) -> bool {
        self.arena.is_valid(index)
    }

    /// The current length, to [roll back](Self::rollback) to.
    pub fn checkpoint(&self) -> Checkpoint<I> {
        self.arena.checkpoint()
    }

    /// Whether [`rollback`](Self::rollback) would take this checkpoint.
    ///
    /// # Errors
    ///
    /// When it is of another arena, beyond the current length, or of a branch that was rolled back since.
    pub fn validate_checkpoint(&self, checkpoint: Checkpoint<I>) -> Result<(), CheckpointError> {
        self.arena.validate_checkpoint(checkpoint)
    }

    /// Drops what was interned after the checkpoint, highest handle first. O(dropped).
    ///
    /// # Panics
    ///
    /// When the checkpoint is of another arena, beyond the current length, or of a branch that was rolled back since;
    /// see [`try_rollback`](Self::try_rollback). The arena is unchanged then.
    #[track_caller]
    pub fn rollback(&mut self, checkpoint: Checkpoint<I>) {
        let len = self.arena.len();
        if let Err(error) = self.try_rollback(checkpoint) {
            rollback_refused("InternFastArena", error, checkpoint.len(), len);
        }
    }

    /// Drops what was interned after the checkpoint, highest handle first. O(dropped).
    ///
    /// # Errors
    ///
    /// When the checkpoint is of another arena, beyond the current length, or of a branch that was rolled back since.
    /// The arena is unchanged then.
    pub fn try_rollback(&mut self, checkpoint: Checkpoint<I>) -> Result<(), CheckpointError> {
        self.arena.validate_checkpoint(checkpoint)?;
        // Before a destructor can see the arena.
        self.forget_from(checkpoint.len());
        self.arena.try_rollback(checkpoint)
    }

    /// Drops all values, highest handle first, and keeps the memory.
    pub fn reset(&mut self) {
        self.forget_from(0);
        self.arena.reset();
    }

    /// Slots are taken under the lock of their part, and none is ever given back while the arena is shared, so that those of
    /// a part ascend.
    fn forget_from(&mut self, len: usize) {
        for part in &self.parts {
            part.lock().truncate(len);
        }
    }

    /// Makes room for twice as many slots. Handles and values stay; the values move.
    ///
    /// # Panics
    ///
    /// When the memory is not to be had, or the handle can name no more; see [`try_grow`](Self::try_grow).
    #[track_caller]
    pub fn grow(&mut self) {
        self.arena.grow();
    }

    /// Makes room for twice as many slots. Handles and values stay; the values move.
    ///
    /// # Errors
    ///
    /// When the memory is not to be had, or the handle can name no more. The arena is unchanged then.
    pub fn try_grow(&mut self) -> Result<(), AllocError> {
        self.arena.try_grow()
    }

    /// What the arena holds now, in bytes; the table is `metadata`.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let table = self.parts.iter().map(|part| size_of_val(part) + part.lock().heap_bytes()).sum();
        self.arena.stats().with_more_metadata(table)
    }

    /// The values, in an arena that can change them.
    #[must_use]
    pub fn into_arena(self) -> FastArena<T, I> {
        self.arena
    }

    pub(crate) fn as_arena(&self) -> &FastArena<T, I> {
        &self.arena
    }

    /// Takes all values out, in slot order; see [`FastArena::take_all`].
    pub(crate) fn take_values(&mut self, number: Option<u64>) -> Vec<T> {
        self.forget_from(0);
        self.arena.take_all(number)
    }

    /// A value, to be gone through; what `Eq` and `Hash` see must stay as it is.
    pub(crate) fn value_mut(&mut self, index: I) -> Option<&mut T> {
        self.arena.try_get_mut(index)
    }
}

impl<T: Intern, I: ArenaIdx> InternFastArena<T, I> {
    /// The handle of the value that equals this one: of one that is here, or of this. From any thread.
    ///
    /// # Panics
    ///
    /// When it is new and all slots are taken ("arena full"); see [`try_intern`](Self::try_intern).
    #[track_caller]
    pub fn intern(&self, value: T) -> I {
        self.try_intern(value)
            .or_panic("FastArena: arena full", || Shortage::Slots { asked: 1, capacity: self.capacity() })
    }

    /// The handle of the value that equals this one: of one that is here, or of this. From any thread.
    ///
    /// # Errors
    ///
    /// When it is new, and all slots are taken or the table gets no memory; with the value.
    pub fn try_intern(&self, value: T) -> Result<I, Rejected<T>> {
        let hash = self.seed.hash(&value);
        let mut compared = Vec::new();
        loop {
            let mut part = self.part(hash).lock();
            // Truncation of the hash is meant. `compared` has an element only where two hashes are equal by chance.
            match part.find(hash as u32, |slot| !compared.contains(&slot)) {
                Some(slot) => {
                    drop(part);
                    if let Some(index) = self.equals(slot, &value) {
                        return Ok(index);
                    }
                    compared.push(slot);
                }
                // Nobody has come since the last comparison, and nobody comes before the lock goes.
                None => {
                    return match limit(self.arena.len()).and_then(|()| part.try_reserve(1)) {
                        Ok(()) => {
                            let index = self.arena.try_alloc(value)?;
                            part.insert(hash as u32, index.slot());
                            Ok(index)
                        }
                        Err(error) => {
                            // The value goes back, and may be dropped there.
                            drop(part);
                            Err(Rejected::new(value, error))
                        }
                    };
                }
            }
        }
    }

    /// The handle of the value that equals this one, if it is here.
    #[must_use]
    pub fn find<Q>(&self, value: &Q) -> Option<I>
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let hash = self.seed.hash(value);
        let mut compared = Vec::new();
        loop {
            let slot = self.part(hash).lock().find(hash as u32, |slot| !compared.contains(&slot))?;
            if let Some(index) = self.equals(slot, value) {
                return Some(index);
            }
            compared.push(slot);
        }
    }

    /// The handle of a slot whose value equals this one.
    fn equals<Q>(&self, slot: usize, value: &Q) -> Option<I>
    where
        T: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let index = self.arena.index_of(slot)?;
        (self.arena.try_get(index)?.borrow() == value).then_some(index)
    }

    fn part(&self, hash: u64) -> &Lock<Table> {
        &self.parts[part_of(hash)]
    }

    /// Makes room for so many more values; not in the table.
    pub(crate) fn try_make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        limit(self.arena.len().saturating_add(additional))?;
        self.arena.try_make_room(additional)
    }

    /// Makes room for so many more entries in a part of the table.
    pub(crate) fn try_make_room_in_part(&mut self, part: usize, entries: usize) -> Result<(), AllocError> {
        self.parts[part].lock().try_reserve(entries)
    }

    pub(crate) fn part_of_hash(hash: u64) -> usize {
        part_of(hash)
    }

    pub(crate) fn hash_of_value(&self, value: &T) -> u64 {
        self.seed.hash(value)
    }

    pub(crate) fn find_by_hash(&self, hash: u64, value: &T) -> Option<I> {
        // Nobody else is here, so that the part may stay locked while values are compared.
        let equals = |slot| self.equals(slot, value).is_some();
        let slot = self.part(hash).lock().find(hash as u32, equals)?;
        self.arena.index_of(slot)
    }

    /// Puts in a value with this hash that is not here, where there is room.
    pub(crate) fn put_hashed(&mut self, hash: u64, value: T) {
        let index = self.arena.alloc(value);
        self.part(hash).lock().insert(hash as u32, index.slot());
    }
}

/// The part of a hash: its high bits. The table of a part goes by the low ones.
fn part_of(hash: u64) -> usize {
    hash.checked_shr(u64::BITS - PART_BITS).unwrap_or(0) as usize
}

impl<T, I: ArenaIdx> Index<I> for InternFastArena<T, I> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn index(&self, index: I) -> &T {
        self.arena.get(index)
    }
}

impl<T, I: ArenaIdx> Index<IdxRange<I>> for InternFastArena<T, I> {
    type Output = [T];

    #[inline]
    #[track_caller]
    fn index(&self, range: IdxRange<I>) -> &[T] {
        &self.arena[range]
    }
}

impl<T, I: ArenaIdx> Default for InternFastArena<T, I> {
    /// An empty arena of 64 slots.
    fn default() -> Self {
        Self::over(FastArena::with_index())
    }
}

/// Handles made before stay valid in both, and equal values keep them. What others intern meanwhile is in the clone or not.
///
/// # Panics
///
/// When the memory is not to be had.
impl<T: Clone + Intern, I: ArenaIdx> Clone for InternFastArena<T, I> {
    fn clone(&self) -> Self {
        // The tables first: a slot that one of them names is complete by then, and so is in the clone.
        let mut tables = self.parts.iter().map(|part| part.lock().clone()).collect::<Vec<_>>();
        let arena = self.arena.clone();
        let known = tables.iter().map(|table| table.entries.len()).sum::<usize>();
        if arena.iter_complete().count() != known {
            // Some came between.
            for (index, value) in arena.iter_complete() {
                let (hash, slot) = (self.seed.hash(value), index.slot());
                let table = &mut tables[part_of(hash)];
                if table.find(hash as u32, |found| found == slot).is_none() {
                    table
                        .try_reserve(1)
                        .or_panic("InternFastArena", || Shortage::Slots { asked: 1, capacity: arena.capacity() });
                    table.insert(hash as u32, slot);
                }
            }
        }
        let parts = tables.into_iter().map(|table| CachePadded::new(Lock::new(table))).collect();
        Self { arena, parts, seed: self.seed }
    }
}

impl<T: fmt::Debug, I: ArenaIdx> fmt::Debug for InternFastArena<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.arena.fmt(f)
    }
}

impl<'a, T, I: ArenaIdx> IntoIterator for &'a InternFastArena<T, I> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> slice::Iter<'a, T> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn giving_up_the_newest_leaves_the_cells_as_they_were() {
        let mut table = Table::default();
        let mut states = Vec::new();
        for slot in 0..200_usize {
            table.try_reserve(1).unwrap();
            states.push((slot, table.cells.clone()));
            // Eight hashes only: long ways, and equal hashes.
            table.insert((slot % 8) as u32, slot);
        }
        for (len, cells) in states.into_iter().rev() {
            table.truncate(len);
            // Where no growth came between, which puts entries elsewhere.
            if cells.len() == table.cells.len() {
                assert_eq!(table.cells, cells);
            }
            for slot in 0..len {
                assert_eq!(table.find((slot % 8) as u32, |found| found == slot), Some(slot));
            }
            assert_eq!(table.find((len % 8) as u32, |found| found == len), None);
        }
        assert!(table.cells.iter().all(|&cell| cell == 0));
    }

    #[test]
    fn hashes_differ_in_each_bit_of_the_input_and_by_seed() {
        let seed = Seed::new();
        let hashes = (0..64).map(|bit| seed.hash(&(1_u64 << bit)) as u32).collect::<Vec<_>>();
        let mut distinct = hashes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 64);
        assert_ne!(seed.hash("a"), Seed::new().hash("a"));
        assert_ne!(seed.hash(&[0_u8; 3][..]), seed.hash(&[0_u8; 4][..]));
    }
}
