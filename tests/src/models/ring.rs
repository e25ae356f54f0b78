//! The ring against a map of intervals and a copy of every byte, checked after each operation.
//!
//! The shadow knows which bytes of the block are taken, so it also knows whether a request must succeed: exactly when
//! some gap is large enough, wherever the ring stands.

use std::io::Write;

use arbitrary::{Arbitrary, Unstructured};
use arenas::{ExtBuf, FixedBuf, FixedBufMut, RingAl, TypedBufMut};

use super::below;

/// The size of the ring.
pub const RING: usize = 4096;

/// Of the guard before each payload, and of what buffers are rounded to together with it.
const GUARD: usize = 8;
const UNIT: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
struct Wide(u8);

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Op {
    Fixed(#[arbitrary(with = size)] usize),
    Ext(#[arbitrary(with = size)] usize),
    Typed(#[arbitrary(with = below::<6, _>)] usize),
    /// Writes so many bytes to one of the buffers that take bytes.
    Write(#[arbitrary(with = below::<64, _>)] usize, #[arbitrary(with = size)] usize),
    Push(#[arbitrary(with = below::<64, _>)] usize),
    Insert(#[arbitrary(with = below::<64, _>)] usize, #[arbitrary(with = below::<5, _>)] usize),
    Remove(#[arbitrary(with = below::<64, _>)] usize, #[arbitrary(with = below::<5, _>)] usize),
    Freeze(#[arbitrary(with = below::<64, _>)] usize),
    Clone(#[arbitrary(with = below::<64, _>)] usize),
    Finalize(#[arbitrary(with = below::<64, _>)] usize),
    Drop(#[arbitrary(with = below::<64, _>)] usize),
    /// Drops everything; then the largest buffer must fit.
    Clear,
}

/// Small as a rule, and sometimes about all that there is.
fn size(program: &mut Unstructured<'_>) -> arbitrary::Result<usize> {
    Ok(match program.arbitrary::<u8>()? {
        0..24 => 3900 + below::<300, usize>(program)?,
        24..64 => below::<2000, _>(program)?,
        _ => below::<300, _>(program)?,
    })
}

enum Buffer<'ring> {
    Fixed(FixedBufMut, Vec<u8>),
    Frozen(FixedBuf, Vec<u8>),
    Ext(ExtBuf<'ring>, Vec<u8>),
    Typed(TypedBufMut<Wide>, Vec<Wide>),
}

fn interval(payload: usize, bytes: usize) -> (usize, usize) {
    let start = payload - GUARD;
    (start, start + (bytes + GUARD).next_multiple_of(UNIT))
}

impl Buffer<'_> {
    /// From its guard to the next.
    fn interval(&self) -> (usize, usize) {
        match self {
            Buffer::Fixed(buffer, _) => interval(buffer.as_ptr().addr(), buffer.capacity()),
            Buffer::Ext(buffer, _) => interval(buffer.as_ptr().addr(), buffer.capacity()),
            Buffer::Typed(buffer, _) => interval(buffer.as_ptr().addr(), buffer.capacity() * size_of::<Wide>()),
            Buffer::Frozen(..) => unreachable!("the capacity of a frozen buffer is kept beside it"),
        }
    }

    fn check(&self) {
        match self {
            Buffer::Fixed(buffer, model) => assert_eq!(buffer, model),
            Buffer::Frozen(buffer, model) => assert_eq!(buffer, model),
            Buffer::Ext(buffer, model) => assert_eq!(buffer, model),
            Buffer::Typed(buffer, model) => assert_eq!(buffer, model),
        }
    }
}

/// What is live in a ring.
pub struct Shadow<'ring> {
    ring: &'ring RingAl,
    /// From the first guard to the last.
    block: (usize, usize),
    /// Each buffer with its interval; clones of a frozen one have the same.
    live: Vec<(Buffer<'ring>, (usize, usize))>,
    next_byte: u8,
}

impl<'ring> Shadow<'ring> {
    /// Of a ring without live buffers.
    pub fn new(ring: &'ring RingAl) -> Self {
        let all = ring.fixed(ring.capacity()).unwrap();
        let block = interval(all.as_ptr().addr(), ring.capacity());
        Self { ring, block, live: Vec::new(), next_byte: 0 }
    }

    /// The free intervals, in order of their addresses.
    fn gaps(&self) -> Vec<(usize, usize)> {
        let mut taken: Vec<_> = self.live.iter().map(|(_, interval)| *interval).collect();
        taken.sort_unstable();
        taken.dedup();
        let mut gaps = Vec::new();
        let mut at = self.block.0;
        for (start, end) in taken {
            assert!(at <= start, "buffers overlap at {start:#x}");
            gaps.push((at, start));
            at = end;
        }
        assert!(at <= self.block.1, "a buffer leaves the block");
        gaps.push((at, self.block.1));
        gaps
    }

    fn fits(&self, bytes: usize, align: usize) -> bool {
        self.gaps().iter().any(|&(start, end)| {
            let payload = (start + GUARD).next_multiple_of(align);
            interval(payload, bytes).1 <= end
        })
    }

    /// Whether a buffer that is at `own` now can have `bytes`: elsewhere, or with the gaps on both of its sides.
    fn can_grow(&self, own: (usize, usize), bytes: usize) -> bool {
        let gaps = self.gaps();
        let before = gaps.iter().find(|gap| gap.1 == own.0).map_or(own.0, |gap| gap.0);
        let after = gaps.iter().rev().find(|gap| gap.0 == own.1).map_or(own.1, |gap| gap.1);
        self.fits(bytes, UNIT) || interval(before + GUARD, bytes).1 <= after
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        self.next_byte = self.next_byte.wrapping_add(1);
        (0..len).map(|i| self.next_byte.wrapping_mul(31) ^ i as u8).collect()
    }

    fn add(&mut self, buffer: Buffer<'ring>) {
        let interval = buffer.interval();
        self.live.push((buffer, interval));
    }

    /// How many handles of buffers are live.
    pub fn live(&self) -> usize {
        self.live.len()
    }

    /// Does it to the ring and to the shadow, and compares them.
    pub fn apply(&mut self, op: &Op) {
        let count = self.live.len();
        let pick = |which: usize| which.checked_rem(count);
        match *op {
            Op::Fixed(size) => {
                let expected = self.fits(size, UNIT);
                let buffer = self.ring.fixed(size);
                assert_eq!(buffer.is_some(), expected, "fixed({size})");
                if let Some(buffer) = buffer {
                    assert_eq!((buffer.len(), buffer.spare()), (0, size));
                    self.add(Buffer::Fixed(buffer, Vec::new()));
                }
            }
            Op::Ext(size) => {
                let expected = self.fits(size, UNIT);
                let buffer = self.ring.extendable(size);
                assert_eq!(buffer.is_some(), expected, "extendable({size})");
                if let Some(buffer) = buffer {
                    self.add(Buffer::Ext(buffer, Vec::new()));
                }
            }
            Op::Typed(count) => {
                let expected = self.fits(count * size_of::<Wide>(), align_of::<Wide>());
                let buffer = self.ring.typed::<Wide>(count);
                assert_eq!(buffer.is_some(), expected, "typed({count})");
                if let Some(buffer) = buffer {
                    assert_eq!(buffer.as_ptr().addr() % align_of::<Wide>(), 0);
                    assert_eq!(buffer.capacity(), count);
                    self.add(Buffer::Typed(buffer, Vec::new()));
                }
            }
            Op::Write(which, len) => {
                let Some(which) = pick(which) else { return };
                let bytes = self.bytes(len);
                let own = self.live[which].1;
                let growable = match &self.live[which].0 {
                    Buffer::Ext(buffer, _) => len <= buffer.spare() || self.can_grow(own, buffer.len() + len),
                    _ => true,
                };
                let (buffer, interval) = &mut self.live[which];
                match buffer {
                    Buffer::Fixed(buffer, model) => {
                        let expected = len.min(buffer.spare());
                        assert_eq!(buffer.write(&bytes).unwrap(), expected);
                        model.extend_from_slice(&bytes[..expected]);
                    }
                    Buffer::Ext(buffer, model) => match buffer.write(&bytes) {
                        Ok(written) => {
                            assert!(growable, "it grew where no room is");
                            assert_eq!(written, len);
                            model.extend_from_slice(&bytes);
                        }
                        Err(error) => {
                            assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
                            assert!(!growable, "{len} more bytes fit");
                        }
                    },
                    _ => return,
                }
                *interval = buffer.interval();
            }
            Op::Push(which) => {
                let Some(which) = pick(which) else { return };
                let value = Wide(which as u8 ^ 0x5a);
                if let Buffer::Typed(buffer, model) = &mut self.live[which].0 {
                    let expected = if model.len() < buffer.capacity() { None } else { Some(value) };
                    assert_eq!(buffer.push(value), expected);
                    if expected.is_none() {
                        model.push(value);
                    }
                }
            }
            Op::Insert(which, at) => {
                let Some(which) = pick(which) else { return };
                let value = Wide(at as u8);
                if let Buffer::Typed(buffer, model) = &mut self.live[which].0 {
                    let fits = model.len() < buffer.capacity() && at <= model.len();
                    assert_eq!(buffer.insert(value, at), if fits { None } else { Some(value) });
                    if fits {
                        model.insert(at, value);
                    }
                }
            }
            Op::Remove(which, at) => {
                let Some(which) = pick(which) else { return };
                if let Buffer::Typed(buffer, model) = &mut self.live[which].0 {
                    let inside = at < model.len();
                    if which % 2 == 0 {
                        assert_eq!(buffer.remove(at), inside.then(|| model.remove(at)));
                    } else {
                        assert_eq!(buffer.swap_remove(at), inside.then(|| model.swap_remove(at)));
                    }
                }
            }
            Op::Freeze(which) => {
                let Some(which) = pick(which) else { return };
                if let (Buffer::Fixed(..), _) = self.live[which] {
                    let (Buffer::Fixed(buffer, model), interval) = self.live.swap_remove(which) else { unreachable!() };
                    self.live.push((Buffer::Frozen(buffer.freeze(), model), interval));
                }
            }
            Op::Clone(which) => {
                let Some(which) = pick(which) else { return };
                if let (Buffer::Frozen(buffer, model), interval) = &self.live[which] {
                    let copy = (Buffer::Frozen(buffer.clone(), model.clone()), *interval);
                    self.live.push(copy);
                }
            }
            Op::Finalize(which) => {
                let Some(which) = pick(which) else { return };
                if let (Buffer::Ext(..), _) = self.live[which] {
                    let (Buffer::Ext(buffer, model), _) = self.live.swap_remove(which) else { unreachable!() };
                    self.add(Buffer::Fixed(buffer.finalize(), model));
                }
            }
            Op::Drop(which) => {
                let Some(which) = pick(which) else { return };
                self.live.swap_remove(which);
            }
            Op::Clear => {
                self.live.clear();
                assert!(self.ring.fixed(self.ring.capacity()).is_some(), "nothing is live, and all of it does not fit");
            }
        }
        self.check();
    }

    fn check(&self) {
        self.ring.check();
        for (buffer, _) in &self.live {
            buffer.check();
        }
        self.gaps();
        let stats = self.ring.stats();
        assert_eq!(stats.used + stats.padding + stats.free + stats.metadata, stats.reserved);
        let mut intervals: Vec<_> = self.live.iter().map(|(_, interval)| *interval).collect();
        intervals.sort_unstable();
        intervals.dedup();
        assert_eq!(stats.allocations, Some(intervals.len() as u64));
        assert_eq!(stats.used, intervals.iter().map(|(start, end)| end - start - GUARD).sum::<usize>());
    }
}

/// Runs a program in a ring of 4096 bytes.
pub fn run(ops: &[Op]) {
    let ring = RingAl::new(RING);
    let mut shadow = Shadow::new(&ring);
    for op in ops {
        shadow.apply(op);
    }
}
