//! Buffers of bytes from a ring: what they hold, what they refuse, how they grow.

use std::collections::HashMap;
use std::fmt;
use std::io::{ErrorKind, Write};

use arenas::{FixedBuf, FixedBufMut, RingAl};
use arenas_tests::checking::{heap_use, losing};

// Contract: G3
#[test]
fn a_fixed_buffer_has_exactly_the_room_that_was_asked_for() {
    let ring = RingAl::new(4096);
    for size in [0, 1, 7, 8, 9, 63, 64, 65, 1000] {
        let mut buffer = ring.fixed(size).unwrap();
        assert_eq!((buffer.spare(), buffer.capacity(), buffer.len()), (size, size, 0));
        assert!(buffer.is_empty());
        let written = buffer.write(&[7; 500]).unwrap();
        assert_eq!(written, size.min(500));
        assert_eq!((buffer.spare(), buffer.len()), (size - written, written));
    }
}

// Contract: G3
#[test]
fn a_write_takes_what_there_is_room_for() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.fixed(10).unwrap();
    assert_eq!(buffer.write(b"eight888").unwrap(), 8);
    assert_eq!(buffer.write(b"three").unwrap(), 2);
    assert_eq!(buffer.write(b"more").unwrap(), 0);
    assert_eq!(buffer.write_all(b"x").unwrap_err().kind(), ErrorKind::WriteZero);
    assert_eq!(buffer, b"eight888th");
}

// Contract: G3, G8
#[test]
fn a_buffer_of_no_bytes_is_empty_and_takes_none() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.fixed(0).unwrap();
    assert_eq!(buffer.write(b"x").unwrap(), 0);
    assert_eq!(buffer, b"");
    assert_eq!(buffer.freeze(), b"");
}

// Contract: G3
#[test]
fn what_was_written_can_be_read_and_changed() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.fixed(16).unwrap();
    buffer.write_all(b"hello").unwrap();
    buffer[0] = b'j';
    buffer.as_mut().reverse();
    assert_eq!(buffer.as_ref(), b"ollej");
    assert_eq!(buffer.iter().count(), 5);
    assert_eq!((&buffer).into_iter().next(), Some(&b'o'));
    assert_eq!(format!("{buffer:?}"), format!("{:?}", b"ollej"));
    buffer.truncate(2);
    assert_eq!(buffer, b"ol");
    buffer.truncate(100);
    assert_eq!((buffer.len(), buffer.spare()), (2, 14));
    buffer.clear();
    assert_eq!((buffer.len(), buffer.spare()), (0, 16));
}

// Contract: G3
#[test]
fn buffers_compare_as_the_bytes_they_hold() {
    let ring = RingAl::new(1024);
    let filled = |bytes: &[u8]| {
        let mut buffer = ring.fixed(8).unwrap();
        buffer.write_all(bytes).unwrap();
        buffer
    };
    let buffer = filled(b"text");
    assert_eq!(buffer, b"text");
    assert_eq!(buffer, *b"text");
    assert_eq!(buffer, b"text".as_slice());
    assert_eq!(buffer, *b"text".as_slice());
    assert_eq!(buffer, b"text".to_vec());
    assert_eq!(buffer, "text");
    assert_eq!(*b"text", buffer);
    assert_eq!(b"text".as_slice(), buffer);
    assert_eq!(buffer, filled(b"text"));
    assert_eq!(buffer, filled(b"text").freeze());
    assert_ne!(buffer, b"texts");
    assert!(filled(b"a").freeze() < filled(b"b").freeze());
    let by_key = HashMap::from([(filled(b"key").freeze(), 7)]);
    assert_eq!(by_key[b"key".as_slice()], 7);
}

// Contract: G3
#[test]
fn text_is_formatted_whole_or_not_at_all() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.fixed(6).unwrap();
    assert!(fmt::Write::write_str(&mut buffer, "four").is_ok());
    assert!(fmt::Write::write_str(&mut buffer, "four").is_err());
    assert_eq!(buffer, b"four");
    let error = buffer.try_extend_from_slice(b"123").unwrap_err();
    assert!(error.is_capacity());
    buffer.extend_from_slice(b"12");
    assert_eq!(buffer, b"four12");
}

// Contract: G3, C2
#[test]
#[should_panic(expected = "FixedBufMut: out of memory: the request does not fit into what is left (asked for 3 bytes")]
fn too_much_at_once_panics_with_the_numbers() {
    RingAl::new(1024).fixed(2).unwrap().extend_from_slice(b"123");
}

// Contract: G3
#[test]
fn the_spare_room_can_be_filled_by_hand() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.fixed(4).unwrap();
    buffer.write_all(b"a").unwrap();
    for (i, byte) in buffer.spare_capacity_mut().iter_mut().enumerate() {
        byte.write(b'b' + i as u8);
    }
    // SAFETY: all four bytes are written.
    unsafe { buffer.set_len(4) };
    assert_eq!(buffer, b"abcd");
}

// Contract: G2, G3, C2
#[test]
fn a_buffer_is_resized_within_its_room() {
    let ring = RingAl::new(1024);
    let mut fixed = ring.fixed(10).unwrap();
    fixed.write_all(b"abc").unwrap();
    fixed.resize(10, b'x');
    assert_eq!(fixed, b"abcxxxxxxx");
    assert!(fixed.try_resize(11, b'y').unwrap_err().is_capacity());
    assert_eq!(fixed, b"abcxxxxxxx");
    fixed.resize(2, b'z');
    assert_eq!((&fixed[..], fixed.spare()), (&b"ab"[..], 8));

    let mut growing = ring.extendable(2).unwrap();
    let other = ring.fixed(4).unwrap();
    growing.resize(200, 7);
    assert_eq!(growing, [7; 200]);
    assert!(growing.try_resize(2000, 8).unwrap_err().is_capacity());
    assert!(growing.try_resize(usize::MAX, 8).is_err());
    assert_eq!(growing, [7; 200]);
    drop(other);
    ring.check();
}

// Contract: C2
#[test]
#[should_panic(expected = "asked for 5 bytes aligned to 1, 4 bytes left")]
fn a_buffer_that_is_resized_beyond_its_room_panics_with_the_numbers() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.fixed(4).unwrap();
    buffer.resize(5, 0);
}

// Contract: G3
#[test]
fn freezing_and_cloning_take_no_memory() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.fixed(64).unwrap();
    buffer.write_all(b"shared").unwrap();
    let (clones, used) = heap_use(|| {
        let frozen = buffer.freeze();
        let second = frozen.clone();
        let third = second.clone();
        drop(frozen);
        [second, third]
    });
    assert_eq!(used.requests, 0);
    assert_eq!(ring.stats().allocations, Some(1));
    for clone in clones {
        assert_eq!(clone, b"shared");
        assert_eq!(ring.stats().allocations, Some(1));
    }
    assert_eq!(ring.stats().allocations, Some(0));
}

// Contract: G3
#[test]
fn the_only_handle_of_a_frozen_buffer_can_be_written_again() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.fixed(8).unwrap();
    buffer.write_all(b"one").unwrap();
    let frozen = FixedBuf::from(buffer);
    let other = frozen.clone();
    let frozen = frozen.try_into_mut().unwrap_err();
    drop(other);
    let mut buffer = frozen.try_into_mut().unwrap();
    buffer.write_all(b" two").unwrap();
    assert_eq!((buffer.as_slice(), buffer.spare()), (b"one two".as_slice(), 1));
}

// Contract: G2
#[test]
fn an_extendable_buffer_takes_more_than_it_was_made_for() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.extendable(64).unwrap();
    let message = [b'm'; 150];
    let size = buffer.write(&message).unwrap();
    let fixed = buffer.finalize();
    assert_eq!(fixed.as_ref(), message);
    assert_eq!(fixed.len(), size);
    // The rest of the ring is filled; the message stays.
    let mut others: Vec<FixedBufMut> = Vec::new();
    while let Some(mut other) = ring.fixed(64) {
        other.write_all(&[0xff; 64]).unwrap();
        others.push(other);
    }
    assert!(others.len() >= 10, "{} buffers", others.len());
    assert_eq!(fixed.as_ref(), message);
    let range = |bytes: &[u8]| bytes.as_ptr_range();
    for other in &others {
        assert!(range(other).end <= range(&fixed).start || range(&fixed).end <= range(other).start);
    }
}

// Contract: G2
#[test]
fn seven_bytes_at_a_time_fill_the_whole_ring() {
    let ring = RingAl::new(4096);
    let mut buffer = ring.extendable(1024).unwrap();
    for _ in 0..(4096 - 16) / 7 {
        assert_eq!(buffer.write(b"message").unwrap(), 7);
        ring.check();
    }
    assert_eq!(buffer.len(), 4074);
    assert!(buffer.chunks(7).all(|chunk| chunk == b"message"));
}

// Contract: G2, G6
#[test]
fn a_lone_extendable_buffer_has_the_whole_ring_wherever_it_stands() {
    let ring = RingAl::new(4096);
    for stand in (0..4000).step_by(100) {
        drop(ring.fixed(stand));
        let mut buffer = ring.extendable(10).unwrap();
        buffer.write_all(b"0123456789").unwrap();
        let mut model = b"0123456789".to_vec();
        while model.len() < ring.capacity() {
            let more = 500.min(ring.capacity() - model.len());
            buffer.write_all(&vec![more as u8; more]).unwrap();
            model.resize(model.len() + more, more as u8);
            ring.check();
        }
        assert_eq!(buffer, model);
        assert_eq!(buffer.write_all(b"x").unwrap_err().kind(), ErrorKind::StorageFull);
        assert_eq!(buffer, model);
    }
}

// Contract: G2
#[test]
fn a_buffer_that_cannot_grow_in_place_moves_with_its_bytes() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.extendable(32).unwrap();
    buffer.write_all(&[1; 32]).unwrap();
    let wall = ring.fixed(32).unwrap();
    let place = buffer.as_ptr();
    buffer.write_all(&[2; 32]).unwrap();
    assert_ne!(buffer.as_ptr(), place);
    assert_eq!(buffer[..32], [1; 32]);
    assert_eq!(buffer[32..], [2; 32]);
    // The old place is free again, before the wall.
    drop(buffer);
    assert!(ring.fixed(900).is_some());
    drop(wall);
}

// Contract: G2
#[test]
fn small_writes_between_other_buffers_move_seldom() {
    let ring = RingAl::new(64 << 10);
    let mut buffer = ring.extendable(16).unwrap();
    let mut walls = Vec::new();
    let (mut moves, mut place) = (0, buffer.as_ptr());
    for _ in 0..512 {
        buffer.write_all(&[9; 16]).unwrap();
        walls.push(ring.fixed(8).unwrap());
        if buffer.as_ptr() != place {
            (moves, place) = (moves + 1, buffer.as_ptr());
        }
    }
    assert!(moves <= 12, "{moves} moves for 512 writes");
}

// Contract: G2
#[test]
fn a_finalized_buffer_keeps_what_was_asked_and_gives_back_what_growth_took_beyond() {
    let ring = RingAl::new(4096);
    let mut buffer = ring.extendable(100).unwrap();
    buffer.write_all(b"short").unwrap();
    let fixed = buffer.finalize();
    assert_eq!((fixed.len(), fixed.spare()), (5, 95));

    let mut buffer = ring.extendable(16).unwrap();
    let wall = ring.fixed(1).unwrap();
    buffer.write_all(&[1; 200]).unwrap();
    buffer.reserve(500);
    assert!(buffer.capacity() >= 700);
    let grown = buffer.finalize();
    assert_eq!((grown.len(), grown.spare()), (200, 0));
    ring.check();
    drop((fixed, wall));
    assert_eq!(ring.stats().used, 200);
}

// Contract: G2
#[test]
fn the_next_buffer_follows_a_finalized_one_directly() {
    let ring = RingAl::new(4096);
    let mut buffer = ring.extendable(16).unwrap();
    buffer.reserve(1000);
    buffer.write_all(&[1; 24]).unwrap();
    let first = buffer.finalize();
    let second = ring.fixed(8).unwrap();
    assert_eq!(second.as_ptr().addr() - first.as_ptr().addr(), 32);
}

// Contract: G2, G8
#[test]
fn a_write_is_taken_whole_or_not_at_all() {
    let ring = RingAl::new(1024);
    let mut buffer = ring.extendable(0).unwrap();
    assert_eq!(buffer.write(b"").unwrap(), 0);
    buffer.write_all(&[1; 500]).unwrap();
    assert_eq!(buffer.write(&[2; 600]).unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(buffer, [1; 500]);
    assert!(buffer.try_extend_from_slice(&[2; 600]).unwrap_err().is_capacity());
    assert!(buffer.try_reserve(usize::MAX).unwrap_err().is_limit());
    assert!(buffer.try_reserve(u32::MAX as usize).unwrap_err().is_limit());
    assert!(write!(buffer, "{:600}", 1).is_err());
    assert_eq!(buffer[..500], [1; 500]);
    ring.check();
}

// Contract: G2, C2
#[test]
#[should_panic(expected = "ExtBuf: out of memory: the request does not fit into what is left (asked for 2000 bytes")]
fn room_that_the_ring_does_not_have_panics_with_the_numbers() {
    RingAl::new(1024).extendable(2).unwrap().reserve(2000);
}

// Contract: G2, G9
#[test]
fn several_extendable_buffers_grow_past_each_other() {
    let ring = RingAl::new(16 << 10);
    let mut buffers: Vec<_> = (0..4).map(|_| ring.extendable(8).unwrap()).collect();
    for round in 0..40u8 {
        for (i, buffer) in buffers.iter_mut().enumerate() {
            write!(buffer, "{i}{round:02}").unwrap();
            ring.check();
        }
    }
    for (i, buffer) in buffers.into_iter().enumerate() {
        let expected: String = (0..40).map(|round| format!("{i}{round:02}")).collect();
        assert_eq!(buffer.finalize(), expected);
    }
}

// Contract: G8, C4
#[test]
fn absurd_sizes_are_refused_and_leave_the_ring_as_it_was() {
    let ring = RingAl::new(1024);
    let before = ring.stats();
    for size in [ring.capacity() + 1, 2048, u32::MAX as usize, u32::MAX as usize + 1, isize::MAX as usize, usize::MAX] {
        assert!(ring.fixed(size).is_none(), "{size}");
        assert!(ring.extendable(size).is_none(), "{size}");
        assert!(ring.typed::<u8>(size).is_none(), "{size}");
        assert!(ring.typed::<u64>(size).is_none(), "{size}");
    }
    assert!(ring.try_fixed(2048).unwrap_err().is_capacity());
    assert!(ring.try_fixed(u32::MAX as usize + 1).unwrap_err().is_limit());
    assert!(ring.try_extendable(2048).unwrap_err().is_capacity());
    assert!(ring.try_typed::<u64>(usize::MAX).unwrap_err().is_layout_overflow());
    ring.check();
    assert_eq!(ring.stats(), before);
    assert!(ring.fixed(ring.capacity()).is_some());
}

// Contract: G1, G8, C4
#[test]
fn a_ring_of_no_or_absurd_size_is_an_error() {
    assert!(RingAl::try_new(0).unwrap_err().is_capacity());
    assert!(RingAl::try_new(usize::MAX).unwrap_err().is_layout_overflow());
    assert!(RingAl::try_new(isize::MAX as usize).is_err());
    assert!(RingAl::try_new(1 << 46).unwrap_err().is_limit());
    for size in 1..200 {
        let ring = RingAl::try_new(size).unwrap();
        ring.check();
        assert!(ring.capacity() >= size.saturating_sub(8));
        assert_eq!(ring.fixed(ring.capacity()).unwrap().spare(), ring.capacity());
    }
}

// Contract: G8
#[test]
#[should_panic(expected = "asked for 0 bytes")]
fn a_new_ring_of_no_bytes_panics_with_the_number() {
    drop(RingAl::new(0));
}

// Contract: G6
#[test]
fn a_size_that_fits_a_fresh_ring_fits_whenever_nothing_is_live() {
    for (ring, size) in [(1024, 500), (1024, 900), (4096, 2040), (65_536, 40_000), (1024, 1016)] {
        let ring = RingAl::new(ring);
        for round in 0..100_000 {
            assert!(ring.fixed(size).is_some(), "{size} bytes, round {round}");
        }
        // After smaller ones have moved the cursor and left fragments, too.
        for round in 0..1000 {
            drop((ring.fixed(round % 97), ring.fixed(round % 31)));
            assert!(ring.fixed(size).is_some(), "{size} bytes, fragments of round {round}");
            assert!(ring.extendable(size).is_some(), "{size} bytes, fragments of round {round}");
        }
    }
}

// Contract: G6
#[test]
fn a_full_ring_refuses_and_takes_again_what_is_released() {
    let ring = RingAl::new(4096);
    let mut buffers = Vec::new();
    while let Some(mut buffer) = ring.fixed(64) {
        buffer.write_all(&[buffers.len() as u8; 64]).unwrap();
        buffers.push(buffer);
    }
    assert_eq!(buffers.len(), 51);
    for (i, buffer) in buffers.iter().enumerate() {
        assert_eq!(*buffer, [i as u8; 64]);
    }
    assert!(ring.extendable(64).is_none());
    // A hole in the middle is found.
    let hole = buffers.swap_remove(20);
    drop(hole);
    buffers.push(ring.fixed(64).unwrap());
    assert!(ring.fixed(64).is_none());
    buffers.clear();
    assert!(ring.fixed(64).is_some());
}

// Contract: G6
#[test]
fn four_buffers_of_up_to_256_bytes_always_fit_into_4096() {
    let ring = RingAl::new(4096);
    let mut live = std::collections::VecDeque::new();
    let mut state = 1u32;
    for round in 0..8192u32 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let size = (state >> 16) as usize % 257;
        let fill = round as u8;
        let buffer = if round % 2 == 0 {
            let mut buffer = ring.fixed(size).unwrap();
            buffer.write_all(&vec![fill; size]).unwrap();
            buffer
        } else {
            let mut buffer = ring.extendable(128).unwrap();
            buffer.write_all(&vec![fill; size]).unwrap();
            buffer.finalize()
        };
        ring.check();
        live.push_back((buffer, vec![fill; size]));
        if live.len() == 4 {
            for _ in 0..2 {
                let (buffer, expected) = live.pop_front().unwrap();
                assert_eq!(buffer, expected);
            }
        }
    }
}

// Contract: C11
#[test]
fn stats_add_up_and_remember_the_peak() {
    let ring = RingAl::new(1024);
    let empty = ring.stats();
    assert_eq!((empty.used, empty.allocations, empty.chunks), (0, Some(0), 1));
    assert_eq!(empty.free, ring.capacity());
    let buffer = ring.fixed(100).unwrap();
    let one = ring.stats();
    assert_eq!((one.used, one.allocations), (104, Some(1)));
    drop(buffer);
    let after = ring.stats();
    assert_eq!((after.used, after.peak_used), (0, 104));
    for stats in [empty, one, after] {
        assert_eq!(stats.used + stats.padding + stats.free + stats.metadata, stats.reserved);
        assert_eq!(stats.reserved, empty.reserved);
    }
}

// Contract: C14
#[cfg(debug_assertions)]
#[test]
fn debug_builds_fill_what_is_released() {
    let ring = RingAl::new(1024);
    let release: [fn(&RingAl) -> *const u8; 4] = [
        |ring| {
            let mut buffer = ring.fixed(24).unwrap();
            buffer.write_all(&[1; 24]).unwrap();
            buffer.as_ptr()
        },
        |ring| {
            let mut buffer = ring.fixed(24).unwrap();
            buffer.write_all(&[1; 24]).unwrap();
            let frozen = buffer.freeze();
            drop(frozen.clone());
            assert_eq!(frozen, [1; 24]);
            frozen.as_ptr()
        },
        |ring| {
            let mut buffer = ring.extendable(24).unwrap();
            buffer.write_all(&[1; 24]).unwrap();
            buffer.as_ptr()
        },
        |ring| {
            let mut values = ring.typed::<u64>(3).unwrap();
            for _ in 0..3 {
                assert_eq!(values.push(u64::MAX), None);
            }
            values.as_ptr().cast()
        },
    ];
    for release in release {
        let place = release(&ring);
        // All of the ring starts where the only buffer of a ring that is all free does.
        let mut all = ring.fixed(ring.capacity()).unwrap();
        assert_eq!(all.as_ptr(), place);
        // SAFETY: the 24 bytes have been written, by the buffer and by the fill.
        unsafe { all.set_len(24) };
        assert_eq!(all, [0xA5; 24]);
    }
}

// Contract: G1
#[test]
fn a_ring_over_static_memory_takes_nothing_from_the_heap() {
    use std::mem::MaybeUninit;
    for skip in [0, 1, 5, 15] {
        let memory: &'static mut [MaybeUninit<u8>] =
            losing(|| Box::leak(Box::new([const { MaybeUninit::uninit() }; 2048])));
        let rest = &mut memory[skip..];
        let (ring, used) = heap_use(|| RingAl::over(rest).unwrap());
        assert_eq!(used.requests, 0);
        assert!(ring.capacity() > 1900);
        let mut buffer = ring.fixed(ring.capacity()).unwrap();
        buffer.write_all(b"static").unwrap();
        ring.check();
        drop(ring);
        assert_eq!(buffer, b"static");
    }
    assert!(RingAl::over(&mut []).unwrap_err().is_capacity());
}

// Contract: C6
#[test]
fn every_payload_is_aligned_to_sixteen() {
    let ring = RingAl::new(4096);
    let buffers: Vec<_> = (0..40).map(|size| ring.fixed(size).unwrap()).collect();
    for buffer in &buffers {
        assert_eq!(buffer.as_ptr().addr() % 16, 0);
    }
}
