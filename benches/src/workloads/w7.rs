//! W7: buffers of 64 to 1,500 bytes that live for 32 allocations.

use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
};

use bytes::BytesMut;

use crate::{
    random::Random,
    table::{Case, Clock, Peer, Run},
};

/// Buffers that live at a time.
const WINDOW: usize = 32;
/// Bytes of a ring, of which the window takes up to three quarters.
const RING: usize = 64 << 10;
/// The longest buffer.
const LONGEST: usize = 1_500;
/// Sizes in the table: many, or the branch predictor learns them.
const SIZES: usize = 1 << 16;

/// Something that buffers come from.
trait Source: Sized + 'static {
    type Buffer: 'static;
    fn new(ring_bytes: usize) -> Self;
    /// A buffer for `size` bytes, with `bytes` at its start. Nothing while there is no room.
    fn take(&mut self, size: usize, bytes: &[u8]) -> Option<Self::Buffer>;
    /// The first bytes.
    fn read(buffer: &Self::Buffer) -> u64;
    fn give(&mut self, buffer: Self::Buffer) {
        drop(buffer);
    }
}

#[inline(always)]
fn first(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
}

struct Ours(arenas::RingAl);

impl Source for Ours {
    type Buffer = arenas::FixedBufMut;

    fn new(ring_bytes: usize) -> Self {
        Self(arenas::RingAl::new(ring_bytes))
    }
    #[inline(always)]
    fn take(&mut self, size: usize, bytes: &[u8]) -> Option<Self::Buffer> {
        let mut buffer = self.0.fixed(size)?;
        buffer.write_all(bytes).ok()?;
        Some(buffer)
    }
    #[inline(always)]
    fn read(buffer: &Self::Buffer) -> u64 {
        first(buffer)
    }
}

struct RingAl(ringal::RingAl);

impl Source for RingAl {
    type Buffer = ringal::FixedBufMut;

    fn new(ring_bytes: usize) -> Self {
        Self(ringal::RingAl::new(ring_bytes))
    }
    #[inline(always)]
    fn take(&mut self, size: usize, bytes: &[u8]) -> Option<Self::Buffer> {
        let mut buffer = self.0.fixed(size)?;
        buffer.write_all(bytes).ok()?;
        Some(buffer)
    }
    #[inline(always)]
    fn read(buffer: &Self::Buffer) -> u64 {
        first(buffer)
    }
}

/// A vector of its own for each buffer.
struct Vectors;

impl Source for Vectors {
    type Buffer = Vec<u8>;

    fn new(_: usize) -> Self {
        Self
    }
    #[inline(always)]
    fn take(&mut self, size: usize, bytes: &[u8]) -> Option<Self::Buffer> {
        let mut buffer = Vec::with_capacity(size);
        buffer.extend_from_slice(bytes);
        Some(buffer)
    }
    #[inline(always)]
    fn read(buffer: &Self::Buffer) -> u64 {
        first(buffer)
    }
}

/// The same from mimalloc.
struct MimallocVectors;

impl Source for MimallocVectors {
    type Buffer = allocator_api2::vec::Vec<u8, super::heaps::Mimalloc>;

    fn new(_: usize) -> Self {
        Self
    }
    #[inline(always)]
    fn take(&mut self, size: usize, bytes: &[u8]) -> Option<Self::Buffer> {
        let mut buffer = allocator_api2::vec::Vec::with_capacity_in(size, super::heaps::Mimalloc);
        // Its `extend_from_slice` goes byte by byte on a stable compiler, which has nothing to do with the allocator.
        let place: *mut u8 = buffer.as_mut_ptr();
        // SAFETY: nobody asks for more bytes than there is capacity for.
        unsafe { bytes.as_ptr().copy_to_nonoverlapping(place, bytes.len()) };
        // SAFETY: they were just written.
        unsafe { buffer.set_len(bytes.len()) };
        Some(buffer)
    }
    #[inline(always)]
    fn read(buffer: &Self::Buffer) -> u64 {
        first(buffer)
    }
}

/// What a program writes by itself: a stack of vectors that are used again.
struct Stack(Vec<Vec<u8>>);

impl Source for Stack {
    type Buffer = Vec<u8>;

    fn new(_: usize) -> Self {
        Self(Vec::new())
    }
    #[inline(always)]
    fn take(&mut self, _: usize, bytes: &[u8]) -> Option<Self::Buffer> {
        let mut buffer = self.0.pop().unwrap_or_else(|| Vec::with_capacity(LONGEST));
        buffer.clear();
        buffer.extend_from_slice(bytes);
        Some(buffer)
    }
    #[inline(always)]
    fn read(buffer: &Self::Buffer) -> u64 {
        first(buffer)
    }
    #[inline(always)]
    fn give(&mut self, buffer: Self::Buffer) {
        self.0.push(buffer);
    }
}

/// Pieces of a shared allocation of the size of the ring.
struct Pieces {
    chunk: BytesMut,
    bytes: usize,
}

impl Source for Pieces {
    type Buffer = BytesMut;

    fn new(ring_bytes: usize) -> Self {
        Self { chunk: BytesMut::with_capacity(ring_bytes), bytes: ring_bytes }
    }
    #[inline(always)]
    fn take(&mut self, size: usize, bytes: &[u8]) -> Option<Self::Buffer> {
        if self.chunk.capacity() < size {
            self.chunk = BytesMut::with_capacity(self.bytes);
        }
        // SAFETY: so many bytes are there, and those which are not written just below are never read.
        unsafe { self.chunk.set_len(size) };
        let mut buffer = self.chunk.split();
        buffer[..bytes.len()].copy_from_slice(bytes);
        Some(buffer)
    }
    #[inline(always)]
    fn read(buffer: &Self::Buffer) -> u64 {
        first(buffer)
    }
}

/// No allocator: a pointer that runs around, and does not look who lives there.
struct Around {
    memory: Box<[u8]>,
    next: usize,
}

impl Source for Around {
    type Buffer = u64;

    fn new(ring_bytes: usize) -> Self {
        Self { memory: vec![0; ring_bytes].into(), next: 0 }
    }
    #[inline(always)]
    fn take(&mut self, size: usize, bytes: &[u8]) -> Option<Self::Buffer> {
        if self.next + size > self.memory.len() {
            self.next = 0;
        }
        let place = &mut self.memory[self.next..self.next + size];
        self.next += size.next_multiple_of(8);
        place[..bytes.len()].copy_from_slice(bytes);
        Some(first(place))
    }
    #[inline(always)]
    fn read(buffer: &Self::Buffer) -> u64 {
        *buffer
    }
}

fn sizes() -> Vec<usize> {
    let mut random = Random::new(7);
    (0..SIZES).map(|_| 64 + random.below(LONGEST - 63)).collect()
}

/// The window moves on by one buffer per operation. The whole buffer is filled, or only eight bytes are written.
fn run<S: Source, const WHOLE: bool>() -> Run {
    let mut source = S::new(RING);
    let sizes = sizes();
    let mut payload = vec![7_u8; LONGEST];
    let mut window: [Option<S::Buffer>; WINDOW] = [const { None }; WINDOW];
    Box::new(move |n| {
        let mut sum = 0_u64;
        for i in 0..n {
            let size = sizes[i % SIZES];
            let place = &mut window[i % WINDOW];
            if let Some(old) = place.take() {
                sum = sum.wrapping_add(S::read(&old));
                source.give(old);
            }
            payload[..8].copy_from_slice(&(i as u64).to_le_bytes());
            let bytes = if WHOLE { &payload[..size] } else { &payload[..8] };
            *place = Some(source.take(size, bytes).expect("the window is smaller than the ring"));
        }
        for place in &mut window {
            if let Some(old) = place.take() {
                sum = sum.wrapping_add(S::read(&old));
                source.give(old);
            }
        }
        sum
    })
}

/// As with eight bytes, but every fourth buffer is released on another thread.
fn across<S: Source>() -> Run
where
    S::Buffer: Send,
{
    // Room for what waits for the other thread.
    let mut source = S::new(4 * RING);
    let sizes = sizes();
    let mut window: [Option<S::Buffer>; WINDOW] = [const { None }; WINDOW];
    let (sender, receiver): (SyncSender<S::Buffer>, _) = sync_channel(64);
    let done = Arc::new(AtomicU64::new(0));
    let sums = Arc::new(AtomicU64::new(0));
    {
        let (done, sums) = (Arc::clone(&done), Arc::clone(&sums));
        thread::spawn(move || {
            for buffer in receiver {
                // ORDERING: the counter below publishes the sum.
                sums.fetch_add(S::read(&buffer), Ordering::Relaxed);
                drop(buffer);
                // ORDERING: pairs with the load that waits for it.
                done.fetch_add(1, Ordering::Release);
            }
        });
    }
    let mut sent = 0;
    Box::new(move |n| {
        let mut sum = 0_u64;
        let mut release = |i: usize, old: S::Buffer| {
            if i.is_multiple_of(4) {
                sent += 1;
                sender.send(old).expect("the other thread lives");
            } else {
                sum = sum.wrapping_add(S::read(&old));
            }
        };
        for i in 0..n {
            let size = sizes[i % SIZES];
            let place = &mut window[i % WINDOW];
            if let Some(old) = place.take() {
                release(i, old);
            }
            let bytes = (i as u64).to_le_bytes();
            *place = loop {
                match source.take(size, &bytes) {
                    Some(buffer) => break Some(buffer),
                    None => thread::yield_now(),
                }
            };
        }
        for (i, place) in window.iter_mut().enumerate() {
            if let Some(old) = place.take() {
                release(i, old);
            }
        }
        // ORDERING: pairs with the other thread's addition, and so its sums are there.
        while done.load(Ordering::Acquire) < sent {
            thread::yield_now();
        }
        // ORDERING: the other thread has done all that it was sent.
        sum.wrapping_add(sums.swap(0, Ordering::Relaxed))
    })
}

fn peers<const WHOLE: bool>() -> Vec<Peer> {
    vec![
        Peer::floor("wrapping pointer, nobody looks who lives there", run::<Around, WHOLE>),
        Peer::ours("RingAl", run::<Ours, WHOLE>),
        Peer::other("ringal", run::<RingAl, WHOLE>),
        Peer::other("mimalloc, Vec", run::<MimallocVectors, WHOLE>),
        Peer::other("stack of used Vecs", run::<Stack, WHOLE>),
        Peer::other("bytes, BytesMut", run::<Pieces, WHOLE>),
        Peer::other("system malloc, Vec", run::<Vectors, WHOLE>),
    ]
}

/// The cases of this workload.
pub fn cases() -> Vec<Case> {
    let case = |id, title, ops, counted, clock, peers| Case {
        id,
        workload: "W7",
        title,
        unit: "buffer",
        ops,
        counted,
        clock,
        peers,
    };
    vec![
        case(
            "w7h",
            "buffers of 64 to 1,500 bytes, 32 live, 8 bytes written: the allocator alone",
            1_000_000,
            Some(100_000),
            Clock::Thread,
            peers::<false>(),
        ),
        case(
            "w7",
            "buffers of 64 to 1,500 bytes, 32 live, all bytes written",
            1_000_000,
            Some(100_000),
            Clock::Thread,
            peers::<true>(),
        ),
        case(
            "w7x",
            "as with 8 bytes, and every fourth buffer is released on another thread",
            20_000,
            None,
            Clock::Wall,
            vec![
                Peer::ours("RingAl", across::<Ours>),
                Peer::other("ringal", across::<RingAl>),
                Peer::other("mimalloc, Vec", across::<MimallocVectors>),
                Peer::other("bytes, BytesMut", across::<Pieces>),
                Peer::other("system malloc, Vec", across::<Vectors>),
            ],
        ),
    ]
}
