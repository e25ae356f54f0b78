//! [`Rest`]: the part of an iterator that found no room.

use core::fmt;
use core::iter::FusedIterator;

/// What an arena did not take of an iterator: the item that did not fit, and all after it.
#[derive(Clone)]
#[must_use = "iterators do nothing unless consumed"]
pub struct Rest<It: Iterator> {
    first: Option<It::Item>,
    others: It,
}

impl<It: Iterator> Rest<It> {
    pub(crate) fn new(first: It::Item, others: It) -> Self {
        Self { first: Some(first), others }
    }
}

impl<It: Iterator> fmt::Debug for Rest<It> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest").field("size_hint", &self.others.size_hint()).finish_non_exhaustive()
    }
}

impl<It: Iterator> Iterator for Rest<It> {
    type Item = It::Item;

    fn next(&mut self) -> Option<It::Item> {
        self.first.take().or_else(|| self.others.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = usize::from(self.first.is_some());
        let (low, high) = self.others.size_hint();
        (low.saturating_add(held), high.and_then(|high| high.checked_add(held)))
    }
}

impl<It: ExactSizeIterator> ExactSizeIterator for Rest<It> {}
impl<It: FusedIterator> FusedIterator for Rest<It> {}
