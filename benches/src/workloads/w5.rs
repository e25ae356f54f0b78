//! W5: several threads put `u64`s into one arena, each through it or through a form of its own.

use core::{alloc::Layout, ptr::NonNull};
use std::sync::Mutex;

use crate::{
    clock,
    sink::sink,
    table::{Case, Clock, Peer, Run},
};

/// Values of each thread in a round.
const EACH: usize = 200_000;
/// Bytes that a thread takes at once where it may choose.
const WINDOW: usize = 4 << 10;

/// An arena that several threads fill.
pub trait Shared: Sync + Sized + 'static {
    /// An arena with room for so many values.
    fn new(items: usize) -> Self;
    /// Empties it.
    fn clear(&mut self, items: usize) {
        *self = Self::new(items);
    }
    /// Puts the numbers up to `n` into it, and returns their sum.
    fn fill(&self, n: usize) -> u64;
}

/// The loop of every thread: `alloc` puts a value somewhere and returns a reference to it.
macro_rules! each {
    ($n:ident, |$value:ident| $alloc:expr) => {{
        let mut sum = 0_u64;
        for $value in 0..$n as u64 {
            let placed: &u64 = $alloc;
            sink(placed);
            sum = sum.wrapping_add(*placed);
        }
        sum
    }};
}

/// The same for those that return an index: the last value is read back, because some look a value up faster later.
macro_rules! each_index {
    ($arena:ident, $n:ident, |$value:ident| $alloc:expr, |$index:ident| $read:expr) => {{
        let (mut sum, mut last) = (0_u64, None);
        for $value in 0..$n as u64 {
            last = Some($alloc);
            sink(core::ptr::from_ref($arena));
            sum = sum.wrapping_add($value);
        }
        let read = last.map_or(0, |$index| *$read);
        assert_eq!(read, $n.saturating_sub(1) as u64, "the arena lost a value");
        sum
    }};
}

#[inline(always)]
fn place<'a>(block: NonNull<u8>, value: u64) -> &'a u64 {
    // SAFETY: callers pass a fresh block with the layout of a `u64`.
    unsafe { block.cast::<u64>().write(value) };
    // SAFETY: it was just written, and is read before the arena is emptied.
    unsafe { block.cast::<u64>().as_ref() }
}

macro_rules! shared {
    ($(#[$doc:meta])* $name:ident, $arena:ty, |$items:ident| $new:expr, fill |$a:ident, $n:ident| $fill:expr
     $(, clear |$b:ident| $clear:expr)?) => {
        $(#[$doc])*
        pub struct $name($arena);
        // Not every arena can be printed.
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
        impl Shared for $name {
            fn new($items: usize) -> Self {
                Self($new)
            }
            fn fill(&self, $n: usize) -> u64 {
                let $a = &self.0;
                $fill
            }
            $(fn clear(&mut self, _: usize) {
                let $b = &mut self.0;
                $clear
            })?
        }
    };
}

shared! {
    /// One atomic step per value.
    FastDirect, arenas::FastArena<u64>, |items| arenas::FastArena::with_capacity(items),
    fill |arena, n| each_index!(arena, n, |value| arena.alloc(value), |index| arena.get(index)), clear |arena| arena.reset()
}
shared! {
    /// Runs of slots.
    FastWriter, arenas::FastArena<u64>, |items| arenas::FastArena::with_capacity(items + 64 * 64),
    fill |arena, n| {
        let writer = arena.writer();
        each_index!(arena, n, |value| writer.alloc(value), |index| arena.get(index))
    },
    clear |arena| arena.reset()
}
shared! {
    /// One atomic step per value.
    BitenaDirect, arenas::Bitena, |items| arenas::Bitena::new(items * 8).expect("memory for the benchmark"),
    fill |arena, n| each!(n, |value| arena.alloc(value)), clear |arena| arena.reset()
}
shared! {
    /// Windows of 4 KiB.
    BitenaLocal, arenas::Bitena,
    |items| arenas::Bitena::new(items * 8 + 64 * WINDOW).expect("memory for the benchmark"),
    fill |arena, n| {
        let mut local = arena.local(WINDOW).expect("room for a window");
        each!(n, |value| match local.try_alloc(value) {
            Ok(placed) => placed,
            Err(full) => {
                local = arena.local(WINDOW).expect("room for a window");
                local.alloc(full.into_inner())
            }
        })
    },
    clear |arena| arena.reset()
}
shared! {
    /// One atomic step per value.
    BlinkDirect, arenas::SyncBlinkAlloc, |_items| arenas::SyncBlinkAlloc::new(),
    fill |arena, n| each!(n, |value| place(arena.allocate(Layout::new::<u64>()).expect("memory").cast(), value)),
    clear |arena| arena.reset()
}
shared! {
    /// Chunks of the thread's own, from the shared one.
    BlinkLocal, arenas::SyncBlinkAlloc, |_items| arenas::SyncBlinkAlloc::new(),
    fill |arena, n| {
        let local = arena.local();
        each!(n, |value| place(local.allocate(Layout::new::<u64>()).expect("memory").cast(), value))
    },
    clear |arena| arena.reset()
}
shared! {
    /// The crate of that name.
    Bitena, bitena::Bitena<'static>, |items| bitena::Bitena::new(items * 8).expect("memory for the benchmark"),
    fill |arena, n| each!(n, |value| arena.alloc(value)), clear |arena| arena.reset()
}
shared! {
    /// `blink_alloc::SyncBlinkAlloc`.
    BlinkAllocDirect, blink_alloc::SyncBlinkAlloc, |_items| blink_alloc::SyncBlinkAlloc::new(),
    fill |arena, n| each!(n, |value| place(arena.allocate(Layout::new::<u64>()).expect("memory").cast(), value)),
    clear |arena| arena.reset()
}
shared! {
    /// `blink_alloc::LocalBlinkAlloc`.
    BlinkAllocLocal, blink_alloc::SyncBlinkAlloc, |_items| blink_alloc::SyncBlinkAlloc::new(),
    fill |arena, n| {
        let local = arena.local();
        each!(n, |value| place(local.allocate(Layout::new::<u64>()).expect("memory").cast(), value))
    },
    clear |arena| arena.reset()
}
shared! {
    /// The crate of that name.
    Boxcar, boxcar::Vec<u64>, |items| boxcar::Vec::with_capacity(items),
    fill |arena, n| each_index!(arena, n, |value| arena.push(value), |index| &arena[index]), clear |arena| arena.clear()
}
shared! {
    /// The crate of that name.
    AppendOnly, append_only_vec::AppendOnlyVec<u64>, |_items| append_only_vec::AppendOnlyVec::new(),
    fill |arena, n| each_index!(arena, n, |value| arena.push(value), |index| &arena[index])
}
shared! {
    /// `safe_bump::SharedArena`.
    SafeBump, safe_bump::SharedArena<u64>, |_items| safe_bump::SharedArena::new(),
    fill |arena, n| each_index!(arena, n, |value| arena.alloc(value), |index| arena.get(index)), clear |arena| arena.reset()
}

/// A vector behind a lock.
#[derive(Debug)]
pub struct Locked(Mutex<Vec<u64>>);

impl Shared for Locked {
    fn new(items: usize) -> Self {
        Self(Mutex::new(Vec::with_capacity(items)))
    }
    fn clear(&mut self, _: usize) {
        self.0.get_mut().expect("nobody panics").clear();
    }
    fn fill(&self, n: usize) -> u64 {
        let mut sum = 0_u64;
        for value in 0..n as u64 {
            let mut values = self.0.lock().expect("nobody panics");
            values.push(value);
            sum = sum.wrapping_add(values.last().copied().unwrap_or(0));
        }
        sum
    }
}

/// Nothing shared: each thread has a bumpalo of its own.
#[derive(Debug)]
pub struct Separate(Mutex<Vec<bumpalo::Bump>>);

impl Shared for Separate {
    fn new(_: usize) -> Self {
        Self(Mutex::new(Vec::new()))
    }
    fn clear(&mut self, _: usize) {
        self.0.get_mut().expect("nobody panics").iter_mut().for_each(bumpalo::Bump::reset);
    }
    fn fill(&self, n: usize) -> u64 {
        let bump = self.0.lock().expect("nobody panics").pop().unwrap_or_default();
        let sum = each!(n, |value| bump.alloc(value));
        self.0.lock().expect("nobody panics").push(bump);
        sum
    }
}

/// Fills `S` with `threads` threads, each with as many values as a run is asked for.
pub fn run<S: Shared>(threads: usize) -> Run {
    let mut shared: Option<(S, usize)> = None;
    Box::new(move |n| {
        let items = n * threads;
        match &mut shared {
            Some((arena, room)) if *room >= items => arena.clear(items),
            other => *other = Some((S::new(items), items)),
        }
        let Some((arena, _)) = &shared else { return 0 };
        clock::crew(threads, |_| arena.fill(n))
    })
}

fn with<S: Shared, const THREADS: usize>() -> Run {
    run::<S>(THREADS)
}

fn peers<const THREADS: usize>() -> Vec<Peer> {
    vec![
        Peer::ours("FastArena::alloc", with::<FastDirect, THREADS>),
        Peer::ours("Writer::alloc", with::<FastWriter, THREADS>),
        Peer::ours("Bitena::alloc", with::<BitenaDirect, THREADS>),
        Peer::ours("LocalBitena::alloc", with::<BitenaLocal, THREADS>),
        Peer::ours("SyncBlinkAlloc::allocate", with::<BlinkDirect, THREADS>),
        Peer::ours("LocalBlinkAlloc::allocate", with::<BlinkLocal, THREADS>),
        Peer::other("one bumpalo per thread, nothing shared", with::<Separate, THREADS>),
        Peer::other("blink-alloc LocalBlinkAlloc", with::<BlinkAllocLocal, THREADS>),
        Peer::other("blink-alloc SyncBlinkAlloc", with::<BlinkAllocDirect, THREADS>),
        Peer::other("bitena", with::<Bitena, THREADS>),
        Peer::other("boxcar", with::<Boxcar, THREADS>),
        Peer::other("append-only-vec", with::<AppendOnly, THREADS>),
        Peer::other("safe-bump SharedArena", with::<SafeBump, THREADS>),
        Peer::other("Mutex<Vec>", with::<Locked, THREADS>),
    ]
}

/// The cases of this workload.
pub fn cases() -> Vec<Case> {
    let case = |id, title, counted, peers| Case {
        id,
        workload: "W5",
        title,
        unit: "item and thread",
        ops: EACH,
        counted,
        clock: Clock::Crew,
        peers,
    };
    vec![
        case("w5t1", "u64 into one shared arena: one thread", Some(EACH / 2), peers::<1>()),
        case("w5t2", "u64 into one shared arena: two threads", None, peers::<2>()),
    ]
}
