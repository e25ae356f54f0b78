//! The methods that every bundle has, whatever its stores are.

/// The methods of a bundle that follow from its [`Stores`](crate::Stores), [`StoresShared`](crate::StoresShared) and
/// [`IndexedBy`](crate::IndexedBy), for the inside of its inherent `impl`.
///
/// They are inherent, so that a bundle can be used without an import.
#[doc(hidden)]
#[macro_export]
macro_rules! __bundle_methods {
    ($vis:vis) => {
        /// Stores a value in the one store that holds its type, and names it.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc`](Self::try_alloc).
        #[inline]
        #[track_caller]
        $vis fn alloc<T>(&mut self, value: T) -> <Self as $crate::Stores<T>>::Idx
        where
            Self: $crate::Stores<T>,
        {
            $crate::__private::bundle::ItemStore::alloc(<Self as $crate::Stores<T>>::store_mut(self), value)
        }

        /// Stores a value in the one store that holds its type, and names it.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the value.
        #[inline]
        $vis fn try_alloc<T>(
            &mut self,
            value: T,
        ) -> $crate::__private::core::result::Result<<Self as $crate::Stores<T>>::Idx, $crate::Rejected<T>>
        where
            Self: $crate::Stores<T>,
        {
            $crate::__private::bundle::ItemStore::try_alloc(<Self as $crate::Stores<T>>::store_mut(self), value)
        }

        /// Stores the value that `make` makes of its own index.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_with`](Self::try_alloc_with).
        #[inline]
        #[track_caller]
        $vis fn alloc_with<T>(
            &mut self,
            make: impl $crate::__private::core::ops::FnOnce(<Self as $crate::Stores<T>>::Idx) -> T,
        ) -> <Self as $crate::Stores<T>>::Idx
        where
            Self: $crate::Stores<T>,
        {
            $crate::__private::bundle::ItemStore::alloc_with(<Self as $crate::Stores<T>>::store_mut(self), make)
        }

        /// Stores the value that `make` makes of its own index.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the closure, which was not called.
        #[inline]
        $vis fn try_alloc_with<T, F>(
            &mut self,
            make: F,
        ) -> $crate::__private::core::result::Result<<Self as $crate::Stores<T>>::Idx, $crate::Rejected<F>>
        where
            Self: $crate::Stores<T>,
            F: $crate::__private::core::ops::FnOnce(<Self as $crate::Stores<T>>::Idx) -> T,
        {
            $crate::__private::bundle::ItemStore::try_alloc_with(<Self as $crate::Stores<T>>::store_mut(self), make)
        }

        /// Stores all items of an iterator, one after the other, and names the first; `None` when there is none.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_extend`](Self::try_alloc_extend).
        #[track_caller]
        $vis fn alloc_extend<T>(
            &mut self,
            items: impl $crate::__private::core::iter::IntoIterator<Item = T>,
        ) -> $crate::__private::core::option::Option<<Self as $crate::Stores<T>>::Idx>
        where
            Self: $crate::Stores<T>,
        {
            $crate::__private::bundle::ItemStore::alloc_extend(<Self as $crate::Stores<T>>::store_mut(self), items)
        }

        /// Stores all items of an iterator, one after the other, and names the first; `None` when there is none.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the items that were not taken. Those taken before stay.
        $vis fn try_alloc_extend<T, It>(
            &mut self,
            items: It,
        ) -> $crate::__private::core::result::Result<
            $crate::__private::core::option::Option<<Self as $crate::Stores<T>>::Idx>,
            $crate::Rejected<$crate::Rest<It::IntoIter>>,
        >
        where
            Self: $crate::Stores<T>,
            It: $crate::__private::core::iter::IntoIterator<Item = T>,
        {
            $crate::__private::bundle::ItemStore::try_alloc_extend(<Self as $crate::Stores<T>>::store_mut(self), items)
        }

        /// Stores the items of an iterator of known length in contiguous slots, and names them all.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_batch`](Self::try_alloc_batch).
        #[track_caller]
        $vis fn alloc_batch<T, It>(&mut self, items: It) -> $crate::IdxRange<<Self as $crate::Stores<T>>::Idx>
        where
            Self: $crate::Stores<T>,
            It: $crate::__private::core::iter::IntoIterator<
                    Item = T,
                    IntoIter: $crate::__private::core::iter::ExactSizeIterator,
                >,
        {
            $crate::__private::bundle::ItemStore::alloc_batch(<Self as $crate::Stores<T>>::store_mut(self), items)
        }

        /// Stores the items of an iterator of known length in contiguous slots, and names them all.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the iterator, of which nothing was taken.
        $vis fn try_alloc_batch<T, It>(
            &mut self,
            items: It,
        ) -> $crate::__private::core::result::Result<
            $crate::IdxRange<<Self as $crate::Stores<T>>::Idx>,
            $crate::Rejected<It::IntoIter>,
        >
        where
            Self: $crate::Stores<T>,
            It: $crate::__private::core::iter::IntoIterator<
                    Item = T,
                    IntoIter: $crate::__private::core::iter::ExactSizeIterator,
                >,
        {
            $crate::__private::bundle::ItemStore::try_alloc_batch(<Self as $crate::Stores<T>>::store_mut(self), items)
        }

        /// Stores a value through `&self`, from any thread, in the one store that holds its type, and names it.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_shared`](Self::try_alloc_shared).
        #[inline]
        #[track_caller]
        $vis fn alloc_shared<T>(&self, value: T) -> <Self as $crate::StoresShared<T>>::Idx
        where
            Self: $crate::StoresShared<T>,
        {
            $crate::__private::bundle::SharedItemStore::alloc_shared(
                <Self as $crate::StoresShared<T>>::store(self),
                value,
            )
        }

        /// Stores a value through `&self`, from any thread, in the one store that holds its type, and names it.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the value.
        #[inline]
        $vis fn try_alloc_shared<T>(
            &self,
            value: T,
        ) -> $crate::__private::core::result::Result<<Self as $crate::StoresShared<T>>::Idx, $crate::Rejected<T>>
        where
            Self: $crate::StoresShared<T>,
        {
            $crate::__private::bundle::SharedItemStore::try_alloc_shared(
                <Self as $crate::StoresShared<T>>::store(self),
                value,
            )
        }

        /// Stores, through `&self`, the value that `make` makes of its own index.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_shared_with`](Self::try_alloc_shared_with).
        #[inline]
        #[track_caller]
        $vis fn alloc_shared_with<T>(
            &self,
            make: impl $crate::__private::core::ops::FnOnce(<Self as $crate::StoresShared<T>>::Idx) -> T,
        ) -> <Self as $crate::StoresShared<T>>::Idx
        where
            Self: $crate::StoresShared<T>,
        {
            $crate::__private::bundle::SharedItemStore::alloc_shared_with(
                <Self as $crate::StoresShared<T>>::store(self),
                make,
            )
        }

        /// Stores, through `&self`, the value that `make` makes of its own index.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the closure, which was not called.
        #[inline]
        $vis fn try_alloc_shared_with<T, F>(
            &self,
            make: F,
        ) -> $crate::__private::core::result::Result<<Self as $crate::StoresShared<T>>::Idx, $crate::Rejected<F>>
        where
            Self: $crate::StoresShared<T>,
            F: $crate::__private::core::ops::FnOnce(<Self as $crate::StoresShared<T>>::Idx) -> T,
        {
            $crate::__private::bundle::SharedItemStore::try_alloc_shared_with(
                <Self as $crate::StoresShared<T>>::store(self),
                make,
            )
        }

        /// The value that `index` names; the type of the index names the store.
        ///
        /// # Panics
        ///
        /// When the store has no such value; see [`try_get`](Self::try_get).
        #[inline]
        #[must_use]
        #[track_caller]
        $vis fn get<'a, I>(&'a self, index: I) -> &'a <Self as $crate::IndexedBy<I>>::Item
        where
            Self: $crate::IndexedBy<I>,
            I: $crate::ArenaIdx + 'a,
        {
            $crate::__private::bundle::ItemStore::get(<Self as $crate::IndexedBy<I>>::store_of(self), index)
        }

        /// The value that `index` names, exclusively.
        ///
        /// # Panics
        ///
        /// When the store has no such value; see [`try_get_mut`](Self::try_get_mut).
        #[inline]
        #[must_use]
        #[track_caller]
        $vis fn get_mut<'a, I>(&'a mut self, index: I) -> &'a mut <Self as $crate::IndexedBy<I>>::Item
        where
            Self: $crate::IndexedBy<I>,
            I: $crate::ArenaIdx + 'a,
        {
            $crate::__private::bundle::ItemStore::get_mut(<Self as $crate::IndexedBy<I>>::store_of_mut(self), index)
        }

        /// The value that `index` names; `None` when the store has no such value.
        #[inline]
        #[must_use]
        $vis fn try_get<'a, I>(
            &'a self,
            index: I,
        ) -> $crate::__private::core::option::Option<&'a <Self as $crate::IndexedBy<I>>::Item>
        where
            Self: $crate::IndexedBy<I>,
            I: $crate::ArenaIdx + 'a,
        {
            $crate::__private::bundle::ItemStore::try_get(<Self as $crate::IndexedBy<I>>::store_of(self), index)
        }

        /// The value that `index` names, exclusively; `None` when the store has no such value.
        #[inline]
        #[must_use]
        $vis fn try_get_mut<'a, I>(
            &'a mut self,
            index: I,
        ) -> $crate::__private::core::option::Option<&'a mut <Self as $crate::IndexedBy<I>>::Item>
        where
            Self: $crate::IndexedBy<I>,
            I: $crate::ArenaIdx + 'a,
        {
            $crate::__private::bundle::ItemStore::try_get_mut(
                <Self as $crate::IndexedBy<I>>::store_of_mut(self),
                index,
            )
        }

        /// Whether the store that `index` belongs to holds a value under it.
        #[inline]
        #[must_use]
        $vis fn is_valid<I>(&self, index: I) -> bool
        where
            Self: $crate::IndexedBy<I>,
            I: $crate::ArenaIdx,
        {
            Self::try_get(self, index).is_some()
        }
    };
}
