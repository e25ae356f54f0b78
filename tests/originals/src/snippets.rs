//! The defects, by the numbers of the tests `defect_NN_…`.

use std::cell::Cell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use blink_alloc::{Blink, BlinkAlloc, BlinkAllocCache, SyncBlinkAlloc};
use ringal::RingAl;

use crate::{LIVE, REQUESTS};

/// One defect.
pub(crate) struct Snippet {
    pub(crate) number: u32,
    /// The crate that has it.
    pub(crate) of: &'static str,
    /// What is done.
    pub(crate) what: &'static str,
    /// The build in which it shows.
    pub(crate) build: &'static str,
    /// Does it, and says what came of it.
    pub(crate) run: fn() -> String,
}

const FAST: &str = "not on the registry";
const REGION: &str = "bitcoin-arena 0.1.2";

/// The defects without a snippet, and why.
pub(crate) const NOT_RUN: &[(u32, &str, &str)] = &[
    (6, "bitena 0.1.2", "not run: reads uninitialised memory, which only Miri sees"),
    (10, "fast-bump", FAST),
    (11, "fast-bump", FAST),
    (12, "fast-bump", FAST),
    (13, "fast-bump", FAST),
    (14, "fast-bump", FAST),
    (15, "fast-bump", FAST),
    (16, "fast-bump", FAST),
    (17, "fast-bump", FAST),
    (18, "fast-bump", FAST),
    (
        30,
        "blink-alloc 0.4.0",
        "by reading: a slice is reached through a reference to its header, which only an aliasing model sees",
    ),
    (42, "ringal 0.4.0", "by reading: a guard is released by a relaxed store, a data race on its payload"),
    (35, REGION, "by reading: a compile error, `walk` names a field that is not there, behind `cfg(ARENA_DEBUG)`"),
    (36, REGION, "by reading: a compile error, it is `!Send` because its base is a raw pointer"),
];

thread_local!(static DROPS: Cell<usize> = const { Cell::new(0) });

/// Counts its drops.
struct Counted(#[allow(dead_code)] Box<u8>);

impl Counted {
    fn new() -> Self {
        Self(Box::new(1))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        DROPS.set(DROPS.get() + 1);
    }
}

fn drops() -> usize {
    DROPS.get()
}

fn text() -> String {
    "a text that is on the heap".repeat(2)
}

fn filled(ring: &mut RingAl, size: usize, byte: u8) -> Option<ringal::FixedBufMut> {
    let mut buffer = ring.fixed(size)?;
    let bytes = vec![byte; buffer.spare()];
    buffer.write_all(&bytes).ok()?;
    Some(buffer)
}

macro_rules! snippets {
    ($($number:literal $of:literal $build:literal $what:literal $run:expr;)*) => {
        pub(crate) const ALL: &[Snippet] = &[
            $(Snippet { number: $number, of: $of, what: $what, build: $build, run: $run },)*
        ];
    };
}

use bitena::Bitena;

snippets! {
    1 "bitena 0.1.2" "asan" "`alloc_slice(String, 3)[0]` is read" || {
        let arena = Bitena::new(1024).unwrap();
        let slice = arena.alloc_slice(text(), 3);
        format!("reads {:?}", &slice[0][..4])
    };
    2 "bitena 0.1.2" "asan" "one of `alloc_slice(Box::new(7), 2)` is replaced" || {
        let arena = Bitena::new(1024).unwrap();
        let slice = arena.alloc_slice(Box::new(7), 2);
        slice[0] = Box::new(8);
        slice[1] = Box::new(9);
        "both were replaced".into()
    };
    3 "bitena 0.1.2" "release" "`try_alloc_slice(0u64, (1 << 61) + 1)` in 1024 bytes" || {
        let arena = Bitena::new(1024).unwrap();
        match arena.try_alloc_slice(0u64, (1 << 61) + 1) {
            Ok(slice) => format!("`Ok`: a slice of {} elements", slice.len()),
            Err(_) => "an error".into(),
        }
    };
    4 "bitena 0.1.2" "dev" "`alloc(())`" || {
        Bitena::new(1024).unwrap().alloc(());
        "it is taken".into()
    };
    5 "bitena 0.1.2" "dev" "`Bitena::new(0)`, which returns a `Result`" || {
        format!("returns, as {}", if Bitena::new(0).is_ok() { "Ok" } else { "Err" })
    };
    7 "bitena 0.1.2" "dev" "`alloc(Box)`, then `reset()`" || {
        let mut arena = Bitena::new(1024).unwrap();
        arena.alloc(Counted::new());
        arena.reset();
        format!("{} of 1 value dropped", drops())
    };
    8 "bitena 0.1.2" "dev" "a value of size and alignment 64 in 64 bytes, 1000 times" || {
        #[repr(align(64))]
        struct Line([u8; 64]);
        let mut between = Vec::new();
        let fits = (0..1000).filter(|round| {
            between.push(vec![0u8; round % 97]);
            let arena = Bitena::new(64).unwrap();
            arena.try_alloc(Line([1; 64])).is_ok_and(|line| line.0[0] == 1)
        });
        format!("fits {} times", fits.count())
    };
    9 "bitena 0.1.2" "dev" "`try_alloc` of a value that does not fit" || {
        let arena = Bitena::new(16).unwrap();
        let refused = arena.try_alloc([const { None::<Counted> }; 16].map(|_| Some(Counted::new()))).is_err();
        format!("refused: {refused}; {} of 16 parts of the value are destroyed", drops())
    };
    19 "blink-alloc 0.4.0" "release" "8 times `with_fallible` of a `u8` whose error is a `u64`" || {
        let blink = Blink::new();
        let values: Vec<_> =
            (0..8u8).map(|n| blink.emplace::<u8>().with_fallible(|| Ok::<u8, u64>(n)).unwrap()).collect();
        let lost = values.iter().zip(0..8u8).filter(|(value, n)| ***value != *n).count();
        format!("{lost} of 8 values are others")
    };
    20 "blink-alloc 0.4.0" "dev" "a `Blink` that holds an `Rc` is sent to a thread" || {
        fn is_send<T: Send>(_: &T) -> bool {
            true
        }
        let blink: Blink = Blink::new();
        blink.put(Rc::new(1));
        format!("compiles: Send is {}", is_send(&blink))
    };
    21 "blink-alloc 0.4.0" "dev" "`emplace_shared().value(v)` of 4 values, then `reset()`" || {
        let mut blink = Blink::new();
        (0..4).for_each(|_| _ = blink.emplace_shared().value(Counted::new()));
        blink.reset();
        format!("{} of 4 values dropped", drops())
    };
    22 "blink-alloc 0.4.0" "dev" "`from_iter` of 5 values of no size, then `reset()`" || {
        struct Nothing;
        impl Drop for Nothing {
            fn drop(&mut self) {
                DROPS.set(DROPS.get() + 1);
            }
        }
        let mut blink = Blink::new();
        blink.emplace().from_iter((0..5).map(|_| Nothing));
        blink.reset();
        format!("{} drops", drops())
    };
    23 "blink-alloc 0.4.0" "dev" "a cache of 10 allocators is dropped" || {
        let before = LIVE.load(Relaxed);
        let cache = BlinkAllocCache::new();
        for _ in 0..10 {
            let blink = BlinkAlloc::new();
            blink.allocate(std::alloc::Layout::new::<[u8; 80_000]>()).unwrap();
            cache.push(blink);
        }
        drop(cache);
        format!("{} bytes lost", LIVE.load(Relaxed) - before)
    };
    24 "blink-alloc 0.4.0" "dev" "as a global allocator: a block of 8 bytes grows to 64" || {
        use std::alloc::{GlobalAlloc, Layout};
        let global = blink_alloc::GlobalBlinkAlloc::new();
        let layout = Layout::new::<u64>();
        // SAFETY: a layout that is not empty.
        let block = unsafe { global.alloc(layout) };
        // SAFETY: allocated above.
        let grown = unsafe { global.realloc(block, layout, 64) };
        format!("it grows: {}", !grown.is_null())
    };
    25 "blink-alloc 0.4.0" "dev" "the newest block is deallocated, and one like it taken" || {
        let blink = BlinkAlloc::new();
        let layout = std::alloc::Layout::new::<[u8; 64]>();
        let first = blink.allocate(layout).unwrap().cast::<u8>();
        // SAFETY: allocated above.
        unsafe { blink.deallocate(first, 64) };
        let second = blink.allocate(layout).unwrap().cast::<u8>();
        format!("{} bytes on", second.addr().get().abs_diff(first.addr().get()))
    };
    26 "blink-alloc 0.4.0" "dev" "1 MB in blocks of 100 bytes, reset, again and again" || {
        let mut blink = BlinkAlloc::new();
        for round in 1..100 {
            let before = REQUESTS.load(Relaxed);
            for _ in 0..10_000 {
                blink.allocate(std::alloc::Layout::new::<[u8; 100]>()).unwrap();
            }
            if REQUESTS.load(Relaxed) == before {
                return format!("asks for no chunk from round {round} on");
            }
            blink.reset();
        }
        "asks for chunks in each of 100 rounds".into()
    };
    27 "blink-alloc 0.4.0" "dev" "1000 times `local()`, one allocation, and drop" || {
        let blink = SyncBlinkAlloc::new();
        let before = LIVE.load(Relaxed);
        for _ in 0..1000 {
            blink.local().allocate(std::alloc::Layout::new::<u64>()).unwrap();
        }
        format!("{} bytes held", LIVE.load(Relaxed) - before)
    };
    28 "blink-alloc 0.4.0" "dev" "`with_chunk_size(isize::MAX + 4096)`, and a byte" || {
        let blink = BlinkAlloc::with_chunk_size(isize::MAX as usize + 4096);
        format!("an error: {}", blink.allocate(std::alloc::Layout::new::<u8>()).is_err())
    };
    29 "blink-alloc 0.4.0" "dev" "5 values, the destructor of one panics in `reset()`" || {
        struct Panics;
        impl Drop for Panics {
            fn drop(&mut self) {
                std::panic::resume_unwind(Box::new(()));
            }
        }
        let mut blink = Blink::new();
        blink.put(Counted::new());
        blink.put(Counted::new());
        blink.put(Panics);
        blink.put(Counted::new());
        blink.put(Counted::new());
        let _ = catch_unwind(AssertUnwindSafe(|| blink.reset()));
        let _ = catch_unwind(AssertUnwindSafe(|| blink.reset()));
        format!("{} of the 4 others dropped", drops())
    };
    31 "bitcoin-arena 0.1.2" "region" "`Arena::new(base, 1000, 16).alloc(16)`" region::misaligned;
    32 "bitcoin-arena 0.1.2" "region" "`free(x)` a second time, after the place has a new owner" region::freed_twice;
    33 "bitcoin-arena 0.1.2" "region" "`alloc` and `free` beside 8,000 holes of one size" region::holes;
    34 "bitcoin-arena 0.1.2" "region" "`alloc(usize::MAX)`" region::overflow;
    37 "ringal 0.4.0" "release" "a buffer of 64 bytes grows to 200; then the ring is filled" || {
        let mut ring = RingAl::new(1024);
        let mut growing = ring.extendable(64).unwrap();
        growing.write_all(&[b'A'; 200]).unwrap();
        let held = growing.finalize();
        let others: Vec<_> = std::iter::from_fn(|| filled(&mut ring, 64, b'B')).take(100).collect();
        let lost = held.iter().filter(|byte| **byte != b'A').count();
        std::mem::forget(others);
        format!("{lost} of 200 bytes overwritten")
    };
    38 "ringal 0.4.0" "release" "an extendable buffer that wraps around the end" || {
        let mut lost = 0;
        let mut runs = 0;
        for stand in (0..900).step_by(16) {
            for step in [1usize, 7, 64, 333] {
                let mut ring = RingAl::new(1024);
                std::mem::drop(ring.fixed(stand));
                let Some(mut buffer) = ring.extendable(8) else { continue };
                let mut model = Vec::new();
                while model.len() < 800 {
                    let bytes = vec![model.len() as u8; step];
                    if buffer.write_all(&bytes).is_err() {
                        break;
                    }
                    model.extend_from_slice(&bytes);
                }
                let held = buffer.finalize();
                runs += 1;
                lost += usize::from(*held != *model);
            }
        }
        format!("{lost} of {runs} buffers are not what was written")
    };
    39 "ringal 0.4.0" "asan" "64 times `insert` into a full buffer of 2, in a ring of 1024 bytes" || {
        let mut ring = RingAl::new(1024);
        let mut buffer = ring.generic::<u64>(2).unwrap();
        let neighbours: Vec<_> = std::iter::from_fn(|| filled(&mut ring, 64, 0x55)).take(100).collect();
        let mut refused = 0;
        for _ in 0..64 {
            refused += usize::from(buffer.insert(0x41, 0).is_some());
        }
        let harmed = neighbours.iter().filter(|buffer| buffer.iter().any(|byte| *byte != 0x55)).count();
        std::mem::forget(neighbours);
        format!("{refused} of 64 refused, {harmed} neighbours overwritten")
    };
    40 "ringal 0.4.0" "release" "`generic::<u64>((1 << 61) + 1)` in 4096 bytes" || {
        let mut ring = RingAl::new(4096);
        match ring.generic::<u64>((1 << 61) + 1) {
            Some(buffer) => format!("a buffer with room for {}", buffer.capacity()),
            None => "none".into(),
        }
    };
    41 "ringal 0.4.0" "release" "values aligned to 32 beside other buffers" || {
        #[derive(Clone, Copy, PartialEq)]
        #[repr(align(32))]
        struct Wide([u64; 4]);
        let mut harmed = 0;
        for shift in 0..100 {
            let mut ring = RingAl::new(2048);
            let before = ring.fixed(shift);
            let mut values = ring.generic::<Wide>(1).unwrap();
            let mut bytes = ring.fixed(8).unwrap();
            bytes.write_all(&[0xFF; 8]).unwrap();
            values.push(Wide([7; 4]));
            let written = bytes.write_all(&vec![0xFF; bytes.spare()]).is_ok();
            harmed += usize::from(!written || values[0] != Wide([7; 4]) || bytes.iter().any(|byte| *byte != 0xFF));
            std::mem::forget((before, values, bytes));
        }
        format!("overwritten in {harmed} of 100 places")
    };
    43 "ringal 0.4.0" "dev" "`fixed(2048)` of a ring of 1024 bytes" || {
        format!("none: {}", RingAl::new(1024).fixed(2048).is_none())
    };
    44 "ringal 0.4.0" "dev" "`drop(ring.fixed(500))` of 1024 bytes, again and again" || {
        let mut ring = RingAl::new(1024);
        for round in 1..1000 {
            if ring.fixed(500).is_none() {
                return format!("none from time {round} on; {} of 1000 later ones succeed", {
                    (0..1000).filter(|_| ring.fixed(500).is_some()).count()
                });
            }
        }
        "succeeds 1000 times".into()
    };
    45 "ringal 0.4.0" "release" "`RingAl::new(1 << 46)`" || {
        let mut ring = RingAl::new(1 << 46);
        format!("a ring; a buffer of it: {}", ring.fixed(8).is_some())
    };
    46 "ringal 0.4.0" "dev" "a typed buffer of 2 values is dropped" || {
        let mut ring = RingAl::new(1024);
        let mut buffer = ring.generic(3).unwrap();
        buffer.push(Counted::new());
        buffer.push(Counted::new());
        drop(buffer);
        format!("{} of 2 values dropped", drops())
    };
    47 "ringal 0.4.0" "drop" "the ring is dropped before its buffer" || {
        let mut ring = RingAl::new(1024);
        let buffer = ring.fixed(64);
        let start = Instant::now();
        drop(ring);
        drop(buffer);
        format!("after {} s", start.elapsed().as_secs())
    };
    48 "ringal 0.4.0" "drop" "the thread-local macro inside its own callback" || {
        #[cfg(feature = "drop")]
        {
            ringal::ringal!(@init, 1024);
            let inner = ringal::ringal!(@ext, 64, |_outer| ringal::ringal!(@fixed, 64).is_some());
            format!("{inner:?}")
        }
        #[cfg(not(feature = "drop"))]
        "the macro is behind a feature".into()
    };
    49 "ringal 0.4.0" "dev" "3 rings are made and dropped" || {
        let before = LIVE.load(Relaxed);
        for size in [64, 1024, 65_536] {
            drop(RingAl::new(size));
        }
        format!("{} bytes lost", LIVE.load(Relaxed) - before)
    };
}

/// The region allocator, which not every machine can build.
#[cfg(feature = "region")]
mod region {
    use bitcoin_arena::Arena;
    use std::time::Instant;

    fn arena(size: usize, align: usize) -> Arena {
        let memory = Vec::leak(vec![0u128; size.div_ceil(16)]);
        // SAFETY: the memory is leaked.
        unsafe { Arena::new(memory.as_mut_ptr().cast(), size, align) }
    }

    pub(super) fn misaligned() -> String {
        format!("the address is {} modulo 16", arena(1000, 16).alloc(16).addr() % 16)
    }

    pub(super) fn freed_twice() -> String {
        let mut arena = arena(1024, 16);
        let first = arena.alloc(64);
        arena.free(first);
        let owner = arena.alloc(64);
        arena.free(first);
        format!("no complaint; the block of the new owner is given out again: {}", arena.alloc(64) == owner)
    }

    pub(super) fn holes() -> String {
        let mut arena = arena(16 << 20, 16);
        let blocks: Vec<_> = (0..16_000).map(|_| arena.alloc(64)).collect();
        blocks.iter().step_by(2).for_each(|block| arena.free(*block));
        let (start, before) = (Instant::now(), crate::REQUESTS.load(std::sync::atomic::Ordering::Relaxed));
        for _ in 0..100 {
            let block = arena.alloc(64);
            arena.free(block);
        }
        let requests = crate::REQUESTS.load(std::sync::atomic::Ordering::Relaxed) - before;
        format!("{} us and {} heap requests a pair", start.elapsed().as_micros() / 100, requests / 100)
    }

    pub(super) fn overflow() -> String {
        let pointer = arena(1024, 16).alloc(usize::MAX);
        format!("null: {}", pointer.is_null())
    }
}

#[cfg(not(feature = "region"))]
mod region {
    pub(super) fn absent() -> String {
        "this build has no region".into()
    }

    pub(super) use self::{absent as misaligned, absent as freed_twice, absent as holes, absent as overflow};
}
