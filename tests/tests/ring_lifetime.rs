//! Rings that go before their buffers, in every order, and rings of threads.

use std::io::Write;
use std::mem;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;

use arenas::{ExtBuf, FixedBuf, FixedBufMut, RingAl, RingBox, RingStore, TypedBufMut, ringal};
use arenas_tests::checking::heap_use;

/// What tests forget on purpose: kept reachable, so that leak checkers report only what leaks by mistake.
static FORGOTTEN: Mutex<Vec<usize>> = Mutex::new(Vec::new());

fn filled(ring: &RingAl, byte: u8) -> FixedBufMut {
    let mut buffer = ring.fixed(64).unwrap();
    buffer.write_all(&[byte; 64]).unwrap();
    buffer
}

// Contract: G7
#[test]
fn the_block_goes_with_the_last_of_ring_and_buffers() {
    // Which of three goes at which place, in all six orders; 0 is the ring.
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let ((), used) = heap_use(|| {
            let ring = RingAl::new(1024);
            let (first, second) = (filled(&ring, 1), filled(&ring, 2).freeze());
            let (mut ring, mut first, mut second) = (Some(ring), Some(first), Some(second));
            for (place, which) in order.into_iter().enumerate() {
                match which {
                    0 => drop(ring.take()),
                    1 => drop(first.take()),
                    _ => drop(second.take()),
                }
                assert!(first.as_ref().is_none_or(|buffer| *buffer == [1; 64]), "{order:?} at {place}");
                assert!(second.as_ref().is_none_or(|buffer| *buffer == [2; 64]), "{order:?} at {place}");
            }
        });
        assert_eq!((used.requests, used.blocks), (1, 0), "{order:?}");
    }
}

// Contract: G7
#[test]
fn fields_may_stand_in_any_order() {
    struct RingFirst {
        _ring: RingAl,
        buffer: FixedBufMut,
        values: TypedBufMut<String>,
    }
    struct RingLast {
        values: TypedBufMut<String>,
        buffer: FixedBufMut,
        _ring: RingAl,
    }
    let parts = || {
        let ring = RingAl::new(1024);
        let buffer = filled(&ring, 3);
        let mut values = ring.typed(2).unwrap();
        assert_eq!(values.push(String::from("value")), None);
        (ring, buffer, values)
    };
    let ((), used) = heap_use(|| {
        let (_ring, buffer, values) = parts();
        let first = RingFirst { _ring, buffer, values };
        assert_eq!((first.buffer[0], &*first.values[0]), (3, "value"));
        drop(first);
        let (_ring, buffer, values) = parts();
        let last = RingLast { values, buffer, _ring };
        assert_eq!((last.buffer[0], &*last.values[0]), (3, "value"));
    });
    assert_eq!(used.blocks, 0);
}

// Contract: G7
#[test]
fn a_forgotten_buffer_keeps_its_bytes_and_then_the_block() {
    let (place, used) = heap_use(|| {
        let ring = RingAl::new(1024);
        let forgotten = filled(&ring, 5);
        let place = forgotten.as_ptr();
        FORGOTTEN.lock().unwrap().push(place.expose_provenance());
        mem::forget(forgotten);
        // Its room is never handed out again.
        for _ in 0..1000 {
            let other = filled(&ring, 6);
            assert!(place.addr().abs_diff(other.as_ptr().addr()) >= 64);
        }
        assert!(ring.fixed(ring.capacity()).is_none());
        ring.check();
        let other = filled(&ring, 7);
        drop(ring);
        assert_eq!(other, [7; 64]);
        place
    });
    assert!(used.blocks >= 1, "the block stays");
    // SAFETY: the block is still there, and nobody writes the forgotten bytes.
    assert_eq!(unsafe { std::slice::from_raw_parts(place, 64) }, [5; 64]);
}

// Contract: G7
#[test]
fn a_ring_that_lives_on_is_unharmed_by_a_forgotten_extendable_buffer() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.extendable(100).unwrap();
    buffer.write_all(&[1; 200]).unwrap();
    FORGOTTEN.lock().unwrap().push(buffer.as_ptr().expose_provenance());
    mem::forget(buffer);
    ring.check();
    assert_eq!(ring.stats().allocations, Some(1));
    assert!(ring.fixed(700).is_some());
}

// Contract: G5, G7
#[test]
fn what_outlives_its_ring_is_released_on_other_threads() {
    let ring = RingAl::new(4096);
    let buffers: Vec<_> = (0..16).map(|i| filled(&ring, i)).collect();
    let frozen = filled(&ring, 77).freeze();
    drop(ring);
    thread::scope(|scope| {
        for (i, buffer) in buffers.into_iter().enumerate() {
            let frozen = frozen.clone();
            scope.spawn(move || {
                assert_eq!(buffer, [i as u8; 64]);
                assert_eq!(frozen, [77; 64]);
            });
        }
    });
    assert_eq!(frozen, [77; 64]);
}

// Contract: G5
#[test]
fn a_buffer_is_frozen_on_another_thread_and_read_on_sixteen_more() {
    let ring = RingAl::new(1024);
    let (send, receive) = channel::<FixedBufMut>();
    let mut buffer = ring.fixed(64).unwrap();
    let _ = buffer.write(b"this a message to other thread").unwrap();
    let handle = thread::spawn(move || {
        let readonly = receive.recv().unwrap().freeze();
        let handles: Vec<_> = (0..16)
            .map(|_| {
                let (send, receive) = channel::<FixedBuf>();
                let reader = thread::spawn(move || {
                    let message = receive.recv().unwrap();
                    assert_eq!(std::str::from_utf8(&message[..]).unwrap(), "this a message to other thread");
                });
                send.send(readonly.clone()).unwrap();
                reader
            })
            .collect();
        for handle in handles {
            handle.join().unwrap();
        }
    });
    send.send(buffer).unwrap();
    handle.join().unwrap();
    assert_eq!(ring.stats().allocations, Some(0));
    assert!(ring.fixed(ring.capacity()).is_some());
}

// Contract: G5
#[test]
fn a_ring_moves_to_another_thread_with_buffers_outside() {
    let ring = RingAl::new(1024);
    let buffer = filled(&ring, 1);
    let ring = thread::spawn(move || {
        assert!(ring.fixed(900).is_some());
        ring
    })
    .join()
    .unwrap();
    drop(buffer);
    assert!(ring.fixed(ring.capacity()).is_some());
}

// Contract: G11, G7
#[test]
fn boxed_values_outlive_their_store_on_another_thread() {
    let store = RingStore::new(4);
    let boxes: Vec<RingBox<String>> = (0..4).map(|i| store.alloc(format!("value {i}")).unwrap()).collect();
    drop(store);
    thread::spawn(move || {
        for (i, boxed) in boxes.iter().enumerate() {
            assert_eq!(**boxed, format!("value {i}"));
        }
    })
    .join()
    .unwrap();
}

// Contract: G9, S7
#[test]
fn a_ring_per_thread_serves_the_whole_module() {
    ringal!(@init, 8899);
    const MESSAGE: &[u8] = b"long message with some extra text";
    fn elsewhere() {
        assert!(ringal!(@fixed, 944).is_some());
        let extended = ringal!(@ext, 256, |mut writer| {
            assert_eq!(writer.write(MESSAGE).unwrap(), MESSAGE.len());
            writer.finalize()
        });
        assert_eq!(extended.unwrap().len(), MESSAGE.len());
    }
    let fixed = ringal!(@fixed, 944);
    assert!(fixed.is_some());
    let extended = ringal!(@ext, 256, |mut writer| {
        writer.write_all(MESSAGE).unwrap();
        writer.finalize()
    });
    assert_eq!(extended.unwrap(), MESSAGE);
    let values = ringal!(@typed, u64, 4).unwrap();
    assert_eq!(values.capacity(), 4);
    elsewhere();
    assert!(ringal!(@fixed, 10_000).is_none());
    assert!(ringal!(@ext, 10_000, |writer: ExtBuf<'_>| writer.finalize()).is_none());
}

mod declared_in_a_module {
    use super::*;

    ringal!(@init, 4096);

    pub(super) fn nested() -> (FixedBufMut, FixedBufMut) {
        ringal!(@ext, 16, |mut outer| {
            outer.write_all(b"outer ").unwrap();
            let inner = ringal!(@ext, 16, |mut inner| {
                inner.write_all(b"inner ").unwrap();
                let fixed = ringal!(@fixed, 64).unwrap();
                outer.write_all(&[b'x'; 100]).unwrap();
                inner.write_all(&[b'y'; 100]).unwrap();
                drop(fixed);
                inner.finalize()
            });
            (outer.finalize(), inner.unwrap())
        })
        .unwrap()
    }
}

// Contract: G9
#[test]
fn the_macro_can_be_used_inside_its_own_callback() {
    let (outer, inner) = declared_in_a_module::nested();
    assert_eq!(outer, [b"outer ".as_slice(), &[b'x'; 100]].concat());
    assert_eq!(inner, [b"inner ".as_slice(), &[b'y'; 100]].concat());
    declared_in_a_module::RINGAL.with(RingAl::check);
}

// Contract: G9
#[test]
fn every_thread_has_a_ring_of_its_own() {
    ringal!(@init, 1024);
    let mine = ringal!(@fixed, 900).unwrap();
    assert!(ringal!(@fixed, 900).is_none());
    thread::spawn(|| assert!(ringal!(@fixed, 900).is_some())).join().unwrap();
    drop(mine);
}

// Contract: G7, G9
#[test]
fn a_thread_ends_while_its_buffers_are_elsewhere() {
    ringal!(@init, 1024);
    let buffer = thread::spawn(|| {
        let mut buffer = ringal!(@fixed, 64).unwrap();
        buffer.write_all(b"from a thread that is gone").unwrap();
        buffer
    })
    .join()
    .unwrap();
    assert_eq!(buffer, b"from a thread that is gone");
    let forgetful = thread::spawn(|| {
        let buffer = ringal!(@fixed, 64).unwrap();
        FORGOTTEN.lock().unwrap().push(buffer.as_ptr().expose_provenance());
        mem::forget(buffer);
    });
    forgetful.join().unwrap();
}

// Contract: G9
#[test]
fn a_thread_local_that_goes_later_can_still_hold_buffers_and_ask() {
    ringal!(@init, 1024);
    struct AtTheEnd(Option<FixedBufMut>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            // The ring of this thread may be gone: the answer is a buffer or `None`, never a panic.
            let late = ringal!(@fixed, 16);
            drop((late, self.0.take()));
        }
    }
    thread_local!(static HELD: std::cell::RefCell<AtTheEnd> = const { std::cell::RefCell::new(AtTheEnd(None)) });
    for ring_first in [false, true] {
        thread::spawn(move || {
            if ring_first {
                RINGAL.with(RingAl::check);
            }
            HELD.with(|held| held.borrow_mut().0 = None);
            let buffer = ringal!(@fixed, 64);
            HELD.with(|held| held.borrow_mut().0 = buffer);
        })
        .join()
        .unwrap();
    }
}
