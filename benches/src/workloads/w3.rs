//! W3: vectors that grow inside an arena.

use allocator_api2::vec::Vec as VecIn;

use crate::{
    sink::sink,
    table::{Case, Clock, Peer},
};

/// Pushes into one vector, and in all.
const LONG: usize = 1_000_000;
/// Pushes into each of the small vectors, which go one after the other.
const SHORT: usize = 64;
/// Small vectors between two resets.
const MANY: usize = 256;
/// Vectors that grow in turns.
const TURNS: usize = 8;

type UpBump = bump_scope::Bump;
type Down8 = bump_scope::Bump<bump_scope::alloc::Global, bump_scope::settings::BumpSettings<8, false>>;

/// One vector at a time: `LONG` pushes into each.
macro_rules! one {
    ($arena:expr, |$a:ident| $new:expr, $reset:expr) => {{
        #[allow(unused_mut, unused_variables, reason = "the vectors without an arena have nothing to reset")]
        let mut $a = $arena;
        Box::new(move |n| {
            let (mut left, mut sum) = (n, 0_u64);
            while left > 0 {
                let len = left.min(LONG);
                {
                    let mut values = $new;
                    for value in 0..len as u32 {
                        values.push(value);
                        sink(&raw const values);
                    }
                    sum = sum.wrapping_add(u64::from(values[len / 2]) + values.len() as u64);
                }
                $reset;
                left -= len;
            }
            sum
        })
    }};
}

/// Small vectors, each dropped before the next one starts.
macro_rules! small {
    ($arena:expr, |$a:ident| $new:expr, $reset:expr) => {{
        #[allow(unused_mut, unused_variables, reason = "the vectors without an arena have nothing to reset")]
        let mut $a = $arena;
        Box::new(move |n| {
            let mut sum = 0_u64;
            for round in 0..n / SHORT {
                {
                    let mut values = $new;
                    for value in 0..SHORT as u32 {
                        values.push(value);
                        sink(&raw const values);
                    }
                    sum = sum.wrapping_add(u64::from(values[SHORT / 2]));
                }
                if round % MANY == MANY - 1 {
                    $reset;
                }
            }
            sum
        })
    }};
}

/// Eight vectors that grow in turns, so that none is the newest for long.
macro_rules! turns {
    ($arena:expr, |$a:ident| $new:expr, $reset:expr) => {{
        #[allow(unused_mut, unused_variables, reason = "the vectors without an arena have nothing to reset")]
        let mut $a = $arena;
        Box::new(move |n| {
            let (mut left, mut sum) = (n, 0_u64);
            while left > 0 {
                let len = left.min(LONG);
                {
                    let mut all: [_; TURNS] = core::array::from_fn(|_| $new);
                    for value in 0..(len / TURNS) as u32 {
                        for values in &mut all {
                            values.push(value);
                            sink(&raw const *values);
                        }
                    }
                    sum = all.iter().fold(sum, |sum, values| sum.wrapping_add(values.len() as u64));
                }
                $reset;
                left -= len;
            }
            sum
        })
    }};
}

macro_rules! peers {
    ($grow:ident) => {
        vec![
            Peer::floor("std Vec::with_capacity", || $grow!((), |arena| Vec::with_capacity(LONG), ())),
            Peer::ours("BlinkAlloc, allocator-api2 Vec", || {
                $grow!(arenas::BlinkAlloc::new(), |arena| VecIn::new_in(&arena), arena.reset())
            }),
            Peer::other("bump-scope, BumpVec", || {
                $grow!(UpBump::new(), |arena| bump_scope::BumpVec::new_in(&arena), arena.reset())
            }),
            Peer::other("bump-scope, down, BumpVec", || {
                $grow!(Down8::new(), |arena| bump_scope::BumpVec::new_in(&arena), arena.reset())
            }),
            Peer::other("bump-scope, allocator-api2 Vec", || {
                $grow!(UpBump::new(), |arena| VecIn::new_in(&arena), arena.reset())
            }),
            Peer::other("blink-alloc, allocator-api2 Vec", || {
                $grow!(
                    blink_alloc::BlinkAlloc::new(),
                    |arena| allocator_api2_04::vec::Vec::new_in(&arena),
                    arena.reset()
                )
            }),
            Peer::other("bumpalo, collections::Vec", || {
                $grow!(bumpalo::Bump::new(), |arena| bumpalo::collections::Vec::new_in(&arena), arena.reset())
            }),
            Peer::other("bumpalo, allocator-api2 Vec", || {
                $grow!(bumpalo::Bump::new(), |arena| VecIn::new_in(&arena), arena.reset())
            }),
            Peer::other("oxc_allocator, Vec", || {
                $grow!(oxc_allocator::Allocator::new(), |arena| oxc_allocator::Vec::new_in(&&arena), arena.reset())
            }),
            Peer::other("std Vec, system malloc", || $grow!((), |arena| Vec::new(), ())),
            Peer::other("mimalloc, allocator-api2 Vec", || {
                $grow!((), |arena| VecIn::new_in(super::heaps::Mimalloc), ())
            }),
        ]
    };
}

/// The cases of this workload.
pub fn cases() -> Vec<Case> {
    let case = |id, title, counted, peers| Case {
        id,
        workload: "W3",
        title,
        unit: "push",
        ops: LONG,
        counted: Some(counted),
        clock: Clock::Thread,
        peers,
    };
    vec![
        case("w3", "a million u32 pushed into one vector", LONG, peers!(one)),
        case("w3s", "vectors of 64 u32, each dropped before the next one", 131_072, peers!(small)),
        case("w3i", "a million u32 pushed into eight vectors in turns", LONG, peers!(turns)),
    ]
}
