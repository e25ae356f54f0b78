//! W1: many values of 16 bytes into a bump arena, which is reset and filled again.

use core::alloc::{GlobalAlloc, Layout};

use arenas::ArenaAlloc;

use crate::{
    sink::sink,
    table::{Case, Clock, Peer, Run},
};

/// Allocations between two resets where everything stays in the first-level cache: 16 KB.
const NEAR: usize = 1_000;
/// Allocations between two resets where nothing does: 16 MB.
const FAR: usize = 1_000_000;

/// The value: two words.
#[derive(ArenaAlloc, Clone, Copy, Debug)]
struct Small {
    first: u64,
    #[allow(dead_code, reason = "it is there to be written")]
    second: u64,
}

/// `len` values into an arena that has room for them.
///
/// A macro rather than a function with closures, so that each peer's loop is compiled from the same tokens and borrows
/// what it likes.
macro_rules! batch {
    ($len:expr, $sum:ident, |$value:ident| $alloc:expr) => {
        for i in 0..$len as u64 {
            let $value = Small { first: i, second: i.wrapping_mul(2) };
            let placed: &mut Small = $alloc;
            sink(placed);
            $sum = $sum.wrapping_add(placed.first);
        }
    };
}

/// `n` values into an arena that is reset after each batch.
macro_rules! fill {
    ($n:ident, $batch:ident, |$value:ident| $alloc:expr, $reset:expr) => {{
        let (mut left, mut sum) = ($n, 0_u64);
        while left > 0 {
            let len = left.min($batch);
            batch!(len, sum, |$value| $alloc);
            $reset;
            left -= len;
        }
        sum
    }};
}

type Down8 = bump_scope::Bump<bump_scope::alloc::Global, bump_scope::settings::BumpSettings<8, false>>;
type Up8 = bump_scope::Bump<bump_scope::alloc::Global, bump_scope::settings::BumpSettings<8, true>>;

/// The arenas that can be warm, with `BATCH` allocations between two resets.
fn warm<const BATCH: usize>() -> Vec<Peer> {
    vec![
        Peer::floor("store loop, no allocator", || {
            let mut buffer = vec![Small { first: 0, second: 0 }; BATCH];
            let start = buffer.as_mut_ptr();
            Box::new(move |n| {
                let _owner = &mut buffer;
                let mut slot = start;
                fill!(
                    n,
                    BATCH,
                    |value| {
                        // SAFETY: at most `BATCH` values are written from the start of as many slots.
                        let placed = unsafe { &mut *slot };
                        *placed = value;
                        slot = slot.wrapping_add(1);
                        placed
                    },
                    slot = start
                )
            })
        }),
        Peer::ours("Blink::put", || {
            let mut blink = arenas::Blink::new();
            Box::new(move |n| fill!(n, BATCH, |value| blink.put(value), blink.reset()))
        }),
        Peer::ours("LocalBitena::alloc", || {
            let mut bitena = arenas::Bitena::new(BATCH * 16 + 64).expect("memory for the benchmark");
            Box::new(move |n| {
                let (mut left, mut sum) = (n, 0_u64);
                while left > 0 {
                    let len = left.min(BATCH);
                    {
                        let local = bitena.local(BATCH * 16).expect("the arena was reset");
                        batch!(len, sum, |value| local.alloc(value));
                    }
                    bitena.reset();
                    left -= len;
                }
                sum
            })
        }),
        Peer::ours("Bitena::alloc", || {
            let mut bitena = arenas::Bitena::new(BATCH * 16).expect("memory for the benchmark");
            Box::new(move |n| fill!(n, BATCH, |value| bitena.alloc(value), bitena.reset()))
        }),
        Peer::ours("BlinkAlloc::allocate", || {
            let mut blink = arenas::BlinkAlloc::new();
            Box::new(move |n| {
                fill!(
                    n,
                    BATCH,
                    |value| {
                        let block = blink.allocate(Layout::new::<Small>()).expect("memory for the benchmark");
                        // SAFETY: the block is fresh, and as large and aligned as a `Small`.
                        unsafe { block.cast::<Small>().write(value) };
                        // SAFETY: it was written, and nobody else has it before the reset.
                        unsafe { block.cast::<Small>().as_mut() }
                    },
                    blink.reset()
                )
            })
        }),
        Peer::ours("SyncBlinkAlloc::allocate", || {
            let mut blink = arenas::SyncBlinkAlloc::new();
            Box::new(move |n| {
                fill!(
                    n,
                    BATCH,
                    |value| {
                        let block = blink.allocate(Layout::new::<Small>()).expect("memory for the benchmark");
                        // SAFETY: the block is fresh, and as large and aligned as a `Small`.
                        unsafe { block.cast::<Small>().write(value) };
                        // SAFETY: it was written, and nobody else has it before the reset.
                        unsafe { block.cast::<Small>().as_mut() }
                    },
                    blink.reset()
                )
            })
        }),
        Peer::other("bump-scope, down, min align 8", || {
            let mut bump = Down8::new();
            Box::new(move |n| fill!(n, BATCH, |value| bump.alloc(value).into_mut(), bump.reset()))
        }),
        Peer::other("bump-scope, up, min align 8", || {
            let mut bump = Up8::new();
            Box::new(move |n| fill!(n, BATCH, |value| bump.alloc(value).into_mut(), bump.reset()))
        }),
        Peer::other("bump-scope", || {
            let mut bump: bump_scope::Bump = bump_scope::Bump::new();
            Box::new(move |n| fill!(n, BATCH, |value| bump.alloc(value).into_mut(), bump.reset()))
        }),
        Peer::other("oxc_allocator", || {
            let mut bump = oxc_allocator::Allocator::new();
            Box::new(move |n| fill!(n, BATCH, |value| bump.alloc(value), bump.reset()))
        }),
        Peer::other("bumpalo, min align 8", || {
            let mut bump = bumpalo::Bump::<8>::with_min_align();
            Box::new(move |n| fill!(n, BATCH, |value| bump.alloc(value), bump.reset()))
        }),
        Peer::other("bumpalo", || {
            let mut bump = bumpalo::Bump::new();
            Box::new(move |n| fill!(n, BATCH, |value| bump.alloc(value), bump.reset()))
        }),
        Peer::other("blink-alloc Blink::put", || {
            let mut blink = blink_alloc::Blink::new();
            Box::new(move |n| fill!(n, BATCH, |value| blink.put(value), blink.reset()))
        }),
        Peer::other("blink-alloc SyncBlinkAlloc", || {
            let mut blink = blink_alloc::SyncBlinkAlloc::new();
            Box::new(move |n| {
                fill!(
                    n,
                    BATCH,
                    |value| {
                        let block = blink.allocate(Layout::new::<Small>()).expect("memory for the benchmark");
                        // SAFETY: the block is fresh, and as large and aligned as a `Small`.
                        unsafe { block.cast::<Small>().write(value) };
                        // SAFETY: it was written, and nobody else has it before the reset.
                        unsafe { block.cast::<Small>().as_mut() }
                    },
                    blink.reset()
                )
            })
        }),
        Peer::other("typed-arena (made anew)", || {
            Box::new(move |n| {
                let mut arena = typed_arena::Arena::with_capacity(BATCH);
                fill!(n, BATCH, |value| arena.alloc(value), arena = typed_arena::Arena::with_capacity(BATCH))
            })
        }),
        Peer::other("multitude", || {
            let mut arena = multitude::Arena::new();
            Box::new(move |n| fill!(n, BATCH, |value| multitude::Alloc::leak(arena.alloc(value)), arena.reset()))
        }),
        Peer::other("bitena", || {
            let mut bitena = bitena::Bitena::new(BATCH * 16).expect("memory for the benchmark");
            Box::new(move |n| fill!(n, BATCH, |value| bitena.alloc(value), bitena.reset()))
        }),
        Peer::other("mimalloc, box", || boxes::<BATCH>(mimalloc::MiMalloc)),
        Peer::other("system malloc, box", || boxes::<BATCH>(std::alloc::System)),
    ]
}

/// One request and one release for each value, the releases where the others reset.
fn boxes<const BATCH: usize>(heap: impl GlobalAlloc + 'static) -> Run {
    let mut live: Vec<*mut Small> = Vec::with_capacity(BATCH);
    let layout = Layout::new::<Small>();
    Box::new(move |n| {
        fill!(
            n,
            BATCH,
            |value| {
                // SAFETY: the layout has a size.
                let block = unsafe { heap.alloc(layout) }.cast::<Small>();
                assert!(!block.is_null(), "memory for the benchmark");
                // SAFETY: the block is fresh, and as large and aligned as a `Small`.
                unsafe { block.write(value) };
                live.push(block);
                // SAFETY: it was written, and nobody else has it before it is freed.
                unsafe { &mut *block }
            },
            for block in live.drain(..) {
                // SAFETY: it came from the same heap with the same layout, and `drain` gives it out once.
                unsafe { heap.dealloc(block.cast(), layout) };
            }
        )
    })
}

/// The arenas as they come from their constructors, without a hint about the size where they need none.
fn cold() -> Vec<Peer> {
    vec![
        Peer::ours("Blink::put", || {
            Box::new(|n| {
                let mut blink = arenas::Blink::new();
                fill!(n, NEAR, |value| blink.put(value), blink = arenas::Blink::new())
            })
        }),
        Peer::ours("Bitena::alloc (exact capacity)", || {
            let new = || arenas::Bitena::new(NEAR * 16).expect("memory for the benchmark");
            Box::new(move |n| {
                let mut bitena = new();
                fill!(n, NEAR, |value| bitena.alloc(value), bitena = new())
            })
        }),
        Peer::other("bump-scope, down, min align 8", || {
            Box::new(|n| {
                let mut bump = Down8::new();
                fill!(n, NEAR, |value| bump.alloc(value).into_mut(), bump = Down8::new())
            })
        }),
        Peer::other("bump-scope", || {
            Box::new(|n| {
                let mut bump: bump_scope::Bump = bump_scope::Bump::new();
                fill!(n, NEAR, |value| bump.alloc(value).into_mut(), bump = bump_scope::Bump::new())
            })
        }),
        Peer::other("oxc_allocator", || {
            Box::new(|n| {
                let mut bump = oxc_allocator::Allocator::new();
                fill!(n, NEAR, |value| bump.alloc(value), bump = oxc_allocator::Allocator::new())
            })
        }),
        Peer::other("bumpalo", || {
            Box::new(|n| {
                let mut bump = bumpalo::Bump::new();
                fill!(n, NEAR, |value| bump.alloc(value), bump = bumpalo::Bump::new())
            })
        }),
        Peer::other("blink-alloc Blink::put", || {
            Box::new(|n| {
                let mut blink = blink_alloc::Blink::new();
                fill!(n, NEAR, |value| blink.put(value), blink = blink_alloc::Blink::new())
            })
        }),
        Peer::other("typed-arena", || {
            Box::new(|n| {
                let mut arena = typed_arena::Arena::new();
                fill!(n, NEAR, |value| arena.alloc(value), arena = typed_arena::Arena::new())
            })
        }),
        Peer::other("multitude", || {
            Box::new(|n| {
                let mut arena = multitude::Arena::new();
                fill!(n, NEAR, |value| multitude::Alloc::leak(arena.alloc(value)), arena = multitude::Arena::new())
            })
        }),
        Peer::other("bitena (exact capacity)", || {
            let new = || bitena::Bitena::new(NEAR * 16).expect("memory for the benchmark");
            Box::new(move |n| {
                let mut bitena = new();
                fill!(n, NEAR, |value| bitena.alloc(value), bitena = new())
            })
        }),
    ]
}

/// The cases of this workload.
pub fn cases() -> Vec<Case> {
    let case = |id, title, counted, peers| Case {
        id,
        workload: "W1",
        title,
        unit: "allocation",
        ops: FAR,
        counted,
        clock: Clock::Thread,
        peers,
    };
    vec![
        case(
            "w1c",
            "16-byte values into a warm arena that is reset every 1,000 of them: first-level cache",
            Some(100_000),
            warm::<NEAR>(),
        ),
        case(
            "w1",
            "16-byte values into a warm arena that is reset every 1,000,000 of them: 16 MB",
            None,
            warm::<FAR>(),
        ),
        case("w1n", "16-byte values into a new arena, which is dropped after 1,000 of them", Some(100_000), cold()),
    ]
}
