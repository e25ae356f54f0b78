//! `SyncBlinkAlloc`, its windows and the cache on the real code, over all interleavings and weak orderings.
//!
//! Blocks are memory that loom does not know. So each model keeps a loom cell for every place that a block can have, and
//! writes it whenever it owns such a block: two owners that are not ordered are reported as the race that they are.
//!
//! `tests/mutations/blink.toml` lists changes of the code that the models must notice.
//
// Contract: K10, C1, C9

#![cfg(arenas_loom)]

use std::alloc::Layout;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex};

use arenas::{AllocError, BlinkAlloc, BlinkAllocCache, ChunkSource, Global, SyncBlinkAlloc};
use loom::cell::UnsafeCell;
use loom::thread;

/// Runs the model, and requires that more than one execution ran and that `expected` are the outcomes.
fn explore<O: Ord + Debug + Send + Clone + 'static>(expected: &[O], model: impl Fn() -> O + Send + Sync + 'static) {
    let seen = Arc::new(Mutex::new((0, BTreeSet::new())));
    let record = Arc::clone(&seen);
    loom::model(move || {
        let outcome = model();
        let mut seen = record.lock().unwrap();
        seen.0 += 1;
        seen.1.insert(outcome);
    });
    let (executions, outcomes) = &*seen.lock().unwrap();
    eprintln!("{executions} executions");
    assert!(*executions > 1, "only {executions} execution");
    assert_eq!(outcomes.iter().cloned().collect::<Vec<_>>(), expected);
}

/// The memory of one chunk, with a cell for every 64 bytes of it.
struct Watched {
    start: NonNull<u8>,
    layout: Layout,
    cells: Vec<UnsafeCell<()>>,
}

// SAFETY: the pointer is only compared, and loom watches the cells.
unsafe impl Send for Watched {}
// SAFETY: as above.
unsafe impl Sync for Watched {}

impl Watched {
    fn new(bytes: usize) -> Self {
        let layout = Layout::from_size_align(bytes, 64).unwrap();
        let start = Global.acquire(layout).unwrap().cast();
        Self { start, layout, cells: (0..bytes / 64).map(|_| UnsafeCell::new(())).collect() }
    }

    fn contains(&self, block: NonNull<[u8]>) -> bool {
        let start = self.start.addr().get();
        (start..start + self.layout.size()).contains(&block.cast::<u8>().addr().get())
    }

    /// Writes all of a block, as far as loom can tell.
    fn write(&self, block: NonNull<[u8]>) {
        let from = block.cast::<u8>().addr().get() - self.start.addr().get();
        for cell in &self.cells[from / 64..(from + block.len()).div_ceil(64)] {
            cell.with_mut(|_| ());
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // SAFETY: acquired in `new`.
        unsafe { Global.release(self.start, self.layout) };
    }
}

/// Gives each watched memory out once, then nothing.
struct Each(Vec<Arc<Watched>>, std::cell::Cell<usize>);

// SAFETY: each memory is given out once, and lives as long as the source.
unsafe impl ChunkSource for Each {
    fn acquire(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let memory =
            self.0.get(self.1.replace(self.1.get() + 1)).filter(|memory| layout.size() <= memory.layout.size());
        let memory = memory.ok_or(AllocError::out_of_memory())?;
        Ok(NonNull::slice_from_raw_parts(memory.start, memory.layout.size()))
    }

    unsafe fn release(&self, _: NonNull<u8>, _: Layout) {}
}

/// An allocator over one watched chunk.
fn watched(bytes: usize) -> (Arc<Watched>, Arc<SyncBlinkAlloc<Each>>) {
    let memory = Arc::new(Watched::new(bytes));
    let source = Each(vec![Arc::clone(&memory)], std::cell::Cell::new(0));
    (memory, Arc::new(SyncBlinkAlloc::with_chunk_size_in(64, source)))
}

const BLOCK: Layout = match Layout::from_size_align(64, 64) {
    Ok(layout) => layout,
    Err(_) => panic!(),
};

#[test]
fn racing_first_allocations_take_one_chunk_and_never_share_a_byte() {
    explore(&[1], || {
        let (memory, shared) = watched(1024);
        let other = {
            let (memory, shared) = (Arc::clone(&memory), Arc::clone(&shared));
            thread::spawn(move || {
                let block = shared.allocate(BLOCK).unwrap();
                memory.write(block);
                block.cast::<u8>().addr()
            })
        };
        let block = shared.allocate(BLOCK).unwrap();
        memory.write(block);
        assert_ne!(other.join().unwrap(), block.cast::<u8>().addr());
        shared.stats().chunks
    });
}

/// Two threads find the chunk full. One adds the next, the other finds it; and the block that goes back meanwhile is of
/// the old chunk, whichever is the current one by then.
#[test]
fn a_full_chunk_is_followed_by_one_chunk() {
    explore(&[(false, 2), (true, 2)], || {
        let memories = [512, 1024].map(|bytes| Arc::new(Watched::new(bytes)));
        let source = Each(memories.to_vec(), std::cell::Cell::new(0));
        let shared = Arc::new(SyncBlinkAlloc::with_chunk_size_in(64, source));
        let write = {
            let memories = memories.clone();
            move |block: NonNull<[u8]>| {
                let own = memories.iter().find(|memory| memory.contains(block)).expect("a block is in a chunk");
                own.write(block);
                block.cast::<u8>().addr()
            }
        };
        let first = shared.allocate(BLOCK).unwrap();
        // What is left of the chunk.
        let rest = Layout::from_size_align(shared.stats().free / 64 * 64, 64).unwrap();
        let last = shared.allocate(rest).unwrap();
        write(first);
        write(last);
        let other = {
            let (shared, write) = (Arc::clone(&shared), write.clone());
            thread::spawn(move || write(shared.allocate(BLOCK).unwrap()))
        };
        write(last);
        // SAFETY: allocated above, and not used any more.
        unsafe { shared.deallocate(last.cast(), rest) };
        let ours = write(shared.allocate(Layout::from_size_align(512, 64).unwrap()).unwrap());
        let theirs = other.join().unwrap();
        assert_ne!(ours, theirs);
        (theirs == last.cast::<u8>().addr(), shared.stats().chunks)
    });
}

#[test]
fn a_block_that_is_given_back_is_handed_over_in_order() {
    // Whether the second thread got the place that the first gave back.
    explore(&[false, true], || {
        let (memory, shared) = watched(1024);
        let block = shared.allocate(BLOCK).unwrap();
        memory.write(block);
        let address = block.cast::<u8>().addr();
        let other = {
            let (memory, shared) = (Arc::clone(&memory), Arc::clone(&shared));
            thread::spawn(move || {
                let block = shared.allocate(BLOCK).unwrap();
                memory.write(block);
                block.cast::<u8>().addr()
            })
        };
        memory.write(block);
        // SAFETY: allocated above, and not used any more.
        unsafe { shared.deallocate(block.cast(), BLOCK) };
        other.join().unwrap() == address
    });
}

#[test]
fn a_window_that_comes_back_is_handed_over_in_order() {
    explore(&[false, true], || {
        let (memory, shared) = watched(4096);
        shared.allocate(BLOCK).unwrap();
        let used = shared.stats().used;
        let other = {
            let (memory, shared) = (Arc::clone(&memory), Arc::clone(&shared));
            thread::spawn(move || {
                let local = shared.local();
                memory.write(local.allocate(BLOCK).unwrap());
            })
        };
        let first = shared.allocate(BLOCK).unwrap();
        memory.write(first);
        other.join().unwrap();
        // Whatever the window did, it is back, or below a block that was cut meanwhile.
        let after = shared.stats().used;
        assert!(after >= used + 64);
        memory.write(shared.local().allocate(BLOCK).unwrap());
        after == used + 64
    });
}

#[test]
fn growing_at_the_tip_races_with_allocation() {
    explore(&[false, true], || {
        let (memory, shared) = watched(1024);
        let wide = Layout::from_size_align(128, 64).unwrap();
        let block = shared.allocate(BLOCK).unwrap();
        let other = {
            let (memory, shared) = (Arc::clone(&memory), Arc::clone(&shared));
            thread::spawn(move || {
                let block = shared.allocate(BLOCK).unwrap();
                memory.write(block);
                // SAFETY: allocated above, and not used any more.
                unsafe { shared.deallocate(block.cast(), BLOCK) };
            })
        };
        // SAFETY: allocated above.
        let grown = unsafe { shared.resize(block.cast(), BLOCK, wide) }.unwrap();
        memory.write(grown);
        other.join().unwrap();
        grown.cast::<u8>() == block.cast::<u8>()
    });
}

#[test]
fn a_cache_hands_each_allocator_to_one_thread() {
    explore(&[(false, true), (true, false), (true, true)], || {
        let cache = Arc::new(BlinkAllocCache::new());
        cache.push(BlinkAlloc::with_chunk_size(64));
        let other = {
            let cache = Arc::clone(&cache);
            thread::spawn(move || {
                let popped = cache.pop();
                let found = popped.is_some();
                popped.into_iter().for_each(|blink| cache.push(blink));
                found
            })
        };
        let popped = cache.pop();
        let found = popped.is_some();
        popped.into_iter().for_each(|blink| cache.push(blink));
        let outcome = (found, other.join().unwrap());
        assert!(cache.pop().is_some());
        assert!(cache.pop().is_none());
        outcome
    });
}

#[test]
fn two_threads_put_into_an_empty_cache() {
    explore(&[false, true], || {
        let cache = Arc::new(BlinkAllocCache::new());
        let other = {
            let cache = Arc::clone(&cache);
            thread::spawn(move || cache.push(BlinkAlloc::with_chunk_size(64)))
        };
        cache.push(BlinkAlloc::with_chunk_size(128));
        let found = cache.pop().is_some();
        let second = cache.pop().is_some();
        assert!(found, "this thread has put one in");
        other.join().unwrap();
        assert_eq!(cache.pop().is_some(), !second);
        assert!(cache.pop().is_none());
        second
    });
}
