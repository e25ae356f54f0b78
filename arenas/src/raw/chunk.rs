//! Chunks: their list, how they grow, and what is kept.
//!
//! ```text
//!                        newest
//!                          |
//!   +--------+-----+-+   +--------+-----------+---------+
//!   | header | blk | |<--| header | blk | blk |   free  |        each header leads to the chunk before it
//!   +--------+-----+-+   +--------+-----------+---------+
//!                   ^                         ^
//!              lost end                      tip: the next block goes here, upwards
//! ```
//!
//! [`Bump`](super::bump::Bump) bumps through the newest chunk for one thread, [`SharedBump`](super::shared::SharedBump) for many; what they
//! have in common is here. Blocks go upwards, so that the newest one can grow where it is.
//!
//! Chunks double. A request that does not even fit then gets a chunk of its own size, which does not count for later ones. When
//! all is given up one chunk is kept, large enough for all that was in use at once: so a steady workload stops asking for
//! memory.
//!
//! The source of chunks is user code: it may refuse, panic, or (for `Bump`) allocate from the very bump that asks it.
//! So nothing that was read before a call of it is used after, and whatever it gets back is out of the list before.

use core::alloc::Layout;
use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use super::block::fill_freed;
use super::layout::{self, CHUNK_ALIGN, MIN_ALIGN};
use super::poison;
use super::source::ChunkSource;
use crate::error::AllocError;
use crate::stats::Stats;
use crate::sync::{AtomicUsize, Ordering};

/// Usable bytes of a first chunk for which no size was configured: with its header and that of malloc within 16 KiB.
pub(crate) const FIRST_CHUNK: usize = (16 << 10) - 64;

/// Usable bytes that a second chunk has at least.
const MIN_GROWTH: usize = 512;

/// Where the next block of a chunk goes, as an address.
pub(crate) trait Tip {
    fn at(address: usize) -> Self;
    fn get(&self) -> usize;
    fn set(&self, address: usize);
}

/// Of a chunk that is not the newest: the newest has its tip in the `Bump`.
impl Tip for Cell<usize> {
    fn at(address: usize) -> Self {
        Self::new(address)
    }

    fn get(&self) -> usize {
        Self::get(self)
    }

    fn set(&self, address: usize) {
        Self::set(self, address);
    }
}

impl Tip for AtomicUsize {
    fn at(address: usize) -> Self {
        Self::new(address)
    }

    fn get(&self) -> usize {
        // ORDERING: relaxed, only the number counts: for a snapshot, or under an exclusive borrow.
        self.load(Ordering::Relaxed)
    }

    fn set(&self, address: usize) {
        // ORDERING: relaxed, the chunk is not shared yet or any more.
        self.store(address, Ordering::Relaxed);
    }
}

/// The head of a chunk. See I13.
#[repr(C, align(16))]
pub(crate) struct Header<T> {
    prev: Option<NonNull<Self>>,
    /// The address of the end of the chunk.
    end: usize,
    /// The usable bytes of all chunks before this one.
    before: usize,
    tip: T,
}

impl<T: Tip> Header<T> {
    const SIZE: usize = {
        assert!(align_of::<Self>() == CHUNK_ALIGN && size_of::<Self>() % CHUNK_ALIGN == 0);
        size_of::<Self>()
    };

    /// # Safety
    ///
    /// I13 holds for `this`.
    pub(crate) unsafe fn of<'a>(this: NonNull<Self>) -> &'a Self {
        // SAFETY: a header is initialised, and is written only before it is in a list (I13).
        unsafe { this.as_ref() }
    }

    /// The address of the first byte behind the header.
    fn start(this: NonNull<Self>) -> usize {
        // No overflow: it is within the chunk.
        this.addr().get().wrapping_add(Self::SIZE)
    }

    pub(crate) fn end(&self) -> usize {
        self.end
    }

    pub(crate) fn tip(&self) -> &T {
        &self.tip
    }

    /// Fills the bytes `from..to`, which were blocks that are not used any more; see [`fill_freed`].
    fn fill(&self, this: NonNull<Self>, from: usize, to: usize) {
        debug_assert!(Self::start(this) <= from && from <= to && to <= self.end);
        // SAFETY: an address in the chunk is not 0.
        let at = unsafe { place(this.cast(), from) };
        // SAFETY: within the chunk (I13), and every caller was promised that the blocks are not used any more.
        unsafe { fill_freed(at, to.wrapping_sub(from)) };
    }

    /// Usable bytes.
    fn room(&self, this: NonNull<Self>) -> usize {
        self.end.wrapping_sub(Self::start(this))
    }

    /// Bytes handed out, with padding between them.
    fn used(&self, this: NonNull<Self>) -> usize {
        self.tip.get().wrapping_sub(Self::start(this))
    }

    /// Bytes from the source.
    fn total(&self, this: NonNull<Self>) -> usize {
        self.end.wrapping_sub(this.addr().get())
    }
}

/// The place of `address` in the chunk that `origin` points into.
///
/// # Safety
///
/// `address` is not 0.
#[inline]
pub(crate) unsafe fn place(origin: NonNull<u8>, address: usize) -> NonNull<u8> {
    // SAFETY: the caller's promise.
    unsafe { NonNull::new_unchecked(origin.as_ptr().with_addr(address)) }
}

/// The numbers that growth and retention go by. All in bytes.
#[derive(Clone, Copy, Debug)]
struct Ledger {
    /// Usable bytes that every chunk has at least.
    configured: usize,
    /// Usable bytes of the first chunk, if it is to be had.
    first: usize,
    /// Usable bytes of the largest chunk that doubling goes by.
    largest: usize,
    /// All bytes from the source.
    reserved: usize,
    /// What `reserved` may be at most.
    limit: usize,
    /// The greatest use that was ever noted.
    peak: usize,
    /// The greatest use that was noted since the last reset.
    round: usize,
}

/// A chunk to ask for.
struct Plan {
    need: Layout,
    wish: Layout,
    /// Whether later chunks double it.
    counts: bool,
}

impl Ledger {
    /// What to ask for when `room` usable bytes are needed.
    fn plan(&self, header: usize, room: usize) -> Result<Plan, AllocError> {
        let grown = match self.largest {
            0 => self.first,
            largest => largest.saturating_mul(2).max(MIN_GROWTH),
        };
        let geometric = grown.max(self.configured);
        let need = layout::chunk(header, room.max(self.configured))?;
        let budget = layout::align_down(self.limit.saturating_sub(self.reserved), CHUNK_ALIGN);
        if need.size() > budget {
            return Err(AllocError::LIMIT);
        }
        let wish = match layout::chunk(header, geometric.max(room)) {
            Ok(wish) => layout::from_size_align(wish.size().min(budget), CHUNK_ALIGN)?,
            Err(_) => need,
        };
        Ok(Plan { need, wish, counts: room <= geometric })
    }

    fn note_use(&mut self, used: usize) {
        self.round = self.round.max(used);
        self.peak = self.peak.max(used);
    }
}

/// The chunks of one allocator, and the ledger.
///
/// Not synchronised: a [`Bump`](super::bump::Bump) is of one thread, and a shared one holds a lock.
pub(crate) struct Chunks<T> {
    newest: Cell<Option<NonNull<Header<T>>>>,
    /// A chunk that a rollback left over, to be taken before the source is asked.
    spare: Cell<Option<NonNull<Header<T>>>>,
    ledger: Cell<Ledger>,
}

/// A chunk that is not in the list yet.
pub(crate) struct Fresh<T> {
    header: NonNull<Header<T>>,
    /// The address of its end.
    end: usize,
    counts: bool,
}

impl<T: Tip> Chunks<T> {
    /// No chunks. `configured` is what each has at least, `first` what the first has at best.
    pub(crate) const fn new(configured: usize, first: usize) -> Self {
        let limit = usize::MAX;
        let ledger = Ledger { configured, first, largest: 0, reserved: 0, limit, peak: 0, round: 0 };
        Self { newest: Cell::new(None), spare: Cell::new(None), ledger: Cell::new(ledger) }
    }

    pub(crate) fn set_limit(&self, limit: usize) {
        self.update(|ledger| ledger.limit = limit);
    }

    fn update(&self, change: impl FnOnce(&mut Ledger)) {
        let mut ledger = self.ledger.get();
        change(&mut ledger);
        self.ledger.set(ledger);
    }

    pub(crate) fn newest(&self) -> Option<NonNull<Header<T>>> {
        self.newest.get()
    }

    /// The chunks from the newest to the oldest, without the spare one.
    fn iter(&self) -> Iter<T> {
        Iter { next: self.newest.get() }
    }

    /// Bytes handed out. The tip of the newest chunk must be in its header.
    pub(crate) fn used(&self) -> usize {
        // SAFETY: I13.
        self.iter().map(|chunk| unsafe { Header::of(chunk) }.used(chunk)).fold(0, usize::wrapping_add)
    }

    /// Where the newest block ends, counted over the usable bytes of all chunks. Only grows while nothing is given up
    /// but at the tip. The tip of the newest chunk must be in its header.
    ///
    /// An empty chunk does not count: a rollback to here gives it up, and must come back to the same position.
    pub(crate) fn position(&self) -> usize {
        let filled = self.iter().find_map(|chunk| {
            // SAFETY: I13.
            let header = unsafe { Header::of(chunk) };
            let used = header.used(chunk);
            // No overflow: less than the memory that exists.
            (used != 0).then(|| header.before.wrapping_add(used))
        });
        filled.unwrap_or(0)
    }

    /// Gets a chunk with room for `request`.
    ///
    /// # Errors
    ///
    /// A limit, a layout overflow, or what the source says.
    pub(crate) fn acquire<S: ChunkSource>(&self, source: &S, request: Layout) -> Result<Fresh<T>, AllocError> {
        let room = layout::chunk_room(request)?;
        if let Some(spare) = self.spare.get() {
            // SAFETY: I13.
            let header = unsafe { Header::of(spare) };
            if header.room(spare) >= room {
                self.spare.set(None);
                return Ok(Fresh { header: spare, end: header.end, counts: true });
            }
        }
        let plan = self.ledger.get().plan(Header::<T>::SIZE, room)?;
        let chunk = source.acquire_between(plan.need, plan.wish)?;
        Ok(self.enter(chunk, plan.counts))
    }

    /// Writes a memory that the source gave into the ledger.
    fn enter(&self, chunk: NonNull<[u8]>, counts: bool) -> Fresh<T> {
        let total = layout::align_down(chunk.len(), CHUNK_ALIGN);
        let header = chunk.cast::<Header<T>>();
        debug_assert!(layout::is_aligned(header.addr().get(), CHUNK_ALIGN));
        self.update(|ledger| ledger.reserved = ledger.reserved.saturating_add(total));
        // No overflow: the end of memory that exists.
        Fresh { header, end: header.addr().get().wrapping_add(total), counts }
    }

    /// Makes `fresh` the newest chunk. The tip of the one before must be in its header.
    pub(crate) fn link(&self, fresh: Fresh<T>) -> NonNull<Header<T>> {
        let prev = self.newest.get();
        let before = prev.map_or(0, |prev| {
            // SAFETY: I13.
            let header = unsafe { Header::of(prev) };
            header.before.wrapping_add(header.room(prev))
        });
        let start = Header::<T>::start(fresh.header);
        // SAFETY: the chunk is in no list, so nobody else knows its memory, which has room for a header (`Ledger::plan`)
        // and is aligned for it.
        unsafe { fresh.header.write(Header { prev, end: fresh.end, before, tip: T::at(start) }) };
        let room = fresh.end.wrapping_sub(start);
        // SAFETY: an address in the chunk, or of its end, is not 0.
        poison::forbid(unsafe { place(fresh.header.cast(), start) }, room);
        if fresh.counts {
            self.update(|ledger| ledger.largest = ledger.largest.max(room));
        }
        self.newest.set(Some(fresh.header));
        fresh.header
    }

    /// Gives up everything: one empty chunk stays, with room for all that was in use at once since the last reset, as far
    /// as the source allows. `widest` is the greatest alignment that was asked for.
    ///
    /// `publish` is told of each change of the newest chunk, before the source is called.
    ///
    /// # Safety
    ///
    /// No block is used any more. The tip of the newest chunk is in its header.
    pub(crate) unsafe fn reset<S: ChunkSource>(&self, source: &S, widest: usize, publish: impl Fn(&Self)) {
        let count = self.iter().fold(0usize, |count, _| count.wrapping_add(1));
        let used = self.used();
        self.update(|ledger| ledger.note_use(used));
        // Padding between blocks depends on where a chunk starts: at most one alignment for each chunk that is no more.
        let padding = count.saturating_mul(widest.max(CHUNK_ALIGN));
        let needed = self.ledger.get().round.saturating_add(padding);
        self.update(|ledger| ledger.round = 0);
        // SAFETY: the caller's promise.
        unsafe { self.keep_largest(source, &publish) };
        if count > 1 {
            self.widen(source, needed, &publish);
        }
        let room = self.newest.get().map_or(0, |newest| {
            // SAFETY: I13.
            unsafe { Header::of(newest) }.room(newest)
        });
        self.update(|ledger| ledger.largest = room);
    }

    /// Leaves the largest chunk, empty, and gives the others back.
    ///
    /// # Safety
    ///
    /// As [`reset`](Self::reset).
    unsafe fn keep_largest<S: ChunkSource>(&self, source: &S, publish: &impl Fn(&Self)) {
        let mut doomed = Doomed { source, chunks: self, list: None };
        let mut kept: Option<NonNull<Header<T>>> = self.spare.take();
        let mut next = self.newest.take();
        while let Some(chunk) = next {
            // SAFETY: I13.
            let header = unsafe { Header::of(chunk) };
            next = header.prev;
            header.fill(chunk, Header::<T>::start(chunk), header.tip.get());
            // SAFETY: I13.
            let smaller = kept.is_some_and(|kept| unsafe { Header::of(kept) }.room(kept) >= header.room(chunk));
            if smaller {
                doomed.push(chunk);
            } else if let Some(smaller) = kept.replace(chunk) {
                doomed.push(smaller);
            }
        }
        if let Some(header) = kept {
            // SAFETY: I13.
            let end = unsafe { Header::of(header) }.end;
            self.link(Fresh { header, end, counts: false });
        }
        publish(self);
        doomed.release();
    }

    /// Replaces the only, empty chunk by one of at least `room` usable bytes, if it is smaller and that is to be had.
    fn widen<S: ChunkSource>(&self, source: &S, room: usize, publish: &impl Fn(&Self)) {
        let Some(old) = self.newest.get() else { return };
        // SAFETY: I13.
        if unsafe { Header::of(old) }.room(old) >= room {
            return;
        }
        let Ok(wanted) = layout::chunk(Header::<T>::SIZE, room) else { return };
        let ledger = self.ledger.get();
        if wanted.size() > ledger.limit.saturating_sub(ledger.reserved) {
            return;
        }
        let Ok(chunk) = source.acquire(wanted) else { return };
        let fresh = self.enter(chunk, false);
        self.newest.set(None);
        self.link(fresh);
        publish(self);
        let mut doomed = Doomed { source, chunks: self, list: None };
        doomed.push(old);
        doomed.release();
    }

    /// Gives every chunk back.
    ///
    /// # Safety
    ///
    /// No block is used any more.
    pub(crate) unsafe fn release_all<S: ChunkSource>(&self, source: &S, publish: impl Fn(&Self)) {
        let used = self.used();
        let mut doomed = Doomed { source, chunks: self, list: None };
        if let Some(spare) = self.spare.take() {
            doomed.push(spare);
        }
        let mut next = self.newest.take();
        while let Some(chunk) = next {
            // SAFETY: I13.
            next = unsafe { Header::of(chunk) }.prev;
            doomed.push(chunk);
        }
        self.update(|ledger| {
            ledger.note_use(used);
            (ledger.largest, ledger.round) = (0, 0);
        });
        publish(self);
        doomed.release();
    }

    /// Gives up the blocks at or beyond `position`. The largest chunk that becomes empty is kept
    /// as a spare.
    ///
    /// # Safety
    ///
    /// None of these blocks is used any more. The tip of the newest chunk is in its header.
    pub(crate) unsafe fn rewind<S: ChunkSource>(&self, source: &S, position: usize, publish: impl Fn(&Self)) {
        let used = self.used();
        self.update(|ledger| ledger.note_use(used));
        let mut doomed = Doomed { source, chunks: self, list: None };
        while let Some(chunk) = self.newest.get() {
            // SAFETY: I13.
            let header = unsafe { Header::of(chunk) };
            let start = Header::<T>::start(chunk);
            let is_empty = header.before >= position && header.prev.is_some();
            // At most the tip, unless blocks at the tip were given up before.
            // Rounded up, because the position may be any number, and a tip is a multiple of `MIN_ALIGN` (I13).
            let kept = position.saturating_sub(header.before);
            let keep = if is_empty { 0 } else { layout::align_up(kept, MIN_ALIGN).unwrap_or(usize::MAX) };
            let tip = start.saturating_add(keep).min(header.tip.get());
            header.fill(chunk, tip, header.tip.get());
            header.tip.set(tip);
            if !is_empty {
                break;
            }
            self.newest.set(header.prev);
            // SAFETY: I13.
            let room = self.spare.get().map(|spare| unsafe { Header::of(spare) }.room(spare));
            if room.is_some_and(|room| room >= header.room(chunk)) {
                doomed.push(chunk);
            } else if let Some(smaller) = self.spare.replace(Some(chunk)) {
                doomed.push(smaller);
            }
        }
        publish(self);
        doomed.release();
    }

    /// Gives back unused chunks while more than `bytes` are held: the spare one, and the newest while it is empty.
    ///
    /// The tip of the newest chunk must be in its header.
    pub(crate) fn shrink_to<S: ChunkSource>(&self, source: &S, bytes: usize, publish: impl Fn(&Self)) {
        let mut doomed = Doomed { source, chunks: self, list: None };
        let mut held = self.ledger.get().reserved;
        if held > bytes {
            if let Some(spare) = self.spare.take() {
                // SAFETY: I13.
                held = held.saturating_sub(unsafe { Header::of(spare) }.total(spare));
                doomed.push(spare);
            }
        }
        while let Some(chunk) = self.newest.get() {
            // SAFETY: I13.
            let header = unsafe { Header::of(chunk) };
            if held <= bytes || header.used(chunk) != 0 {
                break;
            }
            held = held.saturating_sub(header.total(chunk));
            self.newest.set(header.prev);
            doomed.push(chunk);
        }
        let largest = self.iter().fold(0, |largest, chunk| {
            // SAFETY: I13.
            unsafe { Header::of(chunk) }.room(chunk).max(largest)
        });
        self.update(|ledger| ledger.largest = ledger.largest.min(largest));
        publish(self);
        doomed.release();
    }

    /// A snapshot. The tip of the newest chunk must be in its header.
    pub(crate) fn stats(&self) -> Stats {
        let (mut used, mut padding, mut free, mut chunks) = (0usize, 0usize, 0usize, 0usize);
        let newest = self.newest.get();
        for chunk in self.iter() {
            // SAFETY: I13.
            let header = unsafe { Header::of(chunk) };
            // One reading, because the tip of a shared chunk moves meanwhile.
            let taken = header.used(chunk);
            let rest = header.room(chunk).saturating_sub(taken);
            used = used.saturating_add(taken);
            chunks = chunks.saturating_add(1);
            let kind = if Some(chunk) == newest { &mut free } else { &mut padding };
            *kind = kind.saturating_add(rest);
        }
        if let Some(spare) = self.spare.get() {
            // SAFETY: I13.
            free = free.saturating_add(unsafe { Header::of(spare) }.room(spare));
            chunks = chunks.saturating_add(1);
        }
        self.update(|ledger| ledger.note_use(used));
        let metadata = chunks.saturating_mul(Header::<T>::SIZE);
        Stats::of(used, padding, free, metadata).with_peak(self.ledger.get().peak).with_chunks(chunks)
    }
}

impl<T: Tip> fmt::Debug for Chunks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").field("ledger", &self.ledger.get()).finish_non_exhaustive()
    }
}

/// Whether `address` is in `newest` or a chunk before it.
///
/// # Safety
///
/// I13 holds for these chunks, and they stay meanwhile.
#[cfg(feature = "std")]
pub(crate) unsafe fn contain<T: Tip>(newest: Option<NonNull<Header<T>>>, address: usize) -> bool {
    // SAFETY: I13.
    Iter { next: newest }.any(|chunk| chunk.addr().get() <= address && address < unsafe { Header::of(chunk) }.end)
}

struct Iter<T> {
    next: Option<NonNull<Header<T>>>,
}

impl<T: Tip> Iterator for Iter<T> {
    type Item = NonNull<Header<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.next?;
        // SAFETY: I13.
        self.next = unsafe { Header::of(chunk) }.prev;
        Some(chunk)
    }
}

/// Chunks that are out of the list, on their way back to the source. Should it panic at one, the others still go.
struct Doomed<'a, S: ChunkSource, T: Tip> {
    source: &'a S,
    chunks: &'a Chunks<T>,
    list: Option<NonNull<Header<T>>>,
}

impl<S: ChunkSource, T: Tip> Doomed<'_, S, T> {
    /// `chunk` must be in no list any more, and no block in it used.
    fn push(&mut self, mut chunk: NonNull<Header<T>>) {
        // SAFETY: I13, and the chunk is in no list, so that nobody else looks at its header.
        unsafe { chunk.as_mut() }.prev = self.list.replace(chunk);
    }

    fn release(&mut self) {
        while let Some(chunk) = self.list {
            // SAFETY: I13.
            let header = unsafe { Header::of(chunk) };
            self.list = header.prev;
            let total = header.total(chunk);
            self.chunks.update(|ledger| ledger.reserved = ledger.reserved.saturating_sub(total));
            if let Ok(layout) = layout::from_size_align(total, CHUNK_ALIGN) {
                poison::permit(chunk.cast(), total);
                // SAFETY: the source gave it for at most this size, with at least this length (`Chunks::enter`).
                unsafe { self.source.release(chunk.cast(), layout) };
            }
        }
    }
}

impl<S: ChunkSource, T: Tip> Drop for Doomed<'_, S, T> {
    fn drop(&mut self) {
        self.release();
    }
}
