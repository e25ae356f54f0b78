//! Lists that grow in a `Blink`, for what is needed while one file is scanned.
//!
//! ```text
//!   List { first ──> [ 128 records ] <──> [ 128 records ] <──> [ 57 records    ] <── last }
//! ```
//!
//! A record is never moved, no list is given back by itself, and the memory of all of them is free again when the `Blink`
//! is reset after the file. From the second or third file on none of it comes from the heap.

use super::scan::Stack;
use arenas::Blink;
use core::array;
use core::cell::Cell;
use core::slice;

/// Records that are side by side.
const BLOCK: usize = 128;

struct Block<'b, T> {
    records: [Cell<T>; BLOCK],
    before: Option<&'b Self>,
    /// Stays when records are popped, and is used again when there are more.
    next: Cell<Option<&'b Self>>,
}

/// A list of records in a [`Blink`]; also a stack.
pub(crate) struct List<'b, T> {
    scratch: &'b Blink,
    first: Option<&'b Block<'b, T>>,
    /// The block of the last record; the first one when the list is empty.
    last: Option<&'b Block<'b, T>>,
    /// Records in `last`, at least one unless the list is empty.
    in_last: usize,
    len: usize,
}

impl<'b, T: Copy> List<'b, T> {
    pub(crate) fn new(scratch: &'b Blink) -> Self {
        // As if the block before the first were full.
        Self { scratch, first: None, last: None, in_last: BLOCK, len: 0 }
    }

    #[inline]
    pub(crate) fn push(&mut self, record: T) {
        let block = match self.last {
            Some(block) if self.in_last < BLOCK => block,
            _ => self.next_block(record),
        };
        block.records[self.in_last].set(record);
        self.in_last += 1;
        self.len += 1;
    }

    /// Goes to the next block, and makes it if there is none; no place in it is free of `record`.
    #[cold]
    fn next_block(&mut self, record: T) -> &'b Block<'b, T> {
        let before = self.last;
        let block = before.and_then(|block| block.next.get()).unwrap_or_else(|| {
            let records = array::from_fn(|_| Cell::new(record));
            let block: &_ = self.scratch.put_no_drop(Block { records, before, next: Cell::new(None) });
            if let Some(before) = before {
                before.next.set(Some(block));
            }
            block
        });
        self.first = self.first.or(Some(block));
        self.last = Some(block);
        self.in_last = 0;
        block
    }

    /// The records from the first on.
    pub(crate) fn iter(&self) -> Iter<'b, T> {
        Iter { block: [].iter(), next: self.first, left: self.len }
    }
}

impl<T: Copy> Stack<T> for List<'_, T> {
    fn push(&mut self, value: T) {
        self.push(value);
    }

    fn pop(&mut self) -> Option<T> {
        let value = self.top()?;
        self.in_last -= 1;
        self.len -= 1;
        match self.last.and_then(|block| block.before) {
            Some(before) if self.in_last == 0 => (self.last, self.in_last) = (Some(before), BLOCK),
            _ => {}
        }
        Some(value)
    }

    fn top(&self) -> Option<T> {
        // Empty, with a block left over or without.
        if self.len == 0 { None } else { Some(self.last?.records[self.in_last - 1].get()) }
    }
}

/// The records of a [`List`].
pub(crate) struct Iter<'b, T> {
    block: slice::Iter<'b, Cell<T>>,
    next: Option<&'b Block<'b, T>>,
    /// Records in `next` and the blocks after it.
    left: usize,
}

impl<T: Copy> Iterator for Iter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if let Some(record) = self.block.next() {
            return Some(record.get());
        }
        let block = self.next.filter(|_| self.left > 0)?;
        let (records, _) = block.records.split_at(self.left.min(BLOCK));
        self.left -= records.len();
        (self.block, self.next) = (records.iter(), block.next.get());
        self.block.next().map(Cell::get)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let all = self.block.len() + self.left;
        (all, Some(all))
    }
}

impl<T: Copy> ExactSizeIterator for Iter<'_, T> {}
