//! What every store of a bundle can do: be made, be emptied, be measured.

use core::fmt;
use core::slice;

use crate::error::{AllocError, Rejected};
use crate::stats::Stats;

/// A store of any kind.
pub trait BundleStore {
    /// An empty store with this capacity, in the unit of its kind.
    ///
    /// # Errors
    ///
    /// When the system refuses the memory.
    fn try_with_capacity(capacity: usize) -> Result<Self, AllocError>
    where
        Self: Sized;

    /// What it holds.
    fn snapshot(&self) -> Stats;

    /// Drops what it drops, and keeps its memory.
    fn clear(&mut self);
}

/// What was refused, and why.
pub fn rejected<B>(refused: B, error: AllocError) -> Rejected<B> {
    Rejected::new(refused, error)
}

/// The bundle, or a panic that names it.
#[track_caller]
pub fn made<B>(name: &'static str, bundle: Result<B, AllocError>) -> B {
    match bundle {
        Ok(bundle) => bundle,
        Err(error) => not_made(name, error),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn not_made(name: &'static str, error: AllocError) -> ! {
    panic!("{name}: no memory for its stores: {error}")
}

/// Empties all stores, also those after one whose destructors panic.
pub fn reset(stores: &mut [&mut dyn BundleStore]) {
    struct Rest<'a, 's>(slice::IterMut<'a, &'s mut dyn BundleStore>);

    impl Drop for Rest<'_, '_> {
        fn drop(&mut self) {
            // Not empty only while a destructor unwinds.
            for store in &mut self.0 {
                store.clear();
            }
        }
    }

    let mut rest = Rest(stores.iter_mut());
    for store in rest.0.by_ref() {
        store.clear();
    }
}

/// The sum over the rows of a table.
#[must_use]
pub fn total(rows: &[(&'static str, Stats)]) -> Stats {
    rows.iter().map(|(_, stats)| *stats).reduce(Stats::merged).unwrap_or_default()
}

/// Prints a row per store under the head of [`Stats`], and the total.
///
/// # Errors
///
/// Those of `f`.
pub fn table(f: &mut fmt::Formatter<'_>, title: &str, rows: &[(&'static str, Stats)]) -> fmt::Result {
    let width = rows.iter().map(|(name, _)| name.len()).chain([title.len(), "total".len()]).max().unwrap_or(0);
    writeln!(f, "{title:<width$} {}", Stats::HEADER)?;
    for (name, stats) in rows {
        writeln!(f, "{name:<width$} {stats}")?;
    }
    write!(f, "{:<width$} {}", "total", total(rows))
}

/// A bundle that is declared `shared`. Its `verify` compiles only where each field may be shared between threads.
pub trait SharedBundle {
    /// Nothing at run time.
    fn verify(&self);
}

/// Takes a reference that may go to another thread.
pub fn shared<T: Sync + ?Sized>(_: &T) {}
