//! Indices that are proven to be in bounds when they are made, and the arena that they are proven for.
//!
//! A *brand* is a lifetime that stands for one arena. It is invariant, so that the compiler takes no two brands for one,
//! and it comes into being as a parameter of a closure (`for<'brand> FnOnce(..)`), so that nothing that carries it gets
//! out of the closure, neither through the result nor through any place that was there before:
//!
//! ```text
//!   Brand::with(|brand| ..)    one token per brand ──own──▶ Scoped<'brand, A>    the only arena of the brand
//!   arena.scope(|arena| ..)    one borrow per brand ──────▶                       │ check, alloc
//!                                                                                 ▼
//!                                                          Slot<'brand>          a number that was looked at once
//! ```
//!
//! What must never be there: a second `Scoped` of one brand (its length may differ, and `mem::swap` would put it in the
//! place of the first), so `Scoped` is neither `Clone` nor `Default`; and code that makes values go away while slots are
//! around, so the way to the arena inside is unsafe. (The idea is that of GhostCell, Yanovski et al., ICFP 2021, and of
//! the crate `indexing`.)

use core::fmt;
use core::hash::Hash;
use core::marker::PhantomData;
use core::num::NonZeroU32;
use core::ops::{Deref, Range};
use core::ptr::NonNull;
use core::slice;

/// Makes a type invariant in the lifetime, and touches nothing else about it.
type Invariant<'brand> = PhantomData<fn(&'brand ()) -> &'brand ()>;

/// How many slots a brand can name.
pub(crate) const MAX_SLOTS: usize = u32::MAX as usize;

/// Where values stay in their slots as long as nobody makes them go away.
///
/// # Safety
///
/// Once `holds(slot)` is true it stays so, and `first()` points to a contiguous run of places of which number `slot` has
/// an initialised value, until something is done through `&mut Self` that makes values go away. Where it is shared
/// meanwhile, nobody writes that value. What `first_mut()` points to may be written until the next use of the container.
pub unsafe trait Keeps {
    /// What is in a slot.
    type Value;

    /// Whether there is a value in a slot. What the one who put it there wrote is visible then.
    fn holds(&self, slot: usize) -> bool;

    /// The slots from 0 up to here hold values.
    fn filled(&self) -> usize;

    /// The place of slot 0; aligned, and dangling where there is none.
    fn first(&self) -> NonNull<Self::Value>;

    /// The place of slot 0, for writing.
    fn first_mut(&mut self) -> NonNull<Self::Value>;

    /// Tells the model checker that a value is read.
    #[inline(always)]
    fn note_read(&self, _slot: usize) {}
}

/// A slot that holds a value, in the one container that carries the brand (I17).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub(crate) struct Slot<'brand> {
    /// The slot plus one.
    number: NonZeroU32,
    brand: Invariant<'brand>,
}

impl Slot<'_> {
    /// # Safety
    ///
    /// I17: the slot is below [`MAX_SLOTS`] and holds a value in the container of the brand.
    #[inline]
    unsafe fn new(slot: usize) -> Self {
        debug_assert!(slot < MAX_SLOTS);
        // SAFETY: the slot is below `MAX_SLOTS`, the greatest `u32`, so that one more is not zero.
        let number = unsafe { NonZeroU32::new_unchecked((slot as u32).wrapping_add(1)) };
        Self { number, brand: PhantomData }
    }

    #[inline]
    pub(crate) const fn get(self) -> usize {
        // One less after it was widened, so that an address takes the difference in its displacement.
        (self.number.get() as usize).wrapping_sub(1)
    }
}

/// Adjacent slots that all hold values, in the one container that carries the brand (I17).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SlotRange<'brand> {
    /// At most `end`.
    start: u32,
    end: u32,
    brand: Invariant<'brand>,
}

impl<'brand> SlotRange<'brand> {
    pub(crate) const EMPTY: Self = Self { start: 0, end: 0, brand: PhantomData };

    /// # Safety
    ///
    /// I17: `start <= end <= MAX_SLOTS`, and all slots between hold values in the container of the brand.
    #[inline]
    unsafe fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end && end <= MAX_SLOTS);
        Self { start: start as u32, end: end as u32, brand: PhantomData }
    }

    #[inline]
    pub(crate) const fn slots(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    #[inline]
    pub(crate) const fn len(self) -> usize {
        self.end.wrapping_sub(self.start) as usize // `start <= end`.
    }

    /// Slot number `n` of the range.
    #[inline]
    pub(crate) fn get(self, n: usize) -> Option<Slot<'brand>> {
        if n >= self.len() {
            return None;
        }
        // SAFETY: I17, the slot is one of the range: below `end`, which is at most `MAX_SLOTS`.
        Some(unsafe { Slot::new((self.start as usize).wrapping_add(n)) })
    }

    /// Takes `n` slots off the front, or all that there are.
    #[inline]
    pub(crate) fn skip_front(&mut self, n: usize) {
        self.start = self.start.wrapping_add(n.min(self.len()) as u32);
    }

    /// Takes `n` slots off the back, or all that there are.
    #[inline]
    pub(crate) fn skip_back(&mut self, n: usize) {
        self.end = self.end.wrapping_sub(n.min(self.len()) as u32);
    }
}

// The brand is named on both sides: two lifetimes that are left out would be two brands.
impl<'brand> From<Slot<'brand>> for SlotRange<'brand> {
    #[inline]
    fn from(slot: Slot<'brand>) -> Self {
        let slot = slot.get();
        // SAFETY: I17, the one slot holds a value and is below `MAX_SLOTS`.
        unsafe { Self::new(slot, slot.wrapping_add(1)) }
    }
}

/// The right to make one arena the arena of a brand.
///
/// [`with`](Self::with) makes a brand, and this is its only token: [`own`](Self::own) takes it, so that there is one
/// arena per brand. That is the form for values that hold branded indices of their own arena, whose type then names the
/// brand. Where the arena was there before, and its values know nothing of brands, [`Arena::scope`](crate::Arena::scope)
/// is shorter.
///
/// ```
/// use arenas::{Arena, Brand, BrandedIdx};
///
/// struct Node<'b> {
///     value: u32,
///     next: Option<BrandedIdx<'b, Node<'b>>>,
/// }
///
/// let sum = Brand::with(|brand| {
///     let mut list = brand.own(Arena::new());
///     let mut head = None;
///     for value in 1..=4 {
///         head = Some(list.alloc(Node { value, next: head }));
///     }
///     let mut sum = 0;
///     while let Some(index) = head {
///         sum += list[index].value; // no check
///         head = list[index].next;
///     }
///     sum
/// });
/// assert_eq!(sum, 10);
/// ```
#[must_use = "a brand does nothing until an arena has it"]
pub struct Brand<'brand> {
    brand: Invariant<'brand>,
}

impl<'brand> Brand<'brand> {
    /// Makes a brand, and runs a closure that may give it to an arena. Nothing that carries the brand gets out.
    #[inline]
    pub fn with<R>(run: impl for<'b> FnOnce(Brand<'b>) -> R) -> R {
        run(Brand { brand: PhantomData })
    }

    /// Makes an arena the one of this brand, with the values that it has.
    #[inline]
    pub fn own<A: Keeps>(self, arena: A) -> Scoped<'brand, A> {
        Scoped { arena, brand: self.brand }
    }
}

impl fmt::Debug for Brand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Brand")
    }
}

/// An arena with a brand: its own indices need no check, and those of another arena do not compile.
///
/// See the [module](crate::scoped) for what it is good for, and how to come by one. It derefs to the arena, shared:
/// all that only reads is there, and nothing that makes values go away.
#[repr(transparent)]
pub struct Scoped<'brand, A> {
    arena: A,
    brand: Invariant<'brand>,
}

impl<A> Scoped<'_, A> {
    /// Runs a closure on `arena` under a brand of its own.
    #[inline]
    pub(crate) fn with_ref<R>(arena: &A, run: impl for<'b> FnOnce(&Scoped<'b, A>) -> R) -> R {
        // SAFETY: `Scoped` is transparent over the arena. The brand is new: the closure takes whatever there is.
        run(unsafe { NonNull::from(arena).cast::<Scoped<'_, A>>().as_ref() })
    }

    /// Runs a closure on `arena`, exclusively, under a brand of its own.
    #[inline]
    pub(crate) fn with_mut<R>(arena: &mut A, run: impl for<'b> FnOnce(&mut Scoped<'b, A>) -> R) -> R {
        // SAFETY: as in `with_ref`, and `arena` is borrowed exclusively for as long.
        run(unsafe { NonNull::from(arena).cast::<Scoped<'_, A>>().as_mut() })
    }

    /// The arena without its brand. The indices that it proved are of no use any more.
    #[inline]
    #[must_use]
    pub fn into_arena(self) -> A {
        self.arena
    }

    /// The arena, for reading. The same as `&**self`.
    #[inline]
    #[must_use]
    pub fn as_arena(&self) -> &A {
        &self.arena
    }

    /// The arena, to put values in.
    ///
    /// # Safety
    ///
    /// I17: no value may go away, and no other arena come in its place.
    #[inline]
    pub(crate) unsafe fn growing(&mut self) -> &mut A {
        &mut self.arena
    }
}

impl<'brand, A: Keeps> Scoped<'brand, A> {
    /// The proof for a slot, where it holds a value.
    #[inline]
    pub(crate) fn slot(&self, slot: usize) -> Option<Slot<'brand>> {
        if slot >= MAX_SLOTS || !self.arena.holds(slot) {
            return None;
        }
        // SAFETY: I17, both were just checked.
        Some(unsafe { Slot::new(slot) })
    }

    /// The proof for a slot that was just filled.
    ///
    /// # Safety
    ///
    /// It is below [`MAX_SLOTS`] and holds a value.
    #[inline]
    pub(crate) unsafe fn filled_slot(&self, slot: usize) -> Slot<'brand> {
        debug_assert!(self.arena.holds(slot));
        // SAFETY: I17, by the caller's promise.
        unsafe { Slot::new(slot) }
    }

    /// The proof for adjacent slots, where they all hold values.
    #[inline]
    pub(crate) fn slot_range(&self, slots: Range<usize>) -> Option<SlotRange<'brand>> {
        if slots.start > slots.end || slots.end > MAX_SLOTS {
            return None;
        }
        if slots.end > self.arena.filled() && !slots.clone().all(|slot| self.arena.holds(slot)) {
            return None;
        }
        // SAFETY: I17, all of it was just checked.
        Some(unsafe { SlotRange::new(slots.start, slots.end) })
    }

    /// The proof for all slots from the first on.
    #[inline]
    pub(crate) fn all_slots(&self) -> SlotRange<'brand> {
        let end = self.arena.filled().min(MAX_SLOTS);
        // SAFETY: I17, all slots below `filled` hold values.
        unsafe { SlotRange::new(0, end) }
    }

    #[inline]
    pub(crate) fn value(&self, slot: Slot<'brand>) -> &A::Value {
        debug_assert!(self.arena.holds(slot.get()));
        self.arena.note_read(slot.get());
        // SAFETY: I17, the slot is one of the arena's, so inside the run.
        let place = unsafe { self.arena.first().add(slot.get()) };
        // SAFETY: I17, there is a value, which nobody writes while the arena is borrowed.
        unsafe { place.as_ref() }
    }

    #[inline]
    pub(crate) fn value_mut(&mut self, slot: Slot<'brand>) -> &mut A::Value {
        debug_assert!(self.arena.holds(slot.get()));
        // SAFETY: I17, the slot is one of the arena's, so inside the run.
        let mut place = unsafe { self.arena.first_mut().add(slot.get()) };
        // SAFETY: I17, there is a value, and the arena is borrowed exclusively.
        unsafe { place.as_mut() }
    }

    #[inline]
    pub(crate) fn values(&self, range: SlotRange<'brand>) -> &[A::Value] {
        range.slots().for_each(|slot| self.arena.note_read(slot));
        // SAFETY: I17, the slots are of the arena's, so inside the run.
        let first = unsafe { self.arena.first().add(range.slots().start) };
        // SAFETY: I17, there are values in all of them, which nobody writes while the arena is borrowed.
        unsafe { slice::from_raw_parts(first.as_ptr(), range.len()) }
    }

    #[inline]
    pub(crate) fn values_mut(&mut self, range: SlotRange<'brand>) -> &mut [A::Value] {
        // SAFETY: I17, the slots are of the arena's, so inside the run.
        let first = unsafe { self.arena.first_mut().add(range.slots().start) };
        // SAFETY: I17, there are values in all of them, and the arena is borrowed exclusively.
        unsafe { slice::from_raw_parts_mut(first.as_ptr(), range.len()) }
    }

    /// The values of several slots at once; `None` when two of them are one.
    #[inline]
    pub(crate) fn disjoint<const N: usize>(&mut self, slots: [Slot<'brand>; N]) -> Option<[&mut A::Value; N]> {
        let differs = |(place, slot)| slots[..place].iter().all(|before| before != slot);
        if !slots.iter().enumerate().all(differs) {
            return None;
        }
        let first = self.arena.first_mut();
        Some(slots.map(|slot| {
            // SAFETY: I17, the slot is one of the arena's, so inside the run.
            let mut place = unsafe { first.add(slot.get()) };
            // SAFETY: I17, there is a value, the arena is borrowed exclusively, and no two slots are the same.
            unsafe { place.as_mut() }
        }))
    }
}

impl<A> Deref for Scoped<'_, A> {
    type Target = A;

    #[inline]
    fn deref(&self) -> &A {
        &self.arena
    }
}

impl<A: fmt::Debug> fmt::Debug for Scoped<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.arena.fmt(f)
    }
}
