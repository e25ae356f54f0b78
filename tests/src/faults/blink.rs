//! Scenarios of the Blink family, over a base allocator that refuses, and that panics when chunks come back.

use std::alloc::Layout;
use std::cell::RefCell;
use std::ptr::NonNull;

use arenas::{Blink, BlinkAlloc, BlinkAllocCache, BlinkAllocator, IteratorExt, SendBlink, SyncBlinkAlloc};

use super::bitena::{churn_collections, hold};
use super::{Base, Blocks, Faults, Item, Scenario};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "BlinkAlloc: blocks", run: local_blocks },
    Scenario { name: "BlinkAlloc: resets, rollbacks, limits", run: local_rounds },
    Scenario { name: "SyncBlinkAlloc: blocks", run: sync_blocks },
    Scenario { name: "SyncBlinkAlloc: resets", run: sync_rounds },
    Scenario { name: "LocalBlinkAlloc", run: local_of_sync },
    Scenario { name: "BlinkAllocCache", run: cache },
    Scenario {
        name: "Blink over BlinkAlloc",
        run: |faults| values(faults, |base| BlinkAlloc::with_chunk_size_in(256, base)),
    },
    Scenario {
        name: "Blink over SyncBlinkAlloc",
        run: |faults| values(faults, |base| SyncBlinkAlloc::with_chunk_size_in(256, base)),
    },
    Scenario { name: "Blink over &LocalBlinkAlloc", run: values_in_local },
    Scenario { name: "Blink: a chunk and no more", run: one_chunk },
    Scenario { name: "Blink: destructors that allocate", run: reentrant_values },
    Scenario { name: "Blink: frozen, sent", run: frozen },
    Scenario { name: "BlinkAlloc, SyncBlinkAlloc: Vec, Box, HashMap in them", run: in_collections },
];

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).expect("a small layout")
}

/// Takes, resizes and gives back blocks of all sizes and alignments; all of them are whole at the end.
fn churn<A: BlinkAllocator>(alloc: &A, faults: &Faults) {
    let mut blocks = Blocks::default();
    let mut layouts = Vec::new();
    for step in 0..24usize {
        let new = layout(step * 37 % 200 + 1, 1 << (step % 7));
        if let Some(Ok(block)) = faults.attempt(|| alloc.allocate(new)) {
            assert_eq!(block.cast::<u8>().addr().get() % new.align(), 0);
            blocks.add(NonNull::slice_from_raw_parts(block.cast(), new.size()));
            layouts.push(new);
        }
        if step % 3 == 2 {
            let (Some(old), Some(block)) = (layouts.pop(), blocks.take()) else { continue };
            let size = if step % 2 == 0 { old.size() * 3 } else { old.size() / 2 };
            let new = layout(size, old.align());
            let resized = faults.attempt(|| {
                // SAFETY: the block was allocated with `old`, and is used through what this returns.
                unsafe { alloc.resize(block.cast(), old, new) }
            });
            let kept = match resized {
                Some(Ok(moved)) => {
                    let common = NonNull::slice_from_raw_parts(moved.cast(), old.size().min(new.size()));
                    Blocks::verify(block, common);
                    layouts.push(new);
                    NonNull::slice_from_raw_parts(moved.cast(), new.size())
                }
                _ => {
                    layouts.push(old);
                    Blocks::verify(block, block);
                    block
                }
            };
            blocks.add(kept);
        }
        if step % 5 == 4 {
            let (Some(old), Some(block)) = (layouts.pop(), blocks.take()) else { continue };
            faults.attempt(|| {
                // SAFETY: the block was allocated with `old`, and is not used any more.
                unsafe { alloc.deallocate(block.cast(), old) }
            });
        }
        blocks.check();
    }
}

/// What must hold at any time.
fn assert_adds_up<A: BlinkAllocator>(alloc: &A) {
    let stats = alloc.stats();
    assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
}

fn local_blocks(faults: &Faults) {
    let mut alloc = BlinkAlloc::with_chunk_size_in(128, faults.base());
    for _ in 0..3 {
        churn(&alloc, faults);
        assert_adds_up(&alloc);
        faults.attempt(|| alloc.reset());
        assert_eq!(alloc.stats().used, 0);
    }
    faults.attempt(|| alloc.reset_final());
    assert_eq!(alloc.stats().reserved, 0);
    churn(&alloc, faults);
    faults.attempt(|| drop(alloc.into_inner()));
}

fn local_rounds(faults: &Faults) {
    let mut alloc = BlinkAlloc::with_chunk_size_in(128, faults.base());
    let first = faults.attempt(|| alloc.allocate(layout(40, 8)));
    let (start, used) = (alloc.checkpoint(), alloc.stats().used);
    for round in 0..3 {
        churn(&alloc, faults);
        match round {
            0 => drop(faults.attempt(|| alloc.rollback(start))),
            1 => drop(faults.attempt(|| alloc.shrink_to(0))),
            _ => alloc.set_limit(Some(alloc.stats().reserved)),
        }
        assert_adds_up(&alloc);
        if round == 0 && matches!(first, Some(Ok(_))) {
            assert_eq!(alloc.stats().used, used);
        }
    }
    faults.attempt(|| alloc.reset());
    alloc.set_limit(None);
    faults.disarm();
    assert!(alloc.allocate(layout(1000, 64)).is_ok());
}

fn sync_blocks(faults: &Faults) {
    let mut alloc = SyncBlinkAlloc::with_chunk_size_in(128, faults.base());
    for _ in 0..2 {
        churn(&alloc, faults);
        assert_adds_up(&alloc);
        faults.attempt(|| alloc.reset());
        assert_eq!(alloc.stats().used, 0);
    }
    faults.attempt(|| drop(alloc.into_inner()));
}

fn sync_rounds(faults: &Faults) {
    let mut alloc = SyncBlinkAlloc::with_chunk_size_in(128, faults.base());
    churn(&alloc, faults);
    faults.attempt(|| alloc.shrink_to(0));
    churn(&&alloc, faults);
    faults.attempt(|| alloc.reset_final());
    assert_eq!(alloc.stats().reserved, 0);
    faults.disarm();
    assert!(alloc.allocate(layout(1000, 64)).is_ok());
}

fn local_of_sync(faults: &Faults) {
    let mut alloc = SyncBlinkAlloc::with_chunk_size_in(512, faults.base());
    for _ in 0..2 {
        let (mut a, b) = (alloc.local(), alloc.local());
        churn(&a, faults);
        churn(&b, faults);
        churn(&alloc, faults);
        faults.attempt(|| a.reset());
        churn(&a, faults);
        faults.attempt(|| drop(a));
        faults.attempt(|| drop(b));
        assert_adds_up(&alloc);
        faults.attempt(|| alloc.reset());
        assert_eq!(alloc.stats().used, 0);
    }
}

fn cache(faults: &Faults) {
    let cache = BlinkAllocCache::new();
    for _ in 0..40 {
        let alloc = BlinkAlloc::with_chunk_size_in(64, faults.base());
        let _ = faults.attempt(|| alloc.allocate(layout(32, 8)));
        if let Err(rejected) = faults.heap(|| cache.try_push(alloc)) {
            faults.attempt(|| drop(rejected));
        }
    }
    while let Some(mut alloc) = cache.pop() {
        faults.attempt(|| alloc.reset());
        assert_eq!(alloc.stats().used, 0);
        faults.attempt(|| drop(alloc));
    }
}

/// Everything that the typed layer does, with user code that fails.
fn fill<A: BlinkAllocator>(blink: &Blink<A>, faults: &Faults) {
    let blocks = &RefCell::new(Blocks::default());
    let inner = |number| {
        faults.reenter(|| {
            if let Ok(value) = blink.try_put_no_drop(u64::from(number)) {
                hold(blocks, value);
            }
        });
        faults.reenter(|| drop(blink.try_put(faults.item(number))));
        faults.make(number)
    };
    let mut seen: Vec<(&Item, u32)> = Vec::new();
    for number in 0..4 {
        match faults.attempt(|| blink.try_put(faults.item(number))) {
            Some(Ok(value)) => seen.push((value, number)),
            Some(Err(rejected)) => drop(faults.attempt(|| assert_eq!(rejected.into_inner().number(), number))),
            None => {}
        }
        if let Some(Ok(value)) = faults.attempt(|| blink.emplace().try_with(|| inner(number)).map_err(drop)) {
            seen.push((value, number));
        }
        let fallible = || if number == 2 { Err([number; 10]) } else { Ok(inner(number)) };
        match faults.attempt(|| blink.emplace_shared().try_with_fallible(fallible)) {
            Some(Ok(value)) => seen.push((value, number)),
            Some(Err(Ok(error))) => assert_eq!(error, [2; 10]),
            _ => {}
        }
    }
    let mut lists: Vec<&[Item]> = Vec::new();
    for len in [0, 3, 20] {
        match faults.attempt(|| blink.emplace().try_from_iter(faults.iter((0..len).map(inner)))) {
            Some(Ok(values)) => {
                assert_eq!(values.len(), len as usize);
                lists.push(values);
            }
            Some(Err(rejected)) => {
                let (built, rest) = rejected.into_inner();
                lists.push(built);
                let from = built.len() as u32;
                faults.attempt(|| assert!(rest.map(|item| item.number()).eq(from..len)));
            }
            None => {}
        }
    }
    if let Some(Ok(values)) = faults.attempt(|| faults.items(0..5).try_collect_to_blink_shared(blink).map_err(drop)) {
        lists.push(values);
    }
    for value in [blink.try_copy_slice(&[1u16; 50]), blink.try_copy_slice(&[2u16; 3])].into_iter().flatten() {
        hold(blocks, value);
    }
    if let Ok(text) = blink.try_copy_str("text") {
        assert_eq!(text, "text");
    }
    assert!(seen.iter().all(|(value, number)| value.number() == *number));
    assert!(lists.iter().all(|list| list.iter().map(Item::number).eq(0..list.len() as u32)));
    blocks.borrow_mut().clear();
}

fn values<A: BlinkAllocator>(faults: &Faults, alloc: impl FnOnce(Base) -> A) {
    let mut blink = Blink::new_in(alloc(faults.base()));
    fill(&blink, faults);
    let held = blink.pending_drops();
    let start = blink.checkpoint();
    faults.attempt(|| {
        blink.scope(|inner| {
            fill(inner, faults);
            faults.may_panic();
        })
    });
    assert_eq!(blink.pending_drops(), held);
    fill(&blink, faults);
    faults.attempt(|| blink.rollback(start));
    assert_eq!(blink.pending_drops(), held);
    faults.attempt(|| blink.drop_all());
    assert_eq!(blink.pending_drops(), 0);
    fill(&blink, faults);
    faults.attempt(|| blink.reset());
    assert_eq!((blink.pending_drops(), blink.stats().used), (0, 0));
    fill(&blink, faults);
    faults.attempt(|| drop(blink));
}

fn values_in_local(faults: &Faults) {
    let alloc = SyncBlinkAlloc::with_chunk_size_in(1024, faults.base());
    {
        let local = alloc.local();
        let mut blink = Blink::new_in(&local);
        fill(&blink, faults);
        faults.attempt(|| blink.reset());
        fill(&blink, faults);
        faults.attempt(|| drop(blink));
        faults.attempt(|| drop(local));
    }
    faults.attempt(|| drop(alloc));
}

fn one_chunk(faults: &Faults) {
    let mut memory = [std::mem::MaybeUninit::uninit(); 2048];
    let mut blink = Blink::over(&mut memory);
    for _ in 0..3 {
        fill(&blink, faults);
        while blink.try_put(faults.item(1)).is_ok_and(|item| item.number() == 1) {}
        let refused = blink.try_put(faults.item(2)).expect_err("full");
        assert!(refused.error().is_capacity());
        faults.attempt(|| drop(refused));
        faults.attempt(|| blink.reset());
        assert_eq!((blink.pending_drops(), blink.stats().used), (0, 0));
    }
}

fn reentrant_values(faults: &Faults) {
    let alloc = Box::into_raw(Box::new(BlinkAlloc::with_chunk_size_in(256, faults.base())));
    // SAFETY: nobody has it exclusively until it is freed below.
    let shared: &'static BlinkAlloc<Base> = unsafe { &*alloc };
    let blocks = std::rc::Rc::new(RefCell::new(Blocks::default()));
    {
        let mut blink = Blink::new_in(shared);
        for round in 0..2 {
            for number in 0..4 {
                let seen = blocks.clone();
                let value = faults.reentrant(number, move || {
                    if let Ok(block) = shared.allocate(layout(100, 8)) {
                        seen.borrow_mut().add(block);
                    }
                });
                match blink.try_put(value) {
                    Ok(value) => assert_eq!(value.number(), number),
                    Err(rejected) => drop(faults.attempt(|| drop(rejected))),
                }
            }
            faults.attempt(|| if round == 0 { blink.reset() } else { blink.drop_all() });
            assert_eq!(blink.pending_drops(), 0);
        }
    }
    blocks.borrow_mut().clear();
    // SAFETY: it came from a box, and nobody uses `shared` any more.
    let alloc = unsafe { Box::from_raw(alloc) };
    faults.attempt(|| drop(alloc));
}

fn frozen(faults: &Faults) {
    let freeze = || {
        let blink = Blink::new_in(BlinkAlloc::new_in(faults.base()));
        blink.freeze(|blink| match blink.emplace().try_from_iter(faults.items(0..5)) {
            Ok(values) => &*values,
            Err(rejected) => rejected.into_inner().0,
        })
    };
    if let Some(frozen) = faults.attempt(freeze) {
        assert!(frozen.iter().map(Item::number).eq(0..frozen.len() as u32));
        let blink = frozen.thaw();
        fill(&blink, faults);
        if let Some(sent) = faults.attempt(|| SendBlink::new(blink)) {
            let blink = sent.into_inner();
            assert_eq!(blink.pending_drops(), 0);
            fill(&blink, faults);
            faults.attempt(|| drop(blink));
        }
    }
}

fn in_collections(faults: &Faults) {
    // Over the heap itself, because collections end the process when they get no memory.
    let mut alloc = BlinkAlloc::with_chunk_size(64 << 10);
    churn_collections(&alloc, faults);
    faults.attempt(|| alloc.reset());
    assert_eq!(alloc.stats().used, 0);
    let mut alloc = SyncBlinkAlloc::with_chunk_size(64 << 10);
    churn_collections(&alloc, faults);
    {
        let local = alloc.local();
        churn_collections(&local, faults);
    }
    faults.attempt(|| alloc.reset());
    assert_eq!(alloc.stats().used, 0);
}
