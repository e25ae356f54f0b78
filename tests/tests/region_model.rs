//! Random programs over regions, against a plain list of blocks that is searched from end to end.

// Contract: R2, R3, R4, R5, R6a, R7, C4, C6, C9, C11

use std::alloc::Layout;
use std::collections::BTreeMap;
use std::mem::MaybeUninit;

use arenas::{OffsetRegion, Region, RegionBlock, RegionError};
use proptest::prelude::*;

/// The blocks of a region in address order: offset, and size with whether it is used.
#[derive(Clone, Debug)]
struct Model {
    align: usize,
    blocks: BTreeMap<usize, (usize, bool)>,
}

impl Model {
    fn new(size: usize, align: usize) -> Self {
        let mut blocks = BTreeMap::new();
        if size >= align {
            blocks.insert(0, (size / align * align, false));
        }
        Self { align, blocks }
    }

    fn rounded(&self, size: usize) -> usize {
        size.div_ceil(self.align) * self.align
    }

    /// Best fit by a look at every hole; `origin` is the address of offset 0.
    fn alloc(&mut self, size: usize, align: usize, origin: usize) -> Option<usize> {
        let size = self.rounded(size);
        let mut best: Option<(usize, usize, usize)> = None;
        for (&start, &(len, used)) in &self.blocks {
            if used || len < size {
                continue;
            }
            let at = ((origin + start + len - size) & !(align - 1)) as isize - origin as isize;
            if at < start as isize {
                continue;
            }
            if best.is_none_or(|(best_len, ..)| len < best_len) {
                best = Some((len, start, at as usize));
            }
        }
        let (len, start, at) = best?;
        self.blocks.remove(&start);
        if at > start {
            self.blocks.insert(start, (at - start, false));
        }
        self.blocks.insert(at, (size, true));
        if at + size < start + len {
            self.blocks.insert(at + size, (start + len - at - size, false));
        }
        Some(at)
    }

    fn free(&mut self, at: usize) {
        let (mut at, (mut len, used)) = self.blocks.remove_entry(&at).unwrap();
        assert!(used);
        if let Some(&(next_len, false)) = self.blocks.get(&(at + len)) {
            self.blocks.remove(&(at + len));
            len += next_len;
        }
        if let Some((&prev, &(prev_len, false))) = self.blocks.range(..at).next_back() {
            self.blocks.remove(&prev);
            (at, len) = (prev, prev_len + len);
        }
        self.blocks.insert(at, (len, false));
    }

    fn resize(&mut self, at: usize, size: usize) -> bool {
        let (old, size) = (self.blocks[&at].0, self.rounded(size));
        let behind = match self.blocks.get(&(at + old)) {
            Some(&(len, false)) => len,
            _ => 0,
        };
        if size > old + behind {
            return false;
        }
        if behind > 0 {
            self.blocks.remove(&(at + old));
        }
        self.blocks.insert(at, (size, true));
        if old + behind > size {
            self.blocks.insert(at + size, (old + behind - size, false));
        }
        true
    }
}

#[derive(Clone, Debug)]
enum Step {
    Alloc { size: usize, align: usize },
    Raw(usize),
    Free(prop::sample::Index),
    FreeAgain(prop::sample::Index),
    Resize(prop::sample::Index, usize),
    Reset,
}

fn step() -> impl Strategy<Value = Step> {
    let size =
        prop_oneof![8 => 0usize..200, 2 => 200usize..6000, 1 => Just(usize::MAX), 1 => Just(isize::MAX as usize)];
    prop_oneof![
        6 => (size.clone(), 0u32..9).prop_map(|(size, align)| Step::Alloc { size, align: 1 << align }),
        2 => size.clone().prop_map(Step::Raw),
        6 => any::<prop::sample::Index>().prop_map(Step::Free),
        1 => any::<prop::sample::Index>().prop_map(Step::FreeAgain),
        2 => (any::<prop::sample::Index>(), size).prop_map(|(which, size)| Step::Resize(which, size)),
        1 => Just(Step::Reset),
    ]
}

fn layout(size: usize, align: usize) -> Option<Layout> {
    Layout::from_size_align(size, align).ok()
}

/// What the model and the region agree on after every step.
fn compare(model: &Model, region: &Region<'_>) {
    region.check();
    let walked: Vec<_> = region.walk().map(|run| (run.offset, (run.len, run.used))).collect();
    let expected: Vec<_> = model.blocks.iter().map(|(&at, &block)| (at, block)).collect();
    assert_eq!(walked, expected);
    let mut holes: Vec<_> = expected.iter().filter(|(_, (_, used))| !used).map(|&(at, (len, _))| (len, at)).collect();
    holes.sort_unstable();
    let by_size: Vec<_> = region.free_by_size().map(|run| (run.len, run.offset)).collect();
    assert_eq!(by_size, holes);
    let stats = region.region_stats();
    assert_eq!(stats.largest_free, holes.last().map_or(0, |&(len, _)| len));
    assert_eq!(stats.chunks_free, holes.len());
    assert_eq!(stats.used + stats.free, stats.total);
    let all = region.stats();
    assert_eq!(all.used + all.padding + all.free + all.metadata, all.reserved);
    assert_eq!(all.used, stats.used);
}

fn run(size: usize, offset: usize, align: usize, steps: Vec<Step>) {
    let mut memory = vec![MaybeUninit::<u8>::uninit(); size + offset];
    let mut region = Region::new(&mut memory[offset..], align).unwrap();
    let mut model = Model::new(region.capacity(), align);
    // Live blocks with the byte that each is filled with.
    let mut live: Vec<(RegionBlock, u8)> = Vec::new();
    let mut raw: Vec<*mut core::ffi::c_void> = Vec::new();
    let mut dead: Vec<RegionBlock> = Vec::new();
    let mut next = 0u8;
    let origin = match region.try_alloc(Layout::new::<u8>()) {
        Ok(probe) => {
            let origin = region.ptr(probe).addr() - probe.offset();
            region.try_free(probe).unwrap();
            origin
        }
        Err(_) => 0,
    };
    for step in steps {
        match step {
            Step::Alloc { size, align } => {
                let Some(layout) = layout(size, align) else { continue };
                let expected =
                    if size == 0 || size > region.capacity() { None } else { model.alloc(size, align, origin) };
                match region.try_alloc(layout) {
                    Ok(block) => {
                        assert_eq!(Some(block.offset()), expected);
                        assert_eq!(block.len(), size);
                        assert_eq!(region.ptr(block).addr() % align.max(region.align()), 0);
                        next = next.wrapping_add(1);
                        let fill = vec![next; size];
                        region.write(block, &fill);
                        live.push((block, next));
                    }
                    Err(_) => assert_eq!(expected, None),
                }
            }
            Step::Raw(size) => {
                let expected = if size == 0 || size > region.capacity() { None } else { model.alloc(size, 1, origin) };
                let ptr = region.alloc(size);
                assert_eq!((!ptr.is_null()).then(|| ptr.addr() - origin), expected);
                if !ptr.is_null() {
                    raw.push(ptr);
                }
            }
            Step::Free(which) if !live.is_empty() && !raw.is_empty() && which.index(2) == 0 => {
                let ptr = raw.swap_remove(which.index(raw.len()));
                model.free(ptr.addr() - origin);
                region.free(ptr);
            }
            Step::Free(which) if !live.is_empty() => {
                let (block, fill) = live.swap_remove(which.index(live.len()));
                // SAFETY: the whole block was written when it was made, or grown from one that was.
                let intact = region.bytes(block).iter().all(|byte| unsafe { byte.assume_init() } == fill);
                assert!(intact, "a block of {} bytes at {} was written over", block.len(), block.offset());
                model.free(block.offset());
                region.try_free(block).unwrap();
                dead.push(block);
            }
            Step::FreeAgain(which) if !dead.is_empty() => {
                assert_eq!(region.try_free(dead[which.index(dead.len())]), Err(RegionError::Freed));
            }
            Step::Resize(which, size) if !live.is_empty() => {
                let which = which.index(live.len());
                let (block, fill) = live[which];
                let fits = size > 0 && size <= region.capacity() && model.resize(block.offset(), size);
                match region.try_resize(block, size) {
                    Ok(resized) => {
                        assert!(fits);
                        assert_eq!((resized.offset(), resized.len()), (block.offset(), size));
                        let bytes = vec![fill; size];
                        region.write(resized, &bytes);
                        live[which].0 = resized;
                        dead.push(block);
                    }
                    Err(_) => assert!(!fits),
                }
            }
            Step::Reset => {
                region.reset();
                model = Model::new(region.capacity(), align);
                dead.extend(live.drain(..).map(|(block, _)| block));
                raw.clear();
            }
            Step::Free(_) | Step::FreeAgain(_) | Step::Resize(..) => {}
        }
        compare(&model, &region);
    }
    for (block, _) in live {
        region.try_free(block).unwrap();
    }
    for ptr in raw {
        region.free(ptr);
    }
    let stats = region.region_stats();
    assert_eq!((stats.used, stats.chunks_free), (0, usize::from(stats.total > 0)));
}

proptest! {
    #![proptest_config(arenas_tests::models::config(50))]

    #[test]
    fn a_region_does_what_an_exhaustive_search_would(
        size in prop_oneof![0usize..100, 1000usize..20_000],
        offset in 0usize..16,
        align in 0u32..6,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        run(size, offset, 1 << align, steps);
    }

    #[test]
    fn offsets_and_memory_are_served_alike(sizes in prop::collection::vec((1usize..900, any::<bool>()), 1..80)) {
        #[repr(align(64))]
        struct Memory([MaybeUninit<u8>; 8192]);
        let mut memory = Memory([MaybeUninit::uninit(); 8192]);
        let mut region = Region::new(&mut memory.0, 64).unwrap();
        let mut offsets = OffsetRegion::new(8192, 64).unwrap();
        let mut live = Vec::new();
        for (size, free) in sizes {
            let layout = Layout::from_size_align(size, 1).unwrap();
            let (here, there) = (region.try_alloc(layout), offsets.try_alloc(layout));
            assert_eq!(here.map(RegionBlock::offset), there.map(RegionBlock::offset));
            live.extend(here.ok().zip(there.ok()));
            if free && !live.is_empty() {
                let (here, there) = live.swap_remove(size % live.len());
                region.try_free(here).unwrap();
                offsets.try_free(there).unwrap();
            }
            offsets.check();
            assert!(region.walk().eq(offsets.walk()));
        }
    }
}
