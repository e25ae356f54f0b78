//! A value in borrowed memory that has an owner, which drops it.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

/// Owns the value that it points to, in memory that stays for `'a`; see I18.
pub(crate) struct Owned<'a, T: ?Sized> {
    value: NonNull<T>,
    memory: PhantomData<&'a ()>,
    owned: PhantomData<T>,
}

// SAFETY: it owns its value, like `Box`; the memory around the value is plain bytes.
unsafe impl<T: ?Sized + Send> Send for Owned<'_, T> {}
// SAFETY: shared, it gives shared access to its value only.
unsafe impl<T: ?Sized + Sync> Sync for Owned<'_, T> {}

impl<'a, T: ?Sized> Owned<'a, T> {
    /// Takes ownership of the value at `value`.
    ///
    /// # Safety
    ///
    /// I18: `value` points to an initialised `T` that nobody else reads, writes or drops from now on, aligned and valid
    /// for all of `'a`.
    #[inline]
    pub(crate) unsafe fn new(value: NonNull<T>) -> Self {
        Self { value, memory: PhantomData, owned: PhantomData }
    }

    /// The address of the value.
    #[inline]
    pub(crate) fn as_ptr(&self) -> NonNull<T> {
        self.value
    }

    /// The pointer, without dropping the value: it has no owner from now on.
    #[inline]
    pub(crate) fn into_raw(self) -> NonNull<T> {
        ManuallyDrop::new(self).value
    }

    /// The value, which is never dropped.
    #[inline]
    pub(crate) fn leak(self) -> &'a mut T
    where
        T: 'a,
    {
        let mut value = self.into_raw();
        // SAFETY: I18, and the owner is gone.
        unsafe { value.as_mut() }
    }
}

impl<T> Owned<'_, T> {
    /// Moves the value out.
    #[inline]
    pub(crate) fn into_inner(self) -> T {
        let value = self.into_raw();
        // SAFETY: I18, and nobody reads or drops it again: the owner is gone.
        unsafe { value.read() }
    }
}

impl<T: ?Sized> Deref for Owned<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: I18; it is borrowed as long as its owner is.
        unsafe { self.value.as_ref() }
    }
}

impl<T: ?Sized> DerefMut for Owned<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: I18; it is borrowed exclusively as long as its owner is.
        unsafe { self.value.as_mut() }
    }
}

impl<T: ?Sized> Drop for Owned<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: I18; the owner is not used again.
        unsafe { self.value.drop_in_place() }
    }
}
