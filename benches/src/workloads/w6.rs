//! W6: a region with about 10,000 live blocks of 16 to 4,096 bytes that come and go in no order; and how small a region
//! can serve the same trace.

use core::{alloc::Layout, ptr::NonNull};

use arenas::{OffsetRegion, Region, RegionBlock};
use serde::{Deserialize, Serialize};

use crate::{
    random::Random,
    table::{Case, Clock, Peer, Run},
};

/// Bytes of the region in which the trace is timed.
const ROOM: usize = 64 << 20;
/// Steps of the trace.
const STEPS: usize = 1_000_000;
/// Places for blocks, half of which are taken at a time.
const PLACES: usize = 20_000;
/// Every size is a multiple of it, and every block aligned to it.
const ALIGN: usize = 16;

/// Memory for those who manage memory of the caller.
#[derive(Debug)]
struct Memory {
    start: NonNull<u8>,
    layout: Layout,
}

impl Memory {
    fn new(bytes: usize) -> Self {
        let layout = Layout::from_size_align(bytes.max(4096), 4096).expect("a size that exists");
        // SAFETY: the layout has a size.
        let start = unsafe { std::alloc::alloc(layout) };
        Self { start: NonNull::new(start).expect("memory for the benchmark"), layout }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, and given back once.
        unsafe { std::alloc::dealloc(self.start.as_ptr(), self.layout) }
    }
}

/// An allocator with a region of a fixed size.
trait Heap: Sized + 'static {
    /// What stands for a block.
    type Block: Copy + 'static;
    fn new(bytes: usize) -> Self;
    fn alloc(&mut self, size: usize) -> Option<Self::Block>;
    fn free(&mut self, block: Self::Block, size: usize);
    fn address(&self, block: Self::Block) -> *mut u8;
    /// The largest block that could be had now over all that is free, where the allocator can tell.
    fn largest_of_free(&self) -> Option<f64> {
        None
    }
}

/// One step: whatever is in `place` is freed, or if nothing is, a block of `size` bytes goes there.
#[derive(Clone, Copy, Debug)]
struct Step {
    place: u32,
    size: u32,
}

/// The same steps for everybody. Each place is named an even number of times, so that the whole trace can be repeated
/// from the state that it leaves.
fn trace() -> Vec<Step> {
    let mut random = Random::new(6);
    let mut places: Vec<u32> = (0..STEPS / 2).map(|_| random.below(PLACES) as u32).collect();
    let mut again = places.clone();
    for i in (1..again.len()).rev() {
        again.swap(i, random.below(i + 1));
    }
    places.append(&mut again);
    let mut step = |place| Step { place, size: random.log_uniform(16, 4096).next_multiple_of(ALIGN) as u32 };
    places.into_iter().map(&mut step).collect()
}

/// A region and what lives in it.
struct Play<H: Heap> {
    heap: H,
    places: Vec<Option<H::Block>>,
    sizes: Vec<u32>,
}

impl<H: Heap> Play<H> {
    /// A region with a block in every other place, or nothing if that does not fit.
    fn new(room: usize) -> Option<Self> {
        let mut heap = H::new(room);
        let mut random = Random::new(66);
        let (mut places, mut sizes) = (vec![None; PLACES], vec![0; PLACES]);
        for place in (0..PLACES).step_by(2) {
            sizes[place] = random.log_uniform(16, 4096).next_multiple_of(ALIGN) as u32;
            places[place] = Some(mark(&mut heap, sizes[place])?);
        }
        Some(Self { heap, places, sizes })
    }

    /// Goes through `steps`, and returns a sum over the marks of the freed blocks; nothing if a block did not fit.
    #[inline(always)]
    fn play(&mut self, steps: &[Step]) -> Option<u64> {
        let mut sum = 0_u64;
        for step in steps {
            let place = step.place as usize;
            match self.places[place].take() {
                Some(block) => {
                    // SAFETY: a live block of at least 16 bytes, whose first eight were written.
                    let found = unsafe { self.heap.address(block).cast::<u64>().read() };
                    sum = sum.wrapping_add(found);
                    self.heap.free(block, self.sizes[place] as usize);
                }
                None => {
                    self.sizes[place] = step.size;
                    self.places[place] = Some(mark(&mut self.heap, step.size)?);
                }
            }
        }
        Some(sum)
    }
}

/// A block with its size written at its start.
#[inline(always)]
fn mark<H: Heap>(heap: &mut H, size: u32) -> Option<H::Block> {
    let block = heap.alloc(size as usize)?;
    // SAFETY: a fresh block of at least 16 bytes, aligned to as many.
    unsafe { heap.address(block).cast::<u64>().write(u64::from(size)) };
    Some(block)
}

fn run<H: Heap>() -> Run {
    let mut play = Play::<H>::new(ROOM).expect("room for the first blocks");
    let trace = trace();
    let mut at = 0;
    Box::new(move |n| {
        let (mut left, mut sum) = (n, 0_u64);
        while left > 0 {
            let len = left.min(trace.len() - at);
            sum = sum.wrapping_add(play.play(&trace[at..at + len]).expect("room for the trace"));
            at = (at + len) % trace.len();
            left -= len;
        }
        sum
    })
}

/// Holes of one size that the second case has.
const HOLES: usize = 64_000;

/// A block comes and goes in a region full of holes into which it would fit.
fn in_equal_holes<H: Heap>() -> Run {
    let mut heap = H::new(ROOM);
    let blocks: Vec<_> = (0..2 * HOLES + 1).map(|_| heap.alloc(64).expect("room for the blocks")).collect();
    for block in blocks.iter().skip(1).step_by(2) {
        heap.free(*block, 64);
    }
    let mut held = std::collections::VecDeque::from_iter((0..64).map(|_| heap.alloc(64).expect("a hole")));
    Box::new(move |n| {
        for _ in 0..n {
            let block = held.pop_front().expect("64 are held");
            heap.free(block, 64);
            held.push_back(heap.alloc(64).expect("a hole"));
        }
        n as u64
    })
}

/// How little memory an allocator needs for the trace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Space {
    /// The name of the allocator.
    pub peer: String,
    /// Whether it is of this workspace.
    pub ours: bool,
    /// The smallest region in which the whole trace succeeds, over the most bytes that live at a time.
    pub smallest: f64,
    /// The largest free block over all that is free, after the trace in 64 MiB; where the allocator can tell.
    pub largest_of_free: Option<f64>,
}

/// Finds for each allocator the smallest region that serves the trace.
pub fn space() -> Vec<Space> {
    let trace = trace();
    let peak = peak_payload(&trace);
    vec![
        smallest::<Handles>("Region, by handle", true, &trace, peak),
        smallest::<Talc>("talc", false, &trace, peak),
        smallest::<Rlsf<32>>("rlsf, SLLEN 32", false, &trace, peak),
        smallest::<Rlsf<8>>("rlsf, SLLEN 8", false, &trace, peak),
        smallest::<OffsetAllocator>("offset-allocator", false, &trace, peak),
    ]
}

/// The most bytes that live at a time, without any rounding but that of the trace.
fn peak_payload(trace: &[Step]) -> usize {
    let mut play = Play::<Wrapping>::new(ROOM).expect("nothing is ever full here");
    let mut live: usize = play.sizes.iter().map(|size| *size as usize).sum();
    let mut peak = live;
    for step in trace {
        let place = step.place as usize;
        match play.places[place] {
            Some(_) => live -= play.sizes[place] as usize,
            None => live += step.size as usize,
        }
        peak = peak.max(live);
        play.play(core::slice::from_ref(step));
    }
    peak
}

fn smallest<H: Heap>(peer: &str, ours: bool, trace: &[Step], peak: usize) -> Space {
    let serves = |room: usize| Play::<H>::new(room).is_some_and(|mut play| play.play(trace).is_some());
    let (mut low, mut high) = (peak, 2 * peak);
    while high - low > peak / 1000 {
        let middle = low.midpoint(high).next_multiple_of(ALIGN);
        if serves(middle) { high = middle } else { low = middle }
    }
    let mut play = Play::<H>::new(ROOM).expect("room for the first blocks");
    play.play(trace).expect("room for the trace");
    Space {
        peer: peer.to_owned(),
        ours,
        smallest: high as f64 / peak as f64,
        largest_of_free: play.heap.largest_of_free(),
    }
}

/// No allocator: a pointer that runs around.
struct Wrapping {
    memory: Memory,
    next: usize,
}

impl Heap for Wrapping {
    type Block = u32;

    fn new(bytes: usize) -> Self {
        Self { memory: Memory::new(bytes), next: 0 }
    }
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> Option<u32> {
        // One MiB, so that as much stays in the cache as with the others.
        let block = if self.next > 1 << 20 { 0 } else { self.next };
        self.next = block + size;
        Some(block as u32)
    }
    #[inline(always)]
    fn free(&mut self, _: u32, _: usize) {}
    #[inline(always)]
    fn address(&self, block: u32) -> *mut u8 {
        self.memory.start.as_ptr().wrapping_add(block as usize)
    }
}

/// `Region`, through handles.
struct Handles {
    region: Region<'static>,
    base: *mut u8,
    _memory: Memory,
}

fn region(memory: &Memory) -> Region<'static> {
    // SAFETY: the memory is as large as it says, nobody else uses it, and the region is dropped before it.
    unsafe { Region::from_raw_parts(memory.start.as_ptr().cast(), memory.layout.size(), ALIGN) }
        .expect("a region of this size")
}

impl Heap for Handles {
    type Block = RegionBlock;

    fn new(bytes: usize) -> Self {
        let memory = Memory::new(bytes);
        Self { region: region(&memory), base: memory.start.as_ptr(), _memory: memory }
    }
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> Option<RegionBlock> {
        self.region.try_alloc(Layout::from_size_align(size, ALIGN).ok()?).ok()
    }
    #[inline(always)]
    fn free(&mut self, block: RegionBlock, _: usize) {
        self.region.try_free(block).expect("a live block");
    }
    #[inline(always)]
    fn address(&self, block: RegionBlock) -> *mut u8 {
        self.base.wrapping_add(block.offset())
    }
    fn largest_of_free(&self) -> Option<f64> {
        Some(1.0 - self.region.fragmentation())
    }
}

/// `Region`, through raw pointers.
struct Pointers {
    region: Region<'static>,
    _memory: Memory,
}

impl Heap for Pointers {
    type Block = *mut u8;

    fn new(bytes: usize) -> Self {
        let memory = Memory::new(bytes);
        Self { region: region(&memory), _memory: memory }
    }
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> Option<*mut u8> {
        let block: *mut u8 = self.region.alloc(size).cast();
        (!block.is_null()).then_some(block)
    }
    #[inline(always)]
    fn free(&mut self, block: *mut u8, _: usize) {
        self.region.free(block.cast());
    }
    #[inline(always)]
    fn address(&self, block: *mut u8) -> *mut u8 {
        block
    }
}

/// `OffsetRegion`, through handles.
struct Offsets {
    region: OffsetRegion,
    memory: Memory,
}

impl Heap for Offsets {
    type Block = RegionBlock;

    fn new(bytes: usize) -> Self {
        Self { region: OffsetRegion::new(bytes, ALIGN).expect("a region of this size"), memory: Memory::new(bytes) }
    }
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> Option<RegionBlock> {
        self.region.try_alloc(Layout::from_size_align(size, ALIGN).ok()?).ok()
    }
    #[inline(always)]
    fn free(&mut self, block: RegionBlock, _: usize) {
        self.region.try_free(block).expect("a live block");
    }
    #[inline(always)]
    fn address(&self, block: RegionBlock) -> *mut u8 {
        self.memory.start.as_ptr().wrapping_add(block.offset())
    }
}

struct OffsetAllocator {
    region: offset_allocator::Allocator<u32>,
    memory: Memory,
}

impl Heap for OffsetAllocator {
    type Block = offset_allocator::Allocation<u32>;

    fn new(bytes: usize) -> Self {
        let size = u32::try_from(bytes).expect("a region below 4 GiB");
        Self { region: offset_allocator::Allocator::with_max_allocs(size, 256 * 1024), memory: Memory::new(bytes) }
    }
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> Option<Self::Block> {
        self.region.allocate(size as u32)
    }
    #[inline(always)]
    fn free(&mut self, block: Self::Block, _: usize) {
        self.region.free(block);
    }
    #[inline(always)]
    fn address(&self, block: Self::Block) -> *mut u8 {
        self.memory.start.as_ptr().wrapping_add(block.offset as usize)
    }
    fn largest_of_free(&self) -> Option<f64> {
        let report = self.region.storage_report();
        Some(f64::from(report.largest_free_region) / f64::from(report.total_free_space))
    }
}

struct Talc {
    talc: talc::base::Talc<talc::source::Manual, talc::DefaultBinning>,
    _memory: Memory,
}

impl Heap for Talc {
    type Block = NonNull<u8>;

    fn new(bytes: usize) -> Self {
        let memory = Memory::new(bytes);
        let mut talc = talc::base::Talc::new(talc::source::Manual);
        // SAFETY: nobody else uses the memory, and it goes after the allocator.
        unsafe { talc.claim(memory.start.as_ptr(), memory.layout.size()) }.expect("a heap of this size");
        Self { talc, _memory: memory }
    }
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> Option<NonNull<u8>> {
        let layout = Layout::from_size_align(size, ALIGN).ok()?;
        // SAFETY: the size is not zero.
        unsafe { self.talc.allocate(layout) }
    }
    #[inline(always)]
    fn free(&mut self, block: NonNull<u8>, size: usize) {
        let Ok(layout) = Layout::from_size_align(size, ALIGN) else { return };
        // SAFETY: a live block of this layout.
        unsafe { self.talc.deallocate(block.as_ptr(), layout) }
    }
    #[inline(always)]
    fn address(&self, block: NonNull<u8>) -> *mut u8 {
        block.as_ptr()
    }
}

struct Rlsf<const SECOND: usize>
where
    Width<SECOND>: Bits,
{
    tlsf: rlsf::Tlsf<'static, u32, <Width<SECOND> as Bits>::Map, 28, SECOND>,
    _memory: Memory,
}

/// The bitmap type that fits a number of bins.
struct Width<const BINS: usize>;
trait Bits {
    type Map: rlsf::int::BinInteger;
}
impl Bits for Width<8> {
    type Map = u8;
}
impl Bits for Width<32> {
    type Map = u32;
}

impl<const SECOND: usize> Heap for Rlsf<SECOND>
where
    Width<SECOND>: Bits + 'static,
{
    type Block = NonNull<u8>;

    fn new(bytes: usize) -> Self {
        let memory = Memory::new(bytes);
        let mut tlsf = rlsf::Tlsf::new();
        let block = NonNull::slice_from_raw_parts(memory.start, memory.layout.size());
        // SAFETY: nobody else uses the memory, and it goes after the allocator.
        unsafe { tlsf.insert_free_block_ptr(block) }.expect("a heap of this size");
        Self { tlsf, _memory: memory }
    }
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> Option<NonNull<u8>> {
        self.tlsf.allocate(Layout::from_size_align(size, ALIGN).ok()?)
    }
    #[inline(always)]
    fn free(&mut self, block: NonNull<u8>, _: usize) {
        // SAFETY: a live block of this alignment.
        unsafe { self.tlsf.deallocate(block, ALIGN) }
    }
    #[inline(always)]
    fn address(&self, block: NonNull<u8>) -> *mut u8 {
        block.as_ptr()
    }
}

/// A heap of the whole process, which has no region.
struct Whole<A>(A);

impl<A: core::alloc::GlobalAlloc + Default + 'static> Heap for Whole<A> {
    type Block = *mut u8;

    fn new(_: usize) -> Self {
        Self(A::default())
    }
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> Option<*mut u8> {
        let layout = Layout::from_size_align(size, ALIGN).ok()?;
        // SAFETY: the size is not zero.
        let block = unsafe { self.0.alloc(layout) };
        (!block.is_null()).then_some(block)
    }
    #[inline(always)]
    fn free(&mut self, block: *mut u8, size: usize) {
        let Ok(layout) = Layout::from_size_align(size, ALIGN) else { return };
        // SAFETY: a live block of this layout.
        unsafe { self.0.dealloc(block, layout) }
    }
    #[inline(always)]
    fn address(&self, block: *mut u8) -> *mut u8 {
        block
    }
}

/// The cases of this workload.
pub fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "w6",
            workload: "W6",
            title: "blocks of 16 to 4,096 bytes come and go, about 10,000 live in 64 MiB",
            unit: "alloc or free",
            ops: STEPS,
            counted: Some(100_000),
            clock: Clock::Thread,
            peers: vec![
                Peer::floor("trace loop, nothing is freed", run::<Wrapping>),
                Peer::ours("Region, by handle", run::<Handles>),
                Peer::ours("Region, raw pointers", run::<Pointers>),
                Peer::ours("OffsetRegion, by handle", run::<Offsets>),
                Peer::other("talc", run::<Talc>),
                Peer::other("rlsf, SLLEN 32", run::<Rlsf<32>>),
                Peer::other("rlsf, SLLEN 8", run::<Rlsf<8>>),
                Peer::other("offset-allocator", run::<OffsetAllocator>),
                Peer::other("mimalloc", run::<Whole<super::heaps::Mimalloc>>),
                Peer::other("system malloc", run::<Whole<std::alloc::System>>),
            ],
        },
        Case {
            id: "w6holes",
            workload: "W6",
            title: "a 64-byte block is freed and another allocated among 64,000 holes of 64 bytes",
            unit: "free and alloc",
            ops: 200_000,
            counted: Some(50_000),
            clock: Clock::Thread,
            peers: vec![
                Peer::ours("Region, by handle", in_equal_holes::<Handles>),
                Peer::ours("Region, raw pointers", in_equal_holes::<Pointers>),
                Peer::other("talc", in_equal_holes::<Talc>),
                Peer::other("rlsf, SLLEN 32", in_equal_holes::<Rlsf<32>>),
                Peer::other("offset-allocator", in_equal_holes::<OffsetAllocator>),
            ],
        },
    ]
}
