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

use arenas::{FixedBuf, FixedBufMut, RingAl, RingStore, TypedBufMut};

/// A place for one value, from one thread to one other.
struct Slot<T> {
    full: AtomicBool,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: `value` is the sender's while `full` is false, the receiver's while it is true.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> Slot<T> {
    fn new() -> Self {
        Self { full: AtomicBool::new(false), value: UnsafeCell::new(None) }
    }

    fn try_send(&self, value: T) -> Result<(), T> {
        if self.full.load(Ordering::Acquire) {
            return Err(value);
        }
        // SAFETY: empty, so it is the sender's.
        unsafe { *self.value.get() = Some(value) };
        self.full.store(true, Ordering::Release);
        Ok(())
    }

    fn send(&self, mut value: T) {
        while let Err(back) = self.try_send(value) {
            value = back;
            thread::yield_now();
        }
    }

    fn receive(&self) -> T {
        while !self.full.load(Ordering::Acquire) {
            thread::yield_now();
        }
        // SAFETY: full, so it is the receiver's.
        let value = unsafe { (*self.value.get()).take() };
        // The receiver says nothing to the sender that would order its later use of the value: whether the ring may
        // reuse the payload must follow from the release alone.
        self.full.store(false, Ordering::Relaxed);
        value.unwrap()
    }
}

const ROUNDS: u32 = if cfg!(miri) { 50 } else { 20_000 };

#[test]
fn a_consumer_releases_what_a_producer_allocates() {
    let ring = RingAl::new(2048);
    let slot = Slot::<(FixedBufMut, u32)>::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS {
                let (mut buffer, size) = slot.receive();
                let byte = round as u8;
                assert_eq!(buffer.len(), size as usize);
                assert!(buffer.iter().all(|&found| found == byte), "round {round}: {buffer:?}");
                // The last access before the release is a write.
                buffer.fill(!byte);
            }
        });
        for round in 0..ROUNDS {
            let size = round % 300;
            let mut buffer = loop {
                match ring.fixed(size as usize) {
                    Some(buffer) => break buffer,
                    None => thread::yield_now(),
                }
            };
            buffer.write_all(&vec![round as u8; size as usize]).unwrap();
            slot.send((buffer, size));
        }
    });
    ring.check();
    assert_eq!(ring.stats().allocations, Some(0));
}

#[test]
fn frozen_clones_are_released_on_four_threads() {
    let ring = RingAl::new(4096);
    let slots: [Slot<FixedBuf>; 4] = [(); 4].map(|()| Slot::new());
    thread::scope(|scope| {
        for slot in &slots {
            scope.spawn(move || {
                for round in 0..ROUNDS / 4 {
                    let text = slot.receive();
                    let again = text.clone();
                    drop(text);
                    assert!(again.iter().all(|&found| found == round as u8));
                }
            });
        }
        for round in 0..ROUNDS / 4 {
            let mut buffer = loop {
                match ring.extendable(16) {
                    Some(buffer) => break buffer,
                    None => thread::yield_now(),
                }
            };
            while buffer.write_all(&[round as u8; 200]).is_err() {
                thread::yield_now();
            }
            let frozen = buffer.finalize().freeze();
            for slot in &slots {
                slot.send(frozen.clone());
            }
        }
    });
    ring.check();
    assert_eq!(ring.stats().allocations, Some(0));
}

#[test]
fn rings_are_dropped_while_their_buffers_are_released() {
    let slots: [Slot<(FixedBufMut, FixedBuf)>; 2] = [(); 2].map(|()| Slot::new());
    thread::scope(|scope| {
        for slot in &slots {
            scope.spawn(move || {
                for round in 0..ROUNDS / 10 {
                    let (mut buffer, frozen) = slot.receive();
                    buffer.write_all(&[round as u8; 8]).unwrap();
                    assert_eq!(frozen, [round as u8; 8]);
                    if round % 2 == 0 {
                        drop(frozen);
                        drop(buffer);
                    }
                }
            });
        }
        for round in 0..ROUNDS / 10 {
            let ring = RingAl::new(512);
            let mut frozen = ring.fixed(8).unwrap();
            frozen.write_all(&[round as u8; 8]).unwrap();
            let frozen = frozen.freeze();
            for slot in &slots {
                slot.send((ring.fixed(8).unwrap(), frozen.clone()));
            }
            drop(frozen);
            drop(ring);
        }
    });
}

#[test]
fn values_are_dropped_where_their_handles_are() {
    let ring = RingAl::new(1024);
    let store = RingStore::<Vec<u32>>::new(3);
    let slot = Slot::<(TypedBufMut<Vec<u32>>, arenas::RingBox<Vec<u32>>)>::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS / 10 {
                let (mut values, mut boxed) = slot.receive();
                assert_eq!(values.pop(), Some(vec![round]));
                assert_eq!(*boxed, [round]);
                boxed.push(1);
            }
        });
        for round in 0..ROUNDS / 10 {
            let mut values = loop {
                match ring.typed(3) {
                    Some(values) => break values,
                    None => thread::yield_now(),
                }
            };
            assert_eq!(values.push(vec![7; 3]), None);
            assert_eq!(values.push(vec![round]), None);
            let mut value = vec![round];
            let boxed = loop {
                match store.alloc(value) {
                    Ok(boxed) => break boxed,
                    Err(rejected) => value = rejected.into_inner(),
                }
                thread::yield_now();
            };
            slot.send((values, boxed));
        }
    });
}
