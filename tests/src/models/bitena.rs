//! Bitena against a model: every live value with its address range and contents.

use std::alloc::Layout;
use std::mem::MaybeUninit;

use arbitrary::Arbitrary;
use arenas::{Bitena, BitenaCheckpoint, BorrowedBitena};

use super::below;

#[derive(Arbitrary, Clone, Debug)]
pub enum Step {
    Layout {
        #[arbitrary(with = below::<80, _>)]
        size: usize,
        #[arbitrary(with = below::<13, _>)]
        align_log2: u32,
    },
    Word(u64),
    Wide(u128),
    Text(String),
    Formatted(u32),
    Copied(Vec<u16>),
    Filled {
        #[arbitrary(with = below::<40, _>)]
        len: usize,
        with: u32,
    },
    FromIter {
        #[arbitrary(with = below::<20, _>)]
        stated: usize,
        #[arbitrary(with = below::<20, _>)]
        yielded: usize,
    },
    Window {
        #[arbitrary(with = below::<200, _>)]
        bytes: usize,
        #[arbitrary(with = below::<20, _>)]
        words: usize,
    },
    Boxed(String),
    Checkpoint,
    Rollback(#[arbitrary(with = below::<8, _>)] usize),
    Scope {
        #[arbitrary(with = below::<200, _>)]
        bytes: usize,
    },
    Reset,
}

/// Where a value is and what must be there.
struct Live {
    at: *const u8,
    contents: Vec<u8>,
}

struct Model<'m> {
    arena: BorrowedBitena<'m>,
    base: usize,
    /// Oldest first, so at falling addresses.
    live: Vec<Live>,
    /// With how many values were live.
    checkpoints: Vec<(BitenaCheckpoint, usize)>,
}

impl Model<'_> {
    /// Where a block would be cut, in addresses.
    fn next(&self, layout: Layout) -> Option<usize> {
        let tip = self.base + self.arena.remaining();
        let at = tip.checked_sub(layout.size())? & !(layout.align() - 1);
        (at >= self.base).then_some(at)
    }

    /// Checks one allocation of `layout` and records it.
    fn took(
        &mut self,
        layout: Layout,
        expected: Option<usize>,
        before: usize,
        got: Option<*const u8>,
        contents: &[u8],
    ) {
        if layout.size() == 0 {
            assert!(got.is_some_and(|at| at.addr() % layout.align() == 0));
            assert_eq!(self.arena.remaining(), before);
            return;
        }
        assert_eq!(got.map(<*const u8>::addr), expected, "{layout:?}");
        match got {
            Some(at) => {
                assert_eq!(self.arena.remaining(), at.addr() - self.base, "bytes are counted exactly");
                self.live.push(Live { at, contents: contents.to_vec() });
            }
            None => assert_eq!(self.arena.remaining(), before, "a failure changes nothing"),
        }
    }

    fn apply(&mut self, step: &Step) {
        let before = self.arena.remaining();
        match step {
            Step::Layout { size, align_log2 } => {
                let layout = Layout::from_size_align(*size, 1 << align_log2).unwrap();
                let expected = self.next(layout);
                let got = self.arena.try_alloc_layout(layout).ok();
                let contents: Vec<u8> = (0..*size).map(|i| i as u8 ^ 0x5A).collect();
                if let Some(at) = got {
                    // SAFETY: the block has this size, and is nobody else's.
                    unsafe { at.as_ptr().copy_from_nonoverlapping(contents.as_ptr(), *size) };
                }
                self.took(layout, expected, before, got.map(|at| at.as_ptr().cast_const()), &contents);
            }
            Step::Word(value) => {
                let expected = self.next(Layout::new::<u64>());
                let got = self.arena.try_alloc(*value).ok().map(|at| std::ptr::from_mut(at).cast_const().cast());
                self.took(Layout::new::<u64>(), expected, before, got, &value.to_ne_bytes());
            }
            Step::Wide(value) => {
                let expected = self.next(Layout::new::<u128>());
                let got =
                    self.arena.try_alloc_with(|| *value).ok().map(|at| std::ptr::from_mut(at).cast_const().cast());
                self.took(Layout::new::<u128>(), expected, before, got, &value.to_ne_bytes());
            }
            Step::Text(text) => {
                let layout = Layout::for_value(text.as_str());
                let expected = self.next(layout);
                let got = self.arena.try_alloc_str(text).ok().map(str::as_ptr);
                self.took(layout, expected, before, got, text.as_bytes());
            }
            Step::Formatted(number) => {
                let text = format!("<{number:>5}>");
                let layout = Layout::for_value(text.as_str());
                let expected = self.next(layout);
                let got = self.arena.try_alloc_fmt(format_args!("<{number:>5}>")).ok().map(str::as_ptr);
                self.took(layout, expected, before, got, text.as_bytes());
            }
            Step::Copied(values) => {
                let layout = Layout::for_value(values.as_slice());
                let expected = self.next(layout);
                let got = self.arena.try_alloc_slice_copy(values).ok().map(|slice| slice.as_ptr().cast());
                let contents: Vec<u8> = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
                self.took(layout, expected, before, got, &contents);
            }
            Step::Filled { len, with } => {
                let layout = Layout::array::<u32>(*len).unwrap();
                let expected = self.next(layout);
                let got = self.arena.try_alloc_slice(*with, *len).ok().map(|slice| slice.as_ptr().cast());
                self.took(layout, expected, before, got, &with.to_ne_bytes().repeat(*len));
            }
            Step::FromIter { stated, yielded } => {
                let reserved = Layout::array::<u32>(*stated).unwrap();
                let fits = *stated == 0 || self.next(reserved).is_some();
                let len = *stated.min(yielded);
                // What is not filled goes back, so that it is as if the true length had been known.
                let layout = Layout::array::<u32>(len).unwrap();
                let expected = self.next(layout).filter(|_| fits);
                let values = Stated { values: 0..*yielded as u32, stated: *stated };
                let got = self.arena.try_alloc_slice_from_iter(values).ok();
                assert_eq!(got.is_some(), fits);
                let got = got.map(|slice| {
                    assert_eq!(slice.len(), len);
                    slice.as_ptr().cast()
                });
                let contents: Vec<u8> = (0..len as u32).flat_map(u32::to_ne_bytes).collect();
                if fits || len != 0 {
                    self.took(layout, expected, before, got, &contents);
                }
            }
            Step::Window { bytes, words } => {
                let Ok(window) = self.arena.local(*bytes) else {
                    assert!(*bytes > before);
                    assert_eq!(self.arena.remaining(), before);
                    return;
                };
                assert_eq!(self.arena.remaining(), before - bytes);
                assert_eq!((window.capacity(), window.remaining()), (*bytes, *bytes));
                let mut live = Vec::new();
                for word in 0..*words as u64 {
                    let left = window.remaining();
                    match window.try_alloc(word) {
                        Ok(at) => {
                            let at = std::ptr::from_mut(at).cast_const().cast();
                            live.push(Live { at, contents: word.to_ne_bytes().to_vec() });
                        }
                        Err(_) => assert!(left < 16),
                    }
                }
                let (used, full) = (window.used(), window.remaining());
                drop(window);
                assert_eq!(self.arena.remaining(), before - bytes + full);
                assert_eq!(self.arena.remaining() + used, before);
                self.live.extend(live);
            }
            Step::Boxed(text) => {
                let expected = self.next(Layout::new::<String>());
                let got = self.arena.try_alloc_box(text.clone()).ok();
                assert_eq!(got.is_some(), expected.is_some());
                if let Some(boxed) = got {
                    assert_eq!(*boxed, *text);
                    assert_eq!(boxed.into_inner(), *text);
                }
            }
            Step::Checkpoint => self.checkpoints.push((self.arena.checkpoint(), self.live.len())),
            Step::Rollback(which) => {
                if let Some(&(checkpoint, live)) = self.checkpoints.get(*which) {
                    self.arena.rollback(checkpoint);
                    assert_eq!(self.arena.used(), checkpoint.used());
                    self.live.truncate(live);
                    self.checkpoints.truncate(which + 1);
                }
            }
            Step::Scope { bytes } => {
                self.arena.scope(|inner| {
                    let _ = inner.try_alloc_slice(0xEEu8, *bytes);
                });
                assert_eq!(self.arena.remaining(), before);
            }
            Step::Reset => {
                self.arena.reset();
                assert_eq!(self.arena.remaining(), self.arena.capacity());
                self.live.clear();
                // A checkpoint of the empty arena stays true.
                self.checkpoints.retain(|(checkpoint, _)| checkpoint.used() == 0);
            }
        }
    }

    fn check(&self) {
        let mut end = self.base + self.arena.capacity();
        for live in &self.live {
            assert!(live.at.addr() + live.contents.len() <= end, "no overlap");
            end = live.at.addr();
            // SAFETY: the value is live, and nobody writes to it.
            let found = unsafe { std::slice::from_raw_parts(live.at, live.contents.len()) };
            assert_eq!(found, live.contents, "contents are intact");
        }
        assert!(end >= self.base + self.arena.remaining());
        let stats = self.arena.stats();
        assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
        assert!(stats.peak_used >= stats.used);
    }
}

/// An iterator that states another length than it has.
struct Stated {
    values: std::ops::Range<u32>,
    stated: usize,
}

impl Iterator for Stated {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.values.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.stated, Some(self.stated))
    }
}

impl ExactSizeIterator for Stated {}

/// Runs a program in an arena over so many bytes, from so many bytes into a block.
pub fn run(offset: usize, capacity: usize, steps: &[Step]) {
    let mut memory = [MaybeUninit::uninit(); 8016];
    let memory = &mut memory[offset..][..capacity];
    let base = memory.as_ptr().addr();
    let mut model = Model { arena: Bitena::over(memory), base, live: Vec::new(), checkpoints: Vec::new() };
    for step in steps {
        model.apply(step);
        model.check();
    }
}
