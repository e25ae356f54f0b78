//! Buffers that go from thread to thread, with nothing but our own atomics between the payload's accesses.
//!
//! Made for ThreadSanitizer, which does not see into the standard library's channels and locks: buffers travel through
//! plain slots that an atomic flag hands over, so that a missing edge in the ring is what it reports.
//
// Contract: G5, G7

use std::cell::UnsafeCell;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use arenas::{FixedBuf, FixedBufMut, RingAl, RingBox, RingStore, TypedBufMut};

/// Places for one value each, from one thread to one other, each used once.
///
/// Nothing goes back to the sender: that a payload may be used again must follow from its release alone.
struct Mail<T> {
    slots: Vec<(AtomicBool, UnsafeCell<Option<T>>)>,
}

// SAFETY: a value is the sender's while its flag is false, the receiver's when it is true.
unsafe impl<T: Send> Sync for Mail<T> {}

impl<T> Mail<T> {
    fn new(count: u32) -> Self {
        Self { slots: (0..count).map(|_| (AtomicBool::new(false), UnsafeCell::new(None))).collect() }
    }

    fn send(&self, number: u32, value: T) {
        let (full, slot) = &self.slots[number as usize];
        // SAFETY: the flag is false, so it is the sender's.
        unsafe { *slot.get() = Some(value) };
        full.store(true, Ordering::Release);
    }

    fn receive(&self, number: u32) -> T {
        let (full, slot) = &self.slots[number as usize];
        while !full.load(Ordering::Acquire) {
            thread::yield_now();
        }
        // SAFETY: the flag is true, so it is the receiver's.
        unsafe { (*slot.get()).take() }.unwrap()
    }
}

/// Waits for threads by joining each: ThreadSanitizer knows that, and not how the end of a scope waits.
fn join_all<'scope>(threads: impl IntoIterator<Item = thread::ScopedJoinHandle<'scope, ()>>) {
    for thread in threads {
        thread.join().unwrap();
    }
}

/// What `allocate` gives, once it does.
fn insist<B>(mut allocate: impl FnMut() -> Option<B>) -> B {
    loop {
        match allocate() {
            Some(buffer) => return buffer,
            None => thread::yield_now(),
        }
    }
}

const ROUNDS: u32 = if cfg!(miri) { 50 } else { 20_000 };

#[test]
fn a_consumer_releases_what_a_producer_allocates() {
    let ring = RingAl::new(2048);
    let mail = Mail::<FixedBufMut>::new(ROUNDS);
    thread::scope(|scope| {
        let consumer = scope.spawn(|| {
            for round in 0..ROUNDS {
                let mut buffer = mail.receive(round);
                let byte = round as u8;
                assert_eq!(buffer.len(), round as usize % 300);
                assert!(buffer.iter().all(|&found| found == byte), "round {round}: {buffer:?}");
                // The last access before the release is a write.
                buffer.fill(!byte);
            }
        });
        for round in 0..ROUNDS {
            let size = round as usize % 300;
            let mut buffer = insist(|| ring.fixed(size));
            buffer.write_all(&vec![round as u8; size]).unwrap();
            mail.send(round, buffer);
        }
        join_all([consumer]);
    });
    ring.check();
    assert_eq!(ring.stats().allocations, Some(0));
}

#[test]
fn frozen_clones_are_released_on_four_threads() {
    let ring = RingAl::new(4096);
    let mails: [Mail<FixedBuf>; 4] = [(); 4].map(|()| Mail::new(ROUNDS));
    thread::scope(|scope| {
        let readers = mails.each_ref().map(|mail| {
            scope.spawn(move || {
                for round in 0..ROUNDS / 4 {
                    let text = mail.receive(round);
                    let again = text.clone();
                    drop(text);
                    assert!(again.iter().all(|&found| found == round as u8));
                }
            })
        });
        for round in 0..ROUNDS / 4 {
            let mut buffer = insist(|| ring.extendable(16));
            insist(|| buffer.write_all(&[round as u8; 200]).ok());
            let frozen = buffer.finalize().freeze();
            for mail in &mails {
                mail.send(round, frozen.clone());
            }
        }
        join_all(readers);
    });
    ring.check();
    assert_eq!(ring.stats().allocations, Some(0));
}

#[test]
fn rings_are_dropped_while_their_buffers_are_released() {
    let mails: [Mail<(FixedBufMut, FixedBuf)>; 2] = [(); 2].map(|()| Mail::new(ROUNDS));
    thread::scope(|scope| {
        let readers = mails.each_ref().map(|mail| {
            scope.spawn(move || {
                for round in 0..ROUNDS / 10 {
                    let (mut buffer, frozen) = mail.receive(round);
                    buffer.write_all(&[round as u8; 8]).unwrap();
                    assert_eq!(frozen, [round as u8; 8]);
                    if round % 2 == 0 {
                        drop(frozen);
                        drop(buffer);
                    }
                }
            })
        });
        for round in 0..ROUNDS / 10 {
            let ring = RingAl::new(512);
            let mut frozen = ring.fixed(8).unwrap();
            frozen.write_all(&[round as u8; 8]).unwrap();
            let frozen = frozen.freeze();
            for mail in &mails {
                mail.send(round, (ring.fixed(8).unwrap(), frozen.clone()));
            }
            drop(frozen);
            drop(ring);
        }
        join_all(readers);
    });
}

#[test]
fn values_are_dropped_where_their_handles_are() {
    let ring = RingAl::new(1024);
    let store = RingStore::<Vec<u32>>::new(3);
    let mail = Mail::<(TypedBufMut<Vec<u32>>, RingBox<Vec<u32>>)>::new(ROUNDS);
    thread::scope(|scope| {
        let consumer = scope.spawn(|| {
            for round in 0..ROUNDS / 10 {
                let (mut values, mut boxed) = mail.receive(round);
                assert_eq!(values.pop(), Some(vec![round]));
                assert_eq!(*boxed, [round]);
                boxed.push(1);
            }
        });
        for round in 0..ROUNDS / 10 {
            let mut values = insist(|| ring.typed(3));
            assert_eq!(values.push(vec![7; 3]), None);
            assert_eq!(values.push(vec![round]), None);
            mail.send(round, (values, insist(|| store.alloc(vec![round]).ok())));
        }
        join_all([consumer]);
    });
}
