//! W2: slices of 1 to 64 bytes and strings of all alignments; and W2r: layouts that are known at run time only.

use core::{
    alloc::{GlobalAlloc, Layout},
    ptr::NonNull,
};

use crate::{
    random::Random,
    sink::sink,
    table::{Case, Clock, Peer, Run},
};

/// Entries of the tables: many, or the branch predictor learns them.
const TABLE: usize = 1 << 16;
/// Copies between two resets that stay in the cache.
const NEAR: usize = 500;
/// Copies between two resets that do not: about 40 MB.
const FAR: usize = 1_000_000;
/// The most bytes that a batch takes from those who must know beforehand.
const fn room(batch: usize) -> usize {
    batch * 80 + 4096
}

/// What is copied.
#[derive(Clone, Copy, Debug)]
enum Item {
    Bytes(u8),
    Words(u8),
    Longs(u8),
    Wide(u8),
    Text(u8),
}

/// Who copies it.
trait Copies: Sized + 'static {
    fn new(batch: usize) -> Self;
    fn slice<T: Copy + 'static>(&self, values: &[T]) -> *const u8;
    fn text(&self, text: &str) -> *const u8;
    fn reset(&mut self);
}

/// Kinds in runs of `run`, sizes at random.
fn items(run: usize) -> Vec<Item> {
    let mut random = Random::new(2);
    let mut kind = 0;
    (0..TABLE)
        .map(|i| {
            if i % run == 0 {
                kind = random.below(5);
            }
            let mut up_to = |most: usize| 1 + random.below(most) as u8;
            match kind {
                0 => Item::Bytes(up_to(64)),
                1 => Item::Words(up_to(16)),
                2 => Item::Longs(up_to(8)),
                3 => Item::Wide(up_to(4)),
                _ => Item::Text(up_to(64)),
            }
        })
        .collect()
}

fn copying<C: Copies, const BATCH: usize, const RUN: usize>() -> Run {
    let items = items(RUN);
    let mut arena = C::new(BATCH);
    let (bytes, words, longs, wide) = ([7_u8; 64], [7_u32; 16], [7_u64; 8], [7_u128; 4]);
    let text = "the text that is copied, which has sixty-four bytes in all......";
    Box::new(move |n| {
        let (mut left, mut sum, mut at) = (n, 0_u64, 0);
        while left > 0 {
            let len = left.min(BATCH);
            for _ in 0..len {
                let placed = match items[at % TABLE] {
                    Item::Bytes(len) => arena.slice(&bytes[..len as usize]),
                    Item::Words(len) => arena.slice(&words[..len as usize]),
                    Item::Longs(len) => arena.slice(&longs[..len as usize]),
                    Item::Wide(len) => arena.slice(&wide[..len as usize]),
                    Item::Text(len) => arena.text(&text[..len as usize]),
                };
                sink(placed);
                // SAFETY: every copy has at least one byte, and lives until the reset.
                sum = sum.wrapping_add(u64::from(unsafe { *placed }));
                at += 1;
            }
            arena.reset();
            left -= len;
        }
        sum
    })
}

macro_rules! copies {
    ($name:ident, $arena:ty, |$batch:pat_param| $new:expr, slice |$a:ident, $values:ident| $slice:expr,
     text |$b:ident, $text:ident| $copy:expr $(, reset |$c:ident| $reset:expr)?) => {
        struct $name($arena);
        impl Copies for $name {
            fn new($batch: usize) -> Self {
                Self($new)
            }
            #[inline(always)]
            fn slice<T: Copy + 'static>(&self, $values: &[T]) -> *const u8 {
                let $a = &self.0;
                $slice.as_ptr().cast()
            }
            #[inline(always)]
            fn text(&self, $text: &str) -> *const u8 {
                let $b = &self.0;
                $copy.as_ptr()
            }
            #[inline(always)]
            fn reset(&mut self) {
                self.0.reset();
            }
        }
    };
}

copies! {
    Blink, arenas::Blink, |_| arenas::Blink::new(),
    slice |arena, values| arena.copy_slice(values), text |arena, text| arena.copy_str(text)
}
copies! {
    Bitena, arenas::Bitena, |batch| arenas::Bitena::new(room(batch)).expect("memory for the benchmark"),
    slice |arena, values| arena.alloc_slice_copy(values), text |arena, text| arena.alloc_str(text)
}
copies! {
    Oxc, oxc_allocator::Allocator, |_| oxc_allocator::Allocator::new(),
    slice |arena, values| arena.alloc_slice_copy(values), text |arena, text| arena.alloc_str(text)
}
copies! {
    Bumpalo, bumpalo::Bump, |_| bumpalo::Bump::new(),
    slice |arena, values| arena.alloc_slice_copy(values), text |arena, text| arena.alloc_str(text)
}
copies! {
    BumpScope, bump_scope::Bump, |_| bump_scope::Bump::new(),
    slice |arena, values| arena.alloc_slice_copy(values).into_mut(), text |arena, text| arena.alloc_str(text).into_mut()
}
copies! {
    BlinkAlloc, blink_alloc::Blink, |_| blink_alloc::Blink::new(),
    slice |arena, values| arena.copy_slice(values), text |arena, text| arena.copy_str(text)
}
copies! {
    Multitude, multitude::Arena, |_| multitude::Arena::new(),
    slice |arena, values| multitude::Alloc::leak(arena.alloc_slice_copy(values)),
    text |arena, text| multitude::Alloc::leak(arena.alloc_str(text))
}
copies! {
    BitenaCrate, bitena::Bitena<'static>, |batch| bitena::Bitena::new(room(batch)).expect("memory for the benchmark"),
    slice |arena, values| {
        let copy = arena.alloc_slice(values[0], values.len());
        copy.copy_from_slice(values);
        copy
    },
    text |arena, text| arena.alloc_str(text)
}

/// No allocator: everything is copied to the same place.
struct Nowhere(core::cell::UnsafeCell<[u128; 4]>);

impl Copies for Nowhere {
    fn new(_: usize) -> Self {
        Self([0; 4].into())
    }
    #[inline(always)]
    fn slice<T: Copy + 'static>(&self, values: &[T]) -> *const u8 {
        let place = self.0.get().cast::<u8>();
        // SAFETY: no slice here is longer than 64 bytes, and nobody borrows the place.
        unsafe { values.as_ptr().cast::<u8>().copy_to_nonoverlapping(place, size_of_val(values)) };
        place
    }
    #[inline(always)]
    fn text(&self, text: &str) -> *const u8 {
        self.slice(text.as_bytes())
    }
    fn reset(&mut self) {}
}

/// A heap, with one request and one release for each copy.
struct Boxes<A> {
    heap: A,
    live: core::cell::RefCell<Vec<(NonNull<u8>, Layout)>>,
}

impl<A: GlobalAlloc + Default + 'static> Copies for Boxes<A> {
    fn new(batch: usize) -> Self {
        Self { heap: A::default(), live: Vec::with_capacity(batch).into() }
    }
    #[inline(always)]
    fn slice<T: Copy + 'static>(&self, values: &[T]) -> *const u8 {
        let layout = Layout::for_value(values);
        // SAFETY: no slice here is empty.
        let block = NonNull::new(unsafe { self.heap.alloc(layout) }).expect("memory for the benchmark");
        // SAFETY: a fresh block of as many bytes.
        unsafe { values.as_ptr().cast::<u8>().copy_to_nonoverlapping(block.as_ptr(), layout.size()) };
        self.live.borrow_mut().push((block, layout));
        block.as_ptr()
    }
    #[inline(always)]
    fn text(&self, text: &str) -> *const u8 {
        self.slice(text.as_bytes())
    }
    #[inline(always)]
    fn reset(&mut self) {
        for (block, layout) in self.live.get_mut().drain(..) {
            // SAFETY: allocated with this layout, and given out once by `drain`.
            unsafe { self.heap.dealloc(block.as_ptr(), layout) };
        }
    }
}

fn copiers<const BATCH: usize, const RUN: usize>() -> Vec<Peer> {
    vec![
        Peer::floor("memcpy to one place, no allocator", copying::<Nowhere, BATCH, RUN>),
        Peer::ours("Blink::copy_slice, copy_str", copying::<Blink, BATCH, RUN>),
        Peer::ours("Bitena::alloc_slice_copy, alloc_str", copying::<Bitena, BATCH, RUN>),
        Peer::other("oxc_allocator", copying::<Oxc, BATCH, RUN>),
        Peer::other("bumpalo", copying::<Bumpalo, BATCH, RUN>),
        Peer::other("bump-scope", copying::<BumpScope, BATCH, RUN>),
        Peer::other("blink-alloc Blink", copying::<BlinkAlloc, BATCH, RUN>),
        Peer::other("multitude", copying::<Multitude, BATCH, RUN>),
        Peer::other("bitena (fills, then copies)", copying::<BitenaCrate, BATCH, RUN>),
        Peer::other("mimalloc, box", copying::<Boxes<super::heaps::Mimalloc>, BATCH, RUN>),
        Peer::other("system malloc, box", copying::<Boxes<std::alloc::System>, BATCH, RUN>),
    ]
}

/// Layouts between two resets.
const LAYOUTS: usize = 1_000;

fn layouts() -> Vec<Layout> {
    let mut random = Random::new(22);
    (0..TABLE)
        .map(|_| Layout::from_size_align(1 + random.below(64), 1 << random.below(5)).expect("a small layout"))
        .collect()
}

/// Asks `alloc` for the layouts in turn.
macro_rules! raw {
    ($new:expr, |$arena:ident, $layout:ident| $alloc:expr, $reset:expr) => {{
        let layouts = layouts();
        #[allow(unused_mut, reason = "some are reset through a shared reference")]
        let mut $arena = $new;
        Box::new(move |n| {
            let (mut left, mut sum, mut at) = (n, 0_u64, 0);
            while left > 0 {
                let len = left.min(LAYOUTS);
                for _ in 0..len {
                    let $layout = layouts[at % TABLE];
                    let block: NonNull<u8> = $alloc;
                    // SAFETY: a fresh block of at least one byte.
                    unsafe { block.write($layout.size() as u8) };
                    sink(block.as_ptr());
                    sum = sum.wrapping_add(block.addr().get() as u64 & ($layout.align() as u64 - 1));
                    at += 1;
                }
                $reset;
                left -= len;
            }
            sum
        })
    }};
}

fn raw_peers() -> Vec<Peer> {
    use bump_scope::traits::BumpAllocatorTyped as _;
    vec![
        Peer::ours("BlinkAlloc::allocate", || {
            raw!(
                arenas::BlinkAlloc::new(),
                |arena, layout| arena.allocate(layout).expect("memory").cast(),
                arena.reset()
            )
        }),
        Peer::ours("Bitena::alloc_layout", || {
            raw!(
                arenas::Bitena::new(room(LAYOUTS)).expect("memory"),
                |arena, layout| arena.alloc_layout(layout),
                arena.reset()
            )
        }),
        Peer::ours("SyncBlinkAlloc::allocate", || {
            raw!(
                arenas::SyncBlinkAlloc::new(),
                |arena, layout| arena.allocate(layout).expect("memory").cast(),
                arena.reset()
            )
        }),
        Peer::other("bump-scope", || {
            raw!(
                { bump_scope::Bump::<bump_scope::alloc::Global>::new() },
                |arena, layout| arena.allocate_layout(layout),
                arena.reset()
            )
        }),
        Peer::other("oxc_allocator", || {
            raw!(oxc_allocator::Allocator::new(), |arena, layout| arena.alloc_layout(layout), arena.reset())
        }),
        Peer::other("bumpalo", || {
            raw!(bumpalo::Bump::new(), |arena, layout| arena.alloc_layout(layout), arena.reset())
        }),
        Peer::other("blink-alloc BlinkAlloc", || {
            raw!(
                blink_alloc::BlinkAlloc::new(),
                |arena, layout| arena.allocate(layout).expect("memory").cast(),
                arena.reset()
            )
        }),
        Peer::other("blink-alloc SyncBlinkAlloc", || {
            raw!(
                blink_alloc::SyncBlinkAlloc::new(),
                |arena, layout| arena.allocate(layout).expect("memory").cast(),
                arena.reset()
            )
        }),
        Peer::other("mimalloc", || raw_heap::<super::heaps::Mimalloc>()),
        Peer::other("system malloc", || raw_heap::<std::alloc::System>()),
    ]
}

fn raw_heap<A: GlobalAlloc + Default + 'static>() -> Run {
    raw!(
        (A::default(), Vec::with_capacity(LAYOUTS)),
        |heap, layout| {
            // SAFETY: no layout here is empty.
            let block = NonNull::new(unsafe { heap.0.alloc(layout) }).expect("memory");
            heap.1.push((block, layout));
            block
        },
        for (block, layout) in heap.1.drain(..) {
            // SAFETY: allocated with this layout, and given out once by `drain`.
            unsafe { heap.0.dealloc(block.as_ptr(), layout) };
        }
    )
}

/// The cases of this workload.
pub fn cases() -> Vec<Case> {
    let case = |id, title, unit, counted, peers| Case {
        id,
        workload: "W2",
        title,
        unit,
        ops: FAR,
        counted,
        clock: Clock::Thread,
        peers,
    };
    vec![
        case(
            "w2c",
            "slices and strings of 1 to 64 bytes, kinds in runs of 64, reset every 500: in cache",
            "copy",
            Some(131_072),
            copiers::<NEAR, 64>(),
        ),
        case(
            "w2",
            "slices and strings of 1 to 64 bytes, kinds at random, reset every 1,000,000",
            "copy",
            None,
            copiers::<FAR, 1>(),
        ),
        case("w2r", "raw layouts of 1 to 64 bytes, aligned to 1 to 16", "allocation", Some(131_072), raw_peers()),
    ]
}
