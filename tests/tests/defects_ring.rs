//! Defects of the original ring allocator that must not exist here, by their number.

use std::cell::Cell;
use std::io::{ErrorKind, Write};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use arenas::{FixedBufMut, RingAl, TypedBufMut, ringal};

/// Runs `code` on a thread of its own and fails when it has not ended in time, or panics.
fn within_seconds(code: impl FnOnce() + Send + 'static) {
    let (send, receive) = channel();
    let worker = thread::spawn(move || {
        code();
        let _ = send.send(());
    });
    match receive.recv_timeout(Duration::from_secs(20)) {
        Ok(()) => worker.join().unwrap(),
        Err(_) if worker.is_finished() => worker.join().unwrap(),
        Err(_) => panic!("it hangs"),
    }
}

fn fill_all(ring: &RingAl, byte: u8) -> Vec<FixedBufMut> {
    let mut buffers = Vec::new();
    while let Some(mut buffer) = ring.fixed(64) {
        buffer.write_all(&[byte; 64]).unwrap();
        buffers.push(buffer);
    }
    buffers
}

// Contract: G2
#[test]
fn defect_37_a_buffer_that_grew_stays_protected() {
    let ring = RingAl::new(1024);
    let mut growing = ring.extendable(64).unwrap();
    growing.write_all(&[b'A'; 200]).unwrap();
    let held = growing.finalize();
    let others = fill_all(&ring, b'B');
    assert_eq!(held, [b'A'; 200]);
    // Nor is the ring's memory given back under it.
    drop(others);
    drop(ring);
    assert_eq!(held, [b'A'; 200]);
}

// Contract: G2
#[test]
fn defect_38_a_buffer_that_moves_keeps_its_bytes_and_a_failed_write_takes_none() {
    // The case of the original.
    let ring = RingAl::new(1024);
    let first = ring.fixed(112).unwrap();
    let _plug = ring.fixed(64).unwrap();
    drop(first);
    let mut buffer = ring.extendable(760).unwrap();
    buffer.write_all(&[3; 800]).unwrap();
    assert_eq!(buffer.write(&[4; 100]).unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(buffer.finalize(), [3; 800]);

    // Each position of the cursor, each step by which it grows.
    for stand in (0..1000).step_by(16) {
        for step in [1, 7, 64, 333] {
            let ring = RingAl::new(1024);
            drop(ring.fixed(stand));
            let mut buffer = ring.extendable(8).unwrap();
            let mut model = Vec::new();
            loop {
                let bytes = vec![model.len() as u8; step];
                match buffer.write(&bytes) {
                    Ok(written) => model.extend_from_slice(&bytes[..written]),
                    Err(error) => break assert_eq!(error.kind(), ErrorKind::StorageFull),
                }
            }
            assert!(model.len() + step > ring.capacity());
            assert_eq!(buffer.finalize(), model, "from {stand} by {step}");
        }
    }
}

// Contract: G4
#[test]
fn defect_39_insert_gives_back_what_does_not_fit() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.generic::<u64>(2).unwrap();
    let neighbours = fill_all(&ring, 0x55);
    assert_eq!((buffer.push(1), buffer.push(2)), (None, None));
    for _ in 0..64 {
        assert_eq!(buffer.insert(0x4141_4141_4141_4141, 0), Some(0x4141_4141_4141_4141));
    }
    assert_eq!(*buffer, [1, 2]);
    assert!(neighbours.iter().all(|neighbour| *neighbour == [0x55; 64]));
    // An insertion at the end reads nothing that is not there.
    let mut flags = ring.generic::<bool>(0).unwrap();
    assert_eq!(flags.insert(true, 0), Some(true));
    drop(neighbours);
    let mut flags = ring.generic::<bool>(4).unwrap();
    assert_eq!((flags.insert(true, 0), flags.insert(false, 1), flags.insert(true, 3)), (None, None, Some(true)));
    assert_eq!(*flags, [true, false]);
}

// Contract: G8, C4
#[test]
fn defect_40_a_count_whose_size_overflows_is_refused() {
    let ring = RingAl::new(4096);
    for count in [(1 << 61) + 1, usize::MAX / 8 + 3, usize::MAX, isize::MAX as usize] {
        assert!(ring.generic::<u64>(count).is_none(), "{count}");
        assert!(ring.generic::<[u8; 3]>(count).is_none(), "{count}");
    }
}

// Contract: G4, C6
#[test]
fn defect_41_an_aligned_value_leaves_the_next_buffer_alone() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(align(32))]
    struct Aligned32([u64; 4]);
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(align(64))]
    struct Aligned64([u64; 8]);
    for shift in 0..100 {
        let ring = RingAl::new(2048);
        let _shift = ring.fixed(shift).unwrap();
        let mut values = ring.generic::<Aligned32>(1).unwrap();
        let mut wide = ring.generic::<Aligned64>(1).unwrap();
        let mut bytes = ring.fixed(8).unwrap();
        assert_eq!(values.push(Aligned32([7; 4])), None);
        assert_eq!(wide.push(Aligned64([0x4242_4242_4242_4242; 8])), None);
        bytes.write_all(&[0xff; 8]).unwrap();
        let others = fill_all(&ring, 0xee);
        assert_eq!(values[0], Aligned32([7; 4]));
        assert_eq!(wide[0], Aligned64([0x4242_4242_4242_4242; 8]));
        assert_eq!(bytes, [0xff; 8]);
        drop(others);
        ring.check();
    }
}

/// Under ThreadSanitizer this reports a release that does not order the payload. `tests/ring_threads.rs` has the
/// variants, `tests/loom_ring.rs` the proof.
// Contract: G5
#[test]
fn defect_42_a_payload_is_not_reused_before_its_release() {
    let ring = RingAl::new(512);
    thread::scope(|scope| {
        for round in 0..2000u32 {
            let mut buffer = loop {
                match ring.fixed(256) {
                    Some(buffer) => break buffer,
                    None => thread::yield_now(),
                }
            };
            buffer.write_all(&[round as u8; 256]).unwrap();
            scope.spawn(move || {
                assert_eq!(buffer, [round as u8; 256]);
                buffer.fill(0);
            });
        }
    });
    assert!(ring.fixed(ring.capacity()).is_some());
}

// Contract: G8
#[test]
fn defect_43_more_than_the_ring_has_is_none() {
    let ring = RingAl::new(1024);
    assert!(ring.fixed(2048).is_none());
    assert!(ring.extendable(2048).is_none());
    assert!(ring.generic::<[u8; 2048]>(1).is_none());
    assert!(RingAl::new(16).fixed(9).is_none());
    assert!(ring.fixed(1000).is_some());
}

// Contract: G6
#[test]
fn defect_44_an_empty_ring_takes_the_same_size_for_ever() {
    for (size, request) in [(1024, 500), (1024, 900), (4096, 2040), (65_536, 40_000)] {
        let ring = RingAl::new(size);
        for round in 0..100_000 {
            let buffer = ring.fixed(request);
            assert!(buffer.is_some(), "{request} of {size} in round {round}");
        }
    }
}

// Contract: G8, G1
#[test]
fn defect_45_an_impossible_ring_is_an_error() {
    for size in [0, 1 << 46, (1 << 62) + 1, isize::MAX as usize + 4096, usize::MAX] {
        assert!(RingAl::try_new(size).is_err(), "{size}");
        assert!(std::panic::catch_unwind(|| RingAl::new(size)).is_err(), "{size}");
    }
    assert!(RingAl::try_new(8).is_ok());
}

// Contract: G4, C9
#[test]
fn defect_46_a_typed_buffer_drops_its_values() {
    struct Counted(Rc<Cell<u32>>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let drops = Rc::new(Cell::new(0));
    let ring = RingAl::new(1024);
    let mut buffer = ring.generic(3).unwrap();
    assert!(buffer.push(Counted(drops.clone())).is_none());
    assert!(buffer.push(Counted(drops.clone())).is_none());
    assert_eq!(drops.get(), 0);
    drop(buffer);
    assert_eq!(drops.get(), 2);
}

// Contract: G7
#[test]
fn defect_47_dropping_a_ring_waits_for_nobody() {
    struct RingFirst {
        _ring: RingAl,
        _buffer: FixedBufMut,
        _values: TypedBufMut<Vec<u8>>,
    }
    within_seconds(|| {
        let ring = RingAl::new(1024);
        let (_buffer, _values) = (ring.fixed(64).unwrap(), ring.generic(2).unwrap());
        drop(RingFirst { _ring: ring, _buffer, _values });
    });
    within_seconds(|| {
        static FORGOTTEN: Mutex<Option<FixedBufMut>> = Mutex::new(None);
        let ring = RingAl::new(1024);
        // As good as forgotten, yet reachable for leak checkers.
        *FORGOTTEN.lock().unwrap() = ring.fixed(64);
        drop(ring);
    });
    within_seconds(|| {
        ringal!(@init, 1024);
        let buffer = thread::spawn(|| ringal!(@fixed, 64).unwrap()).join().unwrap();
        assert_eq!(buffer.spare(), 64);
    });
}

// Contract: G9
#[test]
fn defect_48_the_thread_local_ring_serves_nested_calls() {
    ringal!(@init, 1024);
    let (outer, inner) = ringal!(@ext, 64, |mut outer| {
        outer.write_all(b"outer").unwrap();
        let mut inner = ringal!(@fixed, 64).unwrap();
        inner.write_all(b"inner").unwrap();
        (outer.finalize(), inner)
    })
    .unwrap();
    assert_eq!((outer.as_ref(), inner.as_ref()), (b"outer".as_slice(), b"inner".as_slice()));
}

/// Guards hold distances, no addresses, so the top bits of an address are none of their business; and a dropped ring
/// gives its memory back.
// Contract: G7, G10
#[test]
fn defect_49_a_ring_neither_leaks_nor_waits() {
    let ((), used) = arenas_tests::checking::heap_use(|| {
        for size in [64, 1024, 65_536] {
            let ring = RingAl::new(size);
            let buffers: Vec<_> = (0..3).filter_map(|i| ring.fixed(i * 8)).collect();
            ring.check();
            drop(ring);
            drop(buffers);
        }
    });
    assert_eq!(used.blocks, 0);
}
