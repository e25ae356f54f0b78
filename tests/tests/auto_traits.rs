//! The table of auto traits and variance, checked when this file compiles.
//!
//! A row that must hold is a call in a `const`. A row that must not hold is told by a method that exists on the type
//! only where the trait does not: `!Trait` in the table below.

// Contract: C10

use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use arenas::{
    Arena, ArenaBox, ArenaMap, ArenaSet, Bitena, BitenaCheckpoint, BorrowedBitena, Brand, BrandedIdx, BrandedRange,
    BrandedRangeIter, Checkpoint, CheckpointError, CompleteIter, ExtBuf, FastArena, FastDrain, FastIntoIter,
    FastIterIndexedMut, FastIterMut, FixedBuf, FixedBufMut, Idx, IdxRange, IdxRangeIter, Indices, IterIndexed,
    IterIndexedMut, LocalBitena, OffsetRegion, Region, RegionBlock, RegionError, RegionNode, RegionStore, Reserved,
    Rest, RingAl, RingBox, RingStore, Scoped, ScopedWriter, Stamped, TypedBufMut, Writer,
};
use arenas::{
    Blink, BlinkAlloc, BlinkAllocCache, BlinkCheckpoint, Emplace, FrozenBlink, GlobalBlinkAlloc, LocalBlinkAlloc,
    OneChunk, ScopeGuard, SendBlink, SyncBlinkAlloc,
};

/// Whether a type has a trait, as a constant: an inherent constant where it has, that of a blanket trait where not.
macro_rules! has {
    ($type:ty: $($bound:tt)+) => {{
        #[allow(dead_code, reason = "used only where the bound does not hold")]
        trait No {
            const HAS: bool = false;
        }
        impl<T: ?Sized> No for T {}
        struct Probe<T: ?Sized>(core::marker::PhantomData<T>);
        #[allow(dead_code, reason = "used only where the bound holds")]
        impl<T: ?Sized + $($bound)+> Probe<T> {
            const HAS: bool = true;
        }
        <Probe<$type>>::HAS
    }};
}

/// `table! { Type: Send Sync !UnwindSafe; .. }`
macro_rules! table {
    ($($type:ty: $($(!$no:tt)? $($yes:ident)?),+;)+) => {
        const _: () = {
            $($(
                $(assert!(has!($type: $yes), concat!(stringify!($type), " is not ", stringify!($yes)));)?
                $(assert!(!has!($type: $no), concat!(stringify!($type), " is ", stringify!($no)));)?
            )+)+
        };
    };
}

type NotSend = Rc<u8>;
type NotSync = Cell<u8>;

/// A base allocator with the auto traits of `T`.
struct BaseLike<T>(#[allow(dead_code, reason = "for its auto traits")] T);

// SAFETY: it gives nothing out.
unsafe impl<T> arenas::ChunkSource for BaseLike<T> {
    fn acquire(&self, _: std::alloc::Layout) -> Result<std::ptr::NonNull<[u8]>, arenas::AllocError> {
        Err(arenas::AllocError::out_of_memory())
    }

    unsafe fn release(&self, _: std::ptr::NonNull<u8>, _: std::alloc::Layout) {}
}

type SendBase = BaseLike<NotSync>;
type ThreadBase = BaseLike<NotSend>;

table! {
    // Handles are plain numbers, whatever they name.
    Idx<NotSend>: Send, Sync, Copy, Unpin, UnwindSafe, RefUnwindSafe;
    Stamped<NotSend>: Send, Sync, Copy, Unpin, UnwindSafe, RefUnwindSafe;
    IdxRange<Idx<NotSend>>: Send, Sync, Copy, Unpin, UnwindSafe, RefUnwindSafe;
    IdxRangeIter<Idx<NotSend>>: Send, Sync, Clone, !Copy;
    Checkpoint<Idx<NotSend>>: Send, Sync, Copy, Unpin, UnwindSafe, RefUnwindSafe;
    CheckpointError: Send, Sync, Copy;

    // An arena is what its values are.
    Arena<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone;
    Arena<NotSend>: !Send, !Sync;
    Arena<NotSync>: Send, !Sync;
    Arena<u8, Stamped<NotSend>>: Send, Sync;
    ArenaMap<Idx<NotSend>, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone;
    ArenaMap<Idx<u8>, NotSend>: !Send, !Sync;
    ArenaSet<Idx<NotSend>>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone;

    // What takes values through `&self` sends them to whoever drops the arena, and shows them to all.
    FastArena<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone;
    FastArena<NotSend>: !Send, !Sync;
    FastArena<NotSync>: Send, !Sync;
    FastArena<u8, Stamped<NotSend>>: Send, Sync;
    Writer<'static, u8>: Send, !Sync, !Clone;
    Writer<'static, NotSend>: !Send, !Sync;
    Writer<'static, NotSync>: !Send, !Sync;
    Reserved<'static, u8>: Send, Sync, !Clone;
    Reserved<'static, NotSend>: !Send, !Sync;
    Reserved<'static, NotSync>: !Send, !Sync;

    // A brand changes nothing, but that there is one of each.
    Brand<'static>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, !Clone;
    BrandedIdx<'static, NotSend>: Send, Sync, Copy, Unpin, UnwindSafe, RefUnwindSafe;
    BrandedRange<'static, NotSend>: Send, Sync, Copy, Unpin, UnwindSafe, RefUnwindSafe;
    BrandedRangeIter<'static, NotSend>: Send, Sync, Clone, !Copy;
    Scoped<'static, Arena<u8>>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, !Clone, !Default;
    Scoped<'static, Arena<NotSend>>: !Send, !Sync;
    Scoped<'static, Arena<NotSync>>: Send, !Sync;
    Scoped<'static, FastArena<u8>>: Send, Sync, Unpin, !Clone, !Default;
    Scoped<'static, FastArena<NotSend>>: !Send, !Sync;
    Scoped<'static, FastArena<NotSync>>: Send, !Sync;
    ScopedWriter<'static, 'static, u8>: Send, !Sync, !Clone;
    ScopedWriter<'static, 'static, NotSync>: !Send, !Sync;

    // A Bitena drops nothing, so it is `Send` and `Sync` whatever is in it; its window is for one thread at a time.
    Bitena: Send, Sync, Unpin;
    BorrowedBitena<'static>: Send, Sync, Unpin;
    LocalBitena<'static>: Send, !Sync, Unpin;
    BitenaCheckpoint: Send, Sync, Copy, Unpin, UnwindSafe, RefUnwindSafe;

    // An owner is what its value is, but may always move.
    ArenaBox<'static, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, !Clone;
    ArenaBox<'static, NotSend>: !Send, !Sync;
    ArenaBox<'static, NotSync>: Send, !Sync;
    ArenaBox<'static, std::marker::PhantomPinned>: Unpin;
    ArenaBox<'static, dyn std::fmt::Debug>: !Send, !Sync;

    // Iterators are what slices' are.
    CompleteIter<'static, u8>: Send, Sync, Clone;
    CompleteIter<'static, NotSync>: !Send, !Sync;
    FastIterMut<'static, u8>: Send, Sync, !Clone;
    FastIterMut<'static, NotSync>: Send, !Sync;
    FastIterMut<'static, NotSend>: !Send, !Sync;
    FastIterIndexedMut<'static, NotSync>: Send, !Sync, !Clone;
    FastDrain<'static, u8>: Send, Sync;
    FastDrain<'static, NotSync>: Send, !Sync;
    FastDrain<'static, NotSend>: !Send, !Sync;
    FastIntoIter<NotSync>: Send, !Sync;
    FastIntoIter<NotSend>: !Send, !Sync;
    IterIndexed<'static, u8, Idx<NotSend>>: Send, Sync, Clone;
    IterIndexed<'static, NotSync, Idx<NotSync>>: !Send, !Sync;
    IterIndexedMut<'static, NotSync, Idx<NotSync>>: Send, !Sync, !Clone;
    Indices<'static, Idx<NotSend>>: Send, Sync, Clone;
    Rest<std::vec::IntoIter<NotSend>>: !Send, !Sync;

    // A ring serves one thread at a time; its buffers are what their contents are, and may go anywhere.
    RingAl: Send, !Sync, Unpin, UnwindSafe, RefUnwindSafe, !Clone;
    FixedBufMut: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, !Clone;
    FixedBuf: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, !Copy;
    ExtBuf<'static>: !Send, !Sync, Unpin, UnwindSafe, RefUnwindSafe, !Clone;
    TypedBufMut<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, !Clone;
    TypedBufMut<NotSend>: !Send, !Sync;
    TypedBufMut<NotSync>: Send, !Sync;
    RingStore<NotSend>: Send, !Sync, Unpin, UnwindSafe, RefUnwindSafe;
    RingBox<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, !Clone;
    RingBox<NotSend>: !Send, !Sync;
    RingBox<NotSync>: Send, !Sync;

    // A region is plain bytes and numbers, and changes through `&mut` alone; a store is what its values are.
    Region<'static>: Send, Sync, Unpin, !Clone;
    OffsetRegion: Send, Sync, Unpin, !Clone;
    RegionBlock: Send, Sync, Copy, Unpin, UnwindSafe, RefUnwindSafe;
    RegionError: Send, Sync, Copy;
    RegionNode: Send, Sync, Copy;
    RegionStore<u8>: Send, Sync, Unpin;
    RegionStore<NotSend>: !Send, !Sync;
    RegionStore<NotSync>: Send, !Sync;
    RegionStore<u8, Stamped<NotSend>>: Send, Sync;

    // A bump allocator goes where its base goes, and only the shared one is shared: it calls the base one thread at a time.
    BlinkAlloc: Send, !Sync, Unpin, !Clone;
    BlinkAlloc<SendBase>: Send, !Sync;
    BlinkAlloc<ThreadBase>: !Send, !Sync;
    BlinkAlloc<OneChunk<'static>>: Send, !Sync;
    SyncBlinkAlloc: Send, Sync, Unpin, !Clone;
    SyncBlinkAlloc<SendBase>: Send, Sync;
    SyncBlinkAlloc<ThreadBase>: !Send, !Sync;
    LocalBlinkAlloc<'static>: Send, !Sync;
    LocalBlinkAlloc<'static, SendBase>: Send, !Sync;
    LocalBlinkAlloc<'static, ThreadBase>: !Send, !Sync;
    BlinkAllocCache: Send, Sync, Unpin;
    BlinkAllocCache<SendBase>: Send, Sync;
    BlinkAllocCache<ThreadBase>: !Send, !Sync;
    GlobalBlinkAlloc: Send, Sync;
    BlinkCheckpoint: Send, Sync, Copy;

    // The values of a `Blink` are of no known type.
    Blink: !Send, !Sync;
    Blink<SyncBlinkAlloc>: !Send, !Sync;
    ScopeGuard<'static>: !Send, !Sync;
    Emplace<'static, BlinkAlloc, u8>: !Send, !Sync;
    SendBlink: Send, !Sync;
    SendBlink<BlinkAlloc<ThreadBase>>: !Send, !Sync;
    SendBlink<&'static BlinkAlloc>: !Send;
    FrozenBlink<u8>: !Send, Sync;
    FrozenBlink<NotSync>: !Send, !Sync;
}

/// Covariance: each function compiles only if the longer lifetime gives way to the shorter one.
#[allow(dead_code, reason = "compiling is the test")]
mod covariant {
    use super::*;

    fn idx<'a>(it: Idx<&'static str>) -> Idx<&'a str> {
        it
    }
    fn stamped<'a>(it: Stamped<&'static str>) -> Stamped<&'a str> {
        it
    }
    fn range<'a>(it: IdxRange<Idx<&'static str>>) -> IdxRange<Idx<&'a str>> {
        it
    }
    fn range_iter<'a>(it: IdxRangeIter<Idx<&'static str>>) -> IdxRangeIter<Idx<&'a str>> {
        it
    }
    fn checkpoint<'a>(it: Checkpoint<Idx<&'static str>>) -> Checkpoint<Idx<&'a str>> {
        it
    }
    fn arena<'a>(it: Arena<&'static str>) -> Arena<&'a str> {
        it
    }
    fn stamped_arena<'a>(it: Arena<&'static str, Stamped<&'static str>>) -> Arena<&'a str, Stamped<&'a str>> {
        it
    }
    fn boxed<'a>(it: ArenaBox<'static, &'static str>) -> ArenaBox<'a, &'a str> {
        it
    }
    fn borrowed<'a>(it: BorrowedBitena<'static>) -> BorrowedBitena<'a> {
        it
    }
    fn window<'a>(it: LocalBitena<'static>) -> LocalBitena<'a> {
        it
    }
    fn map<'a>(it: ArenaMap<Idx<&'static str>, &'static str>) -> ArenaMap<Idx<&'a str>, &'a str> {
        it
    }
    fn set<'a>(it: ArenaSet<Idx<&'static str>>) -> ArenaSet<Idx<&'a str>> {
        it
    }
    fn ring_values<'a>(it: TypedBufMut<&'static str>) -> TypedBufMut<&'a str> {
        it
    }
    fn ring_box<'a>(it: RingBox<&'static str>) -> RingBox<&'a str> {
        it
    }
    fn ext_buf<'a>(it: ExtBuf<'static>) -> ExtBuf<'a> {
        it
    }
    fn region<'a>(it: Region<'static>) -> Region<'a> {
        it
    }
    fn region_store<'a>(it: RegionStore<&'static str>) -> RegionStore<&'a str> {
        it
    }
    fn frozen<'a>(it: FrozenBlink<&'static str>) -> FrozenBlink<&'a str> {
        it
    }
    fn iter_indexed<'s, 'a>(
        it: IterIndexed<'s, &'static str, Idx<&'static str>>,
    ) -> IterIndexed<'s, &'a str, Idx<&'a str>> {
        it
    }
}

#[test]
fn the_probe_of_this_table_tells_yes_from_no() {
    const { assert!(has!(u8: Send) && !has!(Rc<u8>: Send)) };
}
