//! The guard chain of a ring: who owns which bytes of one block, across threads and beyond the ring's own life.
//!
//! ```text
//!   Control              Header   payload             Header   payload                  Header
//!  +--------------------+-------+-------------------+-------+------------------------+-------+
//!  | block   remaining  | delta | bytes of a buffer | delta | free                   | delta |
//!  |                    | state |                   | state |                        | state |
//!  +--------------------+-------+-------------------+-------+------------------------+-------+
//!  ^ block              ^ first                     ^ first + delta units            ^ last
//! ```
//!
//! A guard is a header of 8 bytes directly before its payload. All payloads are aligned to [`UNIT`] (16 bytes), and
//! a guard's `delta` says how many units further the next guard stands; the last guard is never free, so that no run
//! of free guards crosses it. `delta` is written by the chain's own thread alone. `state` is shared:
//!
//! | bits | meaning |
//! |---|---|
//! | 31 [`ATTACHED`] | the chain exists and looks after the guard |
//! | 0 to 30 | claims: 0 free, 1 one owner, n shared by n |
//!
//! **Taking.** Only the chain takes a free guard, so it needs no read-modify-write: an acquire load that finds no
//! claim, then plain writes. Free guards that follow each other are merged when they are looked at, never earlier.
//!
//! **Releasing**, from any thread, is one `fetch_sub`. Unless it leaves exactly nothing (no claim, not attached) it
//! has been the last access to the block.
//!
//! **The end of the chain.** Dropping it walks once. In every guard that has a claim it leaves the way back to the
//! control record (in `delta`, which nobody reads until then) and takes [`ATTACHED`] off. What the `fetch_and`
//! returns decides who settles this guard: without a claim it was released before, and is the chain's; with a claim,
//! the releasing thread will find nothing left and count itself out of `remaining`. `remaining` starts far above any
//! number of guards, so that nobody can reach zero before the chain has subtracted what it did not find. Who reaches
//! zero frees the block. Nobody waits, and a claim that is never released keeps the block, which is all it can do.
//!
//! All of this is explored by `tests/tests/loom_ring.rs` on this very code: under `cfg(arenas_loom)` only the header
//! is larger.

use core::cell::Cell;
use core::fmt;
use core::mem;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::{self, NonNull};

use super::block::Block;
use super::layout::{self, RingPlan};
use super::poison;
use crate::error::AllocError;
use crate::sync::{AtomicU32, AtomicUsize, Ordering, Tracked};

/// Set while the chain exists.
const ATTACHED: u32 = 1 << 31;

/// The most claims that share one payload; half of what the bits can count, so that racing threads cannot reach
/// [`ATTACHED`] before they notice.
const MAX_CLAIMS: u32 = 1 << 30;

/// What `remaining` starts from when the chain goes: more than there can be guards.
const BIAS: usize = 1 << (usize::BITS - 1);

/// The size of a guard in bytes.
pub(crate) const HEADER: usize = size_of::<Header>();

/// What deltas count in, and the alignment of every payload: twice a guard.
pub(crate) const UNIT: usize = 2 * HEADER;

#[cfg(not(arenas_loom))]
const _: () = assert!(HEADER == 8 && UNIT == 16);
const _: () = assert!(HEADER.is_power_of_two() && align_of::<Header>() <= HEADER && align_of::<Control>() <= HEADER);

/// A guard in the block.
#[cfg_attr(not(arenas_loom), repr(C, align(8)))]
#[cfg_attr(arenas_loom, repr(C, align(64)))]
struct Header {
    /// Units to the next guard; when the chain is gone, units from the control record to the payload.
    delta: Cell<u32>,
    state: AtomicU32,
    delta_accesses: Tracked,
    payload_accesses: Tracked,
}

/// What is at the start of the block.
struct Control {
    /// Those who may still touch the block, counted once the chain is gone.
    remaining: AtomicUsize,
    /// The block itself, kept inside its own memory; see [`leave`].
    block: Block,
    block_accesses: Tracked,
}

/// The place of a guard.
///
/// It is made in this file only, has the provenance of the whole block, and names an initialised header (I5), except
/// between [`Guard::at`] and [`Guard::init`]; it is used only while the block lives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Guard(NonNull<Header>);

impl Guard {
    #[inline(always)]
    fn header(&self) -> &Header {
        // SAFETY: I5: an initialised header, of which only the two cells are ever written.
        unsafe { self.0.as_ref() }
    }

    /// The place `units` after this one.
    #[inline(always)]
    fn at(self, units: u32) -> Self {
        let bytes = (units as usize).wrapping_mul(UNIT); // Part of the block's size, which is at most `isize::MAX`.
        // SAFETY: callers stay between the first guard and the last (I5).
        Self(unsafe { self.0.byte_add(bytes) })
    }

    /// Makes a guard here.
    #[inline(always)]
    fn init(self, delta: u32, state: u32) {
        let header = Header {
            delta: Cell::new(delta),
            state: AtomicU32::new(state),
            delta_accesses: Tracked::new(),
            payload_accesses: Tracked::new(),
        };
        poison::permit(self.0.cast(), HEADER);
        // SAFETY: the place is inside the block (I5), aligned as every guard, and belongs to the caller.
        unsafe { self.0.write(header) }
    }

    #[inline(always)]
    fn delta(self) -> u32 {
        self.header().delta_accesses.note_read();
        self.header().delta.get()
    }

    #[inline(always)]
    fn set_delta(self, delta: u32) {
        self.header().delta_accesses.note_write();
        self.header().delta.set(delta);
    }

    #[inline(always)]
    fn next(self) -> Self {
        self.at(self.delta())
    }

    /// Whether the chain may take it. The accesses of all earlier claims happen before a `true`.
    #[inline(always)]
    fn is_free(self) -> bool {
        // ORDERING: Acquire pairs with the release half of `fetch_sub` in `Claim::drop`: whoever had the payload is
        // done with it. Earlier claims of a shared payload are in the same release sequence.
        let free = self.header().state.load(Ordering::Acquire) == ATTACHED;
        if free {
            self.header().payload_accesses.note_write();
        }
        free
    }

    /// The first byte of the payload.
    #[inline(always)]
    fn payload(self) -> NonNull<u8> {
        // SAFETY: a header is followed by its payload, or at the least by the end of the block (I5).
        unsafe { self.0.byte_add(HEADER) }.cast()
    }

    /// The guard of a payload.
    #[inline(always)]
    fn of(payload: NonNull<u8>) -> Self {
        // SAFETY: the payload of a claim stands directly after its guard (I6).
        Self(unsafe { payload.byte_sub(HEADER) }.cast())
    }
}

/// The bytes of a payload that is `delta` units away from the next guard.
#[inline(always)]
const fn payload_bytes(delta: u32) -> usize {
    (delta as usize).wrapping_mul(UNIT).wrapping_sub(HEADER) // `delta` is at least 1 (I5).
}

/// How many units a guard and `size` bytes of payload take.
///
/// # Errors
///
/// A limit when that cannot be told by a `u32`.
#[inline]
pub(crate) const fn units(size: usize) -> Result<u32, AllocError> {
    match layout::units(size, HEADER, UNIT) {
        Some(units) => Ok(units),
        None => Err(AllocError::LIMIT),
    }
}

/// How many units `count` payloads of `size` bytes aligned to `align` take when nothing is between them.
///
/// # Errors
///
/// A layout overflow when that overflows.
#[cfg(feature = "alloc")]
pub(crate) const fn units_of_records(count: usize, size: usize, align: usize) -> Result<usize, AllocError> {
    layout::units_of_records(count, size, align, HEADER, UNIT)
}

/// A part of the block that nobody else uses, or that several claims share; released on drop, from any thread.
///
/// One pointer wide.
pub(crate) struct Claim {
    payload: NonNull<u8>,
}

// SAFETY: a claim is a counted right to plain bytes, and the count is atomic; nothing is tied to a thread.
unsafe impl Send for Claim {}
// SAFETY: through `&Claim` only the atomic count is touched.
unsafe impl Sync for Claim {}

impl Claim {
    /// The first byte, aligned to [`UNIT`] at least.
    #[inline(always)]
    pub(crate) fn payload(&self) -> NonNull<u8> {
        self.payload
    }

    /// Another claim to the same payload.
    ///
    /// # Panics
    ///
    /// When there are 2^30 already.
    #[inline]
    pub(crate) fn share(&self) -> Self {
        // ORDERING: Relaxed: the new claim comes from one that is held, and however it gets to another thread orders
        // that thread after this.
        let before = Guard::of(self.payload).header().state.fetch_add(1, Ordering::Relaxed);
        if before & !ATTACHED >= MAX_CLAIMS {
            self.too_many_claims();
        }
        Self { payload: self.payload }
    }

    #[cold]
    #[inline(never)]
    fn too_many_claims(&self) -> ! {
        // ORDERING: Relaxed: takes back the increment above, while this claim is held.
        Guard::of(self.payload).header().state.fetch_sub(1, Ordering::Relaxed);
        panic!("RingAl: a buffer is shared by {MAX_CLAIMS} handles already")
    }

    /// Whether this is the only claim. Then it stays the only one until it is shared, and the accesses of all others
    /// have happened before.
    #[inline]
    pub(crate) fn is_unique(&self) -> bool {
        // ORDERING: Acquire pairs with the release half of `fetch_sub` in `drop`, as in `Guard::is_free`.
        Guard::of(self.payload).header().state.load(Ordering::Acquire) & !ATTACHED == 1
    }

    /// Tells the model checker that the payload is read.
    #[inline(always)]
    pub(crate) fn note_read(&self) {
        Guard::of(self.payload).header().payload_accesses.note_read();
    }

    /// Tells the model checker that the payload is written.
    #[inline(always)]
    pub(crate) fn note_write(&self) {
        Guard::of(self.payload).header().payload_accesses.note_write();
    }
}

impl Drop for Claim {
    #[inline]
    fn drop(&mut self) {
        let guard = Guard::of(self.payload);
        // ORDERING: Release: all that was done with the payload happens before the chain, or whoever frees the block,
        // sees the claim gone. Acquire: when nothing is left, the way back that the chain wrote is visible, and
        // the other claims of a shared payload are done.
        if guard.header().state.fetch_sub(1, Ordering::AcqRel) == 1 {
            leave_from(guard);
        }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claim").field(&self.payload).finish()
    }
}

/// The last claim to a payload whose chain is gone: nobody else knows this guard any more.
#[cold]
#[inline(never)]
fn leave_from(guard: Guard) {
    guard.header().payload_accesses.note_write();
    let bytes = (guard.delta() as usize).wrapping_mul(UNIT); // Part of the block's size.
    // SAFETY: the chain left the distance from the control record (I7).
    let control = unsafe { guard.payload().byte_sub(bytes) }.cast::<Control>();
    // SAFETY: I7: this claim is still counted in `remaining`.
    unsafe { leave(control, 1) }
}

/// Counts `parties` out, and frees the block when they were the last.
///
/// # Safety
///
/// `control` must be that of a block whose chain is gone or is the caller, `parties` of `remaining` must be the
/// caller's, and the caller must not touch the block afterwards.
unsafe fn leave(control: NonNull<Control>, parties: usize) {
    // SAFETY: the caller is still counted, so the block lives (I7).
    unsafe { control.as_ref() }.block_accesses.note_read();
    // SAFETY: as above.
    let remaining = unsafe { &(*control.as_ptr()).remaining };
    // ORDERING: Release: what the caller did with the block happens before it is freed. Acquire: what the others did.
    if remaining.fetch_sub(parties, Ordering::AcqRel) == parties {
        // SAFETY: nobody else is left, and the block is given away only here.
        let control = unsafe { control.read() };
        control.block_accesses.note_write();
        drop(control.block);
    }
}

/// The chain, as its one owner sees it.
pub(crate) struct Chain {
    control: NonNull<Control>,
    first: Guard,
    last: Guard,
    /// Where the next search starts: any guard of the chain.
    cursor: Cell<Guard>,
}

// SAFETY: the chain is the only one that writes deltas and takes guards, whichever thread it is on; what others touch
// at the same time is atomic.
unsafe impl Send for Chain {}

// A chain runs no code of its users, so no panic of theirs can leave it half changed.
impl UnwindSafe for Chain {}
impl RefUnwindSafe for Chain {}

/// What a walk over the chain adds up to, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) used: usize,
    pub(crate) free: usize,
    pub(crate) metadata: usize,
    pub(crate) claims: u64,
}

impl Chain {
    /// A chain of `units` free units over memory of its own, whose first payload is aligned to `first`, in a block
    /// aligned to `align`.
    ///
    /// # Errors
    ///
    /// A layout overflow, a limit (64 GiB), or out of memory.
    #[cfg(feature = "alloc")]
    pub(crate) fn new(units: usize, first: usize, align: usize) -> Result<Self, AllocError> {
        let plan = layout::ring(units, first, align, size_of::<Control>(), HEADER, UNIT)?;
        let block = Block::new(plan.layout)?;
        let start = block.ptr();
        // SAFETY: the block has the plan's layout, and nothing is in it yet.
        Ok(unsafe { Self::build(block, start, plan) })
    }

    /// A chain over `memory`, which it never gives back.
    ///
    /// # Errors
    ///
    /// No capacity when not even one guard fits, a limit beyond 64 GiB.
    pub(crate) fn over(memory: &'static mut [core::mem::MaybeUninit<u8>]) -> Result<Self, AllocError> {
        // SAFETY: the memory is borrowed for ever.
        let block = unsafe { Block::borrowed(memory) };
        let skip = block.ptr().align_offset(UNIT);
        let fixed = layout::ring(0, UNIT, UNIT, size_of::<Control>(), HEADER, UNIT)?.layout.size();
        let room = block.len().checked_sub(skip).and_then(|room| room.checked_sub(fixed));
        let units = room.map_or(0, |room| room / UNIT);
        if units == 0 {
            return Err(AllocError::CAPACITY);
        }
        let plan = layout::ring(units, UNIT, UNIT, size_of::<Control>(), HEADER, UNIT)?;
        // SAFETY: at least `skip` bytes are there, or `room` were `None`.
        let start = unsafe { block.ptr().byte_add(skip) };
        // SAFETY: `start` is aligned to `UNIT`, and `skip` and the plan's size fit, as computed above.
        Ok(unsafe { Self::build(block, start, plan) })
    }

    /// # Safety
    ///
    /// `start` must point into `block`, which must have room for `plan` there at its alignment, and be unused.
    unsafe fn build(block: Block, start: NonNull<u8>, plan: RingPlan) -> Self {
        let control = start.cast::<Control>();
        let record = Control { remaining: AtomicUsize::new(0), block, block_accesses: Tracked::new() };
        // SAFETY: the plan leaves room for the record at its start, aligned to `UNIT`.
        unsafe { control.write(record) };
        // SAFETY: the plan's first guard is inside the block.
        let first = Guard(unsafe { start.byte_add(plan.first) }.cast());
        let last = first.at(plan.units);
        first.init(plan.units, ATTACHED);
        // Its delta leads back; its claim is never released.
        last.init(plan.units, ATTACHED | 1);
        if plan.units != 0 {
            poison::forbid(first.payload(), payload_bytes(plan.units));
        }
        Self { control, first, last, cursor: Cell::new(first) }
    }

    /// The most bytes that one claim can have.
    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        match self.last.delta() {
            0 => 0,
            units => payload_bytes(units).saturating_sub(layout::ZONE),
        }
    }

    /// Takes `units` units whose payload is aligned to `align`; `None` when there is no such place.
    ///
    /// At most one lap; each free guard that it passes is merged with those before it.
    #[inline]
    pub(crate) fn take(&self, units: u32, align: usize) -> Option<Claim> {
        let guard = self.cursor.get();
        if align <= UNIT && guard.is_free() {
            let run = self.run(guard, units);
            if run >= units {
                return Some(self.claim(guard, run, units));
            }
        }
        self.search(units, align)
    }

    /// How many units are free from the free or owned `guard` on, its own included, when at least `wanted` are looked
    /// for.
    #[inline]
    fn run(&self, guard: Guard, wanted: u32) -> u32 {
        let mut run = guard.delta();
        while run < wanted {
            let next = guard.at(run);
            if !next.is_free() {
                break;
            }
            run = run.wrapping_add(next.delta()); // At most the units of the whole chain.
        }
        run
    }

    /// Ends a run of `run` units at `guard` after `units` of them, and makes a free guard of the rest.
    #[inline]
    fn cut(&self, guard: Guard, run: u32, units: u32) {
        debug_assert!(run >= units && units > 0, "{units} of {run} units");
        if run > units {
            guard.at(units).init(run.wrapping_sub(units), ATTACHED);
        }
        guard.set_delta(units);
    }

    /// Claims the first `units` of a free run.
    #[inline]
    fn claim(&self, guard: Guard, run: u32, units: u32) -> Claim {
        self.cut(guard, run, units);
        // ORDERING: Relaxed: nobody else looks at a free guard; whoever gets the claim is ordered after this by the
        // way it gets there.
        guard.header().state.store(ATTACHED | 1, Ordering::Relaxed);
        self.cursor.set(guard.at(units));
        Claim { payload: guard.payload() }
    }

    /// [`take`](Self::take) for all that does not simply fit at the cursor.
    #[cold]
    #[inline(never)]
    fn search(&self, units: u32, align: usize) -> Option<Claim> {
        // The gap before an aligned payload is at most this.
        let gap = u32::try_from(align / UNIT).ok()?.saturating_sub(1);
        let wanted = units.saturating_add(gap);
        if units > self.last.delta() {
            return None;
        }
        let start = self.cursor.get();
        let mut guard = start;
        let mut wrapped = false;
        loop {
            if guard == self.last {
                if wrapped || start == self.first {
                    break;
                }
                wrapped = true;
                guard = self.first;
            }
            // A run that starts before `start` may reach beyond it; one that starts after was looked at.
            if wrapped && guard >= start {
                break;
            }
            if !guard.is_free() {
                guard = guard.next();
                continue;
            }
            let run = self.run(guard, wanted);
            let gap = self.gap(guard, align);
            if gap.checked_add(units).is_some_and(|end| end <= run) {
                return Some(self.claim_after(guard, run, gap, units));
            }
            guard.set_delta(run);
            guard = guard.at(run);
        }
        // `start` may have been merged into a run that begins before it.
        self.cursor.set(self.first);
        None
    }

    /// Units from `guard` to the guard of the first payload that is aligned to `align`.
    fn gap(&self, guard: Guard, align: usize) -> u32 {
        // Up to the next multiple of a power of two. Not by `align_offset`, which panics for other numbers.
        let offset = guard.payload().addr().get().wrapping_neg() & align.wrapping_sub(1);
        u32::try_from(offset / UNIT).unwrap_or(u32::MAX)
    }

    /// Claims `units` of a free run, `gap` units after its start; the gap stays a free guard of its own.
    fn claim_after(&self, guard: Guard, run: u32, gap: u32, units: u32) -> Claim {
        if gap == 0 {
            return self.claim(guard, run, units);
        }
        let aligned = guard.at(gap);
        let rest = run.wrapping_sub(gap); // The caller has compared them.
        aligned.init(rest, ATTACHED);
        guard.set_delta(gap);
        self.claim(aligned, rest, units)
    }

    /// Grows a claim to `units` units where it stands, into free guards that follow it. When there are too few of
    /// them, nothing has changed.
    ///
    /// # Safety
    ///
    /// The claim must be of this chain, and not shared.
    pub(crate) unsafe fn grow_in_place(&self, claim: &Claim, units: u32) -> bool {
        let guard = Guard::of(claim.payload);
        let run = self.run(guard, units);
        if run < units {
            return false;
        }
        self.cut(guard, run, units);
        // It may have stood at a guard that is payload now.
        self.cursor.set(guard.at(units));
        true
    }

    /// Gives back what a claim has beyond `units` units.
    ///
    /// # Safety
    ///
    /// The claim must be of this chain, not shared, and nobody may use what is given back.
    pub(crate) unsafe fn shrink(&self, claim: &Claim, units: u32) {
        let guard = Guard::of(claim.payload);
        let run = guard.delta();
        if run > units {
            let cursor_follows = self.cursor.get() == guard.at(run);
            self.cut(guard, run, units);
            if cursor_follows {
                self.cursor.set(guard.at(units));
            }
        }
    }

    /// Grows a claim to `units` units by moving it, with its first `len` bytes, down into the free guards directly
    /// before it. When there are too few of them, nothing has changed.
    ///
    /// # Safety
    ///
    /// The claim must be of this chain, not shared, and have `len` bytes.
    pub(crate) unsafe fn slide_down(&self, claim: &mut Claim, len: usize, units: u32) -> bool {
        let own = Guard::of(claim.payload);
        let mut guard = self.first;
        // The free guards directly before `guard`, and their units.
        let mut run: Option<(Guard, u32)> = None;
        while guard != own {
            let delta = guard.delta();
            run = match run {
                _ if !guard.is_free() => None,
                None => Some((guard, delta)),
                Some((start, before)) => Some((start, before.wrapping_add(delta))), // Units of the chain.
            };
            guard = guard.at(delta);
        }
        let Some((start, before)) = run else { return false };
        let run = before.wrapping_add(self.run(own, units.saturating_sub(before))); // Units of the chain.
        if run < units {
            return false;
        }
        start.header().payload_accesses.note_write();
        poison::permit(start.payload(), payload_bytes(units));
        // SAFETY: both payloads have at least `len` bytes inside the block; they may overlap.
        unsafe { ptr::copy(own.payload().as_ptr(), start.payload().as_ptr(), len) };
        let moved = self.claim(start, run, units);
        // The old guard is payload now, or part of a free run: it must not be released.
        mem::forget(mem::replace(claim, moved));
        true
    }

    /// Adds up all guards. What other threads release meanwhile is counted either way.
    pub(crate) fn tally(&self) -> Tally {
        let head = self.first.payload().addr().get().wrapping_sub(self.control.addr().get());
        let mut tally = Tally { metadata: head, ..Tally::default() };
        let mut guard = self.first;
        while guard != self.last {
            let delta = guard.delta();
            let bytes = payload_bytes(delta);
            if guard.is_free() {
                tally.free = tally.free.saturating_add(bytes);
            } else {
                tally.used = tally.used.saturating_add(bytes);
                tally.claims = tally.claims.saturating_add(1);
            }
            // Each guard counts the header of the next.
            tally.metadata = tally.metadata.saturating_add(HEADER);
            guard = guard.at(delta);
        }
        tally
    }

    /// Walks the chain and verifies that it closes inside the block.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub(crate) fn check(&self) {
        let total = self.last.delta();
        let mut guard = self.first;
        let mut units: u32 = 0;
        let mut cursor_found = self.cursor.get() == self.last;
        while guard != self.last {
            let delta = guard.delta();
            // ORDERING: Relaxed: only the mark is of interest, which this thread alone writes.
            let state = guard.header().state.load(Ordering::Relaxed);
            assert!(state & ATTACHED != 0, "guard at unit {units} of {total} is not attached: {state:#x}");
            assert!(delta > 0, "guard at unit {units} of {total} leads nowhere");
            cursor_found |= guard == self.cursor.get();
            units = units.saturating_add(delta);
            assert!(units <= total, "guard leads to unit {units} of {total}");
            guard = guard.at(delta);
        }
        assert!(units == total, "the chain closes after {units} of {total} units");
        assert!(cursor_found, "the cursor stands between two guards");
        // ORDERING: Relaxed: only this thread writes it.
        let state = self.last.header().state.load(Ordering::Relaxed);
        assert!(state == ATTACHED | 1, "the last guard was overwritten: {state:#x}");
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        // SAFETY: the chain is not counted out yet, so the block lives (I7).
        let remaining = unsafe { &(*self.control.as_ptr()).remaining };
        // ORDERING: Relaxed: read only by those who see one of the marks below taken off, with acquire.
        remaining.store(BIAS, Ordering::Relaxed);
        let mut claimed: usize = 0;
        let mut guard = self.first;
        // Units from the control record to the payload.
        let head = self.first.payload().addr().get().wrapping_sub(self.control.addr().get());
        let mut distance = (head / UNIT) as u32; // `layout::ring` has checked that all units fit.
        while guard != self.last {
            let delta = guard.delta();
            if !guard.is_free() {
                guard.set_delta(distance);
                // ORDERING: Release: whoever finds the mark gone sees the distance and `remaining`. Acquire: when the
                // claim is gone meanwhile, its accesses to the payload are before the block is freed.
                let state = guard.header().state.fetch_and(!ATTACHED, Ordering::AcqRel);
                if state == ATTACHED {
                    guard.header().payload_accesses.note_write();
                } else {
                    claimed = claimed.wrapping_add(1); // At most the units of the chain.
                }
            }
            guard = guard.at(delta);
            distance = distance.wrapping_add(delta); // As above.
        }
        // SAFETY: `claimed` of the bias belong to the claims, the rest is the chain's own, which ends here.
        unsafe { leave(self.control, BIAS.wrapping_sub(claimed)) }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("units", &self.last.delta()).finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "std", not(arenas_loom)))]
#[allow(clippy::arithmetic_side_effects, reason = "tests count with small numbers")]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn chain(units: usize) -> Chain {
        Chain::new(units, UNIT, UNIT).unwrap()
    }

    /// The deltas of the chain, negative where there is a claim.
    fn map(chain: &Chain) -> Vec<i64> {
        chain.check();
        let mut map = Vec::new();
        let mut guard = chain.first;
        while guard != chain.last {
            let delta = i64::from(guard.delta());
            map.push(if guard.is_free() { delta } else { -delta });
            guard = guard.next();
        }
        map
    }

    #[test]
    fn claims_follow_each_other_and_merge_when_they_are_passed() {
        let chain = chain(10);
        let claims = [3, 2, 1].map(|units| chain.take(units, 1).unwrap());
        assert_eq!(map(&chain), [-3, -2, -1, 4]);
        let [first, second, third] = claims;
        drop(first);
        drop(second);
        assert_eq!(map(&chain), [3, 2, -1, 4]);
        assert!(chain.take(6, 1).is_none());
        assert_eq!(map(&chain), [5, -1, 4]);
        let fifth = chain.take(5, 1).unwrap();
        assert_eq!(map(&chain), [-5, -1, 4]);
        drop((third, fifth));
        drop(chain.take(10, 1).unwrap());
        assert_eq!(map(&chain), [10]);
    }

    #[test]
    fn a_run_is_found_on_either_side_of_the_cursor_but_never_across_the_end() {
        let chain = chain(10);
        let [first, _wall, third] = [4, 1, 4].map(|units| chain.take(units, 1).unwrap());
        drop((first, third));
        // Free: 4 at the start, 5 at the end; the cursor is near the end.
        assert!(chain.take(6, 1).is_none());
        assert!(chain.take(5, 1).is_some());
        assert!(chain.take(4, 1).is_some());
        assert_eq!(map(&chain), [4, -1, 5]);
    }

    #[test]
    fn the_gap_before_an_aligned_payload_stays_free() {
        let chain = Chain::new(32, 256, 256).unwrap();
        let _first = chain.take(1, 1).unwrap();
        let aligned = chain.take(2, 256).unwrap();
        assert!(aligned.payload().addr().get() % 256 == 0);
        assert_eq!(map(&chain), [-1, 15, -2, 14]);
    }

    #[test]
    fn a_claim_grows_in_place_shrinks_and_slides_down() {
        let chain = chain(12);
        let [first, mut moving] = [4, 2].map(|units| chain.take(units, 1).unwrap());
        // SAFETY: a claim of this chain, not shared.
        assert!(unsafe { chain.grow_in_place(&moving, 5) });
        assert_eq!(map(&chain), [-4, -5, 3]);
        // SAFETY: as above.
        unsafe { chain.shrink(&moving, 3) };
        assert_eq!(map(&chain), [-4, -3, 2, 3]);
        let wall = chain.take(5, 1).unwrap();
        // SAFETY: as above.
        assert!(!unsafe { chain.grow_in_place(&moving, 4) });
        // SAFETY: as above, and one byte is there.
        assert!(!unsafe { chain.slide_down(&mut moving, 1, 4) });
        drop(first);
        // SAFETY: the payload has a byte.
        unsafe { moving.payload().write(77) };
        // SAFETY: as above.
        assert!(unsafe { chain.slide_down(&mut moving, 1, 6) });
        assert_eq!(map(&chain), [-6, 1, -5]);
        // SAFETY: the byte has moved along.
        assert_eq!(unsafe { moving.payload().read() }, 77);
        drop((moving, wall));
    }

    #[test]
    fn the_last_claim_of_a_payload_frees_it() {
        let chain = chain(4);
        let first = chain.take(4, 1).unwrap();
        assert!(first.is_unique());
        let second = first.share();
        assert!(!first.is_unique());
        drop(first);
        assert!(second.is_unique());
        assert!(chain.take(1, 1).is_none());
        drop(second);
        assert!(chain.take(4, 1).is_some());
    }

    #[test]
    fn a_payload_refuses_more_claims_than_can_be_counted() {
        let chain = chain(4);
        let claim = chain.take(1, 1).unwrap();
        let guard = Guard::of(claim.payload());
        let state = &guard.header().state;
        state.store(ATTACHED | MAX_CLAIMS, Ordering::Relaxed);
        let result = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| claim.share()));
        assert!(result.is_err());
        assert_eq!(state.load(Ordering::Relaxed), ATTACHED | MAX_CLAIMS);
        state.store(ATTACHED | 1, Ordering::Relaxed);
    }

    #[test]
    fn a_chain_of_no_units_gives_nothing() {
        let chain = chain(0);
        chain.check();
        assert_eq!(chain.capacity(), 0);
        assert!(chain.take(1, 1).is_none());
        assert!(chain.take(1, 64).is_none());
        assert_eq!(chain.tally().claims, 0);
    }
}
