//! Reads files.

use super::walk::Source;
use arenas::{FixedBufMut, RingAl};
use core::ops::Deref;
use core::str::Utf8Error;
use std::fs::File;
use std::io::{self, Read};

/// The ring of a thread: room for most files, and little beside an index.
const RING: usize = 128 << 10;

/// Why a file is left out.
#[derive(Debug)]
pub(crate) enum Unusable {
    Unreadable(io::Error),
    NotUtf8,
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl From<Utf8Error> for Unusable {
    fn from(_: Utf8Error) -> Self {
        Self::NotUtf8
    }
}

/// What a file holds. The bytes are owned, and go back where they came from when they are dropped.
pub(crate) enum Bytes {
    Ring(FixedBufMut),
    Heap(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Ring(bytes) => bytes,
            Self::Heap(bytes) => bytes,
        }
    }
}

/// Reads the files of one thread into the buffers of a ring.
pub(crate) struct Reader {
    ring: RingAl,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self { ring: RingAl::new(RING) }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or has grown since it was found.
    pub(crate) fn read(&self, source: &Source) -> io::Result<Bytes> {
        let room = room_for(source);
        match self.ring.fixed(room) {
            Some(mut bytes) => {
                bytes.resize(room, 0);
                let len = fill(source, &mut bytes)?;
                bytes.truncate(len);
                Ok(Bytes::Ring(bytes))
            }
            // Larger than the ring: such a file has memory of its own, and only while it is indexed.
            None => {
                let mut bytes = Vec::new();
                read_into(source, &mut bytes)?;
                Ok(Bytes::Heap(bytes))
            }
        }
    }
}

/// Reads a file into `bytes`, replacing what is there.
///
/// # Errors
///
/// It cannot be read, or has grown since it was found.
pub(crate) fn read_into(source: &Source, bytes: &mut Vec<u8>) -> io::Result<()> {
    let room = room_for(source);
    bytes.clear();
    bytes.try_reserve_exact(room)?;
    let len = File::open(&source.path)?.take(room as u64).read_to_end(bytes)?;
    if len < room { Ok(()) } else { Err(grew()) }
}

/// One byte more than the file had when it was found, so that its end is seen.
fn room_for(source: &Source) -> usize {
    usize::try_from(source.bytes.saturating_add(1)).unwrap_or(usize::MAX)
}

/// Reads a whole file into `room`, and returns its length.
fn fill(source: &Source, room: &mut [u8]) -> io::Result<usize> {
    let mut file = File::open(&source.path)?;
    let mut len = 0;
    while len < room.len() {
        match file.read(&mut room[len..]) {
            Ok(0) => return Ok(len),
            Ok(read) => len += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Err(grew())
}

/// The index was sized by what the walk saw.
fn grew() -> io::Error {
    io::Error::other("grew while it was read")
}
