//! Random programs over regions, against a plain list of blocks that is searched from end to end.

use std::alloc::Layout;
use std::collections::BTreeMap;
use std::mem::MaybeUninit;

use arbitrary::{Arbitrary, Unstructured};
use arenas::{OffsetRegion, Region, RegionBlock, RegionError};

use super::{Pick, below};

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

#[derive(Arbitrary, Clone, Debug)]
pub enum Step {
    Alloc {
        #[arbitrary(with = size)]
        size: usize,
        #[arbitrary(with = align)]
        align: usize,
    },
    Raw(#[arbitrary(with = size)] usize),
    Free(Pick),
    FreeAgain(Pick),
    Resize(Pick, #[arbitrary(with = size)] usize),
    Reset,
}

/// Small as a rule, sometimes large, and sometimes more than there can be.
fn size(program: &mut Unstructured<'_>) -> arbitrary::Result<usize> {
    Ok(match program.arbitrary::<u8>()? {
        0 => usize::MAX,
        1 => isize::MAX.cast_unsigned(),
        2..40 => below::<6000, _>(program)?,
        _ => below::<200, _>(program)?,
    })
}

fn align(program: &mut Unstructured<'_>) -> arbitrary::Result<usize> {
    Ok(1 << below::<9, u32>(program)?)
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

/// Runs a program in a region over so many bytes, from so many bytes into a block.
pub fn run(size: usize, offset: usize, align: usize, steps: Vec<Step>) {
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

/// Runs a program in a region of offsets. Its raw and its checked operations are mixed.
pub fn run_offsets(size: usize, align: usize, steps: &[Step]) {
    let mut region = OffsetRegion::new(size, align).unwrap();
    let mut model = Model::new(region.capacity(), align);
    let mut live: Vec<RegionBlock> = Vec::new();
    let mut raw: Vec<usize> = Vec::new();
    let mut dead: Vec<RegionBlock> = Vec::new();
    for step in steps {
        let capacity = region.capacity();
        match *step {
            Step::Alloc { size, align } => {
                let Some(layout) = layout(size, align) else { continue };
                let expected = if size == 0 || size > capacity { None } else { model.alloc(size, align, 0) };
                let block = region.try_alloc(layout).ok();
                assert_eq!(block.map(RegionBlock::offset), expected);
                assert!(block.is_none_or(|block| block.len() == size && region.is_valid(block)));
                live.extend(block);
            }
            Step::Raw(size) => {
                let expected = if size == 0 || size > capacity { None } else { model.alloc(size, 1, 0) };
                let offset = region.alloc(size);
                assert_eq!(offset, expected);
                raw.extend(offset);
            }
            Step::Free(which) if !live.is_empty() && (raw.is_empty() || which.0 % 2 == 0) => {
                let block = live.swap_remove(which.index(live.len()));
                model.free(block.offset());
                region.try_free(block).unwrap();
                dead.push(block);
            }
            Step::Free(which) if !raw.is_empty() => {
                let offset = raw.swap_remove(which.index(raw.len()));
                model.free(offset);
                region.free(offset);
            }
            Step::FreeAgain(which) if !dead.is_empty() => {
                let block = dead[which.index(dead.len())];
                assert!(!region.is_valid(block));
                assert_eq!(region.try_free(block), Err(RegionError::Freed));
            }
            Step::Resize(which, size) if !live.is_empty() => {
                let which = which.index(live.len());
                let block = live[which];
                let fits = size > 0 && size <= capacity && model.resize(block.offset(), size);
                let resized = region.try_resize(block, size);
                assert_eq!(resized.is_ok(), fits);
                if let Ok(resized) = resized {
                    assert_eq!((resized.offset(), resized.len()), (block.offset(), size));
                    dead.push(std::mem::replace(&mut live[which], resized));
                }
            }
            Step::Reset => {
                region.reset();
                model = Model::new(capacity, align);
                dead.append(&mut live);
                raw.clear();
            }
            Step::Free(_) | Step::FreeAgain(_) | Step::Resize(..) => {}
        }
        region.check();
        let walked = region.walk().map(|run| (run.offset, (run.len, run.used)));
        assert!(walked.eq(model.blocks.iter().map(|(&at, &block)| (at, block))));
    }
}
