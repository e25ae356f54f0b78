//! The methods that every bundle has, whatever its stores are.

/// The methods of a bundle that follow from its [`Stores`](crate::Stores), [`StoresShared`](crate::StoresShared) and
/// [`IndexedBy`](crate::IndexedBy), for the inside of its inherent `impl`.
///
/// They are inherent, so that a bundle can be used without an import. The names of their parameters come from the
/// caller, who knows which names the bundle has taken.
#[doc(hidden)]
#[macro_export]
macro_rules! __bundle_methods {
    // With the comma an empty visibility matches.
    ($vis:vis, $T:ident, $F:ident, $It:ident, $I:ident, $a:lifetime) => {
        /// Stores a value in the one store that holds its type, and names it.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc`](Self::try_alloc).
        #[inline]
        #[track_caller]
        $vis fn alloc<$T: $crate::StoredIn<Self>>(&mut self, value: $T) -> <$T as $crate::StoredIn<Self>>::Idx {
            $crate::ItemStore::alloc(<$T as $crate::StoredIn<Self>>::store_in(self), value)
        }

        /// Stores a value in the one store that holds its type, and names it.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the value.
        #[inline]
        $vis fn try_alloc<$T: $crate::StoredIn<Self>>(
            &mut self,
            value: $T,
        ) -> $crate::__private::core::result::Result<<$T as $crate::StoredIn<Self>>::Idx, $crate::Rejected<$T>> {
            $crate::ItemStore::try_alloc(<$T as $crate::StoredIn<Self>>::store_in(self), value)
        }

        /// Stores the value that `make` makes of its own index.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_with`](Self::try_alloc_with).
        #[inline]
        #[track_caller]
        $vis fn alloc_with<$T, $F>(&mut self, make: $F) -> <$T as $crate::StoredIn<Self>>::Idx
        where
            $T: $crate::StoredIn<Self>,
            $F: $crate::__private::core::ops::FnOnce(<$T as $crate::StoredIn<Self>>::Idx) -> $T,
        {
            $crate::ItemStore::alloc_with(<$T as $crate::StoredIn<Self>>::store_in(self), make)
        }

        /// Stores the value that `make` makes of its own index.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the closure, which was not called.
        #[inline]
        $vis fn try_alloc_with<$T, $F>(
            &mut self,
            make: $F,
        ) -> $crate::__private::core::result::Result<<$T as $crate::StoredIn<Self>>::Idx, $crate::Rejected<$F>>
        where
            $T: $crate::StoredIn<Self>,
            $F: $crate::__private::core::ops::FnOnce(<$T as $crate::StoredIn<Self>>::Idx) -> $T,
        {
            $crate::ItemStore::try_alloc_with(<$T as $crate::StoredIn<Self>>::store_in(self), make)
        }

        /// Stores all items of an iterator, one after the other, and names the first; `None` when there is none.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_extend`](Self::try_alloc_extend).
        #[track_caller]
        $vis fn alloc_extend<$T, $It>(&mut self, items: $It) -> $crate::__private::core::option::Option<<$T as $crate::StoredIn<Self>>::Idx>
        where
            $T: $crate::StoredIn<Self>,
            $It: $crate::__private::core::iter::IntoIterator<Item = $T>,
        {
            $crate::ItemStore::alloc_extend(<$T as $crate::StoredIn<Self>>::store_in(self), items)
        }

        /// Stores all items of an iterator, one after the other, and names the first; `None` when there is none.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the items that were not taken. Those taken
        /// before stay.
        $vis fn try_alloc_extend<$T, $It>(
            &mut self,
            items: $It,
        ) -> $crate::__private::core::result::Result<$crate::__private::core::option::Option<<$T as $crate::StoredIn<Self>>::Idx>, $crate::Rejected<$crate::Rest<$It::IntoIter>>>
        where
            $T: $crate::StoredIn<Self>,
            $It: $crate::__private::core::iter::IntoIterator<Item = $T>,
        {
            $crate::ItemStore::try_alloc_extend(<$T as $crate::StoredIn<Self>>::store_in(self), items)
        }

        /// Stores the items of an iterator of known length in contiguous slots, and names them all.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_batch`](Self::try_alloc_batch).
        #[track_caller]
        $vis fn alloc_batch<$T, $It>(&mut self, items: $It) -> $crate::IdxRange<<$T as $crate::StoredIn<Self>>::Idx>
        where
            $T: $crate::StoredIn<Self, Store: $crate::SliceStore>,
            $It: $crate::__private::core::iter::IntoIterator<Item = $T, IntoIter: $crate::__private::core::iter::ExactSizeIterator>,
        {
            $crate::SliceStore::alloc_batch(<$T as $crate::StoredIn<Self>>::store_in(self), items)
        }

        /// Stores the items of an iterator of known length in contiguous slots, and names them all.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the iterator, of which nothing was taken.
        $vis fn try_alloc_batch<$T, $It>(
            &mut self,
            items: $It,
        ) -> $crate::__private::core::result::Result<$crate::IdxRange<<$T as $crate::StoredIn<Self>>::Idx>, $crate::Rejected<$It::IntoIter>>
        where
            $T: $crate::StoredIn<Self, Store: $crate::SliceStore>,
            $It: $crate::__private::core::iter::IntoIterator<Item = $T, IntoIter: $crate::__private::core::iter::ExactSizeIterator>,
        {
            $crate::SliceStore::try_alloc_batch(<$T as $crate::StoredIn<Self>>::store_in(self), items)
        }

        /// Stores a value through `&self`, from any thread, in the one store that holds its type, and names it.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_shared`](Self::try_alloc_shared).
        #[inline]
        #[track_caller]
        $vis fn alloc_shared<$T: $crate::StoredSharedIn<Self>>(&self, value: $T) -> <$T as $crate::StoredSharedIn<Self>>::Idx {
            $crate::SharedItemStore::alloc_shared(<$T as $crate::StoredSharedIn<Self>>::store_in(self), value)
        }

        /// Stores a value through `&self`, from any thread, in the one store that holds its type, and names it.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the value.
        #[inline]
        $vis fn try_alloc_shared<$T: $crate::StoredSharedIn<Self>>(
            &self,
            value: $T,
        ) -> $crate::__private::core::result::Result<<$T as $crate::StoredSharedIn<Self>>::Idx, $crate::Rejected<$T>> {
            $crate::SharedItemStore::try_alloc_shared(<$T as $crate::StoredSharedIn<Self>>::store_in(self), value)
        }

        /// Stores, through `&self`, the value that `make` makes of its own index.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_shared_with`](Self::try_alloc_shared_with).
        #[inline]
        #[track_caller]
        $vis fn alloc_shared_with<$T, $F>(&self, make: $F) -> <$T as $crate::StoredSharedIn<Self>>::Idx
        where
            $T: $crate::StoredSharedIn<Self>,
            $F: $crate::__private::core::ops::FnOnce(<$T as $crate::StoredSharedIn<Self>>::Idx) -> $T,
        {
            $crate::SharedItemStore::alloc_shared_with(<$T as $crate::StoredSharedIn<Self>>::store_in(self), make)
        }

        /// Stores, through `&self`, the value that `make` makes of its own index.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the closure, which was not called.
        #[inline]
        $vis fn try_alloc_shared_with<$T, $F>(
            &self,
            make: $F,
        ) -> $crate::__private::core::result::Result<<$T as $crate::StoredSharedIn<Self>>::Idx, $crate::Rejected<$F>>
        where
            $T: $crate::StoredSharedIn<Self>,
            $F: $crate::__private::core::ops::FnOnce(<$T as $crate::StoredSharedIn<Self>>::Idx) -> $T,
        {
            $crate::SharedItemStore::try_alloc_shared_with(<$T as $crate::StoredSharedIn<Self>>::store_in(self), make)
        }

        /// Stores, through `&self`, the items of an iterator of known length in contiguous slots, and names them all.
        ///
        /// # Panics
        ///
        /// When the store has no room and gets none; see [`try_alloc_shared_batch`](Self::try_alloc_shared_batch).
        #[track_caller]
        $vis fn alloc_shared_batch<$T, $It>(&self, items: $It) -> $crate::IdxRange<<$T as $crate::StoredSharedIn<Self>>::Idx>
        where
            $T: $crate::StoredSharedIn<Self>,
            $It: $crate::__private::core::iter::IntoIterator<Item = $T, IntoIter: $crate::__private::core::iter::ExactSizeIterator>,
        {
            $crate::SharedItemStore::alloc_shared_batch(<$T as $crate::StoredSharedIn<Self>>::store_in(self), items)
        }

        /// Stores, through `&self`, the items of an iterator of known length in contiguous slots, and names them all.
        ///
        /// # Errors
        ///
        /// When the store has no room and gets none; with the iterator, of which nothing was taken.
        $vis fn try_alloc_shared_batch<$T, $It>(
            &self,
            items: $It,
        ) -> $crate::__private::core::result::Result<$crate::IdxRange<<$T as $crate::StoredSharedIn<Self>>::Idx>, $crate::Rejected<$It::IntoIter>>
        where
            $T: $crate::StoredSharedIn<Self>,
            $It: $crate::__private::core::iter::IntoIterator<Item = $T, IntoIter: $crate::__private::core::iter::ExactSizeIterator>,
        {
            $crate::SharedItemStore::try_alloc_shared_batch(<$T as $crate::StoredSharedIn<Self>>::store_in(self), items)
        }

        /// The value that `index` names, or the slice that a range of indices does; the type of the index names the store.
        ///
        /// # Panics
        ///
        /// When the store has no such value; see [`try_get`](Self::try_get).
        #[inline]
        #[must_use]
        #[track_caller]
        $vis fn get<$a, $I>(&$a self, index: $I) -> &$a <$I as $crate::Indexes<Self>>::Output
        where
            $I: $crate::Indexes<Self> + $a,
        {
            $crate::Indexes::get(index, self)
        }

        /// What `index` names, exclusively.
        ///
        /// # Panics
        ///
        /// When the store has no such value; see [`try_get_mut`](Self::try_get_mut).
        #[inline]
        #[must_use]
        #[track_caller]
        $vis fn get_mut<$a, $I>(&$a mut self, index: $I) -> &$a mut <$I as $crate::Indexes<Self>>::Output
        where
            $I: $crate::IndexesMut<Self> + $a,
        {
            $crate::IndexesMut::get_mut(index, self)
        }

        /// What `index` names; `None` when the store has no such value.
        #[inline]
        #[must_use]
        $vis fn try_get<$a, $I>(&$a self, index: $I) -> $crate::__private::core::option::Option<&$a <$I as $crate::Indexes<Self>>::Output>
        where
            $I: $crate::Indexes<Self> + $a,
        {
            $crate::Indexes::try_get(index, self)
        }

        /// What `index` names, exclusively; `None` when the store has no such value.
        #[inline]
        #[must_use]
        $vis fn try_get_mut<$a, $I>(&$a mut self, index: $I) -> $crate::__private::core::option::Option<&$a mut <$I as $crate::Indexes<Self>>::Output>
        where
            $I: $crate::IndexesMut<Self> + $a,
        {
            $crate::IndexesMut::try_get_mut(index, self)
        }

        /// Whether the store that `index` belongs to holds a value under it.
        #[inline]
        #[must_use]
        $vis fn is_valid<$I: $crate::Indexes<Self>>(&self, index: $I) -> bool {
            $crate::Indexes::try_get(index, self).is_some()
        }
    };
}
