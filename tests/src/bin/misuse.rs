//! Programs with one mistake each, which AddressSanitizer must end at the instruction. `tests/asan_poison.rs` runs them.
//!
//! Without `--cfg arenas_asan` they are not there: the memory belongs to the allocator, and nothing would report them.

#[cfg(not(arenas_asan))]
fn main() {
    println!("built without `--cfg arenas_asan`");
}

#[cfg(arenas_asan)]
fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    match misuses::ALL.iter().find(|(known, _)| *known == name) {
        Some((_, misuse)) => misuse(),
        None => misuses::ALL.iter().for_each(|(known, _)| println!("{known}")),
    }
    // Where the sanitizer stays silent.
    println!("survived");
}

#[cfg(arenas_asan)]
mod misuses {
    use std::alloc::Layout;
    use std::hint::black_box;
    use std::io::Write;
    use std::mem::MaybeUninit;

    use arenas::{Arena, Bitena, Blink, BlinkAlloc, FastArena, Region, RegionStore, RingAl, RingStore, SyncBlinkAlloc};

    /// Reads what a pointer leads to, which the caller knows to be wrong.
    #[inline(never)]
    fn read<T: Copy>(at: *const T) -> T {
        // SAFETY: none: the address is in a live block of the heap, but the value is gone. That is the mistake.
        black_box(unsafe { black_box(at).read_volatile() })
    }

    /// One after the end of a value.
    fn beyond<T>(value: &T) -> *const T {
        std::ptr::from_ref(value).wrapping_add(1)
    }

    pub(crate) const ALL: &[(&str, fn())] = &[
        ("bitena-reset", || {
            let mut arena = Bitena::new(1024).unwrap();
            let value = std::ptr::from_ref(arena.alloc(7u64));
            arena.reset();
            read(value);
        }),
        ("bitena-rollback", || {
            let mut arena = Bitena::new(1024).unwrap();
            let start = arena.checkpoint();
            let value = arena.alloc_str("a text that is long enough").as_ptr();
            arena.rollback(start);
            read(value.wrapping_add(10));
        }),
        ("bitena-scope", || {
            let mut arena = Bitena::new(1024).unwrap();
            let value = arena.scope(|inner| std::ptr::from_ref(inner.alloc(7u64)).addr());
            let base = std::ptr::from_ref(arena.alloc(1u64));
            read(base.with_addr(value).wrapping_sub(2));
        }),
        ("bitena-before-the-tip", || {
            let arena = Bitena::new(1024).unwrap();
            read(std::ptr::from_ref(arena.alloc(7u64)).wrapping_sub(1));
        }),
        ("bitena-borrowed-reset", || {
            let mut memory = [MaybeUninit::uninit(); 1024];
            let mut arena = Bitena::over(&mut memory);
            let value = std::ptr::from_ref(arena.alloc(7u64));
            arena.reset();
            read(value);
        }),
        ("local-bitena-free-bytes", || {
            let arena = Bitena::new(4096).unwrap();
            let window = arena.local(1024).unwrap();
            read(std::ptr::from_ref(window.alloc(7u64)).wrapping_sub(1));
        }),
        ("local-bitena-window-gone", || {
            let arena = Bitena::new(4096).unwrap();
            let window = arena.local(1024).unwrap();
            let value = std::ptr::from_ref(window.alloc(7u64));
            drop(window);
            read(value.wrapping_sub(1));
        }),
        ("blink-alloc-reset", || {
            let mut alloc = BlinkAlloc::new();
            let block = alloc.allocate(Layout::new::<[u64; 4]>()).unwrap().cast::<u64>();
            alloc.reset();
            read(block.as_ptr());
        }),
        ("blink-alloc-deallocated", || {
            let alloc = BlinkAlloc::new();
            let layout = Layout::new::<[u64; 4]>();
            let block = alloc.allocate(layout).unwrap().cast::<u64>();
            let _newer = alloc.allocate(layout).unwrap();
            // SAFETY: allocated with this layout; the use after is the mistake.
            unsafe { alloc.deallocate(block.cast(), layout) };
            read(block.as_ptr());
        }),
        ("blink-alloc-beyond-the-tip", || {
            let alloc = BlinkAlloc::new();
            let block = alloc.allocate(Layout::new::<[u8; 13]>()).unwrap().cast::<u8>();
            read(block.as_ptr().wrapping_add(13));
        }),
        ("blink-reset", || {
            let mut blink = Blink::new();
            let value = std::ptr::from_ref(blink.put(7u64));
            blink.reset();
            read(value);
        }),
        ("blink-scope", || {
            let mut blink = Blink::new();
            let value = {
                let scope = blink.scope_guard();
                std::ptr::from_ref(scope.put(7u64))
            };
            read(value);
        }),
        ("sync-blink-reset", || {
            let mut alloc = SyncBlinkAlloc::new();
            let block = alloc.allocate(Layout::new::<[u64; 4]>()).unwrap().cast::<u64>();
            alloc.reset();
            read(block.as_ptr());
        }),
        ("local-blink-gone", || {
            let alloc = SyncBlinkAlloc::new();
            let local = alloc.local();
            let block = local.allocate(Layout::new::<[u64; 4]>()).unwrap().cast::<u64>();
            drop(local);
            read(block.as_ptr());
        }),
        ("arena-rollback", || {
            let mut arena = Arena::new();
            arena.alloc(1u64);
            let start = arena.checkpoint();
            let index = arena.alloc(2u64);
            let value = std::ptr::from_ref(arena.get(index));
            arena.rollback(start);
            *arena.get_mut(arenas::Idx::from_raw(0)) = 3;
            read(value);
        }),
        ("arena-reset", || {
            let mut arena: Arena<u64> = (0..100).collect();
            let value = std::ptr::from_ref(&arena.as_slice()[50]);
            arena.reset();
            arena.alloc(1);
            read(value);
        }),
        ("fast-arena-reset", || {
            let mut arena = FastArena::with_capacity(64);
            let index = arena.alloc(7u64);
            let value = std::ptr::from_ref(arena.get(index));
            arena.reset();
            read(value);
        }),
        ("fast-arena-rollback", || {
            let mut arena = FastArena::with_capacity(64);
            arena.alloc(6u64);
            let start = arena.checkpoint();
            let index = arena.alloc(7u64);
            let value = std::ptr::from_ref(arena.get(index));
            arena.rollback(start);
            read(value);
        }),
        ("fast-arena-beyond-the-end", || {
            let arena = FastArena::with_capacity(64);
            let index = arena.alloc(7u64);
            read(beyond(arena.get(index)));
        }),
        ("ring-released", || {
            let ring = RingAl::new(4096);
            let mut buffer = ring.fixed(64).unwrap();
            buffer.write_all(&[7; 64]).unwrap();
            let byte = buffer.as_ptr().wrapping_add(20);
            drop(buffer);
            read(byte);
        }),
        ("ring-beyond-the-buffer", || {
            let ring = RingAl::new(4096);
            let mut buffer = ring.fixed(13).unwrap();
            buffer.write_all(&[7; 13]).unwrap();
            read(buffer.as_ptr().wrapping_add(13));
        }),
        ("ring-frozen-released", || {
            let ring = RingAl::new(4096);
            let mut buffer = ring.fixed(64).unwrap();
            buffer.write_all(&[7; 64]).unwrap();
            let frozen = buffer.freeze();
            let byte = frozen.as_ptr();
            drop((frozen.clone(), frozen));
            read(byte);
        }),
        ("ring-box-released", || {
            let store = RingStore::new(4);
            let value = store.alloc(7u64).unwrap();
            let at = std::ptr::from_ref(&*value);
            drop(value);
            read(at);
        }),
        ("region-freed", || {
            let mut memory = vec![MaybeUninit::uninit(); 4096];
            let mut region = Region::new(&mut memory, 16).unwrap();
            region.poison_free(true);
            let block = region.alloc(100).cast::<u64>();
            region.free(block.cast());
            read(block);
        }),
        ("region-store-freed", || {
            let mut store = RegionStore::<u64>::with_capacity(8);
            let index = store.alloc(7);
            let value = std::ptr::from_ref(store.get(index));
            store.free(index);
            read(value);
        }),
        #[cfg(arenas_redzones)]
        ("redzone-bitena", || {
            let arena = Bitena::new(1024).unwrap();
            let _older = arena.alloc(6u64);
            read(beyond(arena.alloc(7u64)));
        }),
        #[cfg(arenas_redzones)]
        ("redzone-blink", || {
            let blink = Blink::new();
            let value = blink.put(7u64);
            blink.put(8u64);
            read(beyond(value));
        }),
        #[cfg(arenas_redzones)]
        ("redzone-sync-blink", || {
            let alloc = SyncBlinkAlloc::new();
            let block = alloc.allocate(Layout::new::<u64>()).unwrap().cast::<u64>();
            alloc.allocate(Layout::new::<u64>()).unwrap();
            read(block.as_ptr().wrapping_add(1));
        }),
        #[cfg(arenas_redzones)]
        ("redzone-ring", || {
            let ring = RingAl::new(4096);
            let mut buffer = ring.fixed(24).unwrap();
            let _next = ring.fixed(24).unwrap();
            buffer.write_all(&[7; 24]).unwrap();
            read(buffer.as_ptr().wrapping_add(24));
        }),
    ];
}
