//! Values and iterators that fail.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::{Faults, Kind};

/// A value that owns memory, and whose every trait may panic.
pub struct Item {
    number: u32,
    heap: Box<u32>,
    serial: usize,
    faults: Faults,
}

impl Faults {
    /// A value.
    #[must_use]
    pub fn item(&self, number: u32) -> Item {
        let mut ledger = self.ledger();
        let serial = ledger.drops.len();
        ledger.drops.push(0);
        drop(ledger);
        Item { number, heap: Box::new(!number), serial, faults: self.clone() }
    }

    /// What a closure makes that may panic.
    #[must_use]
    pub fn make(&self, number: u32) -> Item {
        self.may_panic();
        self.item(number)
    }

    /// An iterator of values that may panic, and lies about its length.
    pub fn items(&self, numbers: std::ops::Range<u32>) -> Items<impl ExactSizeIterator<Item = Item> + use<>> {
        let faults = self.clone();
        self.iter(numbers.map(move |number| faults.item(number)))
    }

    /// The items of another iterator, from one that may panic, and lies about its length.
    pub fn iter<I: Iterator>(&self, items: I) -> Items<I> {
        Items { items, faults: self.clone() }
    }

    /// A value whose destructor may run `code` before the rest of it goes.
    pub fn reentrant(&self, number: u32, code: impl Fn() + 'static) -> Reentrant {
        Reentrant(self.item(number), Box::new(code))
    }
}

impl Item {
    /// Its number.
    ///
    /// # Panics
    ///
    /// When the value is not whole.
    pub fn number(&self) -> u32 {
        assert_eq!(self.number, !*self.heap, "a value was overwritten");
        self.number
    }
}

impl Item {
    /// A step of its own, for hooks that are given a value.
    pub(super) fn may_panic(&self) {
        self.faults.may_panic();
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.number();
        self.faults.ledger().drops[self.serial] += 1;
        self.faults.may_panic();
    }
}

impl Clone for Item {
    fn clone(&self) -> Self {
        self.faults.make(self.number())
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.faults.may_panic();
        self.number() == other.number()
    }
}

impl Eq for Item {}

impl Hash for Item {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.faults.may_panic();
        self.number().hash(state);
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.faults.may_panic();
        write!(f, "item {}", self.number())
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Item({})", self.number())
    }
}

/// See [`Faults::iter`].
#[derive(Debug)]
pub struct Items<I> {
    items: I,
    faults: Faults,
}

impl<I: Iterator> Iterator for Items<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.faults.may_panic();
        self.items.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.faults.may_panic();
        let honest = self.items.size_hint();
        match self.faults.step(Kind::Lie, 3) {
            None => honest,
            Some(0) => (honest.0 / 2, Some(honest.0 / 2)),
            Some(1) => (honest.0 + 3, Some(honest.0 + 3)),
            Some(_) => (usize::MAX, Some(usize::MAX)),
        }
    }
}

impl<I: ExactSizeIterator> ExactSizeIterator for Items<I> {
    fn len(&self) -> usize {
        self.size_hint().0
    }
}

impl<I> Drop for Items<I> {
    fn drop(&mut self) {
        self.faults.may_panic();
    }
}

/// See [`Faults::reentrant`].
pub struct Reentrant(Item, Box<dyn Fn()>);

impl Reentrant {
    /// Its number.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.0.number()
    }
}

impl Drop for Reentrant {
    fn drop(&mut self) {
        self.0.faults.reenter(&self.1);
    }
}

impl fmt::Debug for Reentrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
