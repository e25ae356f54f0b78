//! Values that know whether, when and how often they were dropped.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Makes [`Logged`] values and records what becomes of them. Clones share the record.
#[derive(Clone, Default)]
pub struct DropLog {
    record: Arc<Mutex<Record>>,
}

#[derive(Debug, Default)]
struct Record {
    made: usize,
    /// The numbers of dropped values, in order.
    order: Vec<u32>,
    /// Which of the values, by the order that they were made in, were dropped.
    dropped: BTreeSet<usize>,
    twice: usize,
    panicking: BTreeSet<u32>,
}

impl DropLog {
    /// An empty record.
    pub fn new() -> Self {
        Self::default()
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        // A destructor that panics on purpose poisons nothing that matters.
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A value that reports here.
    pub fn value(&self, number: u32) -> Logged {
        let mut record = self.record();
        let serial = record.made;
        record.made += 1;
        Logged { number, serial, heap: Box::new(number), log: self.clone() }
    }

    /// Lets the destructor of the values of this number panic, once.
    pub fn panic_at(&self, number: u32) {
        self.record().panicking.insert(number);
    }

    /// The numbers of the values that were dropped, in order.
    pub fn order(&self) -> Vec<u32> {
        self.record().order.clone()
    }

    /// How many values were made.
    pub fn made(&self) -> usize {
        self.record().made
    }

    /// How many values were dropped, each counted once.
    pub fn dropped(&self) -> usize {
        self.record().dropped.len()
    }

    /// How many drops were a second one of the same value.
    pub fn dropped_twice(&self) -> usize {
        self.record().twice
    }

    /// Fails unless every value that was made was dropped exactly once.
    ///
    /// # Panics
    ///
    /// When one was not, or twice.
    #[track_caller]
    pub fn assert_all_dropped_once(&self) {
        assert_eq!(self.dropped_twice(), 0, "values were dropped twice");
        assert_eq!(self.dropped(), self.made(), "values were not dropped");
    }
}

impl fmt::Debug for DropLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record().fmt(f)
    }
}

/// A value with a number, that owns memory and reports its drop to the [`DropLog`] that made it.
pub struct Logged {
    number: u32,
    serial: usize,
    heap: Box<u32>,
    log: DropLog,
}

impl Logged {
    /// Its number, out of the memory that it owns.
    pub fn number(&self) -> u32 {
        *self.heap
    }
}

impl Clone for Logged {
    fn clone(&self) -> Self {
        self.log.value(self.number)
    }
}

impl fmt::Debug for Logged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logged({})", self.number)
    }
}

impl PartialEq<u32> for Logged {
    fn eq(&self, other: &u32) -> bool {
        *self.heap == *other
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        let mut record = self.log.record();
        record.order.push(self.number);
        if !record.dropped.insert(self.serial) {
            record.twice += 1;
        }
        let panics = record.panicking.remove(&self.number);
        drop(record);
        if panics {
            panic!("destructor of {}", self.number);
        }
    }
}
