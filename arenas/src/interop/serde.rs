//! serde: typed stores, side tables, indices and whole bundles.
//!
//! | what | is written as | is read with |
//! |---|---|---|
//! | an index ([`Idx`](crate::Idx), a newtype with `idx_derive(Serialize, Deserialize)`) | its slot number | a check that the index type can name it |
//! | [`IdxRange`] | its first and last index, or nothing | a check of their order |
//! | [`Arena`], [`FastArena`], stores that intern | a sequence of values | as many as come; never more memory than the input justifies |
//! | [`ArenaMap`] | a sequence of `Option<V>`, one per slot | |
//! | [`ArenaSet`] | a sequence of 64-bit words, one bit per slot | |
//! | a bundle with `#[arena(serde)]` | a struct of its fields | a check of every index in it |
//!
//! A sparse table is written densely on purpose: what is read then takes no more memory than a small multiple of the
//! input, so that a forged slot number cannot ask for gigabytes.
//!
//! Stamped indices are not written: a stamp is of one arena in one process.

use core::any::TypeId;
use core::fmt;
use core::hash::Hash;
use core::marker::PhantomData;

use alloc::vec::Vec;

use serde_core::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_core::ser::{Error as _, SerializeSeq as _, SerializeStruct, Serializer};
use serde_core::{Deserialize, Serialize};

use crate::bundle::{Ends, Remap, RemapStore, RemapTable};
use crate::error::AllocError;
use crate::typed::idx::{RawIdx16, RawIdx32, RawIdx64};
use crate::typed::{Arena, ArenaIdx, ArenaMap, ArenaSet, FastArena, Idx, IdxRange, InternArena, InternFastArena};

macro_rules! raw_index {
    ($($raw:ident as $int:ty),*) => {$(
        impl Serialize for $raw {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // Lossless: that is how wide the index is.
                (self.into_raw() as $int).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $raw {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let slot = <$int>::deserialize(deserializer)?;
                usize::try_from(slot).ok().and_then(Self::new).ok_or_else(|| beyond(slot.into(), Self::MAX_SLOTS))
            }
        }
    )*};
}

raw_index!(RawIdx16 as u16, RawIdx32 as u32, RawIdx64 as u64);

fn beyond<E: serde_core::de::Error>(slot: u64, max_slots: usize) -> E {
    E::custom(format_args!("slot {slot} is beyond what the index can name, which are {max_slots} slots"))
}

impl<T> Serialize for Idx<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Lossless: it is 32 bits wide.
        (self.into_raw() as u32).serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Idx<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let slot = u32::deserialize(deserializer)?;
        let index = usize::try_from(slot).ok().and_then(|slot| Self::from_slot(slot, ()));
        index.ok_or_else(|| beyond(slot.into(), <Self as ArenaIdx>::MAX_SLOTS))
    }
}

impl<I: ArenaIdx<Stamp = ()> + Serialize> Serialize for IdxRange<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.first().zip(self.last()).serialize(serializer)
    }
}

impl<'de, I: ArenaIdx<Stamp = ()> + Deserialize<'de>> Deserialize<'de> for IdxRange<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some((first, last)) = <Option<(I, I)>>::deserialize(deserializer)? else { return Ok(Self::EMPTY) };
        Self::inclusive(first, last)
            .ok_or_else(|| D::Error::custom(format_args!("a range from slot {} to {}", first.slot(), last.slot())))
    }
}

/// A store that is read into: it keeps its capacity, and what it held goes.
pub trait Refill<'de>: Sized {
    /// Takes one element after the other.
    ///
    /// # Errors
    ///
    /// When an element cannot be read, is not one of this store, or does not fit.
    fn refill<A: SeqAccess<'de>>(&mut self, elements: A) -> Result<(), A::Error>;
}

struct Into<'a, S>(&'a mut S);

impl<'de, S: Refill<'de>> Visitor<'de> for Into<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence of values, in the order of their slots")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<(), A::Error> {
        self.0.refill(elements)
    }
}

impl<'de, S: Refill<'de>> DeserializeSeed<'de> for Into<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

fn full<E: serde_core::de::Error>(error: AllocError) -> E {
    E::custom(error)
}

impl<T: Serialize, I> Serialize for Arena<T, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, I: ArenaIdx> Refill<'de> for Arena<T, I> {
    fn refill<A: SeqAccess<'de>>(&mut self, mut elements: A) -> Result<(), A::Error> {
        self.reset();
        while let Some(value) = elements.next_element()? {
            self.try_alloc(value).map_err(|refused| full(refused.error()))?;
        }
        Ok(())
    }
}

impl<'de, T: Deserialize<'de>, I: ArenaIdx> Deserialize<'de> for Arena<T, I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut arena = Self::with_index();
        Into(&mut arena).deserialize(deserializer)?;
        Ok(arena)
    }
}

/// Values in contiguous slots; an error where a slot between them is not complete, because those behind it would get
/// other indices.
fn serialize_prefix<T: Serialize, S: Serializer>(prefix: &[T], complete: usize, out: S) -> Result<S::Ok, S::Error> {
    if complete != prefix.len() {
        return Err(S::Error::custom(format_args!(
            "slot {} is not complete, but {} values behind it are: their indices would change",
            prefix.len(),
            complete.saturating_sub(prefix.len())
        )));
    }
    prefix.serialize(out)
}

/// Fails when a slot is not complete and one behind it is.
impl<T: Serialize, I: ArenaIdx> Serialize for FastArena<T, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let complete = self.iter_complete().count();
        serialize_prefix(self.as_slice(), complete, serializer)
    }
}

impl<'de, T: Deserialize<'de>, I: ArenaIdx> Refill<'de> for FastArena<T, I> {
    fn refill<A: SeqAccess<'de>>(&mut self, mut elements: A) -> Result<(), A::Error> {
        self.reset();
        while let Some(value) = elements.next_element()? {
            if self.len() == self.capacity() {
                self.try_grow().map_err(full)?;
            }
            self.try_alloc(value).map_err(|refused| full(refused.error()))?;
        }
        Ok(())
    }
}

impl<'de, T: Deserialize<'de>, I: ArenaIdx> Deserialize<'de> for FastArena<T, I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut arena = Self::with_index();
        Into(&mut arena).deserialize(deserializer)?;
        Ok(arena)
    }
}

fn repeated<E: serde_core::de::Error>(slot: usize) -> E {
    E::custom(format_args!("the value of slot {slot} is there already, in a store of different values"))
}

impl<T: Serialize, I: ArenaIdx> Serialize for InternArena<T, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_arena().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Hash + Eq, I: ArenaIdx> Refill<'de> for InternArena<T, I> {
    fn refill<A: SeqAccess<'de>>(&mut self, mut elements: A) -> Result<(), A::Error> {
        self.reset();
        while let Some(value) = elements.next_element()? {
            let slot = self.as_arena().len();
            let index = self.try_intern(value).map_err(|refused| full(refused.error()))?;
            if index.slot() != slot {
                return Err(repeated(slot));
            }
        }
        Ok(())
    }
}

impl<T: Serialize, I: ArenaIdx> Serialize for InternFastArena<T, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_arena().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Hash + Eq, I: ArenaIdx> Refill<'de> for InternFastArena<T, I> {
    fn refill<A: SeqAccess<'de>>(&mut self, mut elements: A) -> Result<(), A::Error> {
        self.reset();
        while let Some(value) = elements.next_element()? {
            let slot = self.len();
            if slot == self.capacity() {
                self.try_grow().map_err(full)?;
            }
            let index = self.try_intern(value).map_err(|refused| full(refused.error()))?;
            if index.slot() != slot {
                return Err(repeated(slot));
            }
        }
        Ok(())
    }
}

impl<I: ArenaIdx<Stamp = ()>, V: Serialize> Serialize for ArenaMap<I, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let slots = self.keys().map(|key| key.slot() + 1).max().unwrap_or(0);
        let mut entries = serializer.serialize_seq(Some(slots))?;
        for slot in 0..slots {
            let value = I::from_slot(slot, ()).and_then(|key| self.get(key));
            entries.serialize_element(&value)?;
        }
        entries.end()
    }
}

impl<'de, I: ArenaIdx<Stamp = ()>, V: Deserialize<'de>> Refill<'de> for ArenaMap<I, V> {
    fn refill<A: SeqAccess<'de>>(&mut self, mut elements: A) -> Result<(), A::Error> {
        self.clear();
        let mut slot = 0;
        while let Some(entry) = elements.next_element::<Option<V>>()? {
            let key = I::from_slot(slot, ()).ok_or_else(|| beyond(slot as u64, I::MAX_SLOTS))?;
            if let Some(value) = entry {
                self.try_insert(key, value).map_err(|refused| full(refused.error()))?;
            }
            slot += 1;
        }
        Ok(())
    }
}

impl<'de, I: ArenaIdx<Stamp = ()>, V: Deserialize<'de>> Deserialize<'de> for ArenaMap<I, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut map = Self::new();
        Into(&mut map).deserialize(deserializer)?;
        Ok(map)
    }
}

const WORD: usize = u64::BITS as usize;

impl<I: ArenaIdx<Stamp = ()>> Serialize for ArenaSet<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let slots = self.iter().map(|index| index.slot() + 1).max().unwrap_or(0);
        let mut words = serializer.serialize_seq(Some(slots.div_ceil(WORD)))?;
        let mut members = self.iter().peekable();
        for word in 0..slots.div_ceil(WORD) {
            let mut bits = 0_u64;
            while let Some(index) = members.next_if(|index| index.slot() / WORD == word) {
                bits |= 1 << (index.slot() % WORD);
            }
            words.serialize_element(&bits)?;
        }
        words.end()
    }
}

impl<'de, I: ArenaIdx<Stamp = ()>> Refill<'de> for ArenaSet<I> {
    fn refill<A: SeqAccess<'de>>(&mut self, mut elements: A) -> Result<(), A::Error> {
        self.clear();
        let mut first = 0_usize;
        while let Some(mut bits) = elements.next_element::<u64>()? {
            while bits != 0 {
                let slot = first + bits.trailing_zeros() as usize;
                let index = I::from_slot(slot, ()).ok_or_else(|| beyond(slot as u64, I::MAX_SLOTS))?;
                self.try_insert(index).map_err(full)?;
                bits &= bits - 1;
            }
            first += WORD;
        }
        Ok(())
    }
}

impl<'de, I: ArenaIdx<Stamp = ()>> Deserialize<'de> for ArenaSet<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut set = Self::new();
        Into(&mut set).deserialize(deserializer)?;
        Ok(set)
    }
}

/// Where one field of a bundle comes from.
pub trait Source<'de> {
    /// The error of the format.
    type Error: serde_core::de::Error;

    /// Reads the field by a seed.
    ///
    /// # Errors
    ///
    /// When the field is not there or cannot be read.
    fn seeded<D: DeserializeSeed<'de>>(self, seed: D) -> Result<D::Value, Self::Error>;
}

/// Reads a store.
///
/// # Errors
///
/// When an element cannot be read, is not one of this store, or does not fit.
pub fn refill<'de, S: Refill<'de>, F: Source<'de>>(store: &mut S, source: F) -> Result<(), F::Error> {
    source.seeded(Into(store))
}

/// Reads a plain field.
///
/// # Errors
///
/// When it cannot be read.
pub fn assign<'de, T: Deserialize<'de>, F: Source<'de>>(field: &mut T, source: F) -> Result<(), F::Error> {
    *field = source.seeded(PhantomData)?;
    Ok(())
}

/// What `#[arena(serde)]` implements; the behaviour is here.
pub trait SerdeBundle: Sized {
    /// The name of the struct.
    const NAME: &'static str;
    /// The names of its fields, as they are written.
    const FIELDS: &'static [&'static str];

    /// An empty bundle.
    ///
    /// # Errors
    ///
    /// When the system refuses the memory that a store starts with.
    fn made() -> Result<Self, AllocError>;

    /// Writes each field.
    ///
    /// # Errors
    ///
    /// Those of the format, and of a store that cannot be written as it is.
    fn write<S: SerializeStruct>(&self, out: &mut S) -> Result<(), S::Error>;

    /// Reads the field of this number.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn read<'de, F: Source<'de>>(&mut self, field: usize, source: F) -> Result<(), F::Error>;

    /// Tells where each store ends.
    fn ends(&self, ends: &mut Ends);

    /// Goes through everything that may hold an index.
    fn links(&mut self, ends: &mut Ends);
}

/// Notes where a store ends.
pub fn end<S: RemapStore>(name: &'static str, store: &S, ends: &mut Ends) {
    let slots = store.all().into_iter().map(|index| index.slot() + 1).max().unwrap_or(0);
    ends.store(TypeId::of::<S::Idx>(), name, slots);
}

/// Goes through the items of a store.
pub fn links<S: RemapStore>(store: &mut S, ends: &mut Ends) {
    for index in store.all() {
        if let Some(item) = store.item_mut(index) {
            ends.go_through(item);
        }
    }
}

/// Goes through the keys and values of a side table.
pub fn table_links<S: RemapTable<Key: Remap>>(table: &mut S, ends: &mut Ends) {
    for mut key in table.keys() {
        ends.go_through(&mut key);
        if let Some(value) = table.value_mut(key) {
            ends.go_through(value);
        }
    }
}

/// Writes a bundle.
///
/// # Errors
///
/// Those of the format, and of a store that cannot be written as it is.
pub fn serialize<B: SerdeBundle, S: Serializer>(bundle: &B, serializer: S) -> Result<S::Ok, S::Error> {
    let mut out = serializer.serialize_struct(B::NAME, B::FIELDS.len())?;
    bundle.write(&mut out)?;
    out.end()
}

/// Reads a bundle, and looks at every index in it.
///
/// # Errors
///
/// When a field is missing, given twice or cannot be read, or an index names nothing.
pub fn deserialize<'de, B: SerdeBundle, D: Deserializer<'de>>(deserializer: D) -> Result<B, D::Error> {
    let mut bundle = deserializer.deserialize_struct(B::NAME, B::FIELDS, Fields(PhantomData))?;
    let mut ends = Ends::default();
    B::ends(&bundle, &mut ends);
    bundle.links(&mut ends);
    match ends.dangling() {
        None => Ok(bundle),
        Some((store, slot, end)) => Err(D::Error::custom(format_args!(
            "an index names slot {slot} of `{store}`, which has {end}, in a `{}`",
            B::NAME
        ))),
    }
}

struct Fields<B>(PhantomData<fn() -> B>);

impl<'de, B: SerdeBundle> Visitor<'de> for Fields<B> {
    type Value = B;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a bundle `{}` of {} fields", B::NAME, B::FIELDS.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<B, A::Error> {
        let mut bundle = B::made().map_err(full)?;
        for field in 0..B::FIELDS.len() {
            bundle.read(field, Next { elements: &mut elements, field })?;
        }
        Ok(bundle)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<B, A::Error> {
        let mut bundle = B::made().map_err(full)?;
        let mut seen: Vec<bool> = B::FIELDS.iter().map(|_| false).collect();
        while let Some(field) = entries.next_key_seed(FieldName(B::FIELDS))? {
            let Some(field) = field else {
                entries.next_value::<IgnoredAny>()?;
                continue;
            };
            if core::mem::replace(&mut seen[field], true) {
                return Err(A::Error::duplicate_field(B::FIELDS[field]));
            }
            bundle.read(field, Value { entries: &mut entries })?;
        }
        match seen.iter().position(|seen| !seen) {
            None => Ok(bundle),
            Some(missing) => Err(A::Error::missing_field(B::FIELDS[missing])),
        }
    }
}

/// The next of a sequence.
struct Next<'a, A> {
    elements: &'a mut A,
    field: usize,
}

impl<'de, A: SeqAccess<'de>> Source<'de> for Next<'_, A> {
    type Error = A::Error;

    fn seeded<D: DeserializeSeed<'de>>(self, seed: D) -> Result<D::Value, A::Error> {
        let read = self.elements.next_element_seed(seed)?;
        read.ok_or_else(|| A::Error::invalid_length(self.field, &"one element per field"))
    }
}

/// The value of a key that was read.
struct Value<'a, A> {
    entries: &'a mut A,
}

impl<'de, A: MapAccess<'de>> Source<'de> for Value<'_, A> {
    type Error = A::Error;

    fn seeded<D: DeserializeSeed<'de>>(self, seed: D) -> Result<D::Value, A::Error> {
        self.entries.next_value_seed(seed)
    }
}

/// Which field it is, if it is one.
struct FieldName(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for FieldName {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldName {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_u64<E: serde_core::de::Error>(self, number: u64) -> Result<Option<usize>, E> {
        Ok(usize::try_from(number).ok().filter(|&number| number < self.0.len()))
    }

    fn visit_str<E: serde_core::de::Error>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|&field| field == name))
    }

    fn visit_bytes<E: serde_core::de::Error>(self, name: &[u8]) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|&field| field.as_bytes() == name))
    }
}
