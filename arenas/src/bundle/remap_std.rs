//! [`Remap`] for the types of the standard library.

use core::cell::{Cell, RefCell};
#[cfg(feature = "std")]
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;
use core::mem;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;

use super::remap::{Remap, Remapper};
use crate::holds::AssertDropless;
use crate::typed::{ArenaIdx, Idx, IdxRange, Stamped};

macro_rules! no_index {
    ($($ty:ty),* $(,)?) => {
        $(
            #[diagnostic::do_not_recommend]
            impl Remap for $ty {
                #[inline]
                fn remap(&mut self, _: &mut Remapper<'_>) {}
            }
        )*
    };
}

no_index!(
    (),
    bool,
    char,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    f32,
    f64,
    str,
    &str,
    &[u8],
    String,
    core::num::NonZeroU8,
    core::num::NonZeroU16,
    core::num::NonZeroU32,
    core::num::NonZeroU64,
    core::num::NonZeroUsize,
    core::num::NonZeroI8,
    core::num::NonZeroI16,
    core::num::NonZeroI32,
    core::num::NonZeroI64,
    core::num::NonZeroIsize,
    core::sync::atomic::AtomicBool,
    core::sync::atomic::AtomicU8,
    core::sync::atomic::AtomicU16,
    core::sync::atomic::AtomicU32,
    core::sync::atomic::AtomicUsize,
    core::sync::atomic::AtomicI8,
    core::sync::atomic::AtomicI16,
    core::sync::atomic::AtomicI32,
    core::sync::atomic::AtomicIsize,
    core::cmp::Ordering,
    core::time::Duration,
    core::ops::RangeFull,
    Cow<'_, str>,
    Cow<'_, [u8]>,
);

#[cfg(target_has_atomic = "64")]
no_index!(core::sync::atomic::AtomicU64, core::sync::atomic::AtomicI64);

#[cfg(feature = "std")]
no_index!(std::path::PathBuf, std::ffi::OsString, std::time::Instant, std::time::SystemTime);

impl<T: ?Sized> Remap for PhantomData<T> {
    #[inline]
    fn remap(&mut self, _: &mut Remapper<'_>) {}
}

impl<T: 'static> Remap for Idx<T> {
    #[inline]
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        remapper.index(self);
    }
}

impl<T: 'static> Remap for Stamped<T> {
    #[inline]
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        remapper.index(self);
    }
}

impl<I: ArenaIdx + 'static> Remap for IdxRange<I> {
    #[inline]
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        remapper.range(self);
    }
}

macro_rules! by_iter_mut {
    ($([$($parameters:tt)*] $ty:ty),* $(,)?) => {
        $(
            impl<$($parameters)*> Remap for $ty {
                fn remap(&mut self, remapper: &mut Remapper<'_>) {
                    self.iter_mut().for_each(|item| item.remap(remapper));
                }
            }
        )*
    };
}

by_iter_mut!(
    [T: Remap] [T],
    [T: Remap, const N: usize] [T; N],
    [T: Remap] Vec<T>,
    [T: Remap] VecDeque<T>,
    [T: Remap] LinkedList<T>,
    [T: Remap] Option<T>,
);

impl<T: Remap, E: Remap> Remap for Result<T, E> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        match self {
            Ok(value) => value.remap(remapper),
            Err(error) => error.remap(remapper),
        }
    }
}

impl<T: Remap + ?Sized> Remap for Box<T> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        (**self).remap(remapper);
    }
}

impl<T: Remap + ?Sized> Remap for &mut T {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        (**self).remap(remapper);
    }
}

impl<T: Remap + ?Sized> Remap for AssertDropless<T> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        self.0.remap(remapper);
    }
}

impl<T: Remap> Remap for Cell<T> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        self.get_mut().remap(remapper);
    }
}

impl<T: Remap> Remap for RefCell<T> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        self.get_mut().remap(remapper);
    }
}

impl<T: Remap> Remap for core::ops::Range<T> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        self.start.remap(remapper);
        self.end.remap(remapper);
    }
}

/// What was taken out of a collection, to be gone through. It goes back also when that panics.
struct TakenOut<'a, C: Extend<E>, E> {
    collection: &'a mut C,
    entries: Vec<E>,
}

impl<'a, C: Extend<E> + IntoIterator<Item = E> + Default, E> TakenOut<'a, C, E> {
    fn of(collection: &'a mut C) -> Self {
        let entries = mem::take(collection).into_iter().collect();
        Self { collection, entries }
    }
}

impl<C: Extend<E>, E> Drop for TakenOut<'_, C, E> {
    fn drop(&mut self) {
        self.collection.extend(mem::take(&mut self.entries));
    }
}

impl<K: Remap + Ord, V: Remap> Remap for BTreeMap<K, V> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        TakenOut::of(self).entries.iter_mut().for_each(|(key, value)| {
            key.remap(remapper);
            value.remap(remapper);
        });
    }
}

impl<T: Remap + Ord> Remap for BTreeSet<T> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        TakenOut::of(self).entries.iter_mut().for_each(|item| item.remap(remapper));
    }
}

impl<T: Remap + Ord> Remap for BinaryHeap<T> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        TakenOut::of(self).entries.iter_mut().for_each(|item| item.remap(remapper));
    }
}

#[cfg(feature = "std")]
impl<K: Remap + Eq + Hash, V: Remap, S: BuildHasher> Remap for std::collections::HashMap<K, V, S> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        // Drained, as a hasher need not have a default.
        let entries = self.drain().collect();
        TakenOut { collection: self, entries }.entries.iter_mut().for_each(|(key, value)| {
            key.remap(remapper);
            value.remap(remapper);
        });
    }
}

#[cfg(feature = "std")]
impl<T: Remap + Eq + Hash, S: BuildHasher> Remap for std::collections::HashSet<T, S> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        let entries = self.drain().collect();
        TakenOut { collection: self, entries }.entries.iter_mut().for_each(|item| item.remap(remapper));
    }
}

#[cfg(feature = "std")]
impl<T: Remap> Remap for std::sync::Mutex<T> {
    fn remap(&mut self, remapper: &mut Remapper<'_>) {
        match self.get_mut() {
            Ok(value) => value.remap(remapper),
            Err(poisoned) => poisoned.into_inner().remap(remapper),
        }
    }
}

macro_rules! tuple {
    ($($name:ident)*) => {
        impl<$($name: Remap),*> Remap for ($($name,)*) {
            fn remap(&mut self, remapper: &mut Remapper<'_>) {
                #[allow(non_snake_case, reason = "a type and its value have one name here")]
                let ($($name,)*) = self;
                $($name.remap(remapper);)*
            }
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
