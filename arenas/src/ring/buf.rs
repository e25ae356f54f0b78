//! Buffers of bytes: fixed, frozen, extendable.
//!
//! A buffer's handle is a pointer, a length and a capacity (two words). The bytes between length and capacity are not
//! initialised, and no safe way leads to them but writing.

use core::borrow::{Borrow, BorrowMut};
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};
#[cfg(feature = "std")]
use std::io;

use crate::error::AllocError;
use crate::raw::elements::{Elements, Shared};
use crate::raw::fallibility::{OrPanic, Shortage};
use crate::raw::guards::Chain;

/// A buffer of a fixed number of bytes, filled from its start.
///
/// It derefs to what was written. Dropped on any thread, it gives its bytes back to the ring, which need not exist
/// any more.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use std::io::Write;
///
/// let ring = arenas::RingAl::new(1024);
/// let mut buffer = ring.fixed(8).unwrap();
/// assert_eq!(buffer.write(b"hello").unwrap(), 5);
/// assert_eq!(buffer.write(b"world").unwrap(), 3);
/// assert_eq!(buffer.write(b"!").unwrap(), 0);
/// buffer[0] = b'H';
/// assert_eq!(buffer, b"Hellowor");
/// # }
/// ```
pub struct FixedBufMut {
    bytes: Elements<u8>,
}

impl FixedBufMut {
    const NAME: &'static str = "FixedBufMut";

    #[inline]
    pub(super) fn new(bytes: Elements<u8>) -> Self {
        Self { bytes }
    }

    /// How many bytes more can be written.
    #[inline]
    #[must_use]
    pub fn spare(&self) -> usize {
        self.bytes.spare()
    }

    /// Makes it read-only, in exchange for cheap clones. Costs nothing.
    #[inline]
    #[must_use]
    pub fn freeze(self) -> FixedBuf {
        FixedBuf { bytes: Shared::new(self.bytes) }
    }

    /// Appends all of `bytes`.
    ///
    /// # Panics
    ///
    /// When there is no room for all; then nothing is appended.
    /// [`try_extend_from_slice`](Self::try_extend_from_slice) does not panic.
    #[inline]
    #[track_caller]
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.try_extend_from_slice(bytes).or_panic(Self::NAME, || self.shortage(bytes.len()));
    }

    /// Appends all of `bytes`, or nothing.
    ///
    /// # Errors
    ///
    /// No capacity when there is no room for all.
    #[inline]
    pub fn try_extend_from_slice(&mut self, bytes: &[u8]) -> Result<(), AllocError> {
        self.make_room(bytes.len())?;
        self.bytes.append(bytes);
        Ok(())
    }

    #[inline]
    fn make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        if additional > self.spare() { Err(AllocError::CAPACITY) } else { Ok(()) }
    }

    #[cold]
    fn shortage(&self, asked: usize) -> Shortage {
        Shortage::values::<u8>(asked, self.spare())
    }
}

/// A buffer that is read-only and cheap to clone, on any thread.
///
/// Clones are counted in the guard before the bytes: neither [`freeze`](FixedBufMut::freeze) nor a clone takes memory.
/// The bytes go back to the ring with the last clone.
#[derive(Clone)]
pub struct FixedBuf {
    bytes: Shared,
}

impl FixedBuf {
    /// The buffer to write to again, when this is the only handle to it.
    ///
    /// # Errors
    ///
    /// This handle, while there are others.
    pub fn try_into_mut(self) -> Result<FixedBufMut, Self> {
        match self.bytes.try_unique() {
            Ok(bytes) => Ok(FixedBufMut { bytes }),
            Err(bytes) => Err(Self { bytes }),
        }
    }

    /// The bytes.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.as_slice()
    }
}

/// A buffer that grows while it is written to.
///
/// It grows where it stands when what follows is free, else it moves, with its bytes, to another place in the ring;
/// a move asks for twice the room, so that what many small writes copy stays in proportion. A write that finds no room
/// is an error, and everything accepted before is still there.
///
/// It refers to its ring and stays on its thread. [`finalize`](Self::finalize) makes a [`FixedBufMut`] of it, which
/// does not. Like any live buffer it is passed over by allocations, so there may be several at a time.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use std::io::Write;
///
/// let ring = arenas::RingAl::new(1024);
/// let mut message = ring.extendable(4).unwrap();
/// write!(message, "the answer is {}", 42).unwrap();
/// let other = ring.fixed(100).unwrap();
/// write!(message, ", or {}", 54).unwrap();
/// assert_eq!(message.finalize(), b"the answer is 42, or 54");
/// # }
/// ```
pub struct ExtBuf<'ring> {
    chain: &'ring Chain,
    /// Always of `chain`.
    bytes: Elements<u8>,
    /// What was asked for at first, which stays when it is finalized.
    asked: u32,
}

impl<'ring> ExtBuf<'ring> {
    const NAME: &'static str = "ExtBuf";

    #[inline]
    pub(super) fn new(chain: &'ring Chain, bytes: Elements<u8>) -> Self {
        let asked = bytes.capacity() as u32; // No buffer has more.
        Self { chain, bytes, asked }
    }

    /// How many bytes more can be written before it has to grow.
    #[inline]
    #[must_use]
    pub fn spare(&self) -> usize {
        self.bytes.spare()
    }

    /// Ends the growth: the same bytes as a buffer that does not refer to the ring.
    ///
    /// Its capacity is what was asked for at first, or the length where that is more; what the buffer has beyond goes
    /// back to the ring.
    #[inline]
    #[must_use]
    pub fn finalize(self) -> FixedBufMut {
        let Self { chain, mut bytes, asked } = self;
        let keep = (asked as usize).max(bytes.len());
        if keep < bytes.capacity() {
            // SAFETY: `bytes` are of this chain.
            unsafe { bytes.shrink(chain, keep) };
        }
        FixedBufMut { bytes }
    }

    /// Makes room for `additional` bytes more.
    ///
    /// # Panics
    ///
    /// When there is none; [`try_reserve`](Self::try_reserve) does not panic.
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional).or_panic(Self::NAME, || self.shortage(additional));
    }

    /// Makes room for `additional` bytes more.
    ///
    /// # Errors
    ///
    /// A limit when the buffer would have more than `u32::MAX` bytes, no capacity when the ring has no room.
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        if additional <= self.spare() {
            return Ok(());
        }
        let len = self.len().checked_add(additional).ok_or(AllocError::LIMIT)?;
        let roomy = self.capacity().saturating_mul(2).max(len);
        // SAFETY: `bytes` are of this chain.
        unsafe { self.bytes.grow(self.chain, len, roomy) }
    }

    /// Appends all of `bytes`.
    ///
    /// # Panics
    ///
    /// When the ring has no room for all; then nothing is appended.
    /// [`try_extend_from_slice`](Self::try_extend_from_slice) does not panic.
    #[inline]
    #[track_caller]
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.try_extend_from_slice(bytes).or_panic(Self::NAME, || self.shortage(bytes.len()));
    }

    /// Appends all of `bytes`, or nothing.
    ///
    /// # Errors
    ///
    /// As [`try_reserve`](Self::try_reserve).
    #[inline]
    pub fn try_extend_from_slice(&mut self, bytes: &[u8]) -> Result<(), AllocError> {
        self.try_reserve(bytes.len())?;
        self.bytes.append(bytes);
        Ok(())
    }

    #[inline]
    fn make_room(&mut self, additional: usize) -> Result<(), AllocError> {
        self.try_reserve(additional)
    }

    #[cold]
    fn shortage(&self, asked: usize) -> Shortage {
        Shortage::values::<u8>(asked, self.chain.capacity().saturating_sub(self.chain.tally().used))
    }
}

/// What the two buffers that can be written to share.
macro_rules! writable {
    ($($name:ty),*) => {$(
        impl $name {
            /// The bytes that were written.
            #[inline]
            #[must_use]
            pub fn as_slice(&self) -> &[u8] {
                self.bytes.as_slice()
            }

            /// The bytes that were written.
            #[inline]
            #[must_use]
            pub fn as_mut_slice(&mut self) -> &mut [u8] {
                self.bytes.as_mut_slice()
            }

            /// All the room that it has now, written or not, in bytes.
            #[inline]
            #[must_use]
            pub fn capacity(&self) -> usize {
                self.bytes.capacity()
            }

            /// Forgets the bytes from `len` on; their room can be written again.
            #[inline]
            pub fn truncate(&mut self, len: usize) {
                self.bytes.truncate(len);
            }

            /// Forgets all bytes; their room can be written again.
            #[inline]
            pub fn clear(&mut self) {
                self.bytes.truncate(0);
            }

            /// Makes it `len` bytes long: cuts it off, or appends as many `byte`s as are missing.
            ///
            /// # Panics
            ///
            /// When there is no room for them; [`try_resize`](Self::try_resize) does not panic.
            #[inline]
            #[track_caller]
            pub fn resize(&mut self, len: usize, byte: u8) {
                let asked = len.saturating_sub(self.len());
                self.try_resize(len, byte).or_panic(Self::NAME, || self.shortage(asked));
            }

            /// Makes it `len` bytes long: cuts it off, or appends as many `byte`s as are missing.
            ///
            /// For a reader that fills a slice:
            ///
            /// ```
            /// # #[cfg(feature = "std")] {
            /// use std::io::Read;
            ///
            /// let ring = arenas::RingAl::new(1024);
            /// let mut buffer = ring.fixed(100).unwrap();
            /// buffer.try_resize(100, 0).unwrap();
            /// let read = (&b"all there is"[..]).read(&mut buffer).unwrap();
            /// buffer.truncate(read);
            /// assert_eq!(buffer, b"all there is");
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// As [`try_extend_from_slice`](Self::try_extend_from_slice); the length has not changed then.
            #[inline]
            pub fn try_resize(&mut self, len: usize, byte: u8) -> Result<(), AllocError> {
                match len.checked_sub(self.len()) {
                    Some(more) => {
                        self.make_room(more)?;
                        self.bytes.append_filled(more, byte);
                    }
                    None => self.truncate(len),
                }
                Ok(())
            }

            /// The room that is not written yet, for code that fills it by other means.
            #[inline]
            #[must_use]
            pub fn spare_capacity_mut(&mut self) -> &mut [MaybeUninit<u8>] {
                self.bytes.spare_mut()
            }

            /// Says that the first `len` bytes are written.
            ///
            /// # Safety
            ///
            /// They must be, and `len` must be at most [`capacity`](Self::capacity).
            #[inline]
            pub unsafe fn set_len(&mut self, len: usize) {
                // SAFETY: the caller's promise.
                unsafe { self.bytes.set_len(len) }
            }
        }

        impl DerefMut for $name {
            #[inline]
            fn deref_mut(&mut self) -> &mut [u8] {
                self.as_mut_slice()
            }
        }

        impl AsMut<[u8]> for $name {
            #[inline]
            fn as_mut(&mut self) -> &mut [u8] {
                self.as_mut_slice()
            }
        }

        impl BorrowMut<[u8]> for $name {
            #[inline]
            fn borrow_mut(&mut self) -> &mut [u8] {
                self.as_mut_slice()
            }
        }

        /// Appends the whole text; an error, and nothing of it, when there is no room.
        impl fmt::Write for $name {
            #[inline]
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.try_extend_from_slice(text.as_bytes()).map_err(|_| fmt::Error)
            }
        }
    )*};
}

writable!(FixedBufMut, ExtBuf<'_>);

/// What all three buffers are as bytes.
macro_rules! bytes {
    ($($name:ty),*) => {$(
        impl Deref for $name {
            type Target = [u8];

            #[inline]
            fn deref(&self) -> &[u8] {
                self.as_slice()
            }
        }

        impl AsRef<[u8]> for $name {
            #[inline]
            fn as_ref(&self) -> &[u8] {
                self.as_slice()
            }
        }

        impl Borrow<[u8]> for $name {
            #[inline]
            fn borrow(&self) -> &[u8] {
                self.as_slice()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_slice(), f)
            }
        }

        impl Eq for $name {}

        impl<Other: AsRef<[u8]> + ?Sized> PartialEq<Other> for $name {
            #[inline]
            fn eq(&self, other: &Other) -> bool {
                self.as_slice() == other.as_ref()
            }
        }

        impl PartialEq<$name> for [u8] {
            #[inline]
            fn eq(&self, other: &$name) -> bool {
                self == other.as_slice()
            }
        }

        impl PartialEq<$name> for &[u8] {
            #[inline]
            fn eq(&self, other: &$name) -> bool {
                *self == other.as_slice()
            }
        }

        impl<const N: usize> PartialEq<$name> for [u8; N] {
            #[inline]
            fn eq(&self, other: &$name) -> bool {
                self == other.as_slice()
            }
        }

        impl PartialOrd for $name {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            #[inline]
            fn cmp(&self, other: &Self) -> Ordering {
                self.as_slice().cmp(other.as_slice())
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_slice().hash(state);
            }
        }

        impl<'bytes> IntoIterator for &'bytes $name {
            type Item = &'bytes u8;
            type IntoIter = core::slice::Iter<'bytes, u8>;

            #[inline]
            fn into_iter(self) -> Self::IntoIter {
                self.as_slice().iter()
            }
        }
    )*};
}

bytes!(FixedBufMut, FixedBuf, ExtBuf<'_>);

impl From<FixedBufMut> for FixedBuf {
    #[inline]
    fn from(buffer: FixedBufMut) -> Self {
        buffer.freeze()
    }
}

/// Takes as many bytes as there is room for: `Ok(0)` when it is full, `WriteZero` from `write_all`.
#[cfg(feature = "std")]
impl io::Write for FixedBufMut {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.bytes.append(bytes))
    }

    // The one that there is by default is a loop around `write`, with every error in view.
    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.bytes.append(bytes) == bytes.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
    }

    #[inline]
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes all bytes or, with [`StorageFull`](io::ErrorKind::StorageFull), none; what was accepted before stays.
#[cfg(feature = "std")]
impl io::Write for ExtBuf<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.try_extend_from_slice(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(_) => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes).map(|_| ())
    }

    #[inline]
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
