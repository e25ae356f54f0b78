//! Side tables in a bundle: what is known of items of a store, in a field of its own, and gone with them.
//!
//! ```text
//!   exprs: Arena<Expr>                [ e0 | e1 | e2 | e3 ]      rollback to 2     [ e0 | e1 ]
//!   types: ArenaMap<ExprIdx, Type>    [ t0 | -  | t2 ]           ──────────────>   [ t0 ]
//! ```
//!
//! A table belongs to the store of its bundle that is indexed by its key. After that was rolled back, the table is cut to where the
//! store stands. When items move, their entries move with them, and the values are gone through like items. An entry
//! stays as long as its item: it keeps alive what its value leads to, and not its key.

use core::any::TypeId;
use core::fmt;
use core::slice;

use alloc::vec::Vec;

use super::moving::MovingStore;
use super::remap::{Marks, Moves, Remap, Remapper};
use super::store::BundleStore;
use crate::error::AllocError;
use crate::stats::Stats;
use crate::typed::{ArenaIdx, ArenaMap, ArenaSet, IdxStamp};

/// A table that can be cut.
pub trait CutTable {
    /// Drops what it says of the slots at or beyond `end`.
    fn cut(&mut self, end: usize);
}

/// A side table of a bundle: an [`ArenaMap`] or an [`ArenaSet`].
pub trait SideTable: CutTable + BundleStore {
    /// The index that it is by.
    type Key: ArenaIdx;
}

/// A bundle with a store that is indexed by `I`, which a side table can follow.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no store that is indexed by `{I}`",
    label = "a table about items that are not in this bundle",
    note = "a side table goes with the store of its bundle whose items it is about; write `#[arena(no_checkpoint)]` on one \
            that is to be left alone"
)]
pub trait KeyedBy<I> {
    /// Where the store ends.
    fn end(&self) -> usize;
}

/// Cuts every table to where its store ends, also those after one whose destructors panic.
pub fn follow(tables: &mut [(&mut dyn CutTable, usize)]) {
    struct Rest<'a, 't>(slice::IterMut<'a, (&'t mut dyn CutTable, usize)>);

    impl Drop for Rest<'_, '_> {
        fn drop(&mut self) {
            // Not empty only while a destructor unwinds.
            for (table, end) in &mut self.0 {
                table.cut(*end);
            }
        }
    }

    let mut rest = Rest(tables.iter_mut());
    for (table, end) in rest.0.by_ref() {
        table.cut(*end);
    }
}

impl<I: ArenaIdx, V> CutTable for ArenaMap<I, V> {
    fn cut(&mut self, end: usize) {
        ArenaMap::cut(self, end);
    }
}

impl<I: ArenaIdx, V> SideTable for ArenaMap<I, V> {
    type Key = I;
}

impl<I: ArenaIdx, V> BundleStore for ArenaMap<I, V> {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity(capacity)
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        ArenaMap::clear(self);
    }
}

impl<I: ArenaIdx> CutTable for ArenaSet<I> {
    fn cut(&mut self, end: usize) {
        ArenaSet::cut(self, end);
    }
}

impl<I: ArenaIdx> SideTable for ArenaSet<I> {
    type Key = I;
}

impl<I: ArenaIdx> BundleStore for ArenaSet<I> {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity(capacity)
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        ArenaSet::clear(self);
    }
}

/// A side table whose entries can get other keys, and whose values other indices.
pub trait RemapTable: SideTable<Key: 'static> {
    /// What it says of a key.
    #[doc(hidden)]
    type Value: Remap;

    /// All keys.
    #[doc(hidden)]
    fn keys(&self) -> Vec<Self::Key>;

    /// Makes room for the slots below `slots`.
    ///
    /// # Errors
    ///
    /// When it is not to be had.
    #[doc(hidden)]
    fn make_room(&mut self, slots: usize) -> Result<(), AllocError>;

    /// The value of a key, to go through.
    #[doc(hidden)]
    fn value_mut(&mut self, key: Self::Key) -> Option<&mut Self::Value>;

    /// Takes all entries out.
    #[doc(hidden)]
    fn take_all(&mut self) -> Vec<(Self::Key, Self::Value)>;

    /// Puts an entry in, where there is room. What comes back is not in the table.
    #[doc(hidden)]
    fn put(&mut self, key: Self::Key, value: Self::Value) -> Option<Self::Value>;
}

impl<I: ArenaIdx + 'static, V: Remap> RemapTable for ArenaMap<I, V> {
    type Value = V;

    fn keys(&self) -> Vec<I> {
        ArenaMap::keys(self).collect()
    }

    fn make_room(&mut self, slots: usize) -> Result<(), AllocError> {
        self.try_make_room(slots)
    }

    fn value_mut(&mut self, key: I) -> Option<&mut V> {
        self.get_mut(key)
    }

    fn take_all(&mut self) -> Vec<(I, V)> {
        self.drain().collect()
    }

    fn put(&mut self, key: I, value: V) -> Option<V> {
        if self.contains_key(key) { Some(value) } else { self.replace(key, value).map(|(_, stale)| stale) }
    }
}

impl<I: ArenaIdx + 'static> RemapTable for ArenaSet<I> {
    type Value = ();

    fn keys(&self) -> Vec<I> {
        self.iter().collect()
    }

    fn make_room(&mut self, slots: usize) -> Result<(), AllocError> {
        self.try_make_room(slots)
    }

    fn value_mut(&mut self, _: I) -> Option<&mut ()> {
        None
    }

    fn take_all(&mut self) -> Vec<(I, ())> {
        let keys = self.iter().map(|key| (key, ())).collect();
        ArenaSet::clear(self);
        keys
    }

    fn put(&mut self, key: I, (): ()) -> Option<()> {
        self.insert(key);
        None
    }
}

/// `RemapTable`, as a bound that may fail where it is written and is an error only where it is used.
pub trait RemapTableIn<'any>: RemapTable {}

impl<S: RemapTable> RemapTableIn<'_> for S {}

/// A side table whose items are on their way.
pub struct MovingTable<'a, S: RemapTable> {
    into: &'a mut S,
    from: Option<&'a mut S>,
    lost: Vec<S::Value>,
}

impl<S: RemapTable> fmt::Debug for MovingTable<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MovingTable").finish_non_exhaustive()
    }
}

impl<'a, S: RemapTable> MovingTable<'a, S> {
    /// From one table into another.
    pub fn between(into: &'a mut S, from: &'a mut S) -> Self {
        Self { into, from: Some(from), lost: Vec::new() }
    }

    /// In one table.
    pub fn within(table: &'a mut S) -> Self {
        Self { into: table, from: None, lost: Vec::new() }
    }

    fn source(&mut self) -> &mut S {
        match &mut self.from {
            Some(from) => from,
            None => self.into,
        }
    }
}

impl<S: RemapTable> MovingStore for MovingTable<'_, S> {
    fn reserve(&mut self) -> Result<(), AllocError> {
        Ok(())
    }

    fn slots(&self) -> Option<(TypeId, Vec<(usize, u32)>)> {
        None
    }

    fn visit(&mut self, index: TypeId, slot: usize, stamp: u32, marks: &mut Marks) {
        if index != TypeId::of::<S::Key>() {
            return;
        }
        let key = S::Key::from_slot(slot, <S::Key as ArenaIdx>::Stamp::of(stamp));
        if let Some(value) = key.and_then(|key| self.into.value_mut(key)) {
            marks.go_through(value);
        }
    }

    fn plan(&mut self, _: &mut Moves, _: Option<&Marks>) {}

    fn settle(&mut self, _: &mut Moves, _: bool) -> Result<usize, AllocError> {
        Ok(0)
    }

    fn prepare(&mut self, moves: &Moves) -> Result<(), AllocError> {
        let slots = self.source().keys().into_iter().filter_map(|key| moves.get(key)).map(|new| new.slot() + 1).max();
        self.into.make_room(slots.unwrap_or(0))
    }

    fn rewrite(&mut self, moves: &Moves) {
        for key in self.source().keys() {
            if let Some(value) = self.source().value_mut(key).filter(|_| moves.get(key).is_some()) {
                moves.apply(value);
            }
        }
    }

    fn commit(&mut self, moves: &Moves) {
        for (key, value) in self.source().take_all() {
            let back = match moves.get(key) {
                Some(new) => self.into.put(new, value),
                None => Some(value),
            };
            self.lost.extend(back);
        }
    }

    fn drop_lost(&mut self) {
        // Where one panics, the others go with the vector.
        while self.lost.pop().is_some() {}
    }
}

/// Keys and values follow. An entry of an item that is gone goes too.
///
/// As one of the roots of `compact` it keeps every item alive that it has an entry of.
impl<I: ArenaIdx + 'static, V: Remap> Remap for ArenaMap<I, V> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        self.values_mut().for_each(|value| value.remap(remapper));
        if !remapper.rewrites() {
            self.keys().for_each(|key| _ = remapper.key(key));
            return;
        }
        let entries = self.drain().collect::<Vec<_>>();
        self.extend(entries.into_iter().filter_map(|(key, value)| Some((remapper.key(key)?, value))));
    }
}

/// Its indices follow. One of an item that is gone goes too.
///
/// As one of the roots of `compact` it keeps alive every item that is in it.
impl<I: ArenaIdx + 'static> Remap for ArenaSet<I> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        let keys = self.iter().collect::<Vec<_>>();
        if !remapper.rewrites() {
            keys.into_iter().for_each(|key| _ = remapper.key(key));
            return;
        }
        self.clear();
        self.extend(keys.into_iter().filter_map(|key| remapper.key(key)));
    }
}
