//! Names: each distinct text is kept once, and stands for itself as a number of four bytes.
//!
//! The lexer turns every identifier and every string into a [`NameIdx`]; from there on, to compare two names is to
//! compare two integers, and a node that holds a name is `Copy`.
//!
//! Names are not in the bundle of the tree, for two reasons. A name is no node: when a statement fails to parse, its
//! nodes must go, but a name that was met on the way does no harm. And a store cannot borrow from a field beside it, so
//! the texts live in a `Blink` *outside*, which only grows; whoever has the names borrows from it for `'t`.
//!
//! ```text
//!   texts: Blink          │ fact │ n │ done │
//!                            ^     ^    ^
//!   store: Arena<Name>    [ 0:&  | 1:& | 2:& ]      by_text: "n" -> 1
//! ```

use arenas::{ArenaAlloc, Blink};
use std::collections::HashMap;

/// A distinct identifier or string.
#[derive(ArenaAlloc, Debug)]
pub(crate) struct Name<'t> {
    text: &'t str,
}

#[derive(Debug)]
pub(crate) struct Names<'t> {
    texts: &'t Blink,
    store: NameStore<'t>,
    by_text: HashMap<&'t str, NameIdx>,
}

impl<'t> Names<'t> {
    pub(crate) fn new(texts: &'t Blink) -> Self {
        Self { texts, store: NameStore::with_index(), by_text: HashMap::new() }
    }

    /// The one index of this text.
    pub(crate) fn intern(&mut self, text: &str) -> NameIdx {
        if let Some(&known) = self.by_text.get(text) {
            return known;
        }
        let text: &'t str = self.texts.copy_str(text);
        let name = self.store.alloc(Name { text });
        self.by_text.insert(text, name);
        name
    }

    pub(crate) fn text(&self, name: NameIdx) -> &'t str {
        self.store[name].text
    }
}
