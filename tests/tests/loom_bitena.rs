//! The atomic cursor of Bitena, on the real code, over all interleavings and weak orderings.
//!
//! The bytes of the arena are plain memory, which loom does not see. So each model keeps a loom cell per eight bytes of
//! the arena and notes every access of an owner there: when bytes change hands without an edge between the owners, loom
//! reports the cells as a data race. Each model counts its executions and the outcomes that it saw, and fails when
//! an expected one is missing.
//!
//! `tests/mutations/bitena.toml` lists changes of the code that the models must notice.
//
// Contract: B5, C1, C9

#![cfg(arenas_loom)]

use std::alloc::Layout;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex};

use allocator_api2::alloc::Allocator;
use arenas::Bitena;
use loom::cell::UnsafeCell;
use loom::thread;

/// Counts executions and collects outcomes, outside of what loom explores.
struct Seen<T>(Arc<Mutex<(u64, BTreeSet<T>)>>);

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Ord + Debug> Seen<T> {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((0, BTreeSet::new()))))
    }

    fn note(&self, outcome: T) {
        let mut seen = self.0.lock().unwrap();
        seen.0 += 1;
        seen.1.insert(outcome);
    }

    #[track_caller]
    fn check(&self, expected: impl IntoIterator<Item = T>) {
        let seen = self.0.lock().unwrap();
        assert!(seen.0 > 1, "loom explored one execution only");
        assert_eq!(seen.1, expected.into_iter().collect::<BTreeSet<_>>());
    }
}

/// An arena of `WORDS` words, with a cell for each.
struct Watched<const WORDS: usize> {
    arena: Bitena,
    base: usize,
    cells: [UnsafeCell<()>; WORDS],
}

impl<const WORDS: usize> Watched<WORDS> {
    fn new() -> Self {
        let arena = Bitena::new(WORDS * 8).unwrap();
        // The first block of all bytes starts at the base.
        let all = arena.alloc_layout(Layout::array::<u64>(WORDS).unwrap());
        let base = all.addr().get();
        let mut arena = arena;
        arena.reset();
        Self { arena, base, cells: std::array::from_fn(|_| UnsafeCell::new(())) }
    }

    /// The caller, who owns `len` bytes at `at`, uses them.
    fn touch(&self, at: NonNull<u8>, len: usize) {
        let first = (at.addr().get() - self.base) / 8;
        for cell in &self.cells[first..first + len / 8] {
            cell.with_mut(|_| ());
        }
    }
}

/// A block that goes to another thread.
struct Sent(NonNull<u8>);

// SAFETY: plain memory of an arena that is shared anyway.
unsafe impl Send for Sent {}

impl Sent {
    fn take(self) -> NonNull<u8> {
        self.0
    }
}

fn words(len: usize) -> Layout {
    Layout::array::<u64>(len).unwrap()
}

#[test]
fn two_threads_race_for_the_last_word_and_one_gets_it() {
    let seen = Seen::new();
    let noted = seen.clone();
    loom::model(move || {
        let shared = Arc::new(Watched::<1>::new());
        let take = |shared: &Watched<1>| match shared.arena.try_alloc_layout(words(1)) {
            Ok(at) => {
                shared.touch(at, 8);
                true
            }
            Err(_) => false,
        };
        let other = {
            let shared = shared.clone();
            thread::spawn(move || take(&shared))
        };
        let mine = take(&shared);
        let theirs = other.join().unwrap();
        assert_eq!(shared.arena.remaining(), 0);
        noted.note((mine, theirs));
    });
    seen.check([(true, false), (false, true)]);
}

#[test]
fn two_threads_get_words_of_their_own() {
    let seen = Seen::new();
    let noted = seen.clone();
    loom::model(move || {
        let shared = Arc::new(Watched::<3>::new());
        let other = {
            let shared = shared.clone();
            thread::spawn(move || {
                let at = shared.arena.alloc_layout(words(2));
                shared.touch(at, 16);
                at.addr().get()
            })
        };
        let at = shared.arena.alloc_layout(words(1));
        shared.touch(at, 8);
        let theirs = other.join().unwrap();
        assert!(at.addr().get() == theirs + 16 || at.addr().get() + 8 == theirs);
        noted.note(at.addr().get() > theirs);
    });
    seen.check([false, true]);
}

/// One thread uses a block and gives it back; the other may get the same bytes.
#[test]
fn a_block_that_is_given_back_is_whole_for_its_next_owner() {
    let seen = Seen::new();
    let noted = seen.clone();
    loom::model(move || {
        let shared = Arc::new(Watched::<1>::new());
        let other = {
            let shared = shared.clone();
            thread::spawn(move || match shared.arena.try_alloc_layout(words(1)) {
                Ok(at) => {
                    shared.touch(at, 8);
                    true
                }
                Err(_) => false,
            })
        };
        let mine = match (&shared.arena).allocate(words(1)) {
            Ok(block) => {
                shared.touch(block.cast(), 8);
                // SAFETY: allocated on the line above, and not used again.
                unsafe { (&shared.arena).deallocate(block.cast(), words(1)) };
                true
            }
            Err(_) => false,
        };
        noted.note((mine, other.join().unwrap()));
    });
    seen.check([(true, true), (true, false), (false, true)]);
}

/// The same through windows, whose end goes back when they are dropped.
#[test]
fn the_end_of_a_window_is_whole_for_its_next_owner() {
    let seen = Seen::new();
    let noted = seen.clone();
    loom::model(move || {
        let shared = Arc::new(Watched::<2>::new());
        let work = |shared: &Watched<2>| {
            let Ok(window) = shared.arena.local(16) else { return 0 };
            // A block that goes back to the window, so that the window's free end has been used.
            let block = (&window).allocate(words(1)).unwrap();
            shared.touch(block.cast(), 8);
            // SAFETY: allocated above, and not used again.
            unsafe { (&window).deallocate(block.cast(), words(1)) };
            1
        };
        let other = {
            let shared = shared.clone();
            thread::spawn(move || work(&shared))
        };
        let mine = work(&shared);
        let theirs = other.join().unwrap();
        assert_eq!(shared.arena.remaining(), 16);
        noted.note((mine, theirs));
    });
    seen.check([(1, 1), (1, 0), (0, 1)]);
}

/// One thread gives a block back while the other grows its own, which is the older one, into the room.
#[test]
fn growth_into_bytes_that_were_given_back_is_whole() {
    let seen = Seen::new();
    let noted = seen.clone();
    loom::model(move || {
        let shared = Arc::new(Watched::<3>::new());
        let old = shared.arena.alloc_layout(words(1));
        shared.touch(old, 8);
        let new = shared.arena.alloc_layout(words(1));
        let giver = {
            let shared = shared.clone();
            let new = Sent(new);
            thread::spawn(move || {
                let new = new.take();
                shared.touch(new, 8);
                // SAFETY: the newest block, which only this thread uses.
                unsafe { (&shared.arena).deallocate(new, words(1)) };
            })
        };
        // SAFETY: the older block, which only this thread uses.
        let grown = unsafe { (&shared.arena).grow(old, words(1), words(2)) };
        let grew = grown.is_ok_and(|block| {
            shared.touch(block.cast(), 16);
            true
        });
        giver.join().unwrap();
        noted.note(grew);
    });
    seen.check([false, true]);
}

/// Two threads take a block, give it back and take one again: nothing is handed out twice, and at worst lost.
#[test]
fn blocks_given_back_at_once_are_lost_at_worst() {
    let seen = Seen::new();
    let noted = seen.clone();
    loom::model(move || {
        let shared = Arc::new(Watched::<4>::new());
        let work = |shared: &Watched<4>| {
            let at = shared.arena.alloc_layout(words(1));
            shared.touch(at, 8);
            // SAFETY: a block of this layout, which is not used again.
            unsafe { (&shared.arena).deallocate(at, words(1)) };
            shared.touch(shared.arena.alloc_layout(words(1)), 8);
        };
        let other = {
            let shared = shared.clone();
            thread::spawn(move || work(&shared))
        };
        work(&shared);
        other.join().unwrap();
        noted.note(shared.arena.used() / 8);
    });
    seen.check([2, 3, 4]);
}

/// The newest block grows while another thread takes one: in place, or elsewhere when the other was first.
#[test]
fn growth_of_the_newest_block_never_reaches_into_what_another_takes() {
    let seen = Seen::new();
    let noted = seen.clone();
    loom::model(move || {
        let shared = Arc::new(Watched::<4>::new());
        let old = shared.arena.alloc_layout(words(1));
        shared.touch(old, 8);
        let other = {
            let shared = shared.clone();
            thread::spawn(move || {
                let at = shared.arena.alloc_layout(words(1));
                shared.touch(at, 8);
                at.addr().get()
            })
        };
        // SAFETY: allocated above, which only this thread uses.
        let grown = unsafe { (&shared.arena).grow(old, words(1), words(2)) }.unwrap().cast::<u8>();
        shared.touch(grown, 16);
        let (grown, theirs) = (grown.addr().get(), other.join().unwrap());
        assert!(grown + 16 <= theirs || theirs + 8 <= grown);
        noted.note(grown + 8 == old.addr().get());
    });
    seen.check([false, true]);
}
