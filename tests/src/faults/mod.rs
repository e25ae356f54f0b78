//! Systematic fault injection.
//!
//! A [`Scenario`] is a program that uses one part of the library and hands it user code (values, closures, iterators, base
//! allocators) made by [`Faults`]. Each place where such code, or the heap, could fail is a *step*, and the steps of a
//! run are numbered as they come. [`Scenario::inject`] runs the program with the first step failing, then
//! with the second, and so on until a run ends before it comes to the step that should fail: then every step has failed once.
//!
//! | a step | fails by |
//! |---|---|
//! | request to the base allocator, or to the heap inside [`Faults::heap`] | refusal |
//! | closure, `Drop`, `Clone`, `Display`, `Hash`, `Eq`, `next`, `size_hint`, the base allocator's `deallocate` | a panic |
//! | `size_hint`, `len` | too few, too many, `usize::MAX` |
//! | [`Faults::reenter`] in a closure, an iterator or a destructor | allocating from the allocator that runs it |
//!
//! In each run the program itself looks whether what it holds is whole and the allocator still works. When it is over,
//! every value must have been dropped exactly once, the base allocator must have everything back, and so must the heap.

mod bitena;
#[allow(clippy::result_large_err, reason = "what is refused comes back, whatever its size")]
mod blink;
mod bundles;
mod item;
mod region;
mod ring;
mod typed;

use std::alloc::Layout;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use allocator_api2::alloc::{AllocError, Allocator, Global};

use crate::checking::{heap_use, refuse_nth, requests};
pub use item::{Item, Items, Reentrant};

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request for memory is refused.
    Refusal,
    /// User code panics.
    Panic,
    /// An iterator lies about its length.
    Lie,
    /// User code allocates from the allocator that runs it.
    Reentry,
}

/// All kinds, in the order of the columns of the table.
pub const KINDS: [Kind; 4] = [Kind::Refusal, Kind::Panic, Kind::Lie, Kind::Reentry];

/// A program whose every step is to fail once.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// What is exercised.
    pub name: &'static str,
    /// The program.
    pub run: fn(&Faults),
}

/// Every scenario there is.
#[must_use]
pub fn scenarios() -> Vec<Scenario> {
    [bitena::SCENARIOS, typed::SCENARIOS, blink::SCENARIOS, region::SCENARIOS, ring::SCENARIOS, bundles::SCENARIOS]
        .concat()
}

/// How many faults of each kind a scenario survived.
#[derive(Clone, Copy, Debug)]
pub struct Survived {
    /// The scenario.
    pub name: &'static str,
    /// By [`KINDS`].
    pub faults: [usize; KINDS.len()],
}

impl Survived {
    /// Of all scenarios.
    #[must_use]
    pub fn sum(all: &[Self]) -> Self {
        let faults = std::array::from_fn(|kind| all.iter().map(|survived| survived.faults[kind]).sum());
        Self { name: "all", faults }
    }

    /// Of all kinds.
    #[must_use]
    pub fn total(&self) -> usize {
        self.faults.iter().sum()
    }
}

/// A line of the table of all scenarios.
impl fmt::Display for Survived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [refusals, panics, lies, reentries] = self.faults;
        write!(f, "| {:54} | {refusals:8} | {panics:6} | {lies:4} | {reentries:10} | {:6} |", self.name, self.total())
    }
}

/// The table of what was survived, in Markdown.
#[must_use]
pub fn table(survived: &[Survived]) -> String {
    let head = format!("| {:54} | refusals | panics | lies | re-entries | faults |\n", "scenario");
    let rule = format!("|{:-<56}|{:-<9}:|{:-<7}:|{:-<5}:|{:-<11}:|{:-<7}:|\n", "", "", "", "", "", "");
    let sum = Survived::sum(survived);
    let lines: String = survived.iter().chain([&sum]).map(|survived| format!("{survived}\n")).collect();
    head + &rule + &lines
}

/// More steps than any scenario has: one that never ends is a mistake in it.
const MOST: usize = 20_000;

impl Scenario {
    /// Runs the program once for every step, with that step failing.
    ///
    /// # Panics
    ///
    /// When a run finds something broken; the message before says which.
    #[must_use]
    pub fn inject(&self) -> Survived {
        let mut faults = [0; KINDS.len()];
        // The first run may leave things behind that the process keeps, such as the name of the thread.
        self.run_with(usize::MAX, false);
        for nth in 0.. {
            assert!(nth < MOST, "{} does not end", self.name);
            match self.run_with(nth, true) {
                Some(kind) => faults[kind as usize] += 1,
                None => break,
            }
        }
        Survived { name: self.name, faults }
    }

    fn run_with(&self, nth: usize, balanced: bool) -> Option<Kind> {
        let (fired, used) = heap_use(|| {
            let faults = Faults::new(nth);
            let result = catch_unwind(AssertUnwindSafe(|| (self.run)(&faults)));
            let fired = faults.fired();
            let named = AssertUnwindSafe(|| {
                match result {
                    Err(payload) if !payload.is::<Injected>() => resume_unwind(payload),
                    _ => {}
                }
                faults.assert_nothing_lost();
            });
            if let Err(payload) = catch_unwind(named) {
                eprintln!("{}: the above happened with fault {nth}: {fired:?}", self.name);
                resume_unwind(payload);
            }
            fired
        });
        assert!(!balanced || used.blocks == 0, "{}: fault {nth} ({fired:?}) loses memory: {used:?}", self.name);
        fired
    }
}

/// What an injected panic carries.
#[derive(Debug)]
struct Injected;

/// The steps of one run. Clones count together.
#[derive(Clone)]
pub struct Faults(Arc<State>);

struct State {
    /// Steps so far.
    steps: AtomicUsize,
    /// The step that fails.
    nth: AtomicUsize,
    ledger: Mutex<Ledger>,
}

#[derive(Default)]
struct Ledger {
    fired: Option<Kind>,
    /// How often each value that was made was dropped.
    drops: Vec<u8>,
    /// The live blocks of the base allocator.
    base: Vec<(usize, Layout)>,
}

impl Faults {
    fn new(nth: usize) -> Self {
        let ledger = Mutex::new(Ledger::default());
        Self(Arc::new(State { steps: AtomicUsize::new(0), nth: AtomicUsize::new(nth), ledger }))
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has failed in this run.
    #[must_use]
    pub fn fired(&self) -> Option<Kind> {
        self.ledger().fired
    }

    /// From here on nothing fails.
    pub fn disarm(&self) {
        // ORDERING: relaxed, here and below: scenarios are of one thread.
        self.0.nth.store(usize::MAX, Ordering::Relaxed);
    }

    /// A step that can fail in so many ways; says in which it does.
    fn step(&self, kind: Kind, ways: usize) -> Option<usize> {
        let first = self.0.steps.fetch_add(ways, Ordering::Relaxed);
        let way = self.0.nth.load(Ordering::Relaxed).checked_sub(first).filter(|&way| way < ways)?;
        self.ledger().fired = Some(kind);
        Some(way)
    }

    /// A step that fails by a panic.
    pub fn may_panic(&self) {
        if self.step(Kind::Panic, 1).is_some() {
            // Without the message that the hook would print.
            resume_unwind(Box::new(Injected));
        }
    }

    /// A step that fails by running `code`, which allocates from the allocator that is at work.
    pub fn reenter(&self, code: impl FnOnce()) {
        if self.step(Kind::Reentry, 1).is_some() {
            code();
        }
    }

    /// Runs code in which every request to the heap is a step. There must be no other steps in it.
    pub fn heap<R>(&self, code: impl FnOnce() -> R) -> R {
        struct Close<'a>(&'a Faults, u64, u64);
        impl Drop for Close<'_> {
            fn drop(&mut self) {
                let (left, made) = (refuse_nth(0), requests() - self.1);
                self.0.0.steps.fetch_add(made as usize, Ordering::Relaxed);
                if left == 0 && self.2 != 0 {
                    self.0.ledger().fired = Some(Kind::Refusal);
                }
            }
        }
        let steps = self.0.steps.load(Ordering::Relaxed);
        // From the next request on, which is number 1; `usize::MAX` steps are never made.
        let nth =
            self.0.nth.load(Ordering::Relaxed).checked_sub(steps).map_or(0, |ahead| (ahead as u64).wrapping_add(1));
        let _close = Close(self, requests(), nth);
        refuse_nth(nth);
        code()
    }

    /// Runs an operation of the library; `None` when an injected panic came out of it. Any other panic goes on.
    pub fn attempt<R>(&self, operation: impl FnOnce() -> R) -> Option<R> {
        match catch_unwind(AssertUnwindSafe(operation)) {
            Ok(result) => Some(result),
            Err(payload) if payload.is::<Injected>() => None,
            Err(payload) => resume_unwind(payload),
        }
    }

    /// A base allocator that may refuse, and may panic when a block comes back.
    #[must_use]
    pub fn base(&self) -> Base {
        Base(self.clone())
    }

    fn assert_nothing_lost(&self) {
        let ledger = self.ledger();
        for (serial, &drops) in ledger.drops.iter().enumerate() {
            assert_eq!(drops, 1, "value {serial} of {} was dropped so often", ledger.drops.len());
        }
        assert!(ledger.base.is_empty(), "blocks that never came back to the base allocator: {:?}", ledger.base);
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faults").field(&self.fired()).finish()
    }
}

/// See [`Faults::base`].
#[derive(Clone, Debug)]
pub struct Base(Faults);

// SAFETY: the blocks are those of `Global`, which are valid until they come back, whatever happens to the `Base`.
unsafe impl Allocator for Base {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.0.step(Kind::Refusal, 1).is_some() {
            return Err(AllocError);
        }
        let block = Global.allocate(layout)?;
        // SAFETY: the block has this size.
        unsafe { block.cast::<u8>().write_bytes(0xC3, layout.size()) };
        self.0.ledger().base.push((block.cast::<u8>().addr().get(), layout));
        Ok(block)
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        let mut ledger = self.0.ledger();
        let found = ledger.base.iter().position(|&block| block == (ptr.addr().get(), layout));
        ledger.base.swap_remove(found.expect("a block goes back once, with its layout"));
        drop(ledger);
        // SAFETY: it came from `Global` with this layout.
        unsafe { Global.deallocate(ptr, layout) };
        self.0.may_panic();
    }
}

/// Live blocks of bytes, each full of a byte of its own.
#[derive(Debug, Default)]
pub struct Blocks(Vec<NonNull<[u8]>>);

impl Blocks {
    /// The byte that the block at this address is full of.
    fn byte(block: NonNull<[u8]>) -> u8 {
        (block.cast::<u8>().addr().get() >> 3) as u8 ^ 0x5A
    }

    /// Takes note of a block that belongs to the caller.
    ///
    /// # Panics
    ///
    /// When it overlaps another.
    pub fn add(&mut self, block: NonNull<[u8]>) {
        let range =
            |block: NonNull<[u8]>| block.cast::<u8>().addr().get()..block.cast::<u8>().addr().get() + block.len();
        let new = range(block);
        for other in self.0.iter().map(|&other| range(other)) {
            assert!(new.end <= other.start || other.end <= new.start, "{new:?} overlaps {other:?}");
        }
        // SAFETY: the block is the caller's.
        unsafe { block.cast::<u8>().write_bytes(Self::byte(block), block.len()) };
        self.0.push(block);
    }

    /// Looks whether a block is as it was filled, for as many bytes as are given.
    ///
    /// # Panics
    ///
    /// When it is not.
    pub fn verify(filled: NonNull<[u8]>, now: NonNull<[u8]>) {
        // SAFETY: the block is the caller's, and was filled.
        let bytes = unsafe { now.as_ref() };
        assert!(bytes.iter().all(|&byte| byte == Self::byte(filled)), "a block was overwritten");
    }

    /// Looks whether all blocks are whole.
    ///
    /// # Panics
    ///
    /// When one is not.
    pub fn check(&self) {
        self.0.iter().for_each(|&block| Self::verify(block, block));
    }

    /// Gives up the newest block, which must be whole.
    pub fn take(&mut self) -> Option<NonNull<[u8]>> {
        let block = self.0.pop()?;
        Self::verify(block, block);
        Some(block)
    }

    /// Gives up all blocks, which must be whole.
    pub fn clear(&mut self) {
        self.check();
        self.0.clear();
    }
}
