//! The errors that every allocator shares.
//!
//! [`AllocError`] says why there is no room. [`Rejected`] is the same with the value (or closure, or iterator) that
//! was refused, so that a failed `try_` call loses nothing. Errors that callers branch on have types of their own
//! beside the allocator that returns them ([`CheckpointError`](crate::CheckpointError)).

use core::error::Error;
use core::fmt;

/// Why an allocation failed.
///
/// Opaque and one byte small; ask the predicates.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// let error = arenas::Bitena::new(usize::MAX).unwrap_err();
/// assert!(error.is_layout_overflow());
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AllocError {
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Capacity,
    LayoutOverflow,
    OutOfMemory,
    Limit,
    Format,
}

impl AllocError {
    pub(crate) const CAPACITY: Self = Self { kind: Kind::Capacity };
    pub(crate) const LAYOUT_OVERFLOW: Self = Self { kind: Kind::LayoutOverflow };
    pub(crate) const OUT_OF_MEMORY: Self = Self { kind: Kind::OutOfMemory };
    pub(crate) const LIMIT: Self = Self { kind: Kind::Limit };
    pub(crate) const FORMAT: Self = Self { kind: Kind::Format };

    /// The error of a base allocator that has no memory to give, for who writes a [`ChunkSource`](crate::ChunkSource).
    #[must_use]
    pub const fn out_of_memory() -> Self {
        Self::OUT_OF_MEMORY
    }

    /// The request is a sound one, but does not fit into what is left.
    #[must_use]
    pub const fn is_capacity(self) -> bool {
        matches!(self.kind, Kind::Capacity)
    }

    /// The size of the request overflows, or is more than any allocation may have (`isize::MAX` bytes).
    #[must_use]
    pub const fn is_layout_overflow(self) -> bool {
        matches!(self.kind, Kind::LayoutOverflow)
    }

    /// The system, or the base allocator, refused to give memory.
    #[must_use]
    pub const fn is_out_of_memory(self) -> bool {
        matches!(self.kind, Kind::OutOfMemory)
    }

    /// A configured limit, or the greatest number that a handle can name, is reached.
    #[must_use]
    pub const fn is_limit(self) -> bool {
        matches!(self.kind, Kind::Limit)
    }

    /// An implementation of a formatting trait returned an error, or wrote more the second time than the first.
    #[must_use]
    pub const fn is_format(self) -> bool {
        matches!(self.kind, Kind::Format)
    }

    const fn text(self) -> &'static str {
        match self.kind {
            Kind::Capacity => "out of memory: the request does not fit into what is left",
            Kind::LayoutOverflow => "the requested size overflows",
            Kind::OutOfMemory => "out of memory: the system refused the request",
            Kind::Limit => "a limit is reached",
            Kind::Format => "a formatting trait implementation returned an error",
        }
    }
}

impl fmt::Debug for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AllocError({:?})", self.kind)
    }
}

impl fmt::Display for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Error for AllocError {}

/// An [`AllocError`] together with what was refused.
///
/// `Debug`, `Display` and `Error` whatever `V` is, and it converts into [`AllocError`], so that `?` works in a
/// function that returns that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rejected<V> {
    value: V,
    error: AllocError,
}

impl<V> Rejected<V> {
    pub(crate) const fn new(value: V, error: AllocError) -> Self {
        Self { value, error }
    }

    /// Why it was refused.
    #[must_use]
    pub const fn error(&self) -> AllocError {
        self.error
    }

    /// Gives back the value, closure or rest of an iterator that was refused.
    #[must_use]
    pub fn into_inner(self) -> V {
        self.value
    }

    /// Both parts.
    #[must_use]
    pub fn into_parts(self) -> (V, AllocError) {
        (self.value, self.error)
    }

    /// The same refusal of something that is made from the value.
    #[cfg(feature = "alloc")]
    pub(crate) fn map<W>(self, make: impl FnOnce(V) -> W) -> Rejected<W> {
        Rejected { value: make(self.value), error: self.error }
    }
}

impl<V> From<Rejected<V>> for AllocError {
    fn from(rejected: Rejected<V>) -> Self {
        rejected.error
    }
}

impl<V> fmt::Debug for Rejected<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<V> fmt::Display for Rejected<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl<V> Error for Rejected<V> {}
