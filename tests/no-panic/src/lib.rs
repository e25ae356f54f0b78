//! Calls every `try_` method, and nothing else that could panic: see `proof no-panic`.
//!
//! Each function below is a root. The command looks at what it reaches in the machine code, and fails when that is
//! anything of the panic machinery.

#![allow(clippy::missing_safety_doc, missing_docs, reason = "roots of a search, which nobody calls")]

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use arenas::*;

/// `root! { name(arguments) -> Result = body }`: a function that stays in the machine code under its name.
macro_rules! roots {
    ($(fn $name:ident$(<$life:lifetime>)?($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block)*) => {$(
        #[unsafe(no_mangle)]
        pub fn $name$(<$life>)?($($arg: $type),*) $(-> $result)? $body
    )*};
}

roots! {
    fn try_arena_with_capacity(capacity: usize) -> Result<Arena<u64>, AllocError> {
        Arena::try_with_capacity(capacity)
    }
    fn try_arena_alloc(arena: &mut Arena<u64>, value: u64) -> Option<Idx<u64>> {
        arena.try_alloc(value).ok()
    }
    fn try_arena_alloc_stamped(arena: &mut Arena<u64, Stamped<u64>>, value: u64) -> Option<Stamped<u64>> {
        arena.try_alloc(value).ok()
    }
    fn try_arena_alloc_with(arena: &mut Arena<u64>, value: u64) -> Option<Idx<u64>> {
        arena.try_alloc_with(|_| value).ok()
    }
    fn try_arena_alloc_extend(arena: &mut Arena<u64>, values: &[u64]) -> bool {
        arena.try_alloc_extend(values.iter().copied()).is_ok()
    }
    fn try_arena_alloc_batch(arena: &mut Arena<u64>, values: &[u64]) -> bool {
        arena.try_alloc_batch(values.iter().copied()).is_ok()
    }
    fn try_arena_get(arena: &Arena<u64>, index: Idx<u64>) -> Option<&u64> {
        arena.try_get(index)
    }
    fn try_arena_get_mut(arena: &mut Arena<u64>, index: Idx<u64>) -> Option<&mut u64> {
        arena.try_get_mut(index)
    }
    fn try_arena_get_stamped(arena: &Arena<u64, Stamped<u64>>, index: Stamped<u64>) -> Option<&u64> {
        arena.try_get(index)
    }
    fn try_arena_get_disjoint_mut(arena: &mut Arena<u64>, indices: [Idx<u64>; 2]) -> Option<[&mut u64; 2]> {
        arena.try_get_disjoint_mut(indices)
    }
    fn try_arena_get_range(arena: &Arena<u64>, range: IdxRange<Idx<u64>>) -> Option<&[u64]> {
        arena.try_get_range(range)
    }
    fn try_arena_get_range_mut(arena: &mut Arena<u64>, range: IdxRange<Idx<u64>>) -> Option<&mut [u64]> {
        arena.try_get_range_mut(range)
    }
    fn try_arena_rollback(arena: &mut Arena<u64>, to: Checkpoint<Idx<u64>>) -> bool {
        arena.try_rollback(to).is_ok()
    }
    fn try_arena_reserve(arena: &mut Arena<u64>, more: usize) -> bool {
        arena.try_reserve(more).is_ok()
    }

    fn try_map_with_capacity(slots: usize) -> Result<ArenaMap<Idx<u64>, u64>, AllocError> {
        ArenaMap::try_with_capacity(slots)
    }
    fn try_map_insert(map: &mut ArenaMap<Idx<u64>, u64>, key: Idx<u64>, value: u64) -> bool {
        map.try_insert(key, value).is_ok()
    }
    fn try_set_with_capacity(slots: usize) -> Result<ArenaSet<Idx<u64>>, AllocError> {
        ArenaSet::try_with_capacity(slots)
    }
    fn try_set_insert(set: &mut ArenaSet<Idx<u64>>, index: Idx<u64>) -> bool {
        set.try_insert(index).is_ok()
    }

    fn try_fast_with_capacity(capacity: usize) -> Result<FastArena<u64>, AllocError> {
        FastArena::try_with_capacity(capacity)
    }
    fn try_fast_alloc(arena: &FastArena<u64>, value: u64) -> Option<Idx<u64>> {
        arena.try_alloc(value).ok()
    }
    fn try_fast_alloc_stamped(arena: &FastArena<u64, Stamped<u64>>, value: u64) -> Option<Stamped<u64>> {
        arena.try_alloc(value).ok()
    }
    fn try_fast_alloc_with(arena: &FastArena<u64>, value: u64) -> Option<Idx<u64>> {
        arena.try_alloc_with(|_| value).ok()
    }
    fn try_fast_alloc_extend(arena: &FastArena<u64>, values: &[u64]) -> bool {
        arena.try_alloc_extend(values.iter().copied()).is_ok()
    }
    fn try_fast_alloc_batch(arena: &FastArena<u64>, values: &[u64]) -> bool {
        arena.try_alloc_batch(values.iter().copied()).is_ok()
    }
    fn try_fast_reserve(arena: &FastArena<u64>) -> bool {
        arena.try_reserve().is_ok()
    }
    fn try_fast_get(arena: &FastArena<u64>, index: Idx<u64>) -> Option<&u64> {
        arena.try_get(index)
    }
    fn try_fast_get_mut(arena: &mut FastArena<u64>, index: Idx<u64>) -> Option<&mut u64> {
        arena.try_get_mut(index)
    }
    fn try_fast_get_range(arena: &FastArena<u64>, range: IdxRange<Idx<u64>>) -> Option<&[u64]> {
        arena.try_get_range(range)
    }
    fn try_fast_get_disjoint_mut(arena: &mut FastArena<u64>, indices: [Idx<u64>; 2]) -> Option<[&mut u64; 2]> {
        arena.try_get_disjoint_mut(indices)
    }
    fn try_fast_get_range_mut(arena: &mut FastArena<u64>, range: IdxRange<Idx<u64>>) -> Option<&mut [u64]> {
        arena.try_get_range_mut(range)
    }
    fn try_fast_grow(arena: &mut FastArena<u64>) -> bool {
        arena.try_grow().is_ok()
    }
    fn try_fast_grow_to(arena: &mut FastArena<u64>, capacity: usize) -> bool {
        arena.try_grow_to(capacity).is_ok()
    }
    fn try_fast_rollback(arena: &mut FastArena<u64>, to: Checkpoint<Idx<u64>>) -> bool {
        arena.try_rollback(to).is_ok()
    }
    fn try_writer_alloc(writer: &Writer<'_, u64>, value: u64) -> Option<Idx<u64>> {
        writer.try_alloc(value).ok()
    }
    fn try_writer_alloc_with(writer: &Writer<'_, u64>, value: u64) -> Option<Idx<u64>> {
        writer.try_alloc_with(|_| value).ok()
    }

    fn try_bitena_new(bytes: usize) -> Result<Bitena, AllocError> {
        Bitena::new(bytes)
    }
    fn try_bitena_alloc(arena: &Bitena, value: u64) -> Option<&mut u64> {
        arena.try_alloc(value).ok()
    }
    fn try_bitena_alloc_copy(arena: &Bitena, value: u64) -> Option<&mut u64> {
        arena.try_alloc_copy(value).ok()
    }
    fn try_bitena_alloc_with(arena: &Bitena, value: u64) -> Option<&mut u64> {
        arena.try_alloc_with(|| value).ok()
    }
    fn try_bitena_alloc_uninit(arena: &Bitena) -> Option<&mut MaybeUninit<u64>> {
        arena.try_alloc_uninit().ok()
    }
    fn try_bitena_alloc_uninit_slice(arena: &Bitena, len: usize) -> Option<&mut [MaybeUninit<u64>]> {
        arena.try_alloc_uninit_slice(len).ok()
    }
    fn try_bitena_alloc_slice(arena: &Bitena, len: usize) -> Option<&mut [u64]> {
        arena.try_alloc_slice(7, len).ok()
    }
    fn try_bitena_alloc_slice_copy<'a>(arena: &'a Bitena, values: &[u64]) -> Option<&'a mut [u64]> {
        arena.try_alloc_slice_copy(values).ok()
    }
    fn try_bitena_alloc_slice_clone<'a>(arena: &'a Bitena, values: &[u64]) -> Option<&'a mut [u64]> {
        arena.try_alloc_slice_clone(values).ok()
    }
    fn try_bitena_alloc_slice_fill_with(arena: &Bitena, len: usize) -> Option<&mut [usize]> {
        arena.try_alloc_slice_fill_with(len, |i| i).ok()
    }
    fn try_bitena_alloc_slice_fill_default(arena: &Bitena, len: usize) -> Option<&mut [u64]> {
        arena.try_alloc_slice_fill_default(len).ok()
    }
    fn try_bitena_alloc_slice_from_iter<'a>(arena: &'a Bitena, values: &[u64]) -> Option<&'a mut [u64]> {
        arena.try_alloc_slice_from_iter(values.iter().copied()).ok()
    }
    fn try_bitena_alloc_str<'a>(arena: &'a Bitena, text: &str) -> Option<&'a str> {
        arena.try_alloc_str(text).ok()
    }
    fn try_bitena_alloc_box(arena: &Bitena, value: u64) -> Option<ArenaBox<'_, u64>> {
        arena.try_alloc_box(value).ok()
    }
    fn try_bitena_alloc_layout(arena: &Bitena, layout: Layout) -> Option<NonNull<u8>> {
        arena.try_alloc_layout(layout).ok()
    }
    fn try_bitena_rollback(arena: &mut Bitena, to: BitenaCheckpoint) -> bool {
        arena.try_rollback(to).is_ok()
    }
    fn try_bitena_local(arena: &Bitena, bytes: usize) -> bool {
        arena.local(bytes).is_ok()
    }
    fn try_window_alloc(window: &LocalBitena<'_>, value: u64) -> bool {
        window.try_alloc(value).is_ok()
    }
    fn try_window_alloc_slice_copy(window: &LocalBitena<'_>, values: &[u64]) -> bool {
        window.try_alloc_slice_copy(values).is_ok()
    }

    fn try_blink_allocate(blink: &BlinkAlloc, layout: Layout) -> bool {
        blink.allocate(layout).is_ok()
    }
    fn try_blink_resize(blink: &BlinkAlloc, block: NonNull<u8>, old: Layout, new: Layout) -> bool {
        // SAFETY: nobody calls this.
        unsafe { blink.resize(block, old, new) }.is_ok()
    }
    fn try_blink_put(blink: &Blink, value: u64) -> bool {
        blink.try_put(value).is_ok()
    }
    fn try_blink_put_string(blink: &Blink, value: String) -> bool {
        // What comes back is dropped by the caller.
        blink.try_put(value).map_err(core::mem::forget).is_ok()
    }
    fn try_blink_put_no_drop(blink: &Blink, value: u64) -> bool {
        blink.try_put_no_drop(value).is_ok()
    }
    fn try_blink_uninit(blink: &Blink) -> bool {
        blink.try_uninit::<u64>().is_ok()
    }
    fn try_blink_copy_slice(blink: &Blink, values: &[u64]) -> bool {
        blink.try_copy_slice(values).is_ok()
    }
    fn try_blink_copy_str(blink: &Blink, text: &str) -> bool {
        blink.try_copy_str(text).is_ok()
    }
    fn try_blink_emplace_value(blink: &Blink, value: u64) -> bool {
        blink.emplace().try_value(value).is_ok()
    }
    fn try_blink_emplace_with(blink: &Blink, value: u64) -> bool {
        blink.emplace().try_with(|| value).is_ok()
    }
    fn try_blink_emplace_with_fallible(blink: &Blink, value: u64) -> bool {
        blink.emplace().try_with_fallible(|| if value == 0 { Err(()) } else { Ok(value) }).is_ok()
    }
    fn try_blink_emplace_from_iter(blink: &Blink, values: &[u64]) -> bool {
        blink.emplace().try_from_iter(values.iter().copied()).is_ok()
    }
    fn try_blink_rollback(blink: &mut BlinkAlloc, to: BlinkCheckpoint) -> bool {
        blink.try_rollback(to).is_ok()
    }
    fn try_sync_blink_allocate(blink: &SyncBlinkAlloc, layout: Layout) -> bool {
        blink.allocate(layout).is_ok()
    }
    fn try_local_blink_allocate(blink: &LocalBlinkAlloc<'_>, layout: Layout) -> bool {
        blink.allocate(layout).is_ok()
    }
    fn try_cache_push(cache: &BlinkAllocCache, blink: BlinkAlloc) -> bool {
        cache.try_push(blink).map_err(core::mem::forget).is_ok()
    }

    fn try_region_with_capacity(bytes: usize) -> bool {
        Region::try_with_capacity(bytes).map(core::mem::forget).is_ok()
    }
    fn try_region_alloc(region: &mut Region<'_>, layout: Layout) -> Option<RegionBlock> {
        region.try_alloc(layout).ok()
    }
    fn try_region_free(region: &mut Region<'_>, block: RegionBlock) -> bool {
        region.try_free(block).is_ok()
    }
    fn try_region_resize(region: &mut Region<'_>, block: RegionBlock, size: usize) -> Option<RegionBlock> {
        region.try_resize(block, size).ok()
    }
    fn try_region_ptr(region: &Region<'_>, block: RegionBlock) -> bool {
        region.try_ptr(block).is_ok()
    }
    fn try_region_bytes<'a>(region: &'a Region<'_>, block: RegionBlock) -> Option<&'a [MaybeUninit<u8>]> {
        region.try_bytes(block).ok()
    }
    fn try_region_bytes_mut<'a>(region: &'a mut Region<'_>, block: RegionBlock) -> Option<&'a mut [MaybeUninit<u8>]> {
        region.try_bytes_mut(block).ok()
    }
    fn try_offset_region_alloc(region: &mut OffsetRegion, layout: Layout) -> Option<RegionBlock> {
        region.try_alloc(layout).ok()
    }
    fn try_offset_region_free(region: &mut OffsetRegion, block: RegionBlock) -> bool {
        region.try_free(block).is_ok()
    }
    fn try_offset_region_resize(region: &mut OffsetRegion, block: RegionBlock, size: usize) -> Option<RegionBlock> {
        region.try_resize(block, size).ok()
    }
    fn try_store_with_capacity(slots: usize) -> bool {
        RegionStore::<u64>::try_with_capacity(slots).is_ok()
    }
    fn try_store_alloc(store: &mut RegionStore<u64>, value: u64) -> bool {
        store.try_alloc(value).is_ok()
    }
    fn try_store_alloc_with(store: &mut RegionStore<u64>, value: u64) -> bool {
        store.try_alloc_with(|_| value).is_ok()
    }
    fn try_store_free(store: &mut RegionStore<u64>, index: Stamped<u64>) -> Option<u64> {
        store.try_free(index).ok()
    }
    fn try_store_get(store: &RegionStore<u64>, index: Stamped<u64>) -> Option<&u64> {
        store.try_get(index)
    }

    fn try_ring_new(bytes: usize) -> Result<RingAl, AllocError> {
        RingAl::try_new(bytes)
    }
    fn try_ring_with_capacity(bytes: usize) -> Result<RingAl, AllocError> {
        RingAl::try_with_capacity(bytes)
    }
    fn try_ring_fixed(ring: &RingAl, bytes: usize) -> Option<FixedBufMut> {
        ring.try_fixed(bytes).ok()
    }
    fn try_ring_extendable(ring: &RingAl, bytes: usize) -> Option<ExtBuf<'_>> {
        ring.try_extendable(bytes).ok()
    }
    fn try_ring_typed(ring: &RingAl, count: usize) -> Option<TypedBufMut<u64>> {
        ring.try_typed(count).ok()
    }
    fn try_ring_extend_from_slice(buffer: &mut FixedBufMut, bytes: &[u8]) -> bool {
        buffer.try_extend_from_slice(bytes).is_ok()
    }
    fn try_ring_ext_extend_from_slice(buffer: &mut ExtBuf<'_>, bytes: &[u8]) -> bool {
        buffer.try_extend_from_slice(bytes).is_ok()
    }
    fn try_ring_ext_reserve(buffer: &mut ExtBuf<'_>, more: usize) -> bool {
        buffer.try_reserve(more).is_ok()
    }
    fn try_ring_into_mut(buffer: FixedBuf) -> Result<FixedBufMut, FixedBuf> {
        buffer.try_into_mut()
    }
    fn try_ring_resize(buffer: &mut FixedBufMut, len: usize) -> bool {
        buffer.try_resize(len, 0).is_ok()
    }
    fn try_ring_push(buffer: &mut TypedBufMut<u64>, value: u64) -> bool {
        buffer.try_push(value).is_ok()
    }
    fn try_ring_store_new(slots: usize) -> Result<RingStore<u64>, AllocError> {
        RingStore::try_new(slots)
    }
    fn try_ring_store_alloc(store: &RingStore<u64>, value: u64) -> Option<RingBox<u64>> {
        store.try_alloc(value).ok()
    }
}
