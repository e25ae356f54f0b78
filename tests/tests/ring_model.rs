//! Random programs in a ring, against a map of intervals and a copy of every byte.
//
// Contract: C9, G2, G3, G4, G6, G10

use std::io::Write;

use arenas::RingAl;
use arenas_tests::models::ring::{Op, RING, Shadow, run};
use proptest::prelude::*;

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
        run(&ops);
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
            _ if shadow.live() > 12 => Op::Drop(which),
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
