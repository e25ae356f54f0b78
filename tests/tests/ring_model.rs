//! The ring against a map of intervals and a copy of every byte, checked after each operation.
//!
//! The shadow knows which bytes of the block are taken, so it also knows whether a request must succeed: exactly when
//! some gap is large enough, wherever the ring stands.
//
// Contract: C9, G2, G3, G4, G6, G10

use std::io::Write;

use arenas::{ExtBuf, FixedBuf, FixedBufMut, RingAl, TypedBufMut};
use proptest::prelude::*;

const RING: usize = 4096;

/// Of the guard before each payload, and of what buffers are rounded to together with it.
const GUARD: usize = 8;
const UNIT: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
struct Wide(u8);

#[derive(Clone, Debug)]
enum Op {
    Fixed(usize),
    Ext(usize),
    Typed(usize),
    /// Writes so many bytes to one of the buffers that take bytes.
    Write(usize, usize),
    Push(usize),
    Insert(usize, usize),
    Remove(usize, usize),
    Freeze(usize),
    Clone(usize),
    Finalize(usize),
    Drop(usize),
    /// Drops everything; then the largest buffer must fit.
    Clear,
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

struct Shadow<'ring> {
    ring: &'ring RingAl,
    /// From the first guard to the last.
    block: (usize, usize),
    /// Each buffer with its interval; clones of a frozen one have the same.
    live: Vec<(Buffer<'ring>, (usize, usize))>,
    next_byte: u8,
}

impl<'ring> Shadow<'ring> {
    fn new(ring: &'ring RingAl) -> Self {
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

    fn apply(&mut self, op: &Op) {
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

fn op() -> impl Strategy<Value = Op> {
    let which = 0..64usize;
    let size = prop_oneof![6 => 0..300usize, 2 => 0..2000usize, 1 => 3900..4200usize];
    prop_oneof![
        5 => size.clone().prop_map(Op::Fixed),
        3 => size.clone().prop_map(Op::Ext),
        3 => (0..6usize).prop_map(Op::Typed),
        8 => (which.clone(), size).prop_map(|(which, len)| Op::Write(which, len)),
        2 => which.clone().prop_map(Op::Push),
        2 => (which.clone(), 0..5usize).prop_map(|(which, at)| Op::Insert(which, at)),
        2 => (which.clone(), 0..5usize).prop_map(|(which, at)| Op::Remove(which, at)),
        2 => which.clone().prop_map(Op::Freeze),
        1 => which.clone().prop_map(Op::Clone),
        2 => which.clone().prop_map(Op::Finalize),
        8 => which.prop_map(Op::Drop),
        1 => Just(Op::Clear),
    ]
}

proptest! {
    #![proptest_config(arenas_tests::models::config(100))]

    #[test]
    fn the_ring_agrees_with_its_shadow(ops in prop::collection::vec(op(), 1..200)) {
        let ring = RingAl::new(RING);
        let mut shadow = Shadow::new(&ring);
        for op in &ops {
            shadow.apply(op);
        }
    }
}

/// xorshift64*, from Marsaglia, "Xorshift RNGs" (2003).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((u128::from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)) * limit as u128) >> 64) as usize
    }
}

#[test]
fn four_hundred_thousand_steps_keep_every_byte() {
    let ring = RingAl::new(RING);
    let mut shadow = Shadow::new(&ring);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..400_000 {
        let (which, size) = (random.below(64), random.below(400));
        let op = match random.below(40) {
            // Keep a handful alive.
            _ if shadow.live.len() > 12 => Op::Drop(which),
            0..8 => Op::Fixed(size),
            8..12 => Op::Ext(size / 2),
            12..15 => Op::Typed(random.below(5)),
            15..23 => Op::Write(which, size),
            23..25 => Op::Push(which),
            25 => Op::Insert(which, random.below(5)),
            26 => Op::Remove(which, random.below(5)),
            27..29 => Op::Freeze(which),
            29 => Op::Clone(which),
            30..32 => Op::Finalize(which),
            32 if random.below(50) == 0 => Op::Clear,
            _ => Op::Drop(which),
        };
        shadow.apply(&op);
    }
}

/// 20,000 runs of random writes to one extendable buffer, beside a live one or not.
#[test]
fn an_extendable_buffer_keeps_its_bytes_wherever_it_moves() {
    let mut random = Random(7);
    let mut moved = 0;
    for _ in 0..20_000 {
        let ring = RingAl::new(1024);
        // Stand somewhere in the ring, with a live buffer somewhere.
        drop(ring.fixed(random.below(700)));
        let beside = ring.fixed(random.below(200));
        drop(ring.fixed(random.below(200)));
        let mut buffer = ring.extendable(random.below(100)).unwrap();
        let mut model = Vec::new();
        let start = buffer.as_ptr();
        for round in 0..10u8 {
            let bytes = vec![round ^ 0x33; random.below(150)];
            if buffer.write(&bytes).is_ok() {
                model.extend_from_slice(&bytes);
            }
            assert_eq!(buffer, model);
            ring.check();
        }
        moved += u32::from(buffer.as_ptr() != start);
        let done = buffer.finalize();
        let mut rest = Vec::new();
        while let Some(mut other) = ring.fixed(20) {
            other.write_all(&[0xee; 20]).unwrap();
            rest.push(other);
        }
        assert_eq!(done, model);
        drop(beside);
    }
    assert!(moved > 1000, "only {moved} runs moved the buffer");
}
