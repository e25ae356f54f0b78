//! Stores of a bundle in which equal values have one index.

use super::items::{ReadSlices, ReadStore};
use super::kinds::{FAST_ARENA_SLOTS, FULL, Sealed, roomy};
use super::rewind::{Mark, RewindStore};
use super::store::BundleStore;
use crate::error::{AllocError, Rejected};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::stats::Stats;
use crate::typed::{Arena, ArenaIdx, CheckpointError, FastArena, IdxRange, Intern, InternArena, InternFastArena};

/// A store that interns: [`InternArena`] and [`InternFastArena`].
///
/// The trait is sealed.
pub trait InternStore: ReadSlices {
    /// The arena that it is made of, as it was written in the bundle.
    type Arena;

    #[doc(hidden)]
    #[track_caller]
    fn intern(&mut self, value: Self::Item) -> Self::Idx;

    #[doc(hidden)]
    fn try_intern(&mut self, value: Self::Item) -> Result<Self::Idx, Rejected<Self::Item>>;

    #[doc(hidden)]
    fn find(&self, value: &Self::Item) -> Option<Self::Idx>;
}

/// An [`InternStore`] that interns through `&self`, from any thread: [`InternFastArena`].
///
/// The trait is sealed.
pub trait SharedInternStore: InternStore {
    #[doc(hidden)]
    #[track_caller]
    fn intern_shared(&self, value: Self::Item) -> Self::Idx;

    #[doc(hidden)]
    fn try_intern_shared(&self, value: Self::Item) -> Result<Self::Idx, Rejected<Self::Item>>;
}

/// A bundle in which exactly one store interns values of type `T`.
///
/// [`arena_struct!`](crate::arena_struct) implements it for each such type; `bundle.intern(value)` goes through it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no store that interns `{T}`",
    label = "no store of `{Self}` interns `{T}`",
    note = "a store interns when its field says `#[arena(intern)]`; where several do, name one: `bundle.store.intern(..)`"
)]
pub trait Interns<T> {
    /// What names an item in the store.
    type Idx: ArenaIdx;

    /// The arena that the field was written as.
    type Written;

    /// The type of the store.
    type Store: InternStore<Item = T, Idx = Self::Idx, Arena = Self::Written>;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// The store, exclusively.
    fn store_mut(&mut self) -> &mut Self::Store;
}

/// A type that a bundle interns: [`Interns`] from the other side.
pub trait InternedIn<B: ?Sized>: Sized {
    /// What names an item in the store.
    type Idx: ArenaIdx;

    /// The type of the store.
    type Store: InternStore<Item = Self, Idx = Self::Idx>;

    /// The store.
    fn store_in(bundle: &B) -> &Self::Store;

    /// The store, exclusively.
    fn store_in_mut(bundle: &mut B) -> &mut Self::Store;
}

impl<T, B: Interns<T> + ?Sized> InternedIn<B> for T {
    type Idx = B::Idx;
    type Store = B::Store;

    #[inline]
    fn store_in(bundle: &B) -> &B::Store {
        bundle.store()
    }

    #[inline]
    fn store_in_mut(bundle: &mut B) -> &mut B::Store {
        bundle.store_mut()
    }
}

/// The methods of a bundle that interns, for the inside of its inherent `impl`.
#[doc(hidden)]
#[macro_export]
macro_rules! __bundle_intern_methods {
    ($vis:vis, $T:ident) => {
        /// The index of the value that equals this one: of one that is here, or of this.
        ///
        /// # Panics
        ///
        /// When it is new and the store has no room and gets none; see [`try_intern`](Self::try_intern).
        #[inline]
        #[track_caller]
        $vis fn intern<$T: $crate::InternedIn<Self>>(&mut self, value: $T) -> <$T as $crate::InternedIn<Self>>::Idx {
            $crate::InternStore::intern(<$T as $crate::InternedIn<Self>>::store_in_mut(self), value)
        }

        /// The index of the value that equals this one: of one that is here, or of this.
        ///
        /// # Errors
        ///
        /// When it is new and the store has no room and gets none; with the value.
        #[inline]
        $vis fn try_intern<$T: $crate::InternedIn<Self>>(
            &mut self,
            value: $T,
        ) -> $crate::__private::core::result::Result<<$T as $crate::InternedIn<Self>>::Idx, $crate::Rejected<$T>> {
            $crate::InternStore::try_intern(<$T as $crate::InternedIn<Self>>::store_in_mut(self), value)
        }

        /// The index of the value that equals this one, if it is here.
        ///
        /// To look for a borrowed form of it (`&str` for `String`), ask the store: `bundle.store.find("..")`.
        #[inline]
        #[must_use]
        $vis fn find<$T: $crate::InternedIn<Self>>(
            &self,
            value: &$T,
        ) -> $crate::__private::core::option::Option<<$T as $crate::InternedIn<Self>>::Idx> {
            $crate::InternStore::find(<$T as $crate::InternedIn<Self>>::store_in(self), value)
        }

        /// The index of the value that equals this one, through `&self`, from any thread.
        ///
        /// # Panics
        ///
        /// When it is new and the store has no room and gets none; see [`try_intern_shared`](Self::try_intern_shared).
        #[inline]
        #[track_caller]
        $vis fn intern_shared<$T>(&self, value: $T) -> <$T as $crate::InternedIn<Self>>::Idx
        where
            $T: $crate::InternedIn<Self, Store: $crate::SharedInternStore>,
        {
            $crate::SharedInternStore::intern_shared(<$T as $crate::InternedIn<Self>>::store_in(self), value)
        }

        /// The index of the value that equals this one, through `&self`, from any thread.
        ///
        /// # Errors
        ///
        /// When it is new and the store has no room and gets none; with the value.
        #[inline]
        $vis fn try_intern_shared<$T>(
            &self,
            value: $T,
        ) -> $crate::__private::core::result::Result<<$T as $crate::InternedIn<Self>>::Idx, $crate::Rejected<$T>>
        where
            $T: $crate::InternedIn<Self, Store: $crate::SharedInternStore>,
        {
            $crate::SharedInternStore::try_intern_shared(<$T as $crate::InternedIn<Self>>::store_in(self), value)
        }
    };
}

macro_rules! reads {
    ($store:ident) => {
        impl<T, I: ArenaIdx> Sealed for $store<T, I> {}

        impl<T, I: ArenaIdx> ReadStore for $store<T, I> {
            type Item = T;
            type Idx = I;

            #[inline]
            #[track_caller]
            fn get(&self, index: I) -> &T {
                self.as_arena().get(index)
            }

            #[inline]
            fn try_get(&self, index: I) -> Option<&T> {
                self.as_arena().try_get(index)
            }

            fn generation(&self, slot: usize) -> Option<u32> {
                self.as_arena().generation(slot)
            }

            fn end(&self) -> usize {
                self.as_arena().end()
            }
        }

        impl<T, I: ArenaIdx> ReadSlices for $store<T, I> {
            #[inline]
            #[track_caller]
            fn get_range(&self, range: IdxRange<I>) -> &[T] {
                &self.as_arena()[range]
            }

            #[inline]
            fn try_get_range(&self, range: IdxRange<I>) -> Option<&[T]> {
                self.as_arena().try_get_range(range)
            }
        }

        impl<T, I: ArenaIdx> RewindStore for $store<T, I> {
            fn mark(&self) -> Mark {
                Mark::typed(self.checkpoint())
            }

            fn check(&self, mark: Mark) -> Result<(), CheckpointError> {
                self.validate_checkpoint(mark.as_typed()?)
            }

            fn rewind(&mut self, mark: Mark) {
                let _ = mark.as_typed().and_then(|checkpoint| self.try_rollback(checkpoint));
            }
        }
    };
}

reads!(InternArena);
reads!(InternFastArena);

impl<T, I: ArenaIdx> BundleStore for InternArena<T, I> {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity_and_index(capacity)
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        self.reset();
    }
}

impl<T, I: ArenaIdx> BundleStore for InternFastArena<T, I> {
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        if capacity == FAST_ARENA_SLOTS { roomy().map(Self::over) } else { Self::try_with_capacity_and_index(capacity) }
    }

    fn snapshot(&self) -> Stats {
        self.stats()
    }

    fn clear(&mut self) {
        self.reset();
    }
}

impl<T: Intern, I: ArenaIdx> InternStore for InternArena<T, I> {
    type Arena = Arena<T, I>;

    #[inline]
    #[track_caller]
    fn intern(&mut self, value: T) -> I {
        InternArena::intern(self, value)
    }

    #[inline]
    fn try_intern(&mut self, value: T) -> Result<I, Rejected<T>> {
        InternArena::try_intern(self, value)
    }

    #[inline]
    fn find(&self, value: &T) -> Option<I> {
        InternArena::find(self, value)
    }
}

impl<T: Intern, I: ArenaIdx> InternStore for InternFastArena<T, I> {
    type Arena = FastArena<T, I>;

    #[track_caller]
    fn intern(&mut self, value: T) -> I {
        InternStore::try_intern(self, value).or_panic(FULL, || Shortage::Slots { asked: 1, capacity: self.capacity() })
    }

    /// Grows where there is no room.
    fn try_intern(&mut self, value: T) -> Result<I, Rejected<T>> {
        match InternFastArena::try_intern(self, value) {
            Err(rejected) if rejected.error().is_capacity() => {
                let (value, _) = rejected.into_parts();
                match self.try_grow() {
                    Ok(()) => InternFastArena::try_intern(self, value),
                    Err(error) => Err(Rejected::new(value, error)),
                }
            }
            done => done,
        }
    }

    #[inline]
    fn find(&self, value: &T) -> Option<I> {
        InternFastArena::find(self, value)
    }
}

impl<T: Intern, I: ArenaIdx> SharedInternStore for InternFastArena<T, I> {
    #[inline]
    #[track_caller]
    fn intern_shared(&self, value: T) -> I {
        InternFastArena::intern(self, value)
    }

    #[inline]
    fn try_intern_shared(&self, value: T) -> Result<I, Rejected<T>> {
        InternFastArena::try_intern(self, value)
    }
}
